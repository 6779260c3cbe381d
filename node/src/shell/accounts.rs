//! The accounts of the pages, over the admin socket.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use super::admin::{JSON, refused};
use crate::accounts::{Account, NewAccount, Role};
use crate::openapi::Routes;
use crate::web::Web;

/// What is to become of an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "change", deny_unknown_fields)]
pub enum AccountChange {
    Add(NewAccount),
    ResetPassword { id: String, password: String },
    Disable { id: String },
    Enable { id: String },
}

/// An account without its password.
#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    name: &'a str,
    roles: &'a [Role],
    organ: Option<String>,
    disabled: bool,
}

impl<'a> From<&'a Account> for Shown<'a> {
    fn from(account: &'a Account) -> Self {
        let Account { id, name, roles, disabled, .. } = account;
        let organ = account.organ.map(|organ| organ.to_string());
        Self { id, name, roles, organ, disabled: *disabled }
    }
}

pub(super) fn routes() -> Routes<Web> {
    let at = |method| (method, "/v1/accounts");
    Routes::new()
        .machine(at(Method::GET), "Who may sign in at the pages", ("", JSON), get(list))
        .machine(at(Method::POST), "Make an account, or change one", (JSON, JSON), post(change))
}

async fn list(State(web): State<Web>) -> Response {
    let accounts = web.accounts();
    Json(accounts.list().map(Shown::from).collect::<Vec<_>>()).into_response()
}

async fn change(State(web): State<Web>, Json(change): Json<AccountChange>) -> Response {
    // A password takes its time, and nobody else should wait for it.
    let changed = tokio::task::spawn_blocking(move || {
        let mut accounts = web.accounts();
        match change {
            AccountChange::Add(new) => accounts.add(new),
            AccountChange::ResetPassword { id, password } => {
                accounts.reset_password(&id, &password)
            }
            AccountChange::Disable { id } => accounts.set_disabled(&id, true),
            AccountChange::Enable { id } => accounts.set_disabled(&id, false),
        }
    });
    match changed.await {
        Ok(Ok(())) => Json(serde_json::json!({ "answer": "done" })).into_response(),
        Ok(Err(error)) => refused(&error.to_string()),
        Err(error) => refused(&error.to_string()),
    }
}
