//! The case that a page is about, for whoever may read it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use daiban_domain::catalog::Item;

use super::Found;
use crate::accounts::Role;
use crate::replica::CaseView;
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::Visitor;

/// Whoever may read cases.
pub(in crate::web) const READERS: [Role; 3] = [Role::Agent, Role::Officer, Role::Auditor];

/// The case that the path names by `{receipt}`.
pub(in crate::web) struct Opened {
    pub(in crate::web) visitor: Visitor,
    pub(in crate::web) receipt: String,
    pub(in crate::web) view: Box<CaseView>,
    /// The version of its item that it pins, once that is here.
    pub(in crate::web) item: Option<Arc<Item>>,
}

impl FromRequestParts<Web> for Opened {
    type Rejection = Response;

    /// Anybody else gets the page that says why not.
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let visitor = Visitor::with_role(parts, web, &READERS).await?;
        let names = RawPathParams::from_request_parts(parts, web).await;
        let names = names.map_err(IntoResponse::into_response)?;
        let receipt = names.iter().find(|(key, _)| *key == "receipt");
        let receipt = receipt.map_or_else(String::new, |(_, receipt)| receipt.to_owned());
        let frame = Frame::of(web, &visitor);
        match web.find_case(&receipt).await {
            Some(Ok(Found { view, item })) => Ok(Self { visitor, receipt, view, item }),
            Some(Err(refusal)) => Err(frame.refused(&refusal)),
            None => Err(frame.stopping()),
        }
    }
}
