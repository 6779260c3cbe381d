//! `/`: what waits for whoever looks, the most urgent first; `/?list=…`: one of the lists, page by
//! page.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use daiban_domain::act::CaseId;
use daiban_domain::words::{self, Said};
use maud::{Markup, html};
use serde::Deserialize;

use super::Web;
use super::frame::Frame;
use super::guard::Visitor;
use super::show;
use crate::accounts::{Account, Role};
use crate::replica::{Answer, Command, Desk, Filter, Order, Place, PlaceView, Row};

/// Rows of each list where all of them are shown.
const FIRST_ROWS: usize = 20;
/// Rows of a page of one list.
const PAGE_ROWS: usize = 100;

/// The most pressing first.
const LISTS: [Place; 6] = [
    Place::ToCorrect,
    Place::Waiting,
    Place::ToDeliver,
    Place::Draft,
    Place::Elsewhere,
    Place::Ended,
];

/// Which list, and from where on.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    list: Option<Place>,
    after: Option<CaseId>,
}

/// A list as it was answered.
struct Listed {
    rows: Vec<Row>,
    places: BTreeMap<Place, usize>,
    after: Option<CaseId>,
}

/// `GET /`
pub(super) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Response {
    let readers = [Role::Agent, Role::Officer, Role::Auditor];
    let at_home = |role: &Role| visitor.account.has(*role);
    if visitor.account.has(Role::Operator) && !readers.iter().any(at_home) {
        return Redirect::to("/board").into_response();
    }
    if let Some(refused) = visitor.refused(&web, &readers) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    let lists = match asked {
        Asked { list: Some(place), after } => one(&frame, &visitor.account, place, after).await,
        Asked { list: None, .. } => all(&frame, &visitor.account).await,
    };
    match lists {
        Ok(lists) => {
            let body = html! { div data-live="work" { (lists) } };
            frame.page(&words::page_work(), &body).into_response()
        }
        Err(response) => response,
    }
}

async fn all(frame: &Frame<'_>, account: &Account) -> Result<Markup, Response> {
    let (desk, order) = (desk(account), Order::Due);
    let command = Command::Desk { desk, order, size: FIRST_ROWS };
    let Answer::Desk { lists } = frame.ask(command).await? else { return Err(frame.stopping()) };
    let in_order = LISTS.iter().filter_map(|place| lists.iter().find(|list| list.place == *place));
    Ok(html! {
        @for PlaceView { place, count, rows } in in_order {
            section {
                h2 { (frame.say(&title(*place))) " " span.count { (count) } }
                (table(frame, account, rows))
                @if rows.len() < *count {
                    p {
                        a href={ "/?list=" (place.name()) } {
                            (frame.say(&words::work_all_of(*count)))
                        }
                    }
                }
            }
        }
        @if lists.is_empty() { p { (frame.say(&words::work_nothing())) } }
    })
}

async fn one(
    frame: &Frame<'_>,
    account: &Account,
    place: Place,
    after: Option<CaseId>,
) -> Result<Markup, Response> {
    let listed = ask(frame, account, place, after).await?;
    let count = listed.places.get(&place).copied().unwrap_or_default();
    Ok(html! {
        p { a href="/" { (frame.say(&words::page_work())) } }
        h2 { (frame.say(&title(place))) " " span.count { (count) } }
        (table(frame, account, &listed.rows))
        @if let Some(after) = listed.after {
            p {
                a href={ "/?list=" (place.name()) "&after=" (after) } {
                    (frame.say(&words::work_next_page()))
                }
            }
        }
    })
}

fn title(place: Place) -> Said {
    match place {
        Place::ToCorrect => words::work_to_correct(),
        Place::Waiting => words::work_for_you(),
        Place::ToDeliver => words::work_to_deliver(),
        Place::Draft => words::work_drafts(),
        Place::Elsewhere => words::work_others(),
        Place::Ended => words::work_done(),
    }
}

async fn ask(
    frame: &Frame<'_>,
    account: &Account,
    place: Place,
    after: Option<CaseId>,
) -> Result<Listed, Response> {
    let filter = Filter { desk: desk(account), places: vec![place], ..Filter::default() };
    let command = Command::Cases { filter, order: Order::Due, after, size: Some(PAGE_ROWS) };
    match frame.web.handle.ask(command).await {
        Some(Ok(Answer::Cases { cases, places, after, .. })) => {
            Ok(Listed { rows: cases, places, after })
        }
        Some(Err(refusal)) => Err(frame.refused(&refusal)),
        _ => Err(frame.stopping()),
    }
}

/// The desk of whoever is signed in.
fn desk(account: &Account) -> Desk {
    Desk {
        counter: account.has(Role::Agent),
        organ: account.organ.filter(|_| account.has(Role::Officer)),
    }
}

fn table(frame: &Frame<'_>, account: &Account, rows: &[Row]) -> Markup {
    let (office, desk) = (frame.web.office, desk(account));
    let steps = |row: &Row| {
        let own = row.summary.next.iter().filter(|next| desk.is_asked(next, office));
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
                    @let case = &row.summary;
                    @let name = case.receipt.map_or_else(|| case.id.to_string(), |r| r.to_string());
                    tr {
                        td { a.receipt href={ "/case/" (name) } { (name) } }
                        td { (case.item_name) }
                        td { (case.applicant) }
                        td { (frame.say(&case.status.words())) span.hint { " " (steps(row)) } }
                        td { (show::due(frame.lang, &case.due)) }
                    }
                }
            }
        }
    }
}
