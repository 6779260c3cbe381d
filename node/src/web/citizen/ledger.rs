//! 办理结果公开: what was decided, as far as the law lets it be shown to everybody.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use daiban_domain::calendar::Date;
use daiban_domain::case::Summary;
use daiban_domain::catalog::{Action, Item};
use daiban_domain::fold::Status;
use daiban_domain::words;
use maud::{Markup, html};

use super::Citizen;
use crate::replica::{Answer, Command, Filter, Order};
use crate::web::frame::Frame;
use crate::web::{Web, show};

/// Results on the page.
const RESULTS_MAX: usize = 100;

/// `GET /public/ledger`
pub(super) async fn page(State(web): State<Web>, Citizen(lang): Citizen) -> Response {
    let frame = Frame::citizen(&web, lang);
    let published = web.handle.look(|replica| {
        let items = replica.law().catalog.iter().filter(|item| is_published(item));
        items.map(|item| (item.code.clone(), is_for_bodies(item))).collect::<BTreeMap<_, _>>()
    });
    let statuses = vec![Status::Decided, Status::Closed, Status::NotGranted];
    let filter = Filter { statuses, ..Filter::default() };
    let list = Command::Cases { filter, order: Order::Opened, after: None, size: None };
    let (Some(published), Some(Ok(Answer::Cases { cases, .. }))) =
        (published.await, web.handle.ask(list).await)
    else {
        return frame.stopping();
    };
    let rows = cases.into_iter().map(|row| row.summary);
    let rows = rows.filter(|case| published.contains_key(&case.item));
    let rows: Vec<_> = rows.take(RESULTS_MAX).collect();
    let name = |row: &Summary| match published.get(&row.item) {
        Some(true) => row.applicant.clone(),
        _ => show::masked_name(&row.applicant),
    };
    let body = html! {
        p.hint { (frame.say(&words::public_ledger_hint())) }
        @if rows.is_empty() { p { (frame.say(&words::public_ledger_empty())) } }
        @else { (table(&frame, &rows, name)) }
    };
    frame.page(&words::public_ledger(), &body).into_response()
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
