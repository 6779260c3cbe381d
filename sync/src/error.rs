//! Errors by blame: the bytes, the peer, a mismatch of versions, or our own caller.

use crate::id::{BlobId, LogId, OfficeCode};
use crate::limits::FRAME_BYTES_MAX;
use crate::run::RunError;

/// Why a session ends. Nothing that is stored is touched by any of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    #[error("invalid bytes from the peer: {0}")]
    InvalidFrame(#[from] InvalidFrame),
    #[error("the peer broke the rules: {0}")]
    PeerMisbehaved(#[from] Misbehaviour),
    #[error("the peer speaks another version: {0}")]
    PeerIncompatible(#[from] Incompatible),
    #[error("our own mistake: {0}")]
    ApiMisuse(&'static str),
}

/// Bytes that are no frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFrame {
    #[error("expected a frame of 1 to {FRAME_BYTES_MAX} bytes, got a length of {0}")]
    Length(u64),
    #[error("a frame of {0} bytes does not decode")]
    Encoding(usize),
    #[error("a frame of {0} bytes has bytes left over")]
    Trailing(usize),
    #[error("the compressed stream is broken")]
    Compression,
    #[error("the stream unpacks to more than {0} bytes for each byte sent")]
    Ratio(u64),
}

/// What only a faulty or hostile peer does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaviour {
    #[error("expected {expected}, got {got}")]
    OutOfTurn { expected: &'static str, got: &'static str },
    #[error("its certificate names office {certificate}, its greeting {hello}")]
    Office { certificate: OfficeCode, hello: OfficeCode },
    #[error("log {0} is not shared between our offices")]
    OutOfScope(LogId),
    #[error("it acknowledges entry {acknowledged} of log {log}, of which it was sent {sent}")]
    Acknowledged { log: LogId, acknowledged: u64, sent: u64 },
    #[error("it sends more than the {0} bytes that it may send without an acknowledgement")]
    Window(u64),
    #[error("more than {bound} {what}")]
    TooMany { what: &'static str, bound: usize },
    #[error("blob {0}: the manifest does not give this name")]
    Manifest(BlobId),
    #[error("blob {0}: it was not asked for")]
    Unasked(BlobId),
    #[error("blob {blob}: chunk {chunk} does not fit the manifest")]
    Chunk { blob: BlobId, chunk: u32 },
    #[error("a receipt for log {0} that its signer could not give")]
    Receipt(LogId),
    #[error(transparent)]
    Run(#[from] RunError),
}

impl Misbehaviour {
    /// More than `bound` of `what`.
    pub(crate) fn check_bound(what: &'static str, count: usize, bound: usize) -> Result<(), Self> {
        if count <= bound { Ok(()) } else { Err(Self::TooMany { what, bound }) }
    }
}

/// Versions that do not meet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Incompatible {
    #[error("expected the greeting of daiban's protocol, got other bytes")]
    Preface,
    #[error(
        "we speak versions {ours_min} to {ours_max}, it speaks {theirs_min} to {theirs_max}; update the older side"
    )]
    Version { ours_min: u8, ours_max: u8, theirs_min: u8, theirs_max: u8 },
}
