//! Why an operation of the store failed: one enum for each.

use std::io;

use daiban_sync::id::LogId;

use super::damage::DamagedRange;
use super::keyring::KeyError;
use super::kv::KvError;

/// Why the store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(
        "{file}: expected format version {expected}, got {found}; it was written by a newer daiban: install that one"
    )]
    Version { file: String, expected: u16, found: u16 },
    #[error(
        "the journal is here but the keyring is not: expected keys/office and keys/slots; copy them back from a backup"
    )]
    KeyringMissing,
    #[error(transparent)]
    Kv(#[from] KvError),
    #[error(transparent)]
    Commit(#[from] CommitError),
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// Why something was not saved.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// After the first failure nothing is accepted any more; reads go on.
    #[error(
        "saving has stopped: {reason}; make the disk writable or free some space, then restart"
    )]
    Latched { reason: String },
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("record: expected at most {max} bytes, got {bytes}; make smaller runs")]
    TooLarge { bytes: usize, max: usize },
}

/// Why the indexes did not follow the journal. What was saved is in the journal all the same.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error(transparent)]
    Kv(#[from] KvError),
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Why something that is held could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{0}; it has to be fetched again from a neighbour")]
    Damaged(DamagedRange),
    #[error("log {log}: no signature of its author within {entries} entries after {from}")]
    Unsigned { log: LogId, from: u64, entries: usize },
    #[error("journal: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Kv(#[from] KvError),
}

/// Why a view was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    #[error("view {key}: does not open under its key; `daiban rebuild` makes it anew")]
    Damaged { key: String },
    #[error("key {slot} in the keyring is unreadable; fetch the case again from a neighbour")]
    KeyDamaged { slot: u32 },
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Kv(#[from] KvError),
}
