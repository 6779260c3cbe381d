//! Whoever asks, by the token of their session.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use daiban_domain::words;

use super::problem::Problem;
use crate::accounts::{Account, Role, Token};
use crate::openapi::Part;
use crate::replica::{Answer, Command};
use crate::web::Web;
use crate::web::case::{Found, READERS};

/// Somebody who is signed in.
pub(super) struct Caller {
    pub(super) account: Account,
    pub(super) token: Token,
}

/// The case that the path names by `{case}`, for whoever may read it.
pub(super) struct Opened {
    pub(super) caller: Caller,
    /// As it was named.
    pub(super) name: String,
    pub(super) found: Found,
}

impl Part for Caller {}
impl Part for Opened {}

impl Caller {
    /// Lets through who has one of the roles.
    pub(super) fn must_be(&self, roles: &[Role]) -> Result<(), Problem> {
        match self.account.has_one_of(roles) {
            true => Ok(()),
            false => Err(Problem::forbidden(words::api_not_your_role(&self.account.role_words()))),
        }
    }
}

impl FromRequestParts<Web> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let given = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer "));
        let token = given.and_then(Token::parse).ok_or_else(Problem::signed_out)?;
        match web.visit(&token, false) {
            Some(visit) if !visit.is_locked => Ok(Self { account: visit.account, token }),
            _ => Err(Problem::signed_out()),
        }
    }
}

impl FromRequestParts<Web> for Opened {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, web).await?;
        caller.must_be(&READERS)?;
        let names = RawPathParams::from_request_parts(parts, web).await;
        let names = names.map_err(|error| Problem::unreadable(&error.body_text()))?;
        let name = names.iter().find(|(key, _)| *key == "case");
        let name = name.map_or_else(String::new, |(_, name)| name.to_owned());
        let found = web.find_case(&name).await.ok_or_else(Problem::stopping)??;
        Ok(Self { caller, name, found })
    }
}

impl Web {
    /// Asks the node.
    pub(super) async fn ask(&self, command: Command) -> Result<Answer, Problem> {
        match self.handle.ask(command).await {
            Some(answered) => Ok(answered?),
            None => Err(Problem::stopping()),
        }
    }
}
