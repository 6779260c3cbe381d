//! `/supervision/overdue`: open cases whose day has passed, the longest first, and those with a card.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use daiban_domain::act::CaseId;
use daiban_domain::calendar::Date;
use daiban_domain::clock::Card;
use daiban_domain::words::{self, Said};
use maud::{Markup, html};
use serde::Deserialize;

use super::READERS;
use crate::replica::{Answer, Command, Filter, Order, Row};
use crate::shell::clock;
use crate::web::frame::Frame;
use crate::web::guard::Visitor;
use crate::web::{Web, show};

/// Rows of a page.
const PAGE_ROWS: usize = 100;
/// What is listed: everything overdue, or what has a card; as addresses and as people name it.
type List = (Option<Card>, &'static str, fn() -> Said);

const LISTS: [List; 3] = [
    (None, "", words::overdue_all),
    (Some(Card::Yellow), "yellow", words::overdue_yellow),
    (Some(Card::Red), "red", words::overdue_red),
];

#[derive(Deserialize)]
pub(in crate::web) struct Wanted {
    #[serde(default)]
    card: String,
    after: Option<CaseId>,
}

/// A page of a list, and how long the list is.
struct Listed {
    rows: Vec<Row>,
    total: usize,
    after: Option<CaseId>,
}

/// `GET /supervision/overdue`
pub(in crate::web) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &READERS) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    let (card, key, _) =
        LISTS.into_iter().find(|(_, key, _)| *key == wanted.card).unwrap_or(LISTS[0]);
    let listed = ask(&frame, card, wanted.after, PAGE_ROWS).await;
    let (counts, listed) = match (counts(&frame).await, listed) {
        (Ok(counts), Ok(listed)) => (counts, listed),
        (Err(refused), _) | (_, Err(refused)) => return refused,
    };
    let body = html! {
        (figures(&frame, key, &counts))
        @if listed.rows.is_empty() { p { (frame.say(&words::overdue_none())) } }
        @else { (table(&frame, &listed.rows)) }
        @if let Some(after) = listed.after {
            p {
                a href={ "/supervision/overdue?card=" (key) "&after=" (after) } {
                    (frame.say(&words::work_next_page()))
                }
            }
        }
    };
    frame.page(&words::page_overdue(), &body).into_response()
}

async fn counts(frame: &Frame<'_>) -> Result<Vec<usize>, Response> {
    let mut counts = Vec::new();
    for (card, ..) in LISTS {
        counts.push(ask(frame, card, None, 1).await?.total);
    }
    Ok(counts)
}

async fn ask(
    frame: &Frame<'_>,
    card: Option<Card>,
    after: Option<CaseId>,
    rows: usize,
) -> Result<Listed, Response> {
    let (filter, order, size) = (Filter::late(card), Order::Due, Some(rows));
    let command = Command::Cases { filter, order, after, size };
    match frame.ask(command).await? {
        Answer::Cases { cases, total, after, .. } => Ok(Listed { rows: cases, total, after }),
        _ => Err(frame.stopping()),
    }
}

/// Each figure leads to its cases.
fn figures(frame: &Frame<'_>, current: &str, counts: &[usize]) -> Markup {
    html! {
        ul.counts {
            @for ((_, key, word), count) in LISTS.into_iter().zip(counts) {
                li {
                    a href={ "/supervision/overdue?card=" (key) }
                        aria-current=[(key == current).then_some("page")] {
                        strong { (count) } " " (frame.say(&word()))
                    }
                }
            }
        }
    }
}

fn table(frame: &Frame<'_>, rows: &[Row]) -> Markup {
    let today = Date::at(clock::now());
    html! {
        table {
            thead { tr {
                th scope="col" { (frame.say(&words::column_receipt())) }
                th scope="col" { (frame.say(&words::column_item())) }
                th scope="col" { (frame.say(&words::column_status())) }
                th scope="col" { (frame.say(&words::column_whose_turn())) }
                th scope="col" { (frame.say(&words::column_due())) }
                th.number scope="col" { (frame.say(&words::column_days_over())) }
            } }
            tbody { @for row in rows { (line(frame, row, today)) } }
        }
    }
}

fn line(frame: &Frame<'_>, row: &Row, today: Date) -> Markup {
    let case = &row.summary;
    let name = show::case_name(case);
    let whose = case.next.first().map(|next| {
        let organ = next.organ.map_or_else(String::new, |organ| format!(" {}", organ.name()));
        format!("{}{organ}", frame.web.offices.name(next.office))
    });
    html! {
        tr {
            td { a.receipt href={ "/case/" (name) } { (name) } }
            td { (case.item_name) }
            td { (frame.say(&case.status.words())) }
            td { (whose.unwrap_or_else(|| "—".to_owned())) }
            td { (show::due(frame.lang, &case.due)) }
            td.number {
                @match &case.due {
                    daiban_domain::clock::Due::On { date } => (today.since(*date)),
                    _ => "—",
                }
            }
        }
    }
}
