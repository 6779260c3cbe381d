//! `/case/{receipt}`: a case, and what the visitor may do in it.

mod act;
mod ask;
mod help;
mod masked;
mod opened;
mod page;
mod since;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use daiban_domain::catalog::Item;
use daiban_domain::words;
use maud::Markup;
use serde::Deserialize;

use super::Web;
use super::frame::Frame;
use super::guard::{Posted, Visitor};
use crate::replica::{Answer, CaseView, Command, Refusal};
use crate::shell::{clock, files};

pub(super) use act::{act, is_own, seat, settle};
pub(super) use masked::{Found, Masked};
pub(super) use opened::{Opened, READERS};
use since::Since;

/// A case as it is drawn.
struct Shown<'a> {
    frame: &'a Frame<'a>,
    visitor: &'a Visitor,
    view: &'a CaseView,
    item: Option<&'a Item>,
    /// Whole numbers of people, for a reason that stands in the audit.
    whole: bool,
    /// What is new to the visitor.
    since: Option<Since>,
}

impl<'a> Shown<'a> {
    fn of(frame: &'a Frame<'a>, case: &'a Opened) -> Self {
        let Opened { visitor, view, item, .. } = case;
        Self { frame, visitor, view, item: item.as_deref(), whole: false, since: None }
    }
}

#[derive(Deserialize)]
pub(super) struct Done {
    /// The verb that was just carried out.
    done: Option<String>,
}

/// `GET /case/{receipt}`
pub(super) async fn page(
    State(web): State<Web>,
    case: Opened,
    Query(Done { done }): Query<Done>,
) -> Markup {
    let frame = Frame::of(&web, &case.visitor);
    let notice = done.map(|_| frame.saved());
    let since = web.since(&case).await;
    if !case.visitor.by_itself {
        web.glances.look(&case.visitor.account.id, clock::now(), &case.view);
    }
    Shown { since, ..Shown::of(&frame, &case) }.page(notice.as_ref(), None)
}

/// `POST /case/{receipt}/whole`: the numbers of people in full, once the reason is on the disk.
pub(super) async fn whole(State(web): State<Web>, case: Opened, posted: Posted) -> Response {
    let frame = Frame::of(&web, &case.visitor);
    let shown = Shown::of(&frame, &case);
    let why = posted.text("why");
    if why.is_empty() {
        let fault = frame.fault(&words::case_why_needed(), &words::case_why_whole());
        return (StatusCode::UNPROCESSABLE_ENTITY, shown.page(Some(&fault), None)).into_response();
    }
    if let Err(error) = web.audit.look(clock::now(), &case.visitor.account.id, &case.receipt, why) {
        return frame.refused(&Refusal::not_written(error));
    }
    Shown { whole: true, ..shown }.page(None, None).into_response()
}

/// `GET /case/{receipt}/file/{blob}`: a material that this case holds.
pub(super) async fn file(
    State(web): State<Web>,
    case: Opened,
    Path((_, blob)): Path<(String, String)>,
) -> Response {
    let frame = Frame::of(&web, &case.visitor);
    let Some(found) = case.view.file(&blob) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match files::read(&web.handle, found.id).await {
        Ok(Some(bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, shown_as(&found.media)),
                (header::CONTENT_SECURITY_POLICY, "sandbox"),
            ];
            (headers, Body::from(bytes)).into_response()
        }
        Ok(None) => {
            let waits = frame.refusal(&words::case_on_its_way(), &words::wait_for_materials());
            (StatusCode::NOT_FOUND, waits).into_response()
        }
        Err(refusal) => frame.refused(&refusal),
    }
}

/// Only what a browser draws without running anything.
fn shown_as(media: &str) -> &'static str {
    match media {
        "image/jpeg" => "image/jpeg",
        "image/png" => "image/png",
        "application/pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

fn back_to(receipt: &str, verb: &str) -> Redirect {
    Redirect::to(&format!("/case/{receipt}?done={verb}"))
}

impl Web {
    /// The case and the version of the item that it pins; `None` if the node ends just now.
    pub(super) async fn find_case(&self, name: &str) -> Option<Result<Found, Refusal>> {
        let view = match self.handle.ask(Command::ShowCase { case: name.to_owned() }).await? {
            Ok(Answer::Case(view)) => view,
            Ok(_) => return None,
            Err(refusal) => return Some(Err(refusal)),
        };
        let opened = view.state.as_ref().and_then(|state| state.opened.as_ref());
        let item = match opened.map(|opened| (opened.item.clone(), opened.version)) {
            None => None,
            Some((code, version)) => self.item(code, version).await,
        };
        Some(Ok(Found { view, item }))
    }

    /// An item of the catalog in force.
    pub(super) async fn item(&self, code: String, version: u32) -> Option<Arc<Item>> {
        let found = self.handle.look(move |replica| {
            replica.law().catalog.get(&code, version).map(|item| Arc::new(item.clone()))
        });
        found.await.flatten()
    }
}
