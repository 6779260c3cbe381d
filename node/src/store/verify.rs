//! Checking everything that is on the disk.

use daiban_sync::id::BlobId;

use super::damage::DamagedRange;
use super::error::ReadError;
use super::journal::Position;
use super::open::Progress;
use super::store::Store;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    #[error("journal, {0}: the record does not match its checksum")]
    Record(Position),
    #[error("{0}")]
    Entries(DamagedRange),
    #[error("blob {id}: chunk {index:?} is damaged")]
    Blob { id: BlobId, index: Option<usize> },
    #[error("key {slot}: damaged in {file}")]
    Key { slot: u32, file: &'static str },
    #[error("database: {0}")]
    Database(String),
}

/// What verify saw.
#[derive(Debug, Default)]
pub struct VerifyReport {
    pub records: u64,
    pub logs: u64,
    pub entries: u64,
    /// Entries whose payload was erased.
    pub erased: u64,
    pub blobs: u64,
    pub damages: Vec<Damage>,
}

impl Store {
    /// Checks every record, chain, signature, payload, key and blob, and that the database agrees.
    ///
    /// # Errors
    /// Only what prevents checking; what is wrong is in the report.
    pub fn verify(&self, progress: &mut Progress<'_>) -> Result<VerifyReport, ReadError> {
        let _ = progress;
        todo!()
    }
}
