//! What goes into a replica and what comes out.

use daiban_domain::standing::Standings;
use daiban_sync::frame::Frame;
use daiban_sync::id::{BlobId, Millis, NodeKey, OfficeCode};
use daiban_sync::session::{Lane, Role};
use daiban_sync::wire::Compression;
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};

use super::alarm::Alarm;
use super::answer::Answer;
use super::command::Command;
use super::refusal::Refusal;
use super::watch::Rules;
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
    /// An office above refused this node's key when it was dialled: it is revoked.
    Revoked {
        by: OfficeCode,
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
    /// Free bytes of the disk.
    Free {
        bytes: u64,
    },
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
    /// Another word on which nodes are believed: links to the others end.
    Standings(Standings),
    Alarm(Alarm),
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
    /// What is an alarm about an office here or below.
    pub watch: Rules,
    /// When the data was last copied aside.
    pub backed_up: Option<Millis>,
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
