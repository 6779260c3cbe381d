//! 办理结果公开: what was decided, as far as the law lets it be shown to everybody.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use daiban_domain::act::CaseId;
use daiban_domain::calendar::Date;
use daiban_domain::case::Summary;
use daiban_domain::catalog::{Action, Item};
use daiban_domain::fold::Status;
use daiban_domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::Citizen;
use crate::replica::{Answer, Command, Filter, Order};
use crate::web::frame::Frame;
use crate::web::{Web, show};

/// Results of a page.
const PAGE_ROWS: usize = 100;

#[derive(Deserialize)]
pub(super) struct Asked {
    after: Option<CaseId>,
}

/// `GET /public/ledger?after=`
pub(super) async fn page(
    State(web): State<Web>,
    Citizen(lang): Citizen,
    Query(Asked { after }): Query<Asked>,
) -> Response {
    let frame = Frame::citizen(&web, lang);
    let published = web.handle.look(|replica| {
        let items = replica.law().catalog.iter().filter(|item| is_published(item));
        items.map(|item| (item.code.clone(), is_for_bodies(item))).collect::<BTreeMap<_, _>>()
    });
    let Some(published) = published.await else { return frame.stopping() };
    let (rows, after) = match results(&frame, &published, after).await {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let name = |row: &Summary| match published.get(&row.item) {
        Some(true) => row.applicant.clone(),
        _ => show::masked_name(&row.applicant),
    };
    let body = html! {
        p.hint { (frame.say(&words::public_ledger_hint())) }
        @if rows.is_empty() { p { (frame.say(&words::public_ledger_empty())) } }
        @else { (table(&frame, &rows, name)) }
        @if let Some(after) = after {
            p {
                a href={ "/public/ledger?after=" (after) } { (frame.say(&words::work_next_page())) }
            }
        }
    };
    frame.page(&words::public_ledger(), &body).into_response()
}

/// A page of what was decided, and where the next one begins.
async fn results(
    frame: &Frame<'_>,
    published: &BTreeMap<String, bool>,
    after: Option<CaseId>,
) -> Result<(Vec<Summary>, Option<CaseId>), Response> {
    let items: BTreeSet<_> = published.keys().cloned().collect();
    if items.is_empty() {
        // A filter without items lets all through.
        return Ok((Vec::new(), None));
    }
    let statuses = vec![Status::Decided, Status::Closed, Status::NotGranted];
    let filter = Filter { statuses, items, ..Filter::default() };
    let (order, size) = (Order::Opened, Some(PAGE_ROWS));
    match frame.ask(Command::Cases { filter, order, after, size }).await? {
        Answer::Cases { cases, after, .. } => {
            Ok((cases.into_iter().map(|row| row.summary).collect(), after))
        }
        _ => Err(frame.stopping()),
    }
}

fn table(frame: &Frame<'_>, rows: &[Summary], name: impl Fn(&Summary) -> String) -> Markup {
    let heads = [
        words::public_column_day(),
        words::column_item(),
        words::column_applicant(),
        words::public_column_result(),
    ];
    html! {
        table {
            thead { tr { @for head in heads { th scope="col" { (frame.say(&head)) } } } }
            tbody { @for row in rows {
                tr {
                    td { (row.opened.map(Date::at).map(|day| day.to_string()).unwrap_or_default()) }
                    td { (row.item_name) }
                    td { (name(row)) }
                    td { (frame.say(&row.status.words())) }
                }
            } }
        }
    }
}

/// What has to be shown to everybody before it is decided (公示), and what bodies apply for. All else
/// is private life.
fn is_published(item: &Item) -> bool {
    is_for_bodies(item) || item.stages.iter().any(|stage| stage.action == Action::Publicity)
}

fn is_for_bodies(item: &Item) -> bool {
    item.field("org_name").is_some() && item.field("apply_cardnumber").is_none()
}
