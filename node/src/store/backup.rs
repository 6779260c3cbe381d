//! Backup and restore.

use std::io;

use super::disk::Disk;
use super::journal::Position;
use super::store::Store;

/// Why a backup or a restore did not finish.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("expected an empty folder to copy to, found {found}")]
    NotEmpty { found: String },
    #[error("expected a finished backup, but {missing} is not in it")]
    Incomplete { missing: &'static str },
    #[error("{file}: expected what the backup noted, got other bytes")]
    Differs { file: String },
    #[error("{file}: {source}")]
    Io { file: String, source: io::Error },
}

/// What was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupReport {
    pub files: u64,
    pub bytes: u64,
    /// Everything before this is in it.
    pub up_to: Position,
}

/// Copies journal (as far as it is durable), keys, blobs and identity to the empty `to`, while the
/// node runs or not.
pub fn backup(store: &Store, to: &dyn Disk) -> Result<BackupReport, BackupError> {
    let _ = (store, to);
    todo!()
}

/// Copies a backup to the empty `to`. At its next opening the store gets a new incarnation.
pub fn restore(from: &dyn Disk, to: &dyn Disk) -> Result<BackupReport, BackupError> {
    let _ = (from, to);
    todo!()
}
