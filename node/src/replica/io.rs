//! What goes into a replica and what comes out.

use std::fmt;

use daiban_sync::frame::Frame;
use daiban_sync::id::{BlobId, Incarnation, LogId, NodeKey, OfficeCode};
use daiban_sync::session::{Lane, Role};
use daiban_sync::wire::Compression;
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};

use super::command::{Answer, Command, Refusal};
use crate::store::{Appended, CommitError, Record, Space};

/// A connection, as the shell counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LinkId(pub u64);

/// A command that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommandId(pub u64);

/// A batch of records on its way to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommitId(pub u64);

/// Everything that can happen to a node.
pub enum Input {
    /// A connection is up; the peer's office and key come from its certificate.
    Connected {
        link: LinkId,
        office: OfficeCode,
        key: NodeKey,
        role: Role,
    },
    Bytes {
        link: LinkId,
        lane: Lane,
        bytes: Vec<u8>,
    },
    Closed {
        link: LinkId,
    },
    DialFailed {
        office: OfficeCode,
    },
    /// The disk has the batch (append, then sync), or never will.
    Committed {
        commit: CommitId,
        result: Result<Vec<Appended>, CommitError>,
    },
    /// The blob is whole and on the disk, or could not be finished.
    BlobFinished {
        blob: BlobId,
        held: bool,
    },
    /// Somebody read a blob that is held, and its file is damaged.
    BlobDamaged {
        blob: BlobId,
    },
    Command {
        id: CommandId,
        command: Command,
    },
    /// Entries and receipts that somebody brought from an office in a bundle.
    Carried {
        id: CommandId,
        from: OfficeCode,
        frames: Vec<Frame>,
    },
    /// How much room the disk has.
    Space(Space),
    /// Time has passed; see [`super::Replica::wake_at`].
    Tick,
}

/// Everything that a node does to the world.
pub enum Effect {
    Dial {
        office: OfficeCode,
        addresses: Vec<String>,
    },
    Send {
        link: LinkId,
        lane: Lane,
        bytes: Vec<u8>,
    },
    Close {
        link: LinkId,
        reason: String,
    },
    /// Append these to the journal and sync, then answer [`Input::Committed`].
    Commit {
        commit: CommitId,
        records: Vec<Record>,
    },
    /// Finish this blob durably, then answer [`Input::BlobFinished`].
    FinishBlob {
        blob: BlobId,
    },
    Reply {
        id: CommandId,
        answer: Result<Answer, Refusal>,
    },
    Alarm(Alarm),
}

/// What an operator must hear of. Nothing here names a citizen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "alarm")]
pub enum Alarm {
    /// This node's own log had gone on elsewhere: the data directory was restored from a copy.
    RolledBack { log: LogId, held: u64, known_above: u64, incarnation: Incarnation },
    /// Entries written after a rollback were written again under a new incarnation.
    ForkMended { log: LogId, common: u64, rewritten: u64, incarnation: Incarnation },
    /// Another author signed two histories of one log.
    Equivocation { log: LogId, author: NodeKey, office: OfficeCode, len: u64 },
    /// A peer broke the rules and was cut off.
    PeerRefused { office: OfficeCode, reason: String },
    /// An entry is genuine but does not take effect.
    Quarantined { log: LogId, seq: u64, office: OfficeCode, reason: String },
    /// An act without authority changed nothing.
    NotAllowed { office: OfficeCode, reason: String },
    /// Nothing more is saved until somebody acts.
    Latched { reason: String },
    /// Stored entries cannot be read; they are asked for again.
    Damaged { what: String },
    /// What was damaged has been fetched again.
    Repaired { log: LogId, from: u64, to: u64 },
    /// A damaged file has been fetched again.
    BlobRepaired { blob: BlobId },
    /// The database does not follow the journal.
    Views { reason: String },
    /// A peer's clock is far from ours.
    ClockError { office: OfficeCode, off_by_ms: i64 },
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RolledBack { log, held, known_above, incarnation } => write!(
                f,
                "this node was restored from an old copy: it held {held} entries of its own log \
                 {log}, the office above holds {known_above}; they are fetched back and new \
                 entries go to incarnation {:016x}",
                incarnation.0
            ),
            Self::ForkMended { log, common, rewritten, incarnation } => write!(
                f,
                "this node was used after it was restored from an old copy: log {log} differs from \
                 the office above after entry {common}; {rewritten} entries were written again \
                 under incarnation {:016x}, nothing is lost",
                incarnation.0
            ),
            Self::Equivocation { log, author, office, len } => write!(
                f,
                "node {author} of office {office} signed two histories of log {log} that differ at \
                 or before entry {len}; both are kept as evidence, the log is frozen"
            ),
            Self::PeerRefused { office, reason } => {
                write!(f, "office {office} was cut off: {reason}")
            }
            Self::Quarantined { log, seq, office, reason } => write!(
                f,
                "entry {seq} of log {log} by office {office} does not take effect: {reason}"
            ),
            Self::NotAllowed { office, reason } => {
                write!(f, "an act of office {office} has no effect: {reason}")
            }
            Self::Latched { reason } => write!(f, "nothing more is saved: {reason}"),
            Self::Damaged { what } => write!(f, "{what}"),
            Self::Repaired { log, from, to } => {
                write!(f, "entries {from} to {to} of log {log} were fetched again from a neighbour")
            }
            Self::BlobRepaired { blob } => {
                write!(f, "the damaged file {blob} was fetched again from a neighbour")
            }
            Self::Views { reason } => {
                write!(
                    f,
                    "the database does not follow the journal: {reason}; stop the node and run \
                     `daiban rebuild`"
                )
            }
            Self::ClockError { office, off_by_ms } => write!(
                f,
                "the clocks of this office and of {office} differ by {} s; set the wrong one",
                off_by_ms / 1_000
            ),
        }
    }
}

/// Who this node is and how it behaves. Times are in milliseconds.
pub struct Config {
    pub office: OfficeCode,
    pub key: SigningKey,
    /// The node's certificates (DER), its own first, without the root.
    pub chain: Vec<Vec<u8>>,
    /// Offices above, nearest first, with their addresses.
    pub ancestors: Vec<(OfficeCode, Vec<String>)>,
    pub timing: Timing,
    pub window_bytes: u64,
    /// Towards offices above.
    pub compression_up: Compression,
    /// Towards offices below, of which there may be a thousand.
    pub compression_down: Compression,
    pub sessions_max: usize,
    /// Accept the impossible 99 prefix of test identities, and say so everywhere.
    pub training: bool,
    #[cfg(feature = "mutants")]
    pub mutant: Option<super::Mutant>,
}

/// When things are tried again.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    pub backoff_ms_min: u64,
    pub backoff_ms_max: u64,
    /// The office above must be silent this long before the next one is dialled.
    pub fallback_ms: u64,
    pub beacon_ms: u64,
    /// A session that has not greeted after this time is closed.
    pub greeting_ms: u64,
    /// Clocks may differ by this much before it is an alarm.
    pub clock_error_ms: u64,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            backoff_ms_min: 1_000,
            backoff_ms_max: 60_000,
            fallback_ms: 300_000,
            beacon_ms: 60_000,
            greeting_ms: 10_000,
            clock_error_ms: 300_000,
        }
    }
}
