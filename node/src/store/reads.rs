//! Reading logs.

use daiban_sync::entry::Entry;
use daiban_sync::head::SignedHead;
use daiban_sync::id::{EntryHash, LogId};
use daiban_sync::run::Run;

use super::error::ReadError;
use super::store::Store;

/// The entries of a log with their sequence numbers.
pub struct Entries<'a> {
    _store: &'a Store,
}

impl Iterator for Entries<'_> {
    type Item = Result<(u64, Entry), ReadError>;
    fn next(&mut self) -> Option<Self::Item> {
        todo!()
    }
}

impl Store {
    /// Entries of `log` from number `from_len` on as one run that ends at a head its author signed:
    /// the last one within the bounds, or the first one if none is. `None`: nothing (signed) there.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] names what has to be fetched again.
    pub fn read_run(
        &self,
        log: LogId,
        from_len: u64,
        max_entries: usize,
        max_bytes: usize,
    ) -> Result<Option<Run>, ReadError> {
        let _ = (log, from_len, max_entries, max_bytes);
        todo!()
    }

    /// The hash of `log` at length `len`; `None` beyond its tip.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn hash_at(&self, log: LogId, len: u64) -> Result<Option<EntryHash>, ReadError> {
        let _ = (log, len);
        todo!()
    }

    /// The last head of `log` at or below its tip that its author signed.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn signed_head(&self, log: LogId) -> Result<Option<SignedHead>, ReadError> {
        let _ = log;
        todo!()
    }

    /// The entries of `log` from number `from` on. A damaged stretch is one error, then it goes on
    /// behind it.
    pub fn entries(&self, log: LogId, from: u64) -> Entries<'_> {
        let _ = (log, from);
        Entries { _store: self }
    }
}
