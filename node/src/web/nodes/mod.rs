//! `/nodes/{node}`: a node of an office below, and what this office does about it; `/unaccepted/{log}`:
//! what a revoked one wrote beyond what counts, to be read and accepted. What cannot be taken back
//! is rehearsed first.

mod page;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use daiban_domain::words::{self, Said};
use daiban_sync::id::OfficeCode;

use super::Web;
use super::board::READERS;
use super::frame::Frame;
use super::guard::{Posted, Visitor};
use crate::accounts::Role;
use crate::replica::{Answer, Command, Disposal, NodeView, Refusal, RefusalKind};
use crate::shell::status_of;

/// What was typed about a node.
#[derive(Default)]
struct Typed<'a> {
    disposal: &'a str,
    reason: &'a str,
}

/// The nodes of an office below.
pub(super) async fn of_office(
    frame: &Frame<'_>,
    office: OfficeCode,
) -> Result<Vec<NodeView>, Response> {
    match frame.ask(Command::Nodes { office: Some(office) }).await? {
        Answer::Nodes { nodes } => Ok(nodes),
        _ => Err(frame.stopping()),
    }
}

pub(super) use page::table;

/// `GET /nodes/{node}`
pub(super) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Path(node): Path<String>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &READERS) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    drawn(&frame, &node, &Typed::default(), None).await
}

/// `POST /nodes/{node}/rehearse`: says what it would change.
pub(super) async fn rehearse(
    State(web): State<Web>,
    Path(node): Path<String>,
    posted: Posted,
) -> Response {
    if let Some(refused) = posted.visitor.refused(&web, &[Role::Operator]) {
        return refused;
    }
    let frame = Frame::of(&web, &posted.visitor);
    let typed = Typed { disposal: posted.text("disposal"), reason: posted.text("reason") };
    match asked(&web, &node, &posted, true).await {
        Ok(effects) => {
            let body = page::rehearsal(&frame, &node, &posted, &effects);
            frame.page(&words::node_rehearsed(), &body).into_response()
        }
        Err(refusal) if posted.has("log") => frame.refused(&refusal),
        Err(refusal) => drawn(&frame, &node, &typed, Some(&refusal)).await,
    }
}

/// `POST /nodes/{node}`: what was rehearsed.
pub(super) async fn dispose(
    State(web): State<Web>,
    Path(node): Path<String>,
    posted: Posted,
) -> Response {
    if let Some(refused) = posted.visitor.refused(&web, &[Role::Operator]) {
        return refused;
    }
    match asked(&web, &node, &posted, false).await {
        Ok(_) => Redirect::to(&format!("/nodes/{node}")).into_response(),
        Err(refusal) => Frame::of(&web, &posted.visitor).refused(&refusal),
    }
}

/// `GET /unaccepted/{log}`
pub(super) async fn unaccepted(
    State(web): State<Web>,
    visitor: Visitor,
    Path(log): Path<String>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &READERS) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    match frame.ask(Command::Unaccepted { log }).await {
        Ok(Answer::Unaccepted(view)) => {
            frame.page(&words::page_unaccepted(), &page::unaccepted(&frame, &view)).into_response()
        }
        Ok(_) => frame.stopping(),
        Err(refused) => refused,
    }
}

/// `POST /renew`: this node's own certificates.
pub(super) async fn renew(State(web): State<Web>, posted: Posted) -> Response {
    if let Some(refused) = posted.visitor.refused(&web, &[Role::Operator]) {
        return refused;
    }
    match web.reach.renew_now().renew().await {
        Ok(_) => Redirect::to(&format!("/board/{}", web.office)).into_response(),
        Err(why) => {
            let frame = Frame::of(&web, &posted.visitor);
            let page = frame.refusal(&words::not_renewed(&why), &words::renewed_later());
            (StatusCode::SERVICE_UNAVAILABLE, page).into_response()
        }
    }
}

async fn asked(
    web: &Web,
    node: &str,
    posted: &Posted,
    rehearse: bool,
) -> Result<Vec<Said>, Refusal> {
    let (node, reason) = (node.to_owned(), posted.text("reason").to_owned());
    let disposal = disposal(posted)?;
    match web.handle.ask(Command::Dispose { node, disposal, reason, rehearse }).await {
        Some(Ok(Answer::Published { effects, .. })) => {
            Ok(effects.into_iter().map(|effect| effect.words).collect())
        }
        Some(Err(refusal)) => Err(refusal),
        _ => Err(Refusal::internal(words::node_stopping())),
    }
}

fn disposal(posted: &Posted) -> Result<Disposal, Refusal> {
    let unfit = |sentence| Refusal::new(RefusalKind::Input, sentence, words::mend_request());
    match posted.text("disposal") {
        "suspend" => Ok(Disposal::Suspend),
        "reinstate" => Ok(Disposal::Reinstate),
        "revoke" => Ok(Disposal::Revoke),
        "accept" => {
            let log = posted.text("log").to_owned();
            let upto = posted.text("upto");
            let upto = match upto.is_empty() {
                true => None,
                false => Some(upto.parse().map_err(|_| unfit(words::number_expected(upto)))?),
            };
            Ok(Disposal::Accept { log, upto })
        }
        _ => Err(unfit(words::disposal_expected())),
    }
}

async fn drawn(
    frame: &Frame<'_>,
    node: &str,
    typed: &Typed<'_>,
    refusal: Option<&Refusal>,
) -> Response {
    let nodes = match frame.ask(Command::Nodes { office: None }).await {
        Ok(Answer::Nodes { nodes }) => nodes,
        Ok(_) => return frame.stopping(),
        Err(refused) => return refused,
    };
    let Some(view) = nodes.iter().find(|view| view.node == node) else {
        let page = frame.refusal(&words::node_expected(node), &words::see_nodes());
        return (StatusCode::NOT_FOUND, page).into_response();
    };
    let page = frame.page(&words::page_node(), &page::node(frame, view, typed, refusal));
    (refusal.map_or(StatusCode::OK, |refusal| status_of(refusal.kind)), page).into_response()
}
