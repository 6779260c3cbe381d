//! The seam between the store and the database of views and indexes.
//!
//! **Invariant.** Nothing here is the truth: whatever is lost can be made anew from the journal.

mod memory;
mod sled;

use std::fmt;
use std::ops::ControlFlow;

pub use memory::{MemoryKv, MemoryKvOpener};
pub use sled::{SledKv, SledKvOpener};

/// Keys in one batch; batches of 1,000 took 2.4 GB of memory in sled, batches of 100 took 124 MB.
pub const BATCH_KEYS_MAX: usize = 100;

/// Why the database did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KvError {
    #[error(
        "database: expected to read what was written, got {found}; `daiban rebuild` makes it anew from the journal"
    )]
    Corrupt { found: String },
    #[error(
        "database: {source_text}; check the disk, then restart (what was saved is in the journal)"
    )]
    Io { source_text: String },
    #[error("database: expected at most {BATCH_KEYS_MAX} keys in a batch, got {keys}")]
    BatchSize { keys: usize },
}

/// What [`Kv::scan`] calls for each key and value.
pub type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// A key and its value.
pub type Row = (Vec<u8>, Vec<u8>);

/// A key with its new value, or without one.
pub type Write = (Vec<u8>, Option<Vec<u8>>);

/// An ordered map from bytes to bytes.
pub trait Kv: Send + Sync {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, KvError>;
    /// Writes in order: a crash leaves a beginning of it, unless the batch is
    /// [`Batch::together`].
    fn apply(&self, batch: &Batch) -> Result<(), KvError>;
    /// Visits the keys in `from..to` in order, without loading all.
    fn scan(&self, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), KvError>;
    /// The greatest key in `from..=to`, with its value.
    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, KvError>;
    /// Makes what was applied durable.
    fn flush(&self) -> Result<(), KvError>;
    /// Bytes on the disk.
    fn size(&self) -> Result<u64, KvError>;
}

/// Opens the database, or begins an empty one.
pub trait KvOpener: Send {
    /// An error means: not readable. It never panics, whatever is on the disk.
    fn open(&mut self) -> Result<std::sync::Arc<dyn Kv>, KvError>;
    /// Moves what is there out of the way, for somebody to look at, and keeps only the newest.
    fn set_aside(&mut self) -> Result<(), KvError>;
}

/// Writes that happen one after the other.
#[derive(Clone, Default)]
pub struct Batch {
    writes: Vec<Write>,
    together: bool,
}

impl Batch {
    pub fn put(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.writes.push((key.into(), Some(value.into())));
    }

    pub fn remove(&mut self, key: impl Into<Vec<u8>>) {
        self.writes.push((key.into(), None));
    }

    /// In the order given; of several writes to a key the last counts.
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// All or nothing: for writes that rest on rows which they change. It costs sled about eight
    /// times as much as the same writes in order.
    pub fn together(&mut self) {
        self.together = true;
    }

    pub fn is_together(&self) -> bool {
        self.together
    }

    /// Parts that are small enough, in order. Only each part can be atomic.
    pub fn parts(self) -> impl Iterator<Item = Self> {
        let (mut rest, together) = (self.writes, self.together);
        std::iter::from_fn(move || {
            let behind = rest.split_off(rest.len().min(BATCH_KEYS_MAX));
            let writes = std::mem::replace(&mut rest, behind);
            (!writes.is_empty()).then_some(Self { writes, together })
        })
    }

    fn check(&self) -> Result<(), KvError> {
        let keys = self.writes.len();
        if keys <= BATCH_KEYS_MAX { Ok(()) } else { Err(KvError::BatchSize { keys }) }
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batch({} keys)", self.writes.len())
    }
}
