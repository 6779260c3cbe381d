//! Signing in and out.

use axum::Json;
use axum::extract::State;
use axum::response::NoContent;
use daiban_domain::organ::OrganCode;
use daiban_domain::schema;
use daiban_sync::id::OfficeCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::caller::Caller;
use super::problem::Problem;
use super::take::Body;
use crate::accounts::{Account, Role};
use crate::replica::Refusal;
use crate::web::{Web, sign_in};

/// What is typed at the page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    id: String,
    password: String,
}

/// A session has begun.
#[derive(Serialize, JsonSchema)]
pub(super) struct Session {
    /// To be sent as `Authorization: Bearer …`. Good for twelve hours, and for fifteen minutes without
    /// a request.
    token: String,
    who: SignedIn,
}

/// SignedIn is signed in.
#[derive(Serialize, JsonSchema)]
pub(super) struct SignedIn {
    #[schemars(with = "schema::OfficeCode")]
    office: OfficeCode,
    id: String,
    name: String,
    roles: Vec<Role>,
    organ: Option<OrganCode>,
    /// The cases of this office are practice.
    training: bool,
}

impl SignedIn {
    fn of(web: &Web, account: Account) -> Self {
        let Account { id, name, roles, organ, .. } = account;
        Self { office: web.office, id, name, roles, organ, training: web.training }
    }
}

/// `POST /v1/session`
pub(super) async fn begin(
    State(web): State<Web>,
    Body(SignIn { id, password }): Body<SignIn>,
) -> Result<Json<Session>, Problem> {
    let token = sign_in::try_password(web.clone(), id, password).await?;
    let visit = web.visit(&token, true).ok_or_else(Problem::signed_out)?;
    Ok(Json(Session { token: token.text(), who: SignedIn::of(&web, visit.account) }))
}

/// `GET /v1/session`
pub(super) async fn show(State(web): State<Web>, caller: Caller) -> Json<SignedIn> {
    Json(SignedIn::of(&web, caller.account))
}

/// `DELETE /v1/session`
pub(super) async fn end(State(web): State<Web>, caller: Caller) -> Result<NoContent, Problem> {
    web.accounts().sign_out(&caller.token).map_err(Refusal::not_written)?;
    Ok(NoContent)
}
