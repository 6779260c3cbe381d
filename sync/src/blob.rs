//! Blobs: photographs and documents, named by content and moved in chunks that verify one by one.

use serde::{Deserialize, Serialize};

use crate::hash::{self, Domain};
use crate::id::BlobId;
use crate::limits::{BLOB_BYTES_MAX, BLOB_CHUNK_BYTES};

/// What a blob consists of. The blob's name is the hash of this, so a chunk that fits the manifest
/// fits the name, whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Bytes.
    pub size: u64,
    /// BLAKE3 of each chunk of [`BLOB_CHUNK_BYTES`]; the last may be shorter.
    pub chunks: Vec<[u8; 32]>,
}

impl Manifest {
    /// Of a blob that is at hand.
    pub fn of(bytes: &[u8]) -> Self {
        let chunks =
            bytes.chunks(BLOB_CHUNK_BYTES).map(|c| hash::bytes(Domain::Chunk, c)).collect();
        Self { size: bytes.len() as u64, chunks }
    }

    /// The blob's name.
    pub fn id(&self) -> BlobId {
        BlobId(hash::value(Domain::Blob, self))
    }

    /// Whether the number of chunks fits the size and the size the bound.
    pub fn is_consistent(&self) -> bool {
        self.size <= BLOB_BYTES_MAX
            && self.chunks.len() as u64 == self.size.div_ceil(BLOB_CHUNK_BYTES as u64)
    }

    /// Bytes of chunk `index`, if there is one.
    pub fn chunk_len(&self, index: usize) -> Option<usize> {
        let start = (index as u64).checked_mul(BLOB_CHUNK_BYTES as u64)?;
        let rest = self.size.checked_sub(start).filter(|&rest| rest > 0)?;
        Some(usize::try_from(rest).map_or(BLOB_CHUNK_BYTES, |rest| rest.min(BLOB_CHUNK_BYTES)))
    }

    /// Whether `bytes` are chunk `index`.
    pub fn check_chunk(&self, index: usize, bytes: &[u8]) -> bool {
        self.chunks
            .get(index)
            .is_some_and(|expected| hash::bytes(Domain::Chunk, bytes) == *expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_verify_one_by_one() {
        let bytes: Vec<u8> = (0..150_000u32).map(|i| (i % 251) as u8).collect();
        let manifest = Manifest::of(&bytes);
        assert!(manifest.is_consistent());
        assert_eq!(manifest.chunks.len(), 3);
        assert_eq!(manifest.chunk_len(2), Some(150_000 - 2 * BLOB_CHUNK_BYTES));
        assert_eq!(manifest.chunk_len(3), None);
        assert!(manifest.check_chunk(1, &bytes[BLOB_CHUNK_BYTES..2 * BLOB_CHUNK_BYTES]));
        assert!(!manifest.check_chunk(0, &bytes[BLOB_CHUNK_BYTES..2 * BLOB_CHUNK_BYTES]));
        assert!(!manifest.check_chunk(3, &[]));
    }

    #[test]
    fn the_name_commits_to_size_and_chunks() {
        let a = Manifest::of(b"one");
        let mut b = a.clone();
        b.size = 4;
        assert_ne!(a.id(), b.id());
    }
}
