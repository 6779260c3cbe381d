//! What people and screens see of a case.

use std::borrow::Cow;

use daiban_sync::id::{Millis, OfficeCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::deadline::Deadlines;
use super::help::HelpView;
use super::redress::RedressView;
use super::reuse::{AgainView, ReusedView};
use crate::act::{ActId, BlobRef, Handover, Opinion, Outcome, Pin};
use crate::calendar::Date;
use crate::case_number::CaseNumber;
use crate::catalog::Action;
use crate::clock::Due;
use crate::form::{FieldChange, FieldConflict};
use crate::organ::OrganCode;
use crate::receipt_number::ReceiptNumber;
use crate::schema;
use crate::words::{self, Said};

/// Where a case stands 办件状态.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 待齐: its opening act has not arrived, or its item is not known here.
    Incomplete,
    /// 草稿
    Draft,
    /// 收件
    Received,
    /// 补正
    Correction,
    /// 受理
    Accepted,
    /// 在办
    InProgress,
    /// 挂起
    Paused,
    /// 待重新确认: a decision stands over content that it has not seen.
    Stale,
    /// 待确认: decided, and another organ still confirms.
    AwaitingConfirmation,
    /// 已决定: decided, and still to be issued, paid or delivered.
    Decided,
    /// 办结
    Closed,
    /// 不予受理
    NotAccepted,
    /// 不予批准
    NotGranted,
    /// 撤回
    Withdrawn,
    /// 作废
    Voided,
}

impl Status {
    /// 中文 and English word.
    pub fn words(self) -> Said {
        match self {
            Self::Incomplete => words::status_incomplete(),
            Self::Draft => words::status_draft(),
            Self::Received => words::status_received(),
            Self::Correction => words::status_correction(),
            Self::Accepted => words::status_accepted(),
            Self::InProgress => words::status_in_progress(),
            Self::Paused => words::status_paused(),
            Self::Stale => words::status_stale(),
            Self::AwaitingConfirmation => words::status_awaiting_confirmation(),
            Self::Decided => words::status_decided(),
            Self::Closed => words::status_closed(),
            Self::NotAccepted => words::status_not_accepted(),
            Self::NotGranted => words::status_not_granted(),
            Self::Withdrawn => words::status_withdrawn(),
            Self::Voided => words::status_voided(),
        }
    }

    /// Whether it ended without what was asked for: it may be asked for again.
    pub fn is_denied(self) -> bool {
        matches!(self, Self::NotAccepted | Self::NotGranted | Self::Withdrawn | Self::Voided)
    }

    /// Whether nothing more is to be done but what follows an end: 评价, 投诉, 监察.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::NotAccepted | Self::Withdrawn | Self::Voided)
    }
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseState {
    pub status: Status,
    pub status_words: Said,
    pub opened: Option<OpenedView>,
    /// 办件编号
    pub number: Option<NumberView>,
    /// The office that accepted and has still to give the number.
    pub number_owed_by: Option<OfficeCode>,
    pub times: Times,
    /// The office that accepted it.
    pub accepted_by: Option<OfficeCode>,
    /// 跑动次数: how often the applicant came, to hand in, to answer a correction, to fetch the result.
    pub visits: usize,
    pub stages: Vec<StageView>,
    pub next: Vec<NextAct>,
    pub decision: DecisionView,
    /// What must be asked of the applicant, while a correction is open.
    pub correction: Vec<String>,
    pub materials: Vec<MaterialView>,
    /// Keys of materials that are required now and not there.
    pub missing_materials: Vec<String>,
    pub conflicts: Vec<FieldConflict>,
    pub deadlines: Deadlines,
    /// How the result reached the applicant.
    pub delivered: Option<Handover>,
    /// 异地协查
    pub help: Vec<HelpView>,
    /// 重复申请
    pub again: Option<AgainView>,
    pub redress: RedressView,
    /// What the form and the attached files are now: a decision taken on this screen pins this.
    pub pin: Pin,
    pub ignored: Vec<Ignored>,
    pub alarms: Vec<Alarm>,
}

