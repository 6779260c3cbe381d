//! What can be wrong with a scenario.

use daiban_domain::catalog::nearest::{choices, nearest};

/// The first fault of a file, with its line (from 1).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct ScenarioError {
    pub line: usize,
    pub fault: ScenarioFault,
}

/// What is wrong there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioFault {
    #[error("not valid TOML: {why}")]
    Syntax { why: String },
    #[error("unknown key `{key}`; {remedy}")]
    UnknownKey { key: String, remedy: String },
    #[error("`{key}` is missing; expected {expected}")]
    Missing { key: String, expected: String },
    #[error("`{key}`: expected {expected}, got {found}")]
    Value { key: String, expected: String, found: String },
}

/// What was probably meant, or what there is.
pub(super) fn remedy<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(word, known.clone()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are {}", choices(word, known)),
    }
}
