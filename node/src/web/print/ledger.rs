//! 收件台账: what this office received on a day, with room for signatures.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::act::CaseId;
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

/// Lines of a sheet.
const SHEET_ROWS: usize = 200;

#[derive(Deserialize)]
pub(in crate::web) struct Wanted {
    #[serde(default)]
    day: String,
    after: Option<CaseId>,
}

/// A sheet of cases.
pub(super) struct Sheet {
    rows: Vec<Summary>,
    /// Lines on the sheets before.
    skipped: usize,
    /// Lines on all sheets.
    total: usize,
    after: Option<CaseId>,
}

/// Cases that this office has opened, the earliest first.
///
/// # Errors
/// The page that says why there are none.
pub(super) async fn own_cases(
    frame: &Frame<'_>,
    filter: Filter,
    after: Option<CaseId>,
) -> Result<Sheet, Response> {
    let filter = Filter { origin: Some(frame.web.office), ..filter };
    let (order, size) = (Order::Oldest, Some(SHEET_ROWS));
    match frame.ask(Command::Cases { filter, order, after, size }).await? {
        Answer::Cases { cases, skipped, total, after, .. } => {
            let rows = cases.into_iter().map(|row| row.summary).collect();
            Ok(Sheet { rows, skipped, total, after })
        }
        _ => Err(frame.stopping()),
    }
}

/// `GET /ledger?day=&after=`
pub(in crate::web) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Query(Wanted { day, after }): Query<Wanted>,
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
    match own_cases(&frame, of_day, after).await {
        Ok(cases) => {
            sheet(&frame, &words::print_ledger(), &ledger(&frame, day, &cases)).into_response()
        }
        Err(refused) => refused,
    }
}

fn ledger(frame: &Frame<'_>, day: Date, cases: &Sheet) -> Markup {
    let say = |said| frame.say(&said);
    let office = frame.web.offices.full_name(frame.web.office);
    html! {
        form.screen method="get" action="/ledger" {
            label for="day" { (say(words::ledger_day())) }
            input id="day" name="day" type="date" value=(day);
            button { (say(words::ledger_show())) }
        }
        p { (say(words::ledger_of(&office, &day.to_string(), cases.total))) }
        p { a.screen href="/handover" { (say(words::print_handover())) } }
        @if cases.rows.is_empty() { p { (say(words::ledger_empty())) } }
        @else { (table(frame, cases, words::ledger_signature(), time_of_day)) }
        (next_sheet(frame, cases, &format!("/ledger?day={day}&after=")))
    }
}

/// Where the next sheet is, if there is one; `address` without its case.
pub(super) fn next_sheet(frame: &Frame<'_>, cases: &Sheet, address: &str) -> Markup {
    html! {
        @if let Some(after) = cases.after {
            p.screen { a href={ (address) (after) } { (frame.say(&words::work_next_page())) } }
        }
    }
}

/// Cases a line each, with an empty column for the hand.
pub(super) fn table(
    frame: &Frame<'_>,
    cases: &Sheet,
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
                @for (at, row) in cases.rows.iter().enumerate() {
                    tr {
                        td.number { (cases.skipped + at + 1) }
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
