//! 批量审批: an officer says yes to many cases at once, where their items allow it. They are ticked in the
//! list of work, looked at on one page, and then each gets its own act through the ordinary command,
//! on what was seen of it: a case that changed meanwhile is refused by itself.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::act::Pin;
use daiban_domain::catalog::Item;
use daiban_domain::desk::ActRequest;
use daiban_domain::fold::NextAct;
use daiban_domain::words::{self, Said};
use maud::{Markup, html};

use super::Web;
use super::case::Found;
use super::frame::Frame;
use super::guard::Posted;
use super::show;
use super::work::desk;
use crate::accounts::Role;
use crate::replica::{CaseView, Command, Refusal, RefusalKind};

/// Cases of one page.
const CASES_MAX: usize = 100;

/// A case that was ticked.
struct Ticked<'a> {
    receipt: &'a str,
    /// What it shows now, or why it cannot be shown.
    case: Result<Seen, Refusal>,
}

/// A case as it is looked at.
struct Seen {
    view: Box<CaseView>,
    item: Option<Arc<Item>>,
    next: NextAct,
}

/// `POST /approve`: what is ticked, to be looked at once more.
pub(super) async fn check(State(web): State<Web>, posted: Posted) -> Response {
    if let Some(refused) = posted.visitor.refused(&web, &[Role::Officer]) {
        return refused;
    }
    let frame = Frame::of(&web, &posted.visitor);
    let receipts: Vec<_> = posted.all("case").collect();
    let why = match receipts.len() {
        0 => words::approve_none(),
        1..=CASES_MAX => return looked_at(&web, &frame, &posted, &receipts).await,
        _ => words::approve_too_many(CASES_MAX),
    };
    let page = frame.refusal(&why, &words::approve_tick_first());
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

async fn looked_at(web: &Web, frame: &Frame<'_>, posted: &Posted, receipts: &[&str]) -> Response {
    let mut ticked = Vec::new();
    for receipt in receipts {
        ticked.push(Ticked { receipt, case: seen(web, posted, receipt, None).await });
    }
    let open = ticked.iter().filter(|ticked| ticked.case.is_ok()).count();
    let body = html! {
        form method="post" action="/approve/all" {
            (frame.form_key())
            table {
                thead { tr {
                    th scope="col" { (frame.say(&words::column_receipt())) }
                    th scope="col" { (frame.say(&words::column_item())) }
                    th scope="col" { (frame.say(&words::column_applicant())) }
                    th scope="col" { (frame.say(&words::approve_act())) }
                } }
                tbody { @for ticked in &ticked { (row(frame, ticked)) } }
            }
            @if open > 0 { button.main { (frame.say(&words::approve_confirm(open))) } }
        }
        p { a href="/" { (frame.say(&words::page_work())) } }
    };
    frame.page(&words::approve_check(), &body).into_response()
}

/// What a case shows, if an act of this verb, or of any, may be said of it in a batch.
async fn seen(
    web: &Web,
    posted: &Posted,
    receipt: &str,
    verb: Option<&str>,
) -> Result<Seen, Refusal> {
    let found = web.find_case(receipt).await;
    let Found { view, item } = found.unwrap_or_else(|| Err(stopping()))?;
    let next = view.state.as_ref().map(|state| &state.next[..]).unwrap_or_default();
    let next = desk(&posted.visitor.account).approves(next, web.office).cloned();
    match next.filter(|next| verb.is_none_or(|verb| next.verb == verb)) {
        Some(next) => Ok(Seen { view, item, next }),
        None => Err(not_open()),
    }
}

fn not_open() -> Refusal {
    let kind = RefusalKind::NotAllowed;
    Refusal::new(kind, words::approve_not_open(), words::approve_open_alone())
}

fn row(frame: &Frame<'_>, ticked: &Ticked<'_>) -> Markup {
    let name = html! {
        td { a.receipt href={ "/case/" (ticked.receipt) } { (ticked.receipt) } }
    };
    match &ticked.case {
        Err(refusal) => html! { tr { (name) td colspan="3" { (why_not(frame, refusal)) } } },
        Ok(Seen { view, item, next }) => html! {
            tr {
                (name)
                td { (view.summary.item_name) }
                td { (view.summary.applicant) }
                td {
                    strong { (frame.say(&next.words)) }
                    (rests_on(frame, view, item.as_deref()))
                    @if let Some(state) = &view.state {
                        input type="hidden" name="case" value=(ticked.receipt);
                        input type="hidden" name="verb" value=(next.verb);
                        input type="hidden" name="pin" value=(serde_json::json!(state.pin));
                    }
                }
            }
        },
    }
}

/// What is pinned: what the form says, numbers of people only with their ends, and the files.
fn rests_on(frame: &Frame<'_>, view: &CaseView, item: Option<&Item>) -> Markup {
    let form = view.form.as_object().into_iter().flatten();
    let is_blank = |value: &serde_json::Value| value.is_null() || value == "";
    let filled: Vec<_> = form.filter(|(_, value)| !is_blank(value)).collect();
    let files = view.state.iter().flat_map(|state| &state.materials);
    let label = |key: &str| view.labels.get(key).cloned().unwrap_or_else(|| key.to_owned());
    html! {
        details {
            summary { (frame.say(&words::approve_rests_on(filled.len(), files.clone().count()))) }
            dl.facts {
                @for (key, value) in &filled {
                    @let field = item.and_then(|item| item.field(key));
                    @let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    dt { (label(key)) }
                    dd { (show::value(field, &text, false)) }
                }
            }
            ul { @for file in files {
                li {
                    (label(&file.key)) " "
                    a href={ "/case/" (receipt_of(view)) "/file/" (file.blob.id) } target="_blank" rel="noopener" {
                        (file.blob.name)
                    }
                }
            } }
        }
    }
}

fn receipt_of(view: &CaseView) -> String {
    let summary = &view.summary;
    summary.receipt.map_or_else(|| summary.id.to_string(), |receipt| receipt.to_string())
}

fn why_not(frame: &Frame<'_>, refusal: &Refusal) -> Markup {
    html! {
        strong.late { (frame.say(&refusal.sentence)) }
        "；" (frame.say(&refusal.remedy))
    }
}

/// `POST /approve/all`: an act for each.
pub(super) async fn all(State(web): State<Web>, posted: Posted) -> Response {
    if let Some(refused) = posted.visitor.refused(&web, &[Role::Officer]) {
        return refused;
    }
    let frame = Frame::of(&web, &posted.visitor);
    let cases = posted.all("case").zip(posted.all("verb")).zip(posted.all("pin"));
    let mut results = Vec::new();
    for ((receipt, verb), pin) in cases.take(CASES_MAX) {
        results.push((receipt, said(&web, &posted, receipt, (verb, pin)).await));
    }
    let done = results.iter().filter(|(_, result)| result.is_ok()).count();
    let body = html! {
        p.done role="status" { (frame.say(&words::approve_done(done, results.len()))) }
        table {
            thead { tr {
                th scope="col" { (frame.say(&words::column_receipt())) }
                th scope="col" { (frame.say(&words::approve_result())) }
            } }
            tbody { @for (receipt, result) in &results { tr {
                td { a.receipt href={ "/case/" (receipt) } { (receipt) } }
                td { @match result {
                    Ok(what) => (frame.say(&words::approve_verb_done(what))),
                    Err(refusal) => (why_not(&frame, refusal)),
                } }
            } } }
        }
        p { a href="/" { (frame.say(&words::page_work())) } }
    };
    frame.page(&words::approve_title(), &body).into_response()
}

/// Says yes to one case, as it was looked at; gives what was said.
async fn said(
    web: &Web,
    posted: &Posted,
    receipt: &str,
    (verb, pin): (&str, &str),
) -> Result<Said, Refusal> {
    let Seen { view, next, .. } = seen(web, posted, receipt, Some(verb)).await?;
    let pin: Pin = serde_json::from_str(pin).map_err(|_| not_open())?;
    // Only a decision says itself what it rests on; what is said in a batch rests on what was shown.
    if view.state.is_some_and(|state| state.pin != pin) {
        let kind = RefusalKind::Input;
        return Err(Refusal::new(kind, words::case_changed(), words::read_again()));
    }
    let request = ActRequest::yes(verb, pin).ok_or_else(not_open)?;
    let (case, by) = (receipt.to_owned(), posted.visitor.account.officer());
    match web.handle.ask(Command::Act { case, by, organ: next.organ, request }).await {
        Some(done) => done.map(|_| next.words),
        None => Err(stopping()),
    }
}

fn stopping() -> Refusal {
    Refusal::internal(words::node_stopping())
}
