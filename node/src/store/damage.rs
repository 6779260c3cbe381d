//! Stretches of logs that are on the disk and cannot be read.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;

use daiban_sync::id::{BlobId, LogId};
use serde::{Deserialize, Serialize};

use super::index;
use super::journal::Position;
use super::kv::{Batch, KvError};
use super::store::Store;

/// By log and first entry.
pub(super) type Damages = BTreeMap<(LogId, u64), DamagedRange>;

/// Entries that have to be fetched again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DamagedRange {
    pub log: LogId,
    /// The first damaged entry.
    pub from: u64,
    /// The first sound entry after it.
    pub to: u64,
    pub cause: Cause,
}

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// The checksum of the record at this place is wrong, or it is not there.
    Journal(Position),
    /// The record does not say what its signature covers.
    Chain(Position),
    /// The key that seals it is not readable and was not erased.
    Key { slot: u32 },
    /// No record holds it.
    Missing,
}

impl fmt::Display for DamagedRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "log {}: entries {}..{} are damaged: ", self.log, self.from, self.to)?;
        match &self.cause {
            Cause::Journal(at) => {
                write!(f, "the journal record at {at} does not match its checksum")
            }
            Cause::Chain(at) => {
                write!(f, "the journal record at {at} does not match its signature")
            }
            Cause::Key { slot } => write!(f, "key {slot} in the keyring is unreadable"),
            Cause::Missing => write!(f, "no journal record holds them"),
        }
    }
}

impl Store {
    /// What has to be fetched again, as far as it is known (reads and `verify` add to it). To heal
    /// a stretch, append the runs that cover it: the index then points at them.
    pub fn damaged_ranges(&self) -> Vec<DamagedRange> {
        self.damage().values().cloned().collect()
    }

    /// Blobs whose file is damaged, as far as it is known (`verify` adds to it), until
    /// [`Store::forget_damaged_blob`].
    ///
    /// # Errors
    /// [`KvError`].
    pub fn damaged_blobs(&self) -> Result<Vec<BlobId>, KvError> {
        let mut found = Vec::new();
        let tree = index::DAMAGED_BLOBS;
        self.kv.scan(&[tree], &[tree + 1], &mut |key, _| {
            found.extend(key[1..].try_into().ok().map(BlobId));
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    /// Remembers that a blob's file is damaged, over restarts too.
    ///
    /// # Errors
    /// [`KvError`].
    pub fn note_damaged_blob(&self, id: BlobId) -> Result<(), KvError> {
        let mut batch = Batch::default();
        batch.put(blob_key(id), Vec::new());
        self.kv.apply(&batch)
    }

    /// A blob is whole again; whether it was known to be damaged.
    ///
    /// # Errors
    /// [`KvError`].
    pub fn forget_damaged_blob(&self, id: BlobId) -> Result<bool, KvError> {
        let key = blob_key(id);
        if self.kv.get(&key)?.is_none() {
            return Ok(false);
        }
        let mut batch = Batch::default();
        batch.remove(key);
        self.kv.apply(&batch)?;
        Ok(true)
    }

    /// Remembers damage, over restarts too.
    pub(super) fn add_damage(&self, range: DamagedRange) -> Result<(), KvError> {
        let mut batch = Batch::default();
        batch.put(key(range.log, range.from), index::encode(&range));
        self.kv.apply(&batch)?;
        self.damage().insert((range.log, range.from), range);
        Ok(())
    }
}

/// The database key of a blob whose file is damaged.
pub(super) fn blob_key(id: BlobId) -> Vec<u8> {
    [&[index::DAMAGED_BLOBS], &id.0[..]].concat()
}

/// The database key of a damaged range.
pub(super) fn key(log: LogId, from: u64) -> Vec<u8> {
    [&index::log_key(index::DAMAGE, log)[..], &from.to_be_bytes()].concat()
}

/// Whether something in `from..to` of `log` is known to be damaged.
pub(super) fn touches(damages: &Damages, log: LogId, (from, to): (u64, u64)) -> bool {
    damages.values().any(|d| d.log == log && d.from < to && from < d.to)
}

/// Takes `from..to` of `log` out of what is damaged.
pub(super) fn heal(damages: &mut Damages, batch: &mut Batch, log: LogId, (from, to): (u64, u64)) {
    let touched = |d: &&DamagedRange| d.log == log && d.from < to && from < d.to;
    for range in damages.values().filter(touched).cloned().collect::<Vec<_>>() {
        damages.remove(&(log, range.from));
        batch.remove(key(log, range.from));
        let before = DamagedRange { to: from, ..range.clone() };
        let behind = DamagedRange { from: to, ..range };
        for rest in [before, behind].into_iter().filter(|rest| rest.from < rest.to) {
            batch.put(key(log, rest.from), index::encode(&rest));
            damages.insert((log, rest.from), rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn healing_the_middle_leaves_both_sides() {
        let log = LogId([1; 32]);
        let range = DamagedRange { log, from: 0, to: 10, cause: Cause::Missing };
        let mut damages = Damages::from([((log, 0), range)]);
        heal(&mut damages, &mut Batch::default(), log, (3, 5));
        let left: Vec<_> = damages.values().map(|d| (d.from, d.to)).collect();
        assert_eq!(left, [(0, 3), (5, 10)]);
        heal(&mut damages, &mut Batch::default(), log, (0, 20));
        assert!(damages.is_empty());
    }
}
