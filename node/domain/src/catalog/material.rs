//! Materials 材料: what has to be shown, and when.

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::stage::Action;
use crate::form::Fields;

/// A material of an item, with what the library says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaterialRule {
    pub key: String,
    pub name: String,
    pub need: MaterialNeed,
    pub copies: u8,
    /// 可信等级 A–D (国办函〔2016〕108号).
    pub grade: Grade,
    /// The licence type under which it may be reused.
    pub licence: Option<String>,
    pub reuse_days: Option<u16>,
    /// The fields that say whose it is; the first that an item has counts.
    pub holder: Vec<String>,
    pub electronic_only: bool,
    pub paper: Paper,
    /// A word for the agent, from the item or else from the library.
    pub note: String,
}

/// 可信等级, the most trusted first (国办函〔2016〕108号).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// Issued by the authority.
    A,
    /// Checked at a counter.
    B,
    /// An uploaded copy.
    C,
    /// The applicant's own statement.
    D,
}

impl std::fmt::Display for Grade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
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
    /// 容缺后补 within these working days after acceptance; `only_if`: needed only then
    Tolerated { within_days: u16, only_if: Option<Condition> },
    /// Made by the offices themselves at a stage of this kind, such as the photos of a survey:
    /// nobody hands it in, and from then on it has to be there.
    MadeAt(Action),
}

/// What is kept on paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// 复印件 (验原件)
    #[default]
    CheckedCopy,
    /// 原件
    Original,
}

impl MaterialRule {
    /// Whether it has to be there: with this form, once the stages of the kinds in `done` are done.
    pub fn is_owed(&self, fields: &Fields, done: impl Fn(Action) -> bool) -> bool {
        match &self.need {
            MaterialNeed::Required => true,
            MaterialNeed::RequiredIf(condition) => condition.holds(fields),
            MaterialNeed::MadeAt(action) => done(*action),
            MaterialNeed::Optional | MaterialNeed::Tolerated { .. } => false,
        }
    }
}
