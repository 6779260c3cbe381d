//! `/quarantine`: entries that are kept without effect, and whose they are.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use daiban_domain::words;
use daiban_sync::id::{LogId, OfficeCode};
use maud::{Markup, html};

use super::READERS;
use crate::replica::{Answer, Command, QuarantineView, Replica};
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::Visitor;

/// Entries on a page.
const ROWS_MAX: usize = 500;

/// An entry, and the office that wrote it if that is known.
pub(super) type Kept = (QuarantineView, Option<OfficeCode>);

/// `GET /quarantine`
pub(in crate::web) async fn page(State(web): State<Web>, visitor: Visitor) -> Response {
    if let Some(refused) = visitor.refused(&web, &READERS) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    match kept(&frame).await {
        Ok(kept) => {
            let body = html! {
                p.hint { (frame.say(&words::quarantine_hint())) }
                (table(&frame, &kept))
            };
            frame.page(&words::page_quarantine(), &body).into_response()
        }
        Err(refused) => refused,
    }
}

pub(super) async fn kept(frame: &Frame<'_>) -> Result<Vec<Kept>, Response> {
    let Answer::Quarantine { entries } = frame.ask(Command::Quarantine).await? else {
        return Err(frame.stopping());
    };
    let writers = |replica: &Replica| {
        let tips = replica.store().tips().iter().map(|(log, tip)| (*log, tip.office));
        tips.collect::<BTreeMap<LogId, OfficeCode>>()
    };
    let writers = frame.web.handle.look(writers).await.unwrap_or_default();
    Ok(entries
        .into_iter()
        .map(|entry| {
            let writer = writers.get(&entry.log).copied();
            (entry, writer)
        })
        .collect())
}

pub(super) fn table(frame: &Frame<'_>, kept: &[Kept]) -> Markup {
    html! {
        @if kept.is_empty() { p { (frame.say(&words::office_no_quarantine())) } }
        @else {
            table {
                thead { tr {
                    th scope="col" { (frame.say(&words::column_office())) }
                    th scope="col" { (frame.say(&words::column_entry())) }
                    th scope="col" { (frame.say(&words::column_why())) }
                } }
                tbody {
                    @for (entry, writer) in kept.iter().take(ROWS_MAX) {
                        tr {
                            td {
                                @if let Some(office) = writer {
                                    a href={ "/board/" (office) } {
                                        (frame.web.offices.name(*office))
                                    }
                                } @else { "—" }
                            }
                            td { code { (entry.log.short()) ":" (entry.seq) } }
                            td { (entry.reason) }
                        }
                    }
                }
            }
        }
        @if kept.len() > ROWS_MAX { p.hint { (frame.say(&words::work_more(ROWS_MAX))) } }
    }
}
