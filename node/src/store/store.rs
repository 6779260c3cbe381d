//! What is durable, for reading.

use std::collections::BTreeMap;

use daiban_sync::head::Receipt;
use daiban_sync::id::{Incarnation, LogId, OfficeCode};
use daiban_sync::run::Tip;

use super::committer::{Appended, Mark};
use super::damage::DamagedRange;
use super::entropy::Entropy;
use super::error::IndexError;
use super::record::{Evidence, Subject};

/// The readable side of the store; the replica owns it.
pub struct Store {
    _todo: (),
}

impl Store {
    /// Lets reads see what the committer has synced. Call it in the order of the appends.
    ///
    /// # Errors
    /// [`IndexError`]: the database failed. What was saved stays saved; a restart catches up.
    pub fn note_durable(&mut self, appended: Vec<Appended>) -> Result<(), IndexError> {
        let _ = appended;
        todo!()
    }

    /// Every log that is held, and how far.
    pub fn tips(&self) -> &BTreeMap<LogId, Tip> {
        todo!()
    }

    /// The latest receipt of each office for each log.
    pub fn receipts(&self) -> &BTreeMap<(LogId, OfficeCode), Receipt> {
        todo!()
    }

    /// Proofs of two histories, by log.
    pub fn evidence(&self) -> &BTreeMap<LogId, Evidence> {
        todo!()
    }

    /// The incarnation under which this node writes.
    pub fn incarnation(&self) -> Incarnation {
        todo!()
    }

    /// A number for [`super::Record::Incarnation`]: append it, sync, note it, then write under it.
    pub fn draw_incarnation(entropy: &mut dyn Entropy) -> Incarnation {
        let _ = entropy;
        todo!()
    }

    /// Up to where reads see the journal.
    pub fn durable(&self) -> Mark {
        todo!()
    }

    /// Whether the key of this subject was destroyed (append [`super::Record::Erased`] to do so).
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn is_erased(&self, subject: &Subject) -> Result<bool, IndexError> {
        let _ = subject;
        todo!()
    }

    /// What has to be fetched again, as far as it is known (reads and `verify` add to it). To heal
    /// a stretch, append the runs that cover it: the index then points at them.
    pub fn damaged_ranges(&self) -> Vec<DamagedRange> {
        todo!()
    }

    /// Drops the office key: from now on no payload, view or blob can be read or written.
    pub fn lock(&self) {
        todo!()
    }

    /// Makes the database durable up to here, so that the next start has less to read. Never
    /// needed for safety.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn flush(&self) -> Result<(), IndexError> {
        todo!()
    }
}
