//! Acts 办理动作: immutable, authored statements about a case. They form a set that only grows;
//! what they amount to is decided by [`crate::fold`].

use daiban_sync::id::{BlobId, Hlc, NodeKey, OfficeCode};
use serde::{Deserialize, Serialize};

use crate::clock::ClockKind;
use crate::form::FormHead;
use crate::hexed::{self, hex_id};
use crate::organ::OrganCode;
use crate::receipt_number::ReceiptNumber;
use crate::words::Said;

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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BlobRef {
    #[serde(with = "hexed::blob")]
    pub id: BlobId,
    pub size: u64,
    /// Media type, such as `image/jpeg`.
    pub media: String,
    /// The file's name as the person gave it.
    pub name: String,
}

/// What was on the screen of the one who decided: the form's heads and the files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    pub form_heads: Vec<FormHead>,
    pub materials: Vec<PinnedMaterial>,
}

/// One file that was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PinnedMaterial {
    /// The material's key in the item, such as `ID`.
    pub key: String,
    #[serde(with = "hexed::blob")]
    pub blob: BlobId,
}

/// An organ's answer in a review 审核意见.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 准予
    Granted,
    /// 不予批准, with reasons (行政许可法 第三十八条)
    Refused { reasons: Vec<String> },
}

/// How the result reached the applicant 送达.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
            Self::Pickup => Said::new("窗口领取", "picked up"),
            Self::Agent => Said::new("代办员送达", "brought by the agent"),
            Self::Post { tracking } => {
                Said::new(format!("邮政快递 {tracking}"), format!("by post {tracking}"))
            }
            Self::Electronic => Said::new("电子送达", "electronic"),
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
}

impl ActKind {
    /// Whether it may follow after the case has ended: 评价, 投诉, 监察.
    pub(crate) fn outlives_case(&self) -> bool {
        matches!(
            self,
            Self::Rated { .. }
                | Self::Rectified { .. }
                | Self::Complained { .. }
                | Self::ComplaintAnswered { .. }
                | Self::CardAppealed { .. }
                | Self::CardWithdrawn { .. }
                | Self::AppealRefused { .. }
                | Self::SupervisionNoted { .. }
        )
    }

    /// 中文 and English word for the kind.
    pub fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Opened { .. } => ("建档", "opened"),
            Self::MaterialAttached { .. } => ("附件", "material attached"),
            Self::Submitted => ("收件", "submitted"),
            Self::Withdrawn { .. } => ("撤回", "withdrawn"),
            Self::PreChecked { .. } => ("预审", "pre-checked"),
            Self::FirstChecked { .. } => ("初审", "first check"),
            Self::Accepted => ("受理", "accepted"),
            Self::Refused { .. } => ("不予受理", "refused"),
            Self::CorrectionRequested { .. } => ("要求补正", "correction requested"),
            Self::Corrected { .. } => ("补正", "corrected"),
            Self::Referred { .. } => ("抄告", "referred"),
            Self::Surveyed { .. } => ("踏勘", "surveyed"),
            Self::Reviewed { .. } => ("审核", "reviewed"),
            Self::SilenceRecorded { .. } => ("记录逾期未答复", "silence recorded"),
            Self::Paused { .. } => ("挂起", "paused"),
            Self::Resumed => ("恢复", "resumed"),
            Self::Extended { .. } => ("延期", "extended"),
            Self::Publicised { .. } => ("公示", "publicised"),
            Self::Decided { .. } => ("决定", "decided"),
            Self::Confirmed { .. } => ("确认", "confirmed"),
            Self::Reconfirmed { .. } => ("重新确认", "reconfirmed"),
            Self::Issued { .. } => ("制证", "issued"),
            Self::Paid { .. } => ("发放", "paid"),
            Self::Delivered { .. } => ("送达", "delivered"),
            Self::Closed => ("办结", "closed"),
            Self::Voided { .. } => ("作废", "voided"),
            Self::Rated { .. } => ("评价", "rated"),
            Self::Rectified { .. } => ("整改", "rectified"),
            Self::Complained { .. } => ("投诉", "complained"),
            Self::ComplaintAnswered { .. } => ("投诉答复", "complaint answered"),
            Self::CardAppealed { .. } => ("亮牌申诉", "card appealed"),
            Self::CardWithdrawn { .. } => ("撤牌", "card withdrawn"),
            Self::AppealRefused { .. } => ("维持亮牌", "appeal refused"),
            Self::SupervisionNoted { .. } => ("督办", "supervision noted"),
            Self::Transferred { .. } => ("移送", "transferred"),
            Self::HelpAsked { .. } => ("请求协查", "help asked"),
            Self::HelpRecorded { .. } => ("协查结果", "help recorded"),
        }
    }
}
