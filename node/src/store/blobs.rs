//! Blobs: photographs and documents beside the database, sealed chunk by chunk.

use std::io;

use daiban_sync::blob::Manifest;
use daiban_sync::id::BlobId;

use super::entropy::Entropy;
use super::keyring::KeyError;
use super::store::Store;

/// Why a blob was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("blob {id}: expected a manifest whose chunks fit its size, within {max} bytes; got {size} bytes in {chunks} chunks")]
    Manifest { id: BlobId, size: u64, chunks: usize, max: u64 },
    #[error("blob {id}: chunk {index} is not what the manifest names; ask another peer for it")]
    WrongChunk { id: BlobId, index: usize },
    #[error("blob {id}: chunks are still missing, the first is {index}")]
    Incomplete { id: BlobId, index: usize },
    #[error("blob {id}: expected it to be begun or held, it is neither")]
    Unknown { id: BlobId },
    #[error("blob {id}: chunk {index} is damaged on the disk; it has to be fetched again")]
    Damaged { id: BlobId, index: usize },
    #[error("blob {id}: its file is damaged at the beginning; it has to be fetched again")]
    DamagedHeader { id: BlobId },
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("blob {id}: {source}")]
    Io { id: BlobId, source: io::Error },
}

/// The blobs of a store. Each is sealed by a key of its own that stands in its file, so a material
/// that two cases share outlives the erasure of one, and removing it destroys the key.
pub struct Blobs {
    _todo: (),
}

impl Store {
    /// The blobs beside this journal.
    pub fn blobs(&self) -> Blobs {
        todo!()
    }
}

impl Blobs {
    /// Prepares to receive; what was received before a crash is still there.
    pub fn begin(&self, manifest: &Manifest, entropy: &mut dyn Entropy) -> Result<(), BlobError> {
        let _ = (manifest, entropy);
        todo!()
    }

    /// For each chunk whether it is held; `None` if the blob was never begun.
    pub fn have_chunks(&self, id: BlobId) -> Result<Option<Vec<bool>>, BlobError> {
        let _ = id;
        todo!()
    }

    /// Keeps a chunk if it is what the manifest names.
    pub fn write_chunk(&self, id: BlobId, index: usize, bytes: &[u8]) -> Result<(), BlobError> {
        let _ = (id, index, bytes);
        todo!()
    }

    /// Makes a complete blob durable; then it is held.
    pub fn finish(&self, id: BlobId) -> Result<(), BlobError> {
        let _ = id;
        todo!()
    }

    /// `begin`, all chunks and `finish` of a blob that is at hand.
    pub fn put(&self, bytes: &[u8], entropy: &mut dyn Entropy) -> Result<BlobId, BlobError> {
        let _ = (bytes, entropy);
        todo!()
    }

    /// Whether the blob is held, whole and durable.
    pub fn contains(&self, id: BlobId) -> bool {
        let _ = id;
        todo!()
    }

    /// `None` if the blob is not held.
    pub fn manifest(&self, id: BlobId) -> Result<Option<Manifest>, BlobError> {
        let _ = id;
        todo!()
    }

    /// A verified chunk of a blob that is held.
    pub fn read_chunk(&self, id: BlobId, index: usize) -> Result<Vec<u8>, BlobError> {
        let _ = (id, index);
        todo!()
    }

    /// Destroys its key, then its file, finished or not.
    pub fn remove(&self, id: BlobId) -> Result<(), BlobError> {
        let _ = id;
        todo!()
    }

    /// All that are held.
    pub fn list(&self) -> Result<Vec<BlobId>, BlobError> {
        todo!()
    }

    /// All that were begun and not finished.
    pub fn partial(&self) -> Result<Vec<BlobId>, BlobError> {
        todo!()
    }
}
