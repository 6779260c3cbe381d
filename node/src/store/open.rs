//! Opening: which of the journal and the database is to be believed, and making them agree.

use std::sync::Arc;

use super::committer::Committer;
use super::damage::DamagedRange;
use super::disk::Disk;
use super::entropy::Entropy;
use super::error::OpenError;
use super::journal::Position;
use super::keyring::Unlock;
use super::kv::KvOpener;
use super::record::SubjectOf;
use super::store::Store;

/// How far opening has come: bytes of the journal read, of how many.
pub type Progress<'a> = dyn FnMut(u64, u64) + 'a;

/// What does not change while a store is open.
#[derive(Clone, Copy)]
pub struct Options {
    pub subject_of: SubjectOf,
    /// A segment is closed when it is longer.
    pub segment_bytes: u32,
    /// Keys that are made at once, ahead of need.
    pub key_batch: u32,
    /// Memory (KiB) and passes of argon2id for a new passphrase.
    pub argon2: (u32, u32),
    /// Make the database anew even if it looks right.
    pub rebuild: bool,
}

/// What opening found and did.
#[derive(Debug, Default)]
pub struct OpenReport {
    /// The store did not exist.
    pub created: bool,
    /// Records that were read again because the database did not have them.
    pub replayed: u64,
    /// Why the database was set aside and made anew.
    pub rebuilt: Option<String>,
    /// Where an unfinished write was cut off, and how many bytes.
    pub cut: Option<(Position, u64)>,
    /// Records that were durable and are gone from the end of the journal.
    pub missing_records: u64,
    /// Damaged records met while reading.
    pub damaged_records: Vec<Position>,
    /// What has to be fetched again.
    pub damaged: Vec<DamagedRange>,
    /// The store came from a backup, so it has got a new incarnation.
    pub restored: bool,
}

impl Store {
    /// Opens or makes the store on `disk`.
    ///
    /// # Errors
    /// [`OpenError`]; nothing that was saved is lost by it.
    pub fn open(
        disk: Arc<dyn Disk>,
        kv: &mut dyn KvOpener,
        unlock: &Unlock,
        options: Options,
        entropy: Box<dyn Entropy>,
        progress: &mut Progress<'_>,
    ) -> Result<(Self, Committer, OpenReport), OpenError> {
        let _ = (disk, kv, unlock, options, entropy, progress);
        todo!()
    }
}
