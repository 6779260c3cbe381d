//! Frames: what two nodes say to each other.
//!
//! A frame is its length (u32, little-endian) and its postcard bytes. On the control lane the
//! frames of one direction form one zstd stream; on the bulk lane they travel as they are.
//! `docs/wire.md` shows the bytes and a test pins them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::blob::Manifest;
use crate::entry::{Entry, Kind, Payload};
use crate::frontier::{Buckets, Digest, Summary};
use crate::head::{Head, Receipt, SignedHead};
use crate::id::{BlobId, Hlc, Incarnation, LogId, Millis, OfficeCode};
use crate::run::Run;

/// The first thing that each side says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub office: OfficeCode,
    pub incarnation: Incarnation,
    /// Of the frontier in the shared scope.
    pub frontier: Digest,
    /// Of the receipts that go from the upper office to the lower one.
    pub receipts: Digest,
    /// The sender's clock.
    pub now: Millis,
    /// Weight of runs ([`Run::weight`]) that the sender is ready to have in flight towards it.
    pub window: u64,
    /// The sender's health report, in the words of the node.
    #[serde(with = "serde_bytes")]
    pub beacon: Vec<u8>,
}

/// A message on the control lane. The order of the variants is part of the format.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Frame {
    Hello(Hello),
    /// Our frontier, one hash for each bucket.
    Summary(Summary),
    /// Heads in the order of the logs' names. `buckets` are those that this frame completes: with
    /// it the receiver has seen all that the sender holds in them; `last` ends the list.
    Heads {
        buckets: Buckets,
        heads: Vec<(LogId, Head)>,
        last: bool,
    },
    /// A stretch of a log that the receiver lacks.
    #[serde(with = "compact")]
    Run(Run),
    /// These logs are flushed to our disk up to here.
    Durable(Vec<(LogId, u64)>),
    /// Ancestors' signed word.
    Receipts(Vec<Receipt>),
    /// At this place of the log we hold something else than you.
    Diverged {
        log: LogId,
        at: Head,
    },
    /// Send the log from this entry on, whatever we hold.
    Fetch {
        log: LogId,
        from: u64,
    },
    /// The answer: one run, or none when there is nothing from there on.
    #[serde(with = "compact_option")]
    Fetched(LogId, Option<Run>),
    /// A newer health report.
    Beacon(#[serde(with = "serde_bytes")] Vec<u8>),
    /// Too many at once: come back later.
    Busy {
        retry_after_ms: u64,
    },
    /// Send the chunks of the blob that are missing from `first` on.
    BlobWant {
        blob: BlobId,
        first: u32,
    },
    /// Not here, or not for you.
    BlobMissing(BlobId),
    /// What was missing has come.
    BlobHere(BlobId),
    /// Bytes of pieces that have arrived since the session began.
    BulkArrived(u64),
    /// We hold all of it, durably.
    BlobHeld(BlobId),
}

impl Frame {
    /// For error messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Hello(_) => "a greeting",
            Self::Summary(_) => "a summary",
            Self::Heads { .. } => "heads",
            Self::Run(_) => "a run",
            Self::Durable(_) => "an acknowledgement",
            Self::Receipts(_) => "receipts",
            Self::Diverged { .. } => "a divergence",
            Self::Fetch { .. } => "a fetch",
            Self::Fetched(..) => "a fetched run",
            Self::Beacon(_) => "a beacon",
            Self::Busy { .. } => "a refusal for now",
            Self::BlobWant { .. } => "a wish for a blob",
            Self::BlobMissing(_) => "a missing blob",
            Self::BlobHere(_) => "an arrived blob",
            Self::BulkArrived(_) => "a bulk acknowledgement",
            Self::BlobHeld(_) => "a held blob",
        }
    }
}

/// Without the content: it is a citizen's.
impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A message on the bulk lane.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bulk {
    /// Begins a blob that was asked for.
    Manifest {
        blob: BlobId,
        manifest: Manifest,
    },
    Piece(Piece),
    /// The rest of the blob cannot be read here.
    Gone(BlobId),
}

impl Bulk {
    /// The blob that this is about.
    pub fn blob(&self) -> BlobId {
        match self {
            Self::Manifest { blob, .. } | Self::Gone(blob) => *blob,
            Self::Piece(piece) => piece.blob,
        }
    }
}

/// Part of a blob's chunk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    pub blob: BlobId,
    pub chunk: u32,
    /// Where in the chunk the bytes belong.
    pub offset: u32,
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// A run on the wire: times as differences, so that zstd finds the repetition.
#[derive(Serialize, Deserialize)]
struct CompactRun<P> {
    log: LogId,
    after: Head,
    hash: crate::id::EntryHash,
    signature: crate::head::Sig,
    entries: Vec<CompactEntry<P>>,
}

#[derive(Serialize, Deserialize)]
struct CompactEntry<P>(u64, Kind, P);

impl<'a> From<&'a Run> for CompactRun<&'a Payload> {
    fn from(run: &'a Run) -> Self {
        let mut before = 0;
        let entries = run.entries.iter().map(|entry| {
            let later_by = entry.at.0.wrapping_sub(before);
            before = entry.at.0;
            CompactEntry(later_by, entry.kind, &entry.payload)
        });
        Self {
            log: run.log,
            after: run.after,
            hash: run.head.head.hash,
            signature: run.head.signature,
            entries: entries.collect(),
        }
    }
}

impl From<CompactRun<Payload>> for Run {
    fn from(compact: CompactRun<Payload>) -> Self {
        let len = compact.after.len.saturating_add(compact.entries.len() as u64);
        let mut at = 0u64;
        let entries = compact.entries.into_iter().map(|CompactEntry(later_by, kind, payload)| {
            at = at.wrapping_add(later_by);
            Entry { at: Hlc(at), kind, payload }
        });
        Self {
            log: compact.log,
            after: compact.after,
            entries: entries.collect(),
            head: SignedHead {
                head: Head { len, hash: compact.hash },
                signature: compact.signature,
            },
        }
    }
}

mod compact {
    use super::{CompactRun, Deserialize, Deserializer, Payload, Run, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(run: &Run, serializer: S) -> Result<S::Ok, S::Error> {
        CompactRun::from(run).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Run, D::Error> {
        CompactRun::<Payload>::deserialize(deserializer).map(Run::from)
    }
}

mod compact_option {
    use super::{
        CompactRun, Deserialize, Deserializer, LogId, Payload, Run, Serialize, Serializer,
    };

    pub(super) fn serialize<S: Serializer>(
        log: &LogId,
        run: &Option<Run>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        (log, run.as_ref().map(CompactRun::from)).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<(LogId, Option<Run>), D::Error> {
        let (log, run) = <(LogId, Option<CompactRun<Payload>>)>::deserialize(deserializer)?;
        Ok((log, run.map(Run::from)))
    }
}
