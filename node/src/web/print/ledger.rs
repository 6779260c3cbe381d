//! 收件台账: what this office received on a day, with room for signatures.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::calendar::Date;
use daiban_domain::case::Summary;
use daiban_domain::words::{self, Said};
use daiban_sync::id::Millis;
use maud::{Markup, html};
use serde::Deserialize;

use super::sheet;
use crate::accounts::Role;
use crate::replica::{Answer, Command, Filter, Order};
use crate::shell::clock;
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::Visitor;

#[derive(Deserialize)]
pub(in crate::web) struct Wanted {
    #[serde(default)]
    day: String,
}

/// Cases that this office has opened, the earliest first.
///
/// # Errors
/// The page that says why there are none.
pub(super) async fn own_cases(
    web: &Web,
    frame: &Frame<'_>,
    filter: Filter,
) -> Result<Vec<Summary>, Response> {
    let filter = Filter { origin: Some(web.office), ..filter };
    let list = Command::Cases { filter, order: Order::Opened, after: None, size: None };
    match web.handle.ask(list).await {
        Some(Ok(Answer::Cases { cases, .. })) => {
            Ok(cases.into_iter().rev().map(|row| row.summary).collect())
        }
        Some(Err(refusal)) => Err(frame.refused(&refusal)),
        _ => Err(frame.stopping()),
    }
}

/// `GET /ledger?day=`
pub(in crate::web) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Query(Wanted { day }): Query<Wanted>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &[Role::Agent, Role::Officer, Role::Auditor]) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    let today = Date::at(clock::now());
    let wanted = if day.is_empty() { Ok(today) } else { day.parse() };
    let Ok(day) = wanted else {
        let page = frame.refusal(&words::ledger_day_expected(&day), &words::mend_form());
        return (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
    };
    let of_day = Filter { opened_on: Some(day), ..Filter::default() };
    match own_cases(&web, &frame, of_day).await {
        Ok(rows) => {
            sheet(&frame, &words::print_ledger(), &ledger(&frame, day, &rows)).into_response()
        }
        Err(refused) => refused,
    }
}

fn ledger(frame: &Frame<'_>, day: Date, rows: &[Summary]) -> Markup {
    let say = |said| frame.say(&said);
    let office = frame.web.offices.full_name(frame.web.office);
    html! {
        form.screen method="get" action="/ledger" {
            label for="day" { (say(words::ledger_day())) }
            input id="day" name="day" type="date" value=(day);
            button { (say(words::ledger_show())) }
        }
        p { (say(words::ledger_of(&office, &day.to_string(), rows.len()))) }
        p { a.screen href="/handover" { (say(words::print_handover())) } }
        @if rows.is_empty() { p { (say(words::ledger_empty())) } }
        @else { (table(frame, rows, words::ledger_signature(), time_of_day)) }
    }
}

/// Cases a line each, with an empty column for the hand.
pub(super) fn table(
    frame: &Frame<'_>,
    rows: &[Summary],
    by_hand: Said,
    time: impl Fn(Millis) -> String,
) -> Markup {
    let heads = [
        words::ledger_number(),
        words::column_receipt(),
        words::ledger_time(),
        words::column_item(),
        words::column_applicant(),
        words::column_status(),
        by_hand,
    ];
    html! {
        table.ledger {
            thead { tr { @for head in heads { th scope="col" { (frame.say(&head)) } } } }
            tbody {
                @for (at, row) in rows.iter().enumerate() {
                    tr {
                        td.number { (at + 1) }
                        td.receipt { (row.receipt.map_or_else(|| "—".to_owned(), |receipt| receipt.to_string())) }
                        td { (row.opened.map(&time).unwrap_or_default()) }
                        td { (row.item_name) }
                        td { (row.applicant) }
                        td { (frame.say(&row.status.words())) }
                        td {}
                    }
                }
            }
        }
    }
}

/// Hour and minute.
fn time_of_day(at: Millis) -> String {
    let moment = words::moment(at);
    moment.split_once(' ').map_or_else(String::new, |(_, time)| time.to_owned())
}
