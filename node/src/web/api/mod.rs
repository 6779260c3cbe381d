//! `/v1`: what the pages do, for programs: the same commands, roles and masks, as JSON.
//!
//! A program signs in at `POST /v1/session` and sends the token with each request. Cookies are not
//! looked at: a browser adds them by itself to what another site makes it send, but never this header,
//! so that a request needs no form key.

mod act;
mod alarms;
mod caller;
mod case;
mod cases;
mod enter;
mod figures;
mod problem;
mod session;
mod take;

use axum::Json;
use axum::http::Method;
use serde_json::Value;

use super::Web;
use crate::openapi::{self, Operation, Routes, Who};
pub(crate) use problem::Problem;

/// The routes of programs with an account.
pub(super) fn routes() -> Routes<Web> {
    let (get, post) = (|path| (Method::GET, path), |path| (Method::POST, path));
    let patch = |path| (Method::PATCH, path);
    let delete = |path| (Method::DELETE, path);
    Routes::new()
        .add(get("/v1/openapi.json"), Who::Everybody, "This document", document)
        .add(post("/v1/session"), Who::Everybody, "Sign in", session::begin)
        .add(get("/v1/session"), Who::Account, "Who is signed in", session::show)
        .add(delete("/v1/session"), Who::Account, "Sign out", session::end)
        .add(get("/v1/items/{item}"), Who::Account, "What a form of an item asks for", enter::item)
        .add(get("/v1/cases"), Who::Account, "A page of a list of cases", cases::list)
        .add(post("/v1/cases"), Who::Account, "Begin a draft (agent)", enter::open)
        .add(get("/v1/cases/{case}"), Who::Account, "A case, masked", case::show)
        .add(
            post("/v1/cases/{case}/whole"),
            Who::Account,
            "A case with whole numbers of people, for a reason that is written down",
            case::whole,
        )
        .add(
            get("/v1/cases/{case}/clocks"),
            Who::Account,
            "When it is due, reckoned step by step",
            case::clocks,
        )
        .add(patch("/v1/cases/{case}/form"), Who::Account, "Change fields (agent)", enter::change)
        .add(
            post("/v1/cases/{case}/settle"),
            Who::Account,
            "Choose one of several values that were written at the same time",
            enter::settle,
        )
        .add(
            post("/v1/cases/{case}/materials"),
            Who::Account,
            "Attach a file (agent)",
            enter::attach,
        )
        .add(
            get("/v1/cases/{case}/materials/{blob}"),
            Who::Account,
            "The file of a material",
            case::file,
        )
        .add(post("/v1/cases/{case}/acts"), Who::Account, "Act on a case", act::act)
        .add(get("/v1/figures"), Who::Account, "Figures of supervision", figures::figures)
        .add(
            get("/v1/figures/cases"),
            Who::Account,
            "The cases that a figure counts",
            figures::cases,
        )
        .add(get("/v1/board"), Who::Account, "The offices here and below", alarms::board)
        .add(get("/v1/alarms"), Who::Account, "Alarms that have not ended", alarms::raised)
        .add(get("/v1/alarms/events"), Who::Account, "What became of alarms", alarms::events)
        .add(
            post("/v1/alarms/{office}/{trouble}/acknowledge"),
            Who::Account,
            "See to an alarm (operator)",
            alarms::acknowledge,
        )
}

/// What the document says of them.
pub(crate) fn operations() -> Vec<Operation> {
    routes().operations()
}

async fn document() -> Json<Value> {
    Json(openapi::document())
}
