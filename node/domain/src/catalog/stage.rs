//! Stages 环节: who owes which answer, within which time.

use daiban_sync::id::{OfficeCode, Tier};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::jurisdiction::Jurisdiction;
use crate::organ::OrganCode;
use crate::words::{self, Said};

/// One answer that one organ owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Equal numbers run in parallel.
    pub seq: u8,
    pub action: Action,
    pub organ: OrganCode,
    pub tier: Tier,
    pub limit: Limit,
    /// Whether it runs on the promised clock (公示, 鉴定, 制证, 发放, 抄告 do not). The law's clock of
    /// a licence stops only for 鉴定 and for what the item lists as a special procedure.
    pub counts: bool,
    pub optional: bool,
    pub on_silence: Silence,
    /// Whether this organ's correction request pauses the organs beside it.
    pub pauses_others: bool,
    /// 批量审批: an officer may say yes to many cases at once, each with an act of its own.
    pub batch_approval: bool,
    /// Equal for all stages of one `seq`.
    pub join: Join,
    pub note: String,
}

/// What is done at a stage.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// 收件
    Collect,
    /// 受理
    Accept,
    /// 初审
    FirstCheck,
    /// 抄告
    Refer,
    /// 入户调查、踏勘
    Survey,
    /// 公示
    Publicity,
    /// 审核
    Review,
    /// 联审
    JointReview,
    /// 鉴定
    Appraise,
    /// 审核确认
    Confirm,
    /// 决定
    Decide,
    /// 制证
    Issue,
    /// 发放
    Pay,
    /// 转报
    Forward,
}

/// When a parallel group is complete, and when it lets the decider grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// Everyone has answered; one 不同意 forbids granting.
    #[default]
    All,
    /// Everyone has answered; the lead organ decides either way.
    Lead,
    /// This many agree.
    Quorum(u8),
}

/// What it means that an organ has not answered within its limit. It takes effect only by an act
/// signed at the lead organ's node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// Nothing: it is reminded, and late.
    #[default]
    Waits,
    /// 逾期视为同意
    DeemedAgreed,
}

/// A span of time that the law or the item grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    pub value: u16,
    pub unit: Unit,
}

/// What a limit counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 工作日
    WorkingDays,
    /// 自然日
    NaturalDays,
    /// 月
    Months,
    /// 当场
    OnTheSpot,
}

impl Stage {
    /// Where this stage of a case is done: at its tier on the line that handles the case (collecting:
    /// on the line of its origin), or at the lowest office of that line if it stands higher.
    pub fn office(&self, of: Jurisdiction) -> OfficeCode {
        let lowest = if self.action == Action::Collect { of.origin } else { of.handled_at() };
        lowest.at_tier(self.tier).unwrap_or(lowest)
    }
}

impl Action {
    /// Whether its answer is a plain yes or no.
    pub fn is_plain(self) -> bool {
        matches!(
            self,
            Self::Accept | Self::FirstCheck | Self::Review | Self::Confirm | Self::Decide
        )
    }

    /// 中文 and English word.
    pub fn words(self) -> Said {
        match self {
            Self::Collect => words::action_collect(),
            Self::Accept => words::action_accept(),
            Self::FirstCheck => words::action_first_check(),
            Self::Refer => words::action_refer(),
            Self::Survey => words::action_survey(),
            Self::Publicity => words::action_publicity(),
            Self::Review => words::action_review(),
            Self::JointReview => words::action_joint_review(),
            Self::Appraise => words::action_appraise(),
            Self::Confirm => words::action_confirm(),
            Self::Decide => words::action_decide(),
            Self::Issue => words::action_issue(),
            Self::Pay => words::action_pay(),
            Self::Forward => words::action_forward(),
        }
    }
}
