//! What can be wrong with a setting, each with the place and the remedy.

use std::path::PathBuf;

/// Why settings were refused.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("settings file {path}: {source}; check the path and the permissions", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// The file is not TOML.
    #[error("settings line {line}: not valid TOML: {why}")]
    Syntax { line: usize, why: String },
    /// A key that does not exist.
    #[error("{place}: unknown key `{key}`; did you mean `{nearest}`?")]
    UnknownKey { place: Place, key: String, nearest: String },
    /// A value of the wrong kind or out of range.
    #[error("{place}: `{key}` expects {expected}, got {found}")]
    Value { place: Place, key: String, expected: String, found: String },
    /// Two values that do not fit together.
    #[error("`{key}` ({value}) must be {relation} `{other}` ({limit}); change one of them")]
    Conflict {
        key: &'static str,
        value: u64,
        relation: &'static str,
        other: &'static str,
        limit: u64,
    },
}

/// Where a setting was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Built in: nobody wrote it.
    Default,
    /// A line of the file, from 1.
    Line(usize),
    /// A variable.
    Environment(String),
    /// A flag of the command.
    Flag,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default settings"),
            Self::Line(line) => write!(f, "settings line {line}"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag => f.write_str("command line"),
        }
    }
}
