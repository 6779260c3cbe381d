//! Why a bundle is not made or not taken.

use std::{fmt, io};

use daiban_domain::words::{self, Said};
use daiban_sync::error::SessionError;
use daiban_sync::id::{NodeKey, OfficeCode};

use super::VERSION;

/// Nothing of the bundle was kept.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    NotABundle,
    Version { found: u8 },
    Elsewhere { ours: OfficeCode, to: OfficeCode },
    AnotherNode { ours: NodeKey },
    Truncated { piece: u64 },
    Damaged { piece: u64 },
    Trailing { piece: u64 },
    Content(#[from] SessionError),
    Key { node: NodeKey },
    Io(#[from] io::Error),
}

impl BundleError {
    /// What a person is told.
    pub fn said(&self) -> Said {
        match self {
            Self::NotABundle => words::bundle_no_bundle(),
            Self::Version { found } => words::bundle_version(*found, VERSION),
            Self::Elsewhere { ours, to } => words::bundle_elsewhere(*ours, *to),
            Self::AnotherNode { ours } => words::bundle_of_another_node(&ours.short()),
            Self::Truncated { piece } => words::bundle_truncated(*piece),
            Self::Damaged { piece } => words::bundle_damaged(*piece),
            Self::Trailing { piece } => words::bundle_trailing(*piece),
            Self::Content(error) => words::bundle_content(&error.to_string()),
            Self::Key { node } => words::bundle_key(&node.short()),
            Self::Io(error) => words::bundle_io(&error.to_string()),
        }
    }
}

/// In English, for the log.
impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said().en)
    }
}
