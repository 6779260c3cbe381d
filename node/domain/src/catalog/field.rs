//! Fields of a form and the rules that a value must keep.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::condition::Condition;

/// One field.
#[derive(Clone, Debug)]
pub struct Field {
    pub key: String,
    pub label: String,
    pub kind: FieldType,
    pub required: bool,
    /// Required only if.
    pub required_if: Option<Condition>,
    /// For `enum`: what may be chosen.
    pub options: Vec<String>,
    /// For numbers and amounts.
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// Characters of a text.
    pub max_chars: usize,
    /// `9` a digit, `A` a capital letter, anything else itself.
    pub pattern: Option<String>,
    /// For dates: not after the day of entry.
    pub not_after_today: bool,
    /// Another field that must hold something else.
    pub differs_from: Option<String>,
    /// Computed from another field.
    pub derived: Option<(Derive, String)>,
    pub help: String,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    Text,
    LongText,
    /// 居民身份证号 (GB 11643)
    Id18,
    /// 统一社会信用代码 (GB 32100)
    Uscc,
    Mobile,
    Date,
    Int,
    MoneyCent,
    Enum,
    Bool,
    /// 12-digit division code
    Division12,
    Address,
    Bankcard,
    Percent,
    /// A list of persons, as JSON text
    PersonList,
}

/// What is read out of an ID number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Derive {
    /// 男 or 女, from the 17th digit
    Sex,
    /// the date of birth
    Birth,
}
