//! Why a command was not carried out: a sentence, what to do, and a kind that exit codes and HTTP
//! follow.

use daiban_domain::desk::Refused;
use daiban_domain::words::{self, Said};
use serde::{Deserialize, Serialize};

use crate::store::Space;

/// Why a command was not carried out. Nothing of it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    pub kind: RefusalKind,
    pub sentence: Said,
    pub remedy: Said,
    /// The fields, or what changed since it was read.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub detail: serde_json::Value,
}

/// Refusals by what is to be done; each has an exit code of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// The request itself is wrong.
    Input,
    /// There is no such case or item here.
    NotFound,
    /// The law or the item does not allow it.
    NotAllowed,
    /// The disk cannot take it.
    Disk,
    /// The node is at fault.
    Internal,
}

impl Refusal {
    pub(crate) fn new(kind: RefusalKind, sentence: Said, remedy: Said) -> Self {
        Self { kind, sentence, remedy, detail: serde_json::Value::Null }
    }

    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        let sentence = words::node_failed(&error.to_string());
        Self::new(RefusalKind::Internal, sentence, words::tell_operator_to_verify())
    }

    pub(super) fn latched(reason: &str) -> Self {
        Self::new(RefusalKind::Disk, words::write_failed(reason), words::mend_disk_and_restart())
    }

    /// What rests on a case must not rest on an old view of it.
    pub(super) fn views_broken(reason: &str) -> Self {
        Self::new(RefusalKind::Disk, words::database_behind(reason), words::stop_and_rebuild())
    }

    pub(crate) fn no_room(space: Space) -> Self {
        Self::new(RefusalKind::Disk, space.words(), words::free_disk_space())
    }

    pub(crate) fn not_written(error: impl std::fmt::Display) -> Self {
        let sentence = words::file_not_saved(&error.to_string());
        Self::new(RefusalKind::Disk, sentence, words::check_disk_space())
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}；{}", self.sentence, self.remedy)
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let kind = match refused.fields.is_empty() && refused.difference.is_empty() {
            true => RefusalKind::NotAllowed,
            false => RefusalKind::Input,
        };
        let detail = match (&refused.fields[..], &refused.difference[..]) {
            ([], []) => serde_json::Value::Null,
            (fields, difference) => {
                serde_json::json!({ "fields": fields, "difference": difference })
            }
        };
        Self { kind, sentence: refused.sentence, remedy: refused.remedy, detail }
    }
}
