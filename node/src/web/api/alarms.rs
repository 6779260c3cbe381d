//! The board of the offices and their alarms.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::NoContent;
use daiban_domain::schema;
use daiban_domain::words;
use daiban_sync::id::OfficeCode;
use schemars::JsonSchema;
use serde::Deserialize;

use super::caller::Caller;
use super::problem::Problem;
use super::take::{Asked, Body};
use crate::accounts::Role;
use crate::replica::{Answer, Board, Command, RaisedView, Trouble, WatchEvent};
use crate::web::Web;
use crate::web::board::READERS;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Of {
    /// Only alarms of this office.
    #[schemars(with = "Option<schema::OfficeCode>")]
    office: Option<OfficeCode>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlarmWord {
    /// What is being done about it.
    word: String,
}

/// `GET /v1/board`
pub(super) async fn board(State(web): State<Web>, caller: Caller) -> Result<Json<Board>, Problem> {
    caller.must_be(&READERS)?;
    match web.ask(Command::Board).await? {
        Answer::Board(board) => Ok(Json(*board)),
        _ => Err(Problem::stopping()),
    }
}

/// `GET /v1/alarms`
pub(super) async fn raised(
    State(web): State<Web>,
    caller: Caller,
) -> Result<Json<Vec<RaisedView>>, Problem> {
    caller.must_be(&READERS)?;
    match web.ask(Command::Raised).await? {
        Answer::Raised { alarms } => Ok(Json(alarms)),
        _ => Err(Problem::stopping()),
    }
}

/// `GET /v1/alarms/events`
pub(super) async fn events(
    State(web): State<Web>,
    caller: Caller,
    Asked(Of { office }): Asked<Of>,
) -> Result<Json<Vec<WatchEvent>>, Problem> {
    caller.must_be(&READERS)?;
    match web.ask(Command::AlarmEvents { office }).await? {
        Answer::AlarmEvents { events } => Ok(Json(events)),
        _ => Err(Problem::stopping()),
    }
}

/// `POST /v1/alarms/{office}/{trouble}/acknowledge`
pub(super) async fn acknowledge(
    State(web): State<Web>,
    caller: Caller,
    Path((office, trouble)): Path<(String, String)>,
    Body(AlarmWord { word }): Body<AlarmWord>,
) -> Result<NoContent, Problem> {
    caller.must_be(&[Role::Operator])?;
    let unfit = || Problem::not_found(words::no_such_act(), words::see_board());
    let office: OfficeCode = office.parse().map_err(|_| unfit())?;
    let trouble: Trouble = trouble.parse().map_err(|_| unfit())?;
    let by = caller.account.officer();
    web.ask(Command::Acknowledge { office, trouble, by, word }).await?;
    Ok(NoContent)
}
