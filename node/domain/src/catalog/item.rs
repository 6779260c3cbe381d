//! What an item says.

use daiban_sync::id::{OfficeCode, Tier};
use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::field::Field;
use crate::calendar::Date;
use crate::organ::OrganCode;

/// A service 事项 at one version.
#[derive(Clone, Debug)]
pub struct Item {
    pub code: String,
    pub version: u32,
    pub name: String,
    /// Pinyin initials, by which agents find it.
    pub initials: String,
    /// The line of business, such as 社会保障.
    pub domain: String,
    /// 行政许可, 行政给付 …, as the national list words it.
    pub task_type: String,
    pub case_type: CaseType,
    /// 自然人 or 法人.
    pub serves: String,
    pub accept_tiers: Vec<Tier>,
    pub fields: Vec<Field>,
    pub materials: Vec<MaterialRule>,
    /// In the order of `seq`.
    pub stages: Vec<Stage>,
    pub promised: Limit,
    pub statutory: Limit,
    pub promised_basis: String,
    pub statutory_basis: String,
    pub special_procedures: Vec<String>,
    pub extension: Option<Extension>,
    pub delivery: Vec<String>,
    pub fee: Fee,
    pub proxy: Proxy,
    /// Field keys (and `code`) that make two cases the same request.
    pub dedupe_key: Vec<String>,
    pub season: Option<String>,
    pub valid_from: Date,
    pub valid_until: Option<Date>,
    /// Leading digits of division codes (six for a county, four and two zeros for a city).
    pub applies_in: Vec<u32>,
    pub source: String,
}

/// 即办件, 承诺件, 上报件, 联办件
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseType {
    /// 即办件
    Instant,
    /// 承诺件
    Promised,
    /// 上报件
    Reported,
    /// 联办件
    Joint,
}

/// One answer that one organ owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Equal numbers run in parallel.
    pub seq: u8,
    pub action: Action,
    pub organ: OrganCode,
    pub tier: Tier,
    pub limit: Limit,
    /// Whether it runs on the promised clock (公示, 鉴定, 制证, 发放, 抄告 do not).
    pub counts: bool,
    pub optional: bool,
    pub on_silence: Silence,
    /// Whether this organ's correction request pauses the organs beside it.
    pub pauses_others: bool,
    /// Equal for all stages of one `seq`.
    pub join: Join,
    pub note: String,
}

/// What is done at a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

/// 延期
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    pub limit: Limit,
    pub basis: String,
}

/// 收费
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fee {
    pub charge: bool,
    pub amount_cent: Option<i64>,
    pub payee: String,
    pub basis: String,
}

/// 代办
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proxy {
    pub allowed: bool,
    pub needs_poa: bool,
    pub home_visit: bool,
}

/// A material of an item, with what the library says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaterialRule {
    pub key: String,
    pub name: String,
    pub need: MaterialNeed,
    pub copies: u8,
    /// 可信等级 A–D (国办函〔2016〕108号).
    pub grade: char,
    /// The licence type under which it may be reused.
    pub licence: Option<String>,
    pub reuse_days: Option<u16>,
    pub electronic_only: bool,
}

/// 必要性
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MaterialNeed {
    /// 必要
    Required,
    /// 必要, if
    RequiredIf(Condition),
    /// 非必要
    Optional,
    /// 容缺后补 within these working days after acceptance
    Tolerated { within_days: u16 },
}

impl Item {
    /// The stage whose `Decided` settles the case: 决定, or else the last 审核确认.
    pub fn deciding_stage(&self) -> usize {
        let last_with = |action| self.stages.iter().rposition(|stage| stage.action == action);
        last_with(Action::Decide)
            .or_else(|| last_with(Action::Confirm))
            .expect("the parser refuses an item that nobody decides")
    }

    /// The stage that accepts: 受理, or else the first that does not collect.
    pub fn accepting_stage(&self) -> usize {
        let position = |wanted: fn(&Stage) -> bool| self.stages.iter().position(wanted);
        position(|stage| stage.action == Action::Accept)
            .or_else(|| {
                position(|stage| !matches!(stage.action, Action::Collect | Action::Publicity))
            })
            .expect("the deciding stage is one")
    }

    /// Whether the item is offered at this office.
    pub fn is_offered_at(&self, office: OfficeCode) -> bool {
        let (county, tier) = (office.division6(), office.tier());
        let here = self
            .applies_in
            .iter()
            .any(|six| *six == county || (six.is_multiple_of(100) && county / 100 == six / 100));
        here && self.accept_tiers.contains(&tier)
    }

    /// Whether new cases may be opened on this day.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|until| day <= until)
    }

    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    pub fn material(&self, key: &str) -> Option<&MaterialRule> {
        self.materials.iter().find(|rule| rule.key == key)
    }
}

impl Stage {
    /// Where this stage is done for a case from `origin`: at its tier on the origin's line, or at
    /// the origin itself if that stands higher.
    pub fn office(&self, origin: OfficeCode) -> OfficeCode {
        origin.at_tier(self.tier).unwrap_or(origin)
    }
}

impl Action {
    /// 中文 and English word.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Collect => ("收件", "collect"),
            Self::Accept => ("受理", "accept"),
            Self::FirstCheck => ("初审", "first check"),
            Self::Refer => ("抄告", "refer"),
            Self::Survey => ("踏勘", "survey"),
            Self::Publicity => ("公示", "publicity"),
            Self::Review => ("审核", "review"),
            Self::JointReview => ("联审", "joint review"),
            Self::Appraise => ("鉴定", "appraise"),
            Self::Confirm => ("审核确认", "confirm"),
            Self::Decide => ("决定", "decide"),
            Self::Issue => ("制证", "issue"),
            Self::Pay => ("发放", "pay"),
            Self::Forward => ("转报", "forward"),
        }
    }
}
