//! Why a request was not carried out.

use axum::Json;
use axum::extract::rejection::{BytesRejection, JsonRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::words::{self, Said};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::accounts::SignInError;
use crate::replica::{Refusal, RefusalKind};
use crate::shell::status_of;

/// Why nothing was done, and what to do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Problem {
    #[serde(skip)]
    status: StatusCode,
    kind: ProblemKind,
    sentence: Said,
    remedy: Said,
    /// The fields of a form that are at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FaultyField>,
    /// The fields that have changed since they were read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changed: Vec<String>,
}

/// By what is to be done.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ProblemKind {
    /// Sign in, for the first time or again.
    SignIn,
    /// The account has not the role.
    Role,
    /// The request itself is wrong.
    Input,
    NotFound,
    /// The law or the item does not allow it.
    NotAllowed,
    Disk,
    Internal,
    /// The node ends just now.
    Stopping,
}

/// One field that is at fault.
#[derive(Debug, Serialize, JsonSchema)]
struct FaultyField {
    field: String,
    fault: Said,
    remedy: Said,
}

impl Problem {
    fn new(status: StatusCode, kind: ProblemKind, sentence: Said, remedy: Said) -> Self {
        Self { status, kind, sentence, remedy, fields: Vec::new(), changed: Vec::new() }
    }

    pub(super) fn signed_out() -> Self {
        let (why, remedy) = (words::api_signed_out(), words::api_sign_in());
        Self::new(StatusCode::UNAUTHORIZED, ProblemKind::SignIn, why, remedy)
    }

    pub(super) fn forbidden(why: Said) -> Self {
        Self::new(StatusCode::FORBIDDEN, ProblemKind::Role, why, words::ask_for_role())
    }

    pub(super) fn input(why: Said) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ProblemKind::Input, why, words::mend_request())
    }

    pub(super) fn not_found(why: Said, remedy: Said) -> Self {
        Self::new(StatusCode::NOT_FOUND, ProblemKind::NotFound, why, remedy)
    }

    pub(super) fn stopping() -> Self {
        let (why, remedy) = (words::node_stopping(), words::try_again_soon());
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ProblemKind::Stopping, why, remedy)
    }

    pub(super) fn unreadable(why: &str) -> Self {
        let (why, remedy) = (words::api_unreadable(why), words::api_see_document());
        Self::new(StatusCode::BAD_REQUEST, ProblemKind::Input, why, remedy)
    }
}

impl From<Refusal> for Problem {
    /// Values of the form stay out of it: they are shown masked, or for a reason.
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal.kind {
            RefusalKind::Input => ProblemKind::Input,
            RefusalKind::NotFound => ProblemKind::NotFound,
            RefusalKind::NotAllowed => ProblemKind::NotAllowed,
            RefusalKind::Disk => ProblemKind::Disk,
            RefusalKind::Internal => ProblemKind::Internal,
        };
        let Refusal { sentence, remedy, detail, .. } = refusal;
        let listed = |key: &str| detail[key].as_array().cloned().unwrap_or_default();
        let said = |value: &Value| serde_json::from_value(value.clone()).ok();
        let name = |value: &Value| value["field"].as_str().map(str::to_owned);
        let faulty = |value: &Value| {
            let (fault, remedy) = (said(&value["fault"])?, said(&value["remedy"])?);
            Some(FaultyField { field: name(value)?, fault, remedy })
        };
        Self {
            fields: listed("fields").iter().filter_map(faulty).collect(),
            changed: listed("difference").iter().filter_map(name).collect(),
            ..Self::new(status_of(refusal.kind), kind, sentence, remedy)
        }
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        let said = error.said();
        Self::new(StatusCode::UNAUTHORIZED, ProblemKind::SignIn, said, words::api_sign_in())
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self { status: rejection.status(), ..Self::unreadable(&rejection.body_text()) }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self { status: rejection.status(), ..Self::unreadable(&rejection.body_text()) }
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        Self { status: rejection.status(), ..Self::unreadable(&rejection.body_text()) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(self)).into_response()
    }
}
