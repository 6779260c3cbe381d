//! Acting on a case.

use axum::Json;
use axum::extract::State;
use daiban_domain::act::{ActId, CaseId};
use daiban_domain::case_number::CaseNumber;
use daiban_domain::desk::ActRequest;
use daiban_domain::fold::Status;
use daiban_domain::organ::OrganCode;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::caller::Opened;
use super::problem::Problem;
use super::take::Body;
use crate::replica::{Answer, Command};
use crate::web::Web;
use crate::web::case::{is_own, seat};

/// An act.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAct {
    /// For which organ; without one at the counter.
    #[serde(default)]
    organ: Option<OrganCode>,
    request: ActRequest,
}

/// It is on the disk.
#[derive(Serialize, JsonSchema)]
pub(super) struct Saved {
    case: CaseId,
    receipt: Option<ReceiptNumber>,
    number: Option<CaseNumber>,
    status: Status,
    act: Option<ActId>,
}

/// `POST /v1/cases/{case}/acts`
pub(super) async fn act(
    State(web): State<Web>,
    case: Opened,
    Body(NewAct { organ, request }): Body<NewAct>,
) -> Result<Json<Saved>, Problem> {
    let account = &case.caller.account;
    case.caller.must_be(&[seat(organ)])?;
    if !is_own(account, organ) {
        return Err(Problem::forbidden(words::not_your_organ()));
    }
    let by = account.officer();
    web.saved(Command::Act { case: case.name, by, organ, request }).await
}

impl Web {
    /// Asks the node to save something.
    pub(super) async fn saved(&self, command: Command) -> Result<Json<Saved>, Problem> {
        match self.ask(command).await? {
            Answer::Saved { case, receipt, number, status, act, .. } => {
                Ok(Json(Saved { case, receipt, number, status, act }))
            }
            _ => Err(Problem::stopping()),
        }
    }
}
