//! What a session tells its node.

use crate::blob::Manifest;
use crate::frame::Hello;
use crate::head::{Head, Receipt};
use crate::id::{BlobId, LogId};
use crate::run::Run;

/// What the node must know of or do.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// The peer has introduced itself: admission is proved.
    Hello(Hello),
    /// Both sides know what the other lacks.
    Live,
    /// A stretch of a log, unverified.
    Run(Run),
    /// The peer's disk holds the log up to here.
    Durable { log: LogId, len: u64 },
    /// The peer announces a log up to here, which is more than we hold.
    Ahead { log: LogId, len: u64 },
    /// At this place of the log the peer holds something else than we: no run of it travels any
    /// more in this session. Said once for each log.
    Diverged { log: LogId, theirs: Head },
    /// The answer to [`Session::fetch`](super::Session::fetch).
    Fetched { log: LogId, run: Option<Run> },
    /// Ancestors' signed word, unverified.
    Receipts(Vec<Receipt>),
    /// A newer health report.
    Beacon(Vec<u8>),
    /// Come back later.
    Busy { retry_after_ms: u64 },
    /// The peer will send this blob; the manifest fits the name.
    Manifest { blob: BlobId, manifest: Manifest },
    /// A chunk that fits the manifest.
    Chunk { blob: BlobId, chunk: u32, bytes: Vec<u8> },
    /// The peer cannot send this blob now.
    BlobMissing(BlobId),
    /// The peer can send it now.
    BlobHere(BlobId),
    /// The peer holds it durably.
    BlobHeld(BlobId),
}
