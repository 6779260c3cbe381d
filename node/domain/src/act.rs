//! Acts 办理动作: immutable, authored statements about a case. They form a set that only grows;
//! what they amount to is decided by [`crate::fold`].

use daiban_sync::id::{BlobId, Hlc, NodeKey, OfficeCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case_number::CaseNumber;
use crate::clock::ClockKind;
use crate::form::FormHead;
use crate::hexed::{self, hex_id};
use crate::licence::Verified;
use crate::organ::OrganCode;
use crate::receipt_number::ReceiptNumber;
use crate::schema;
use crate::words::{self, Said};

hex_id!(
    /// A case: a random number made where it was opened.
    CaseId, 16
);
hex_id!(
    /// `BLAKE3(author key, payload)`: the same statement written again in another log of its
    /// author is the same act.
    ActId, 32
);

impl ActId {
    pub fn of(author: NodeKey, payload: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("daiban 2026 act");
        hasher.update(&author.0).update(payload);
        Self(hasher.finalize().into())
    }

    /// As much of it as people have to type.
    pub fn short(self) -> String {
        hex::encode(&self.0[..4])
    }
}

/// The person who acts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct OfficerRef {
    pub name: String,
    /// The account's name at the office.
    pub id: String,
}

/// What an act's entry carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    pub officer: OfficerRef,
    pub organ: Option<OrganCode>,
    /// Makes two equal statements two acts.
    #[serde(with = "hexed::one")]
    pub nonce: [u8; 8],
    pub kind: ActKind,
}

/// An act with what its entry proves about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedAct {
    pub id: ActId,
    #[serde(with = "hexed::node")]
    pub author: NodeKey,
    pub office: OfficeCode,
    /// When it was written; the earliest if it was written into several logs.
    pub at: Hlc,
    pub act: Act,
}

/// A file attached to a case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct BlobRef {
    #[serde(with = "hexed::blob")]
    #[schemars(with = "schema::BlobId")]
    pub id: BlobId,
    pub size: u64,
    /// Media type, such as `image/jpeg`.
    pub media: String,
    /// The file's name as the person gave it.
    pub name: String,
}

/// What was on the screen of the one who decided: the form's heads and the files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pin {
    pub form_heads: Vec<FormHead>,
    pub materials: Vec<PinnedMaterial>,
}

/// One file that was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct PinnedMaterial {
    /// The material's key in the item, such as `ID`.
    pub key: String,
    #[serde(with = "hexed::blob")]
    #[schemars(with = "schema::BlobId")]
    pub blob: BlobId,
}

/// An organ's answer in a review 审核意见.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Opinion {
    /// 同意
    Agree,
    /// 不同意 (附理由)
    Disagree { reasons: Vec<String> },
    /// 同意但需转报上级
    AgreeForward,
}

/// How a case was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 准予
    Granted,
    /// 不予批准, with reasons (行政许可法 第三十八条)
    Refused { reasons: Vec<String> },
}

/// How the result reached the applicant 送达.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Handover {
    /// 窗口领取
    Pickup,
    /// 代办员送达
    Agent,
    /// 邮政快递, with the number by which it is traced
    Post { tracking: String },
    /// 电子送达
    Electronic,
}

impl Handover {
    /// 中文 and English.
    pub fn words(&self) -> Said {
        match self {
            Self::Pickup => words::handover_pickup(),
            Self::Agent => words::handover_agent(),
            Self::Post { tracking } => words::handover_post(tracking),
            Self::Electronic => words::handover_electronic(),
        }
    }
}

/// What is stated. The order of the variants is part of the format: add at the end only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// 建档: the case exists, for this version of this item.
    Opened { item: String, version: u32, receipt: ReceiptNumber, origin: OfficeCode },
    /// 附件
    MaterialAttached { key: String, blob: BlobRef },
    /// 收件: handed in, entry checks passed.
    Submitted,
    /// 撤回 by the applicant.
    Withdrawn { reason: String },
    /// 预审 at the counter before acceptance.
    PreChecked { note: String },
    /// 初审
    FirstChecked { note: String },
    /// 受理
    Accepted,
    /// 不予受理
    Refused { reasons: Vec<String> },
    /// 补正: everything that is missing, asked for once (行政许可法 第三十二条).
    CorrectionRequested { items: Vec<String> },
    /// 补正完成
    Corrected { note: String },
    /// 抄告
    Referred { organs: Vec<OrganCode> },
    /// 踏勘、入户调查
    Surveyed { findings: String },
    /// 审核、联审
    Reviewed { opinion: Opinion },
    /// 逾期未答复, stated by the lead organ's node only.
    SilenceRecorded { organ: OrganCode },
    /// 挂起 for a special procedure of this many declared working days (行政许可法 第四十五条).
    Paused { procedure: String, declared_days: u16 },
    /// 恢复
    Resumed,
    /// 延期
    Extended { reason: String },
    /// 公示 ended.
    Publicised { days: u16, objections: Vec<String> },
    /// 决定
    Decided { outcome: Outcome, pinned: Pin },
    /// 审核确认 at a higher or parallel organ.
    Confirmed { pinned: Pin },
    /// The decision or confirmation stands for what is pinned now.
    Reconfirmed { decision: ActId, pinned: Pin },
    /// 制证
    Issued { certificate: String },
    /// 发放
    Paid { amount_cent: Option<i64> },
    /// 送达
    Delivered { how: Handover },
    /// 办结
    Closed,
    /// 作废
    Voided { reason: String },
    /// 评价 from 1 to 5.
    Rated { stars: u8, comment: String },
    /// 整改 after a bad rating.
    Rectified { measures: String },
    /// 投诉 of the applicant.
    Complained { text: String },
    /// 投诉答复
    ComplaintAnswered { complaint: ActId, answer: String },
    /// 申诉 of the organ that got a card, which is named by the clock that ran out.
    CardAppealed { card: ClockKind, reason: String },
    /// 撤牌
    CardWithdrawn { card: ClockKind, reason: String },
    /// 维持: the card stands in spite of the appeal.
    AppealRefused { card: ClockKind, reason: String },
    /// 督办
    SupervisionNoted { text: String },
    /// 移送 to another organ of the same office, whose business it is.
    Transferred { to: OrganCode, reason: String },
    /// 请求异地协查, which travels as the case with this receipt.
    HelpAsked { help: ReceiptNumber, handler: OfficeCode, question: String },
    /// 协查结果 of the other office, for this case.
    HelpRecorded { help: ReceiptNumber, findings: String },
    /// 编号: the legal case number, in place of the one that another act gave.
    Numbered { number: CaseNumber, instead: Option<ActId> },
    /// 换版: the draft goes over to this version of its item.
    Migrated { version: u32 },
    /// 材料复用: a file that was verified before stands for a material.
    MaterialReused { key: String, blob: BlobRef, verified: Verified },
    /// 重复申请: the same was applied for before, and why once more.
    AppliedAgain { before: Option<ReceiptNumber>, reason: String },
    /// 联合踏勘: the lead surveyed together with these organs.
    SurveyedTogether { findings: String, with: Vec<OrganCode> },
    /// 咨询 of the applicant (行政许可法 第三十条 第二款).
    Asked { text: String },
    /// 咨询答复
    QuestionAnswered { question: ActId, answer: String },
}

