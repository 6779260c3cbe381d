//! 收件台账: what this office received on a day, with room for signatures.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::calendar::Date;
use daiban_domain::fold::Status;
use daiban_domain::words::{self, Said};
use daiban_sync::id::{Millis, OfficeCode};
use maud::{Markup, html};
use serde::Deserialize;

use super::sheet;
use crate::accounts::Role;
use crate::replica::{Answer, Command};
use crate::shell::clock;
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::Visitor;

#[derive(Deserialize)]
pub(in crate::web) struct Wanted {
    #[serde(default)]
    day: String,
}

/// A line, out of the summary of a case.
#[derive(Deserialize)]
pub(super) struct Row {
    receipt: Option<String>,
    item_name: String,
    applicant: String,
    pub(super) status: Status,
    origin: OfficeCode,
    opened: Option<Millis>,
}

impl Row {
    /// The cases that this office has opened, the earliest first.
    ///
    /// # Errors
    /// The page that says why there are none.
    pub(super) async fn all(web: &Web, frame: &Frame<'_>) -> Result<Vec<Self>, Response> {
        let list = Command::ListCases { status: None, organ: None, limit: None };
        let cases = match web.handle.ask(list).await {
            Some(Ok(Answer::Cases { cases, .. })) => cases,
            Some(Err(refusal)) => return Err(frame.refused(&refusal)),
            _ => return Err(frame.stopping()),
        };
        let rows = cases.into_iter().filter_map(|case| serde_json::from_value(case).ok());
        let mut rows: Vec<Self> = rows.filter(|row: &Self| row.origin == web.office).collect();
        rows.sort_by_key(|row| row.opened);
        Ok(rows)
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
    match Row::all(&web, &frame).await {
        Ok(mut rows) => {
            rows.retain(|row| row.opened.is_some_and(|at| Date::at(at) == day));
            sheet(&frame, &words::print_ledger(), &ledger(&frame, day, &rows)).into_response()
        }
        Err(refused) => refused,
    }
}

fn ledger(frame: &Frame<'_>, day: Date, rows: &[Row]) -> Markup {
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
    rows: &[Row],
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
                        td.receipt { (row.receipt.as_deref().unwrap_or("—")) }
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