/// What the opening act says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenedView {
    pub item: String,
    /// The version that the case pins.
    pub version: u32,
    /// The version that it began with.
    pub opened_under: u32,
    pub item_name: String,
    pub receipt: ReceiptNumber,
    pub origin: OfficeCode,
    /// 异地: the office on another line that handles it.
    pub handler: Option<OfficeCode>,
}

/// The legal case number, with the act that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NumberView {
    pub number: CaseNumber,
    pub act: ActId,
}

/// The three times that the law asks about, as written by who acted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CaseTimes")]
pub struct Times {
    #[schemars(with = "Option<schema::Millis>")]
    pub opened: Option<Millis>,
    /// 收件 at the village.
    #[schemars(with = "Option<schema::Millis>")]
    pub received: Option<Millis>,
    /// The first act of the accepting office.
    #[schemars(with = "Option<schema::Millis>")]
    pub reached_town: Option<Millis>,
    /// 受理
    #[schemars(with = "Option<schema::Millis>")]
    pub accepted: Option<Millis>,
    #[schemars(with = "Option<schema::Millis>")]
    pub decided: Option<Millis>,
    #[schemars(with = "Option<schema::Millis>")]
    pub closed: Option<Millis>,
}

/// How far one organ is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageView {
    pub seq: u8,
    pub action: Action,
    pub organ: OrganCode,
    pub organ_name: String,
    /// 移送: the organ that had the stage first.
    pub passed_from: Option<OrganCode>,
    pub office: OfficeCode,
    pub optional: bool,
    pub state: StageState,
    pub due: Due,
}

/// What an organ has answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum StageState {
    /// Its turn has not come.
    Later,
    /// It is its turn.
    Open {
        #[schemars(with = "schema::Millis")]
        since: Millis,
    },
    /// It waits for the applicant.
    Correcting {
        #[schemars(with = "schema::Millis")]
        since: Millis,
    },
    Done {
        act: ActId,
        by: String,
        #[schemars(with = "schema::Millis")]
        at: Millis,
        opinion: Option<Opinion>,
        /// 联合踏勘: the organs that were there too.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        with: Vec<OrganCode>,
    },
    /// 逾期视为同意, as the lead organ recorded.
    DeemedAgreed {
        act: ActId,
        #[schemars(with = "schema::Millis")]
        at: Millis,
    },
    /// Not needed any more.
    Skipped,
}

/// Who may do what next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct NextAct {
    #[schemars(with = "schema::OfficeCode")]
    pub office: OfficeCode,
    /// `None`: the counter.
    pub organ: Option<OrganCode>,
    /// The verb of [`crate::desk::ActRequest`].
    pub verb: Cow<'static, str>,
    pub words: Said,
    /// The day from which on a notice lets them, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// 批量审批: it may be said of many cases at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_batch: bool,
}

/// The decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionView {
    pub state: DecisionState,
    pub act: Option<ActId>,
    pub outcome: Option<Outcome>,
    pub by: Option<String>,
    pub organ: Option<OrganCode>,
    pub office: Option<OfficeCode>,
    /// The decision and confirmations that have to be reconfirmed.
    pub stale_acts: Vec<ActId>,
    /// What the form holds now and the decision has not seen.
    pub difference: Vec<FieldChange>,
    /// Materials that came since.
    pub new_materials: Vec<String>,
}

/// Whether the decision holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionState {
    None,
    /// It was taken over all that the case holds.
    InForce,
    /// It has not seen all that the case holds.
    Stale,
    /// It names content that has not arrived here.
    Unseen,
}

/// A material of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MaterialView {
    pub key: String,
    pub name: String,
    pub blob: BlobRef,
    pub act: ActId,
    /// Where it comes from, if it was not brought.
    pub reused: Option<ReusedView>,
}

/// An act without effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ignored {
    pub act: ActId,
    pub office: OfficeCode,
    pub words: Said,
    pub cause: super::Cause,
    pub why: Said,
}

/// Something an operator must see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Alarm {
    pub act: Option<ActId>,
    pub words: Said,
}
