//! What the journal holds.

use std::fmt;

use daiban_sync::entry::Entry;
use daiban_sync::head::{Head, Receipt, SignedHead};
use daiban_sync::id::{Incarnation, LogId};
use daiban_sync::run::{Run, VerifiedRun};

use serde::{Deserialize, Serialize};

use super::journal::Position;

/// What an entry is about, and so which key seals it: the id of a case.
pub type Subject = [u8; 16];

/// Tells the subject of an entry; entries without one are stored in the clear.
pub type SubjectOf = fn(&Entry) -> Option<Subject>;

/// One durable fact.
#[derive(Clone)]
pub enum Record {
    /// Entries that continue a log, or that heal a damaged stretch of it.
    Run(VerifiedRun),
    /// A log taken back after a fork; what follows `to` is no longer part of it.
    Rewind { log: LogId, to: Head },
    /// An ancestor's word that it holds a log.
    Receipt(Receipt),
    /// Proof that an author signed two histories.
    Evidence(Evidence),
    /// The key of this subject is destroyed as soon as the record is durable.
    Erased { subject: Subject },
    /// From here on this node writes under another incarnation.
    Incarnation(Incarnation),
    /// Something of this node alone (accounts, serials, decisions on quarantine), sealed by the
    /// office key. The store does not look inside.
    Local(Vec<u8>),
}

/// Two histories of one log, both signed by its author.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub log: LogId,
    /// What this node holds.
    pub held: SignedHead,
    /// What was offered instead, without payloads.
    pub offered: Run,
}

/// A record on the disk.
#[derive(Clone, Debug)]
pub struct Durable {
    pub at: Position,
    /// Where the next record begins: the `up_to` of [`super::Store::apply_views`].
    pub next: Position,
    pub record: Record,
}

impl Record {
    fn name(&self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::Rewind { .. } => "rewind",
            Self::Receipt(_) => "receipt",
            Self::Evidence(_) => "evidence",
            Self::Erased { .. } => "erased",
            Self::Incarnation(_) => "incarnation",
            Self::Local(_) => "local",
        }
    }
}

/// Names the kind and the log, never the content.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Run(run) => {
                let run = run.run();
                write!(f, " {} {}..{}", run.log.short(), run.after.len, run.head.head.len)
            }
            Self::Rewind { log, to } => write!(f, " {} to {}", log.short(), to.len),
            Self::Receipt(receipt) => write!(f, " {} {}", receipt.log.short(), receipt.head.len),
            Self::Evidence(evidence) => write!(f, " {}", evidence.log.short()),
            Self::Erased { .. } | Self::Incarnation(_) | Self::Local(_) => Ok(()),
        }
    }
}
