//! `/`: what waits for whoever looks, the most urgent first.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use daiban_domain::fold::Status;
use daiban_domain::organ::OrganCode;
use daiban_domain::words::{self, Said};
use daiban_sync::id::OfficeCode;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use super::Web;
use super::frame::Frame;
use super::guard::Visitor;
use super::show;
use crate::accounts::{Account, Role};
use crate::replica::{Answer, Command};

/// Cases on the page.
const CASES_MAX: usize = 200;

/// A line of the list, out of the summary of a case.
#[derive(Deserialize)]
struct Row {
    id: String,
    receipt: Option<String>,
    item_name: String,
    applicant: String,
    status: Status,
    #[serde(default)]
    next: Vec<Next>,
    due: Value,
}

#[derive(Deserialize)]
struct Next {
    office: OfficeCode,
    organ: Option<OrganCode>,
    verb: String,
    words: Said,
}

impl Next {
    fn is_for(&self, account: &Account, office: OfficeCode) -> bool {
        let at_counter = account.has(Role::Agent) && self.organ.is_none();
        let at_organ = account.has(Role::Officer)
            && self.organ.is_some_and(|organ| account.organ == Some(organ));
        // The applicant may withdraw at any time; that is no work that waits.
        self.office == office && (at_counter || at_organ) && self.verb != "withdraw"
    }
}

/// Where a case stands for whoever looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Draft,
    ToCorrect,
    ToDeliver,
    ForYou,
    WithOthers,
    Ended,
}

impl Place {
    const ALL: [(Self, fn() -> Said); 6] = [
        (Self::ToCorrect, words::work_to_correct),
        (Self::ForYou, words::work_for_you),
        (Self::ToDeliver, words::work_to_deliver),
        (Self::Draft, words::work_drafts),
        (Self::WithOthers, words::work_others),
        (Self::Ended, words::work_done),
    ];

    fn of(row: &Row, account: &Account, office: OfficeCode) -> Self {
        let mut own = row.next.iter().filter(|next| next.is_for(account, office)).peekable();
        let is_mine = own.peek().is_some();
        let any = |verb: &str| row.next.iter().any(|n| n.is_for(account, office) && n.verb == verb);
        match row.status {
            Status::Draft if is_mine => Self::Draft,
            Status::Correction if is_mine => Self::ToCorrect,
            _ if any("deliver") || any("close") => Self::ToDeliver,
            _ if is_mine => Self::ForYou,
            status if status.is_final() => Self::Ended,
            _ => Self::WithOthers,
        }
    }
}

/// `GET /`
pub(super) async fn page(State(web): State<Web>, visitor: Visitor) -> Response {
    let readers = [Role::Agent, Role::Officer, Role::Auditor];
    if let Some(refused) = visitor.refused(&web, &readers) {
        return refused;
    }
    let list = Command::ListCases { status: None, organ: None, limit: Some(CASES_MAX) };
    let frame = Frame::of(&web, &visitor);
    match web.handle.ask(list).await {
        Some(Ok(Answer::Cases { cases, more })) => {
            let rows = cases.into_iter().filter_map(|case| serde_json::from_value(case).ok());
            let lists = lists(&frame, &visitor.account, rows.collect());
            let body = html! {
                div data-live="work" { (lists) }
                @if more { p.hint { (frame.say(&words::work_more(CASES_MAX))) } }
            };
            frame.page(&words::page_work(), &body).into_response()
        }
        Some(Err(refusal)) => frame.refused(&refusal),
        _ => frame.stopping(),
    }
}

fn lists(frame: &Frame<'_>, account: &Account, rows: Vec<Row>) -> Markup {
    let office = frame.web.office;
    let placed: Vec<_> =
        rows.into_iter().map(|row| (Place::of(&row, account, office), row)).collect();
    html! {
        @for (place, title) in Place::ALL {
            @let rows = at_place(&placed, place);
            @if !rows.is_empty() {
                section {
                    h2 { (frame.say(&title())) " " span.count { (rows.len()) } }
                    (table(frame, account, &rows))
                }
            }
        }
        @if placed.is_empty() { p { (frame.say(&words::work_nothing())) } }
    }
}

/// The most urgent first.
fn at_place(placed: &[(Place, Row)], place: Place) -> Vec<&Row> {
    let here = placed.iter().filter(|(at, _)| *at == place);
    let mut rows: Vec<_> = here.map(|(_, row)| row).collect();
    rows.sort_by_key(|row| urgency(&row.due));
    rows
}

fn table(frame: &Frame<'_>, account: &Account, rows: &[&Row]) -> Markup {
    let office = frame.web.office;
    let steps = |row: &Row| {
        let own = row.next.iter().filter(|next| next.is_for(account, office));
        own.map(|next| frame.say(&next.words)).collect::<Vec<_>>().join("、")
    };
    html! {
        table {
            thead { tr {
                th scope="col" { (frame.say(&words::column_receipt())) }
                th scope="col" { (frame.say(&words::column_item())) }
                th scope="col" { (frame.say(&words::column_applicant())) }
                th scope="col" { (frame.say(&words::column_status())) }
                th scope="col" { (frame.say(&words::column_due())) }
            } }
            tbody {
                @for row in rows {
                    @let name = row.receipt.as_deref().unwrap_or(&row.id);
                    tr {
                        td { a.receipt href={ "/case/" (name) } { (name) } }
                        td { (row.item_name) }
                        td { (row.applicant) }
                        td { (frame.say(&row.status.words())) span.hint { " " (steps(row)) } }
                        td { (show::due_json(frame.lang, &row.due)) }
                    }
                }
            }
        }
    }
}

/// Days that are near come first; what has no day comes last.
fn urgency(due: &Value) -> (bool, String) {
    let date = due["date"].as_str();
    (date.is_none(), date.unwrap_or_default().to_owned())
}
