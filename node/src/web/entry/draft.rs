//! Whoever may enter applications, and the draft that a page of theirs goes on with.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use daiban_domain::catalog::Item;
use daiban_domain::check::fields_from_json;
use daiban_domain::fold::Status;
use daiban_domain::form::Fields;
use daiban_domain::words;

use crate::accounts::Role;
use crate::replica::CaseView;
use crate::web::Web;
use crate::web::case::Opened;
use crate::web::frame::Frame;
use crate::web::guard::Visitor;

/// Somebody who enters applications; anybody else gets the page that says so.
pub(in crate::web) struct Agent(pub(in crate::web) Visitor);

impl FromRequestParts<Web> for Agent {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, web).await;
        let visitor = visitor.map_err(IntoResponse::into_response)?;
        match visitor.refused(web, &[Role::Agent]) {
            None => Ok(Self(visitor)),
            Some(refused) => Err(refused),
        }
    }
}

/// A case as its agent goes on with it.
pub(in crate::web) struct Draft {
    pub(super) visitor: Visitor,
    pub(super) receipt: String,
    pub(super) view: Box<CaseView>,
    pub(super) item: Arc<Item>,
}

impl Draft {
    /// What the form holds, typed as the item says.
    pub(super) fn saved(&self) -> Fields {
        let json = self.view.form.as_object().cloned().unwrap_or_default();
        fields_from_json(&self.item, &json).unwrap_or_default()
    }

    /// A page of this case.
    pub(super) fn path(&self, page: &str) -> String {
        format!("/case/{}/{page}", self.receipt)
    }

    /// What hands it in: for the first time, or after a correction.
    pub(super) fn hands_in(&self) -> &'static str {
        match self.view.summary.status {
            Status::Correction => "correct",
            _ => "submit",
        }
    }
}

impl FromRequestParts<Web> for Draft {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let Opened { visitor, receipt, view, item } =
            Opened::from_request_parts(parts, web).await?;
        if let Some(refused) = visitor.refused(web, &[Role::Agent]) {
            return Err(refused);
        }
        match item {
            Some(item) => Ok(Self { visitor, receipt, view, item }),
            None => {
                let frame = Frame::of(web, &visitor);
                let page = frame.refusal(&words::not_opened(), &words::wait_for_sync());
                Err(page.into_response())
            }
        }
    }
}
