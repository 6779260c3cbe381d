//! What is taken out of a request: a query, or a body of JSON.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::openapi::Taken;
use crate::web::Web;

/// A query.
pub(super) struct Asked<T>(pub(super) T);

/// A body of JSON. Only `application/json` is read: a form of another site cannot send it.
pub(super) struct Body<T>(pub(super) T);

impl<T: JsonSchema> Taken for Asked<T> {
    type Of = T;
    const IN_QUERY: bool = true;
}

impl<T: JsonSchema> Taken for Body<T> {
    type Of = T;
    const IN_QUERY: bool = false;
}

impl<T: DeserializeOwned> FromRequestParts<Web> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let Query(asked) = Query::from_request_parts(parts, web).await?;
        Ok(Self(asked))
    }
}

impl<T: DeserializeOwned> FromRequest<Web> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Problem> {
        let Json(body) = Json::from_request(request, web).await?;
        Ok(Self(body))
    }
}
