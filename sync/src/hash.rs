//! BLAKE3 with one context string for each use, so that no hash of one kind can pass for another.

use serde::Serialize;

/// What is hashed or signed. The strings are part of the format.
#[derive(Clone, Copy)]
pub(crate) enum Domain {
    Log,
    Entry,
    Payload,
    Head,
    Receipt,
    Receipts,
    Bucket,
    Frontier,
    Chunk,
    Blob,
}

impl Domain {
    pub(crate) fn context(self) -> &'static str {
        match self {
            Self::Log => "daiban 2026 log id v1",
            Self::Entry => "daiban 2026 entry v1",
            Self::Payload => "daiban 2026 payload v1",
            Self::Head => "daiban 2026 head v1",
            Self::Receipt => "daiban 2026 receipt v1",
            Self::Receipts => "daiban 2026 receipts v1",
            Self::Bucket => "daiban 2026 frontier bucket v1",
            Self::Frontier => "daiban 2026 frontier v1",
            Self::Chunk => "daiban 2026 blob chunk v1",
            Self::Blob => "daiban 2026 blob v1",
        }
    }
}

pub(crate) fn bytes(domain: Domain, bytes: &[u8]) -> [u8; 32] {
    blake3::derive_key(domain.context(), bytes)
}

/// The hash of `value`'s canonical (postcard) bytes.
pub(crate) fn value(domain: Domain, value: &impl Serialize) -> [u8; 32] {
    bytes(domain, &canonical(value))
}

/// The canonical bytes of a plain value.
pub(crate) fn canonical(value: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(value)
        .expect("plain values without maps or unsized sequences always encode")
}
