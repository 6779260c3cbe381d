//! What an officer asks for, as JSON: `{"verb": "review", "opinion": {"disagree": {…}}}`.

mod statement;

use daiban_sync::id::OfficeCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::act::{ActId, Handover, Opinion, Outcome, Pin};
use crate::clock::ClockKind;
use crate::organ::OrganCode;
use crate::receipt_number::ReceiptNumber;
use crate::schema;
pub(super) use statement::told;

/// A request by verb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "verb",
    rename_all = "kebab-case",
    rename_all_fields = "snake_case",
    deny_unknown_fields
)]
pub enum ActRequest {
    Submit,
    Withdraw {
        reason: String,
    },
    PreCheck {
        #[serde(default)]
        note: String,
    },
    FirstCheck {
        #[serde(default)]
        note: String,
    },
    Accept,
    Refuse {
        reasons: Vec<String>,
    },
    RequestCorrection {
        items: Vec<String>,
    },
    Correct {
        #[serde(default)]
        note: String,
    },
    Refer {
        organs: Vec<OrganCode>,
    },
    Survey {
        #[serde(default)]
        findings: String,
        /// 联合踏勘: the organs that were there too.
        #[serde(default)]
        with: Vec<OrganCode>,
    },
    Review {
        opinion: Opinion,
    },
    RecordSilence {
        organ: OrganCode,
    },
    Pause {
        procedure: String,
        days: u16,
    },
    Resume,
    Extend {
        reason: String,
    },
    Publicise {
        days: u16,
        #[serde(default)]
        objections: Vec<String>,
    },
    Decide {
        outcome: Outcome,
        pin: Option<Pin>,
    },
    Confirm {
        pin: Option<Pin>,
    },
    /// Without `decision`: the first that this organ has to reconfirm.
    Reconfirm {
        #[serde(default)]
        decision: Option<ActId>,
        pin: Option<Pin>,
    },
    Issue {
        #[serde(default)]
        certificate: String,
    },
    Pay {
        #[serde(default)]
        amount_cent: Option<i64>,
    },
    Deliver {
        how: Handover,
    },
    Close,
    Void {
        reason: String,
    },
    Rate {
        stars: u8,
        #[serde(default)]
        comment: String,
    },
    Rectify {
        measures: String,
    },
    Complain {
        text: String,
    },
    /// Without `complaint`: the first that is open.
    AnswerComplaint {
        #[serde(default)]
        complaint: Option<ActId>,
        answer: String,
    },
    AppealCard {
        card: ClockKind,
        reason: String,
    },
    WithdrawCard {
        card: ClockKind,
        reason: String,
    },
    RefuseAppeal {
        card: ClockKind,
        reason: String,
    },
    Supervise {
        text: String,
    },
    Transfer {
        to: OrganCode,
        reason: String,
    },
    AskHelp {
        help: ReceiptNumber,
        #[schemars(with = "schema::OfficeCode")]
        handler: OfficeCode,
        question: String,
    },
    RecordHelp {
        help: ReceiptNumber,
        findings: String,
    },
    Migrate {
        version: u32,
    },
    Ask {
        text: String,
    },
    /// Without `question`: the first that is open.
    AnswerQuestion {
        #[serde(default)]
        question: Option<ActId>,
        answer: String,
    },
}

impl ActRequest {
    /// Every verb, for help and completion.
    pub const VERBS: &[&str] = &[
        "submit",
        "withdraw",
        "pre-check",
        "first-check",
        "accept",
        "refuse",
        "request-correction",
        "correct",
        "refer",
        "survey",
        "review",
        "record-silence",
        "pause",
        "resume",
        "extend",
        "publicise",
        "decide",
        "confirm",
        "reconfirm",
        "issue",
        "pay",
        "deliver",
        "close",
        "void",
        "rate",
        "rectify",
        "complain",
        "answer-complaint",
        "appeal-card",
        "withdraw-card",
        "refuse-appeal",
        "supervise",
        "transfer",
        "ask-help",
        "record-help",
        "migrate",
        "ask",
        "answer-question",
    ];

    /// A plain yes with this verb, to what the pin names; `None` if the verb takes more words.
    pub fn yes(verb: &str, pin: Pin) -> Option<Self> {
        Some(match verb {
            "accept" => Self::Accept,
            "first-check" => Self::FirstCheck { note: String::new() },
            "review" => Self::Review { opinion: Opinion::Agree },
            "confirm" => Self::Confirm { pin: Some(pin) },
            "decide" => Self::Decide { outcome: Outcome::Granted, pin: Some(pin) },
            _ => return None,
        })
    }

    /// Whether it makes its office answer for what the case holds.
    pub fn rests_on_materials(&self) -> bool {
        match self {
            Self::Decide { outcome, .. } => *outcome == Outcome::Granted,
            Self::Confirm { .. } | Self::Reconfirm { .. } => true,
            _ => false,
        }
    }
}
