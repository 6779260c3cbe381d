//! Values of a form.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The fields of a form by key.
pub type Fields = BTreeMap<String, FieldValue>;

/// One value. Short values are replaced as a whole; long text merges by character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FieldValue {
    Bool(bool),
    Int(i64),
    Text(String),
    /// Prose that several people may edit at once.
    #[serde(skip_deserializing)]
    LongText(String),
}

impl FieldValue {
    /// The text of either kind of text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::LongText(text) => Some(text),
            Self::Bool(_) | Self::Int(_) => None,
        }
    }

    /// Empty text is the same as nothing.
    pub fn is_blank(&self) -> bool {
        self.as_str().is_some_and(|text| text.trim().is_empty())
    }
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Text(text) | Self::LongText(text) => f.write_str(text),
        }
    }
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for FieldValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for FieldValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