impl ActKind {
    /// The file that it brings to the case.
    pub fn file(&self) -> Option<&BlobRef> {
        match self {
            Self::MaterialAttached { blob, .. } | Self::MaterialReused { blob, .. } => Some(blob),
            _ => None,
        }
    }

    /// Whether it may follow after the case has ended: 评价, 投诉, 咨询, 监察, and a number that came
    /// late.
    pub(crate) fn outlives_case(&self) -> bool {
        matches!(
            self,
            Self::Rated { .. }
                | Self::Rectified { .. }
                | Self::Complained { .. }
                | Self::ComplaintAnswered { .. }
                | Self::Asked { .. }
                | Self::QuestionAnswered { .. }
                | Self::CardAppealed { .. }
                | Self::CardWithdrawn { .. }
                | Self::AppealRefused { .. }
                | Self::SupervisionNoted { .. }
                | Self::Numbered { .. }
        )
    }

    /// 中文 and English word for the kind.
    pub fn words(&self) -> Said {
        match self {
            Self::Opened { .. } => words::act_opened(),
            Self::MaterialAttached { .. } => words::act_material_attached(),
            Self::Submitted => words::act_submitted(),
            Self::Withdrawn { .. } => words::act_withdrawn(),
            Self::PreChecked { .. } => words::act_pre_checked(),
            Self::FirstChecked { .. } => words::act_first_checked(),
            Self::Accepted => words::act_accepted(),
            Self::Refused { .. } => words::act_refused(),
            Self::CorrectionRequested { .. } => words::act_correction_requested(),
            Self::Corrected { .. } => words::act_corrected(),
            Self::Referred { .. } => words::act_referred(),
            Self::Surveyed { .. } => words::act_surveyed(),
            Self::Reviewed { .. } => words::act_reviewed(),
            Self::SilenceRecorded { .. } => words::act_silence_recorded(),
            Self::Paused { .. } => words::act_paused(),
            Self::Resumed => words::act_resumed(),
            Self::Extended { .. } => words::act_extended(),
            Self::Publicised { .. } => words::act_publicised(),
            Self::Decided { .. } => words::act_decided(),
            Self::Confirmed { .. } => words::act_confirmed(),
            Self::Reconfirmed { .. } => words::act_reconfirmed(),
            Self::Issued { .. } => words::act_issued(),
            Self::Paid { .. } => words::act_paid(),
            Self::Delivered { .. } => words::act_delivered(),
            Self::Closed => words::act_closed(),
            Self::Voided { .. } => words::act_voided(),
            Self::Rated { .. } => words::act_rated(),
            Self::Rectified { .. } => words::act_rectified(),
            Self::Complained { .. } => words::act_complained(),
            Self::ComplaintAnswered { .. } => words::act_complaint_answered(),
            Self::CardAppealed { .. } => words::act_card_appealed(),
            Self::CardWithdrawn { .. } => words::act_card_withdrawn(),
            Self::AppealRefused { .. } => words::act_appeal_refused(),
            Self::SupervisionNoted { .. } => words::act_supervision_noted(),
            Self::Transferred { .. } => words::act_transferred(),
            Self::HelpAsked { .. } => words::act_help_asked(),
            Self::HelpRecorded { .. } => words::act_help_recorded(),
            Self::Numbered { .. } => words::act_numbered(),
            Self::Migrated { .. } => words::act_migrated(),
            Self::MaterialReused { .. } => words::act_material_reused(),
            Self::AppliedAgain { .. } => words::act_applied_again(),
            Self::SurveyedTogether { .. } => words::act_surveyed_together(),
            Self::Asked { .. } => words::act_asked(),
            Self::QuestionAnswered { .. } => words::act_question_answered(),
        }
    }
}
