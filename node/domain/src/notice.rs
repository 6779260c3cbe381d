//! Notices 通知: what an office tells everything below it.

pub mod items;

use daiban_sync::id::{LogId, NodeKey, OfficeCode};
use serde::{Deserialize, Serialize};

use crate::authority::Delegation;
use crate::numbering::{Lease, Resumed};

/// The order of the variants is part of the format: add at the end only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// Item files as `(file name, TOML)`; they join what is shipped, by code and version.
    Catalog { files: Vec<(String, String)> },
    /// A holiday file, whose years join those in force or take their place.
    Calendar { csv: String },
    /// Who may act in place of whom.
    Delegation(Delegation),
    /// Entries of this node beyond these lengths are not in force, see [`crate::standing`]. Said
    /// again with greater lengths, more is accepted.
    Revoked { node: NodeKey, accepted: Vec<(LogId, u64)>, reason: String },
    /// A word to the offices below.
    Announcement { from: OfficeCode, title: String, text: String },
    /// A block of the daily serials for an office that accepts.
    Lease(Lease),
    /// A file of what becomes of offices, see [`crate::office::directory`].
    Directory { csv: String },
    /// Codes of organs as `office,organ,code` rows, which join those in force or take their place.
    OrganCodes { csv: String },
    /// From here on the issuer's node knows which numbers its office has given.
    Numbering(Resumed),
    /// Nobody syncs with this node for now.
    Suspended { node: NodeKey, reason: String },
    /// It was suspended, and is not any more.
    Reinstated { node: NodeKey, reason: String },
}
