//! `/publish`: what an operator tells every office below. It is rehearsed first: the page says what
//! it would change, and only then it can be published.

mod page;
mod typed;

use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::notice::Notice;
use daiban_domain::notice::items;
use daiban_domain::words;
use maud::html;

use super::Web;
use super::frame::Frame;
use super::guard::{Posted, Visitor};
use super::upload::Upload;
use crate::accounts::Role;
use crate::replica::{Answer, Command, Consequence, NoticeView, Refusal};
use crate::shell::status_of;
use typed::Typed;

/// `GET /publish`
pub(super) async fn page(State(web): State<Web>, visitor: Visitor) -> Response {
    if let Some(refused) = visitor.refused(&web, &[Role::Operator]) {
        return refused;
    }
    drawn(&Frame::of(&web, &visitor), &Typed::default(), None).await
}

/// `POST /publish/rehearse`: says what it would change.
pub(super) async fn rehearse(
    State(web): State<Web>,
    visitor: Visitor,
    form: Multipart,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &[Role::Operator]) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    let upload = match Upload::read(form, &frame, &visitor).await {
        Ok(upload) => upload,
        Err(refused) => return refused,
    };
    let typed = Typed(upload);
    let rehearsed = match typed.notices(web.office) {
        Ok(notices) => rehearsed(&web, notices).await,
        Err(refusal) => Err(refusal),
    };
    match rehearsed {
        Ok((notices, effects)) if !effects.is_empty() => {
            let body = page::rehearsal(&frame, &notices, &effects);
            frame.page(&words::publish_rehearsed(), &body).into_response()
        }
        Ok(_) => drawn(&frame, &typed, Some(&nothing_new())).await,
        Err(refusal) => drawn(&frame, &typed, Some(&refusal)).await,
    }
}

/// `POST /publish`: what was rehearsed.
pub(super) async fn publish(State(web): State<Web>, posted: Posted) -> Response {
    if let Some(refused) = posted.visitor.refused(&web, &[Role::Operator]) {
        return refused;
    }
    let frame = Frame::of(&web, &posted.visitor);
    let read: Result<Vec<Notice>, _> = posted.all("notice").map(serde_json::from_str).collect();
    let Ok(notices) = read else { return frame.too_old() };
    let mut effects = Vec::new();
    for notice in notices {
        match asked(&web, notice, false).await {
            Ok(more) => effects.extend(more),
            Err(refusal) if effects.is_empty() => return frame.refused(&refusal),
            Err(refusal) => {
                let body = html! {
                    (frame.fault(&refusal.sentence, &refusal.remedy))
                    (page::published(&frame, &effects))
                };
                let page = frame.page(&words::publish_in_part(), &body);
                return (status_of(refusal.kind), page).into_response();
            }
        }
    }
    let body = page::published(&frame, &effects);
    frame.page(&words::publish_done(), &body).into_response()
}

/// The notices of which something is new, with what they change.
async fn rehearsed(
    web: &Web,
    notices: Vec<Notice>,
) -> Result<(Vec<Notice>, Vec<Consequence>), Refusal> {
    let mut effects = Vec::new();
    for notice in &notices {
        effects.extend(asked(web, notice.clone(), true).await?);
    }
    let about = effects.iter().map(|effect| effect.about.clone()).collect();
    Ok((items::only(notices, &about), effects))
}

async fn asked(web: &Web, notice: Notice, rehearse: bool) -> Result<Vec<Consequence>, Refusal> {
    match web.handle.ask(Command::Publish { notice, rehearse }).await {
        Some(Ok(Answer::Published { effects, .. })) => Ok(effects),
        Some(Err(refusal)) => Err(refusal),
        _ => Err(Refusal::internal(words::node_stopping())),
    }
}

fn nothing_new() -> Refusal {
    let kind = crate::replica::RefusalKind::Input;
    Refusal::new(kind, words::publish_nothing_new(), words::publish_look_at_notices())
}

async fn drawn(frame: &Frame<'_>, typed: &Typed, refusal: Option<&Refusal>) -> Response {
    let notices: Vec<NoticeView> = match frame.ask(Command::Notices).await {
        Ok(Answer::Notices { notices }) => notices,
        Ok(_) => return frame.stopping(),
        Err(refused) => return refused,
    };
    let page = frame.page(&words::page_publish(), &page::forms(frame, typed, refusal, &notices));
    let status = refusal.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    (status, page).into_response()
}
