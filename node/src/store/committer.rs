//! The writer: many appends, one sync, then "saved".

use super::error::CommitError;
use super::journal::Position;
use super::record::Record;

/// Up to where everything is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub position: Position,
    /// Records of the journal up to here.
    pub records: u64,
}

/// What was appended, for [`super::Store::note_durable`] once it is synced.
#[derive(Debug)]
pub struct Appended {
    _todo: (),
}

/// Owns the end of the journal. In production it lives on its own thread.
///
/// After a failed write or sync it latches: every later call fails with the first reason, because
/// nobody knows what the disk holds after a failed sync.
pub struct Committer {
    _todo: (),
}

impl Committer {
    /// Writes `records` behind the journal; they are not saved yet.
    ///
    /// # Errors
    /// [`CommitError`]; `Locked` and `TooLarge` refuse without latching.
    pub fn append(&mut self, records: &[Record]) -> Result<Appended, CommitError> {
        let _ = records;
        todo!()
    }

    /// Makes everything appended so far durable.
    ///
    /// # Errors
    /// [`CommitError::Latched`].
    pub fn sync(&mut self) -> Result<Mark, CommitError> {
        todo!()
    }

    /// Why nothing is accepted any more.
    pub fn latched(&self) -> Option<&str> {
        todo!()
    }
}
