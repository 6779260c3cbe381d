//! What can be wrong with an account.

use std::path::PathBuf;

use daiban_domain::words::{self, Said};

use super::PASSWORD_CHARS_MIN;

/// Why an account was not changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("expected an id of 1 to 32 letters, digits, '-', '_' or '.', got {found:?}")]
    Id { found: String },
    #[error("there is an account {id} already; choose another id or reset its password")]
    Taken { id: String },
    #[error("there is no account {id}; `daiban account list` names them")]
    Unknown { id: String },
    #[error("account {id} needs a person's name and at least one role")]
    Nameless { id: String },
    #[error("an officer acts for an organ: give account {id} one with --organ")]
    WithoutOrgan { id: String },
    #[error("expected a password of at least {PASSWORD_CHARS_MIN} characters, got {found}")]
    Weak { found: usize },
    #[error("{path}: {source}; check the disk and the permissions", path = path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{path}: {why}; restore it from a backup, or remove it and add the accounts anew", path = path.display())]
    Malformed { path: PathBuf, why: String },
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Of the account, the password or both; which is not told.
    #[error("the id or the password is wrong")]
    Wrong,
    #[error("too many tries; wait {} seconds", for_ms.div_ceil(1_000))]
    Locked { for_ms: u64 },
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl SignInError {
    /// What people read.
    pub fn said(&self) -> Said {
        match self {
            Self::Wrong => words::sign_in_wrong(),
            Self::Locked { for_ms } => words::sign_in_locked(for_ms.div_ceil(1_000)),
            Self::Account(error) => words::node_failed(&error.to_string()),
        }
    }
}
