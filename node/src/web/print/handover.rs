//! 交接清单: what is open at this counter, for the colleague who takes over.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use daiban_domain::act::CaseId;
use daiban_domain::calendar::Date;
use daiban_domain::words;
use maud::html;
use serde::Deserialize;

use super::ledger::{next_sheet, own_cases, table};
use super::sheet;
use crate::accounts::Role;
use crate::replica::{Filter, Place};
use crate::shell::clock;
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::Visitor;

#[derive(Deserialize)]
pub(in crate::web) struct Wanted {
    after: Option<CaseId>,
}

/// `GET /handover?after=`
pub(in crate::web) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Query(Wanted { after }): Query<Wanted>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &[Role::Agent]) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    let say = |said| frame.say(&said);
    let places = [&Place::TO_DO[..], &[Place::Elsewhere]].concat();
    let open = Filter { places, ..Filter::default() };
    let cases = match own_cases(&frame, open, after).await {
        Ok(cases) => cases,
        Err(refused) => return refused,
    };
    let content = html! {
        p.office { (web.offices.full_name(web.office)) }
        p { (say(words::handover_hint())) }
        (table(&frame, &cases, words::handover_note(), words::moment))
        (next_sheet(&frame, &cases, "/handover?after="))
        dl.signatures {
            dt { (say(words::handover_gives())) } dd { (visitor.account.name) }
            dt { (say(words::handover_takes())) } dd {}
            dt { (say(words::print_seal())) } dd {}
            dt { (say(words::print_date())) } dd { (Date::at(clock::now())) }
        }
    };
    sheet(&frame, &words::print_handover(), &content).into_response()
}
