//! Reading logs.

use std::collections::VecDeque;

use daiban_sync::entry::Entry;
use daiban_sync::head::{Head, SignedHead};
use daiban_sync::id::{EntryHash, LogId};
use daiban_sync::limits::RUN_ENTRIES_MAX;
use daiban_sync::run::{self, Run};

use super::body::{Body, Place};
use super::damage::{Cause, DamagedRange};
use super::error::ReadError;
use super::index::{self, Stretch};
use super::journal::BODY_PREFIX_BYTES;
use super::sealed_run::{RunFault, StoredRun};
use super::store::Store;

/// A rewind may leave a stretch without a signature; a run is not searched for one beyond this.
const UNSIGNED_ENTRIES_MAX: usize = 2 * RUN_ENTRIES_MAX;

/// The entries of a log with their sequence numbers.
pub struct Entries<'a> {
    store: &'a Store,
    log: LogId,
    next: u64,
    ready: VecDeque<Entry>,
}

impl Iterator for Entries<'_> {
    type Item = Result<(u64, Entry), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            match self.store.stretch_from(self.log, self.next) {
                Ok(None) => return None,
                Ok(Some((run, _))) => self.ready = run.entries.into(),
                Err(error) => {
                    self.next = match &error {
                        ReadError::Damaged(range) => range.to,
                        _ => u64::MAX,
                    };
                    return Some(Err(error));
                }
            }
        }
        let entry = self.ready.pop_front()?;
        self.next += 1;
        Some(Ok((self.next - 1, entry)))
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
        let Some((mut merged, signed)) = self.stretch_from(log, from_len)? else { return Ok(None) };
        let mut whole = signed.then_some((merged.entries.len(), merged.head));
        loop {
            if whole.is_none() && merged.entries.len() > UNSIGNED_ENTRIES_MAX {
                let entries = merged.entries.len();
                return Err(ReadError::Unsigned { log, from: from_len, entries });
            }
            let next = from_len + merged.entries.len() as u64;
            let (more, signed) = match self.stretch_from(log, next) {
                Ok(Some(more)) => more,
                Ok(None) => break,
                Err(_) if whole.is_some() => break,
                Err(error) => return Err(error),
            };
            let entries = merged.entries.len() + more.entries.len();
            let bytes = merged.payload_bytes() + more.payload_bytes();
            let fits = entries <= max_entries && bytes <= max_bytes as u64;
            if whole.is_some() && !fits {
                break;
            }
            merged.entries.extend(more.entries);
            if signed {
                whole = Some((entries, more.head));
            }
        }
        Ok(whole.map(|(entries, head)| {
            merged.entries.truncate(entries);
            Run { head, ..merged }
        }))
    }

    /// Whether `log` has just this beginning; what cannot be read is not known to be.
    pub fn holds(&self, log: LogId, head: Head) -> bool {
        self.hash_at(log, head.len).ok().flatten() == Some(head.hash)
    }

    /// The hash of `log` at length `len`; `None` beyond its tip.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn hash_at(&self, log: LogId, len: u64) -> Result<Option<EntryHash>, ReadError> {
        let Some(tip) = self.tips().get(&log).filter(|tip| len <= tip.head.len) else {
            return Ok(None);
        };
        let Some(last) = len.checked_sub(1) else { return Ok(Some(EntryHash::ZERO)) };
        if tip.head.len == len {
            return Ok(Some(tip.head.hash));
        }
        let Some((start, stretch)) = index::stretch_of(self.kv.as_ref(), log, last)? else {
            return Err(self.missing(log, last)?);
        };
        if stretch.end.len == len {
            return Ok(Some(stretch.end.hash));
        }
        let stored = self.stored_run(log, start, stretch)?;
        let heads = stored.heads().find(|head| head.len == len);
        Ok(heads.map(|head| head.hash))
    }

    /// The last head of `log` at or below its tip that its author signed.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn signed_head(&self, log: LogId) -> Result<Option<SignedHead>, ReadError> {
        let mut len = self.tips().get(&log).map_or(0, |tip| tip.head.len);
        while let Some(last) = len.checked_sub(1) {
            let Some((start, stretch)) = index::stretch_of(self.kv.as_ref(), log, last)? else {
                return Err(self.missing(log, last)?);
            };
            if stretch.signed {
                return Ok(Some(self.stored_run(log, start, stretch)?.place.head));
            }
            len = start;
        }
        Ok(None)
    }

    /// The entries of `log` from number `from` on. A damaged stretch is one error, then it goes on
    /// behind it.
    pub fn entries(&self, log: LogId, from: u64) -> Entries<'_> {
        Entries { store: self, log, next: from, ready: VecDeque::new() }
    }

    /// What one record holds of `log` from number `from` on, and whether it ends signed.
    fn stretch_from(&self, log: LogId, from: u64) -> Result<Option<(Run, bool)>, ReadError> {
        if self.tips().get(&log).is_none_or(|tip| from >= tip.head.len) {
            return Ok(None);
        }
        let Some((start, stretch)) = index::stretch_of(self.kv.as_ref(), log, from)? else {
            return Err(self.missing(log, from)?);
        };
        let run = self.open_run(log, start, stretch)?;
        Ok(Some((part(run, from, stretch.end.len), stretch.signed)))
    }

    /// The whole run in the record that `stretch` points at.
    pub(super) fn open_run(
        &self,
        log: LogId,
        start: u64,
        stretch: Stretch,
    ) -> Result<Run, ReadError> {
        let stored = self.stored_run(log, start, stretch)?;
        let cause = match stored.open(&self.keyring) {
            Ok(run) => return Ok(run),
            Err(RunFault::Chain) => Cause::Chain(stretch.at),
            Err(RunFault::Key { slot }) => Cause::Key { slot },
            Err(RunFault::Keyring(error)) => return Err(error.into()),
        };
        Err(self.damaged(DamagedRange { log, from: start, to: stretch.end.len, cause })?)
    }

    fn stored_run(&self, log: LogId, start: u64, stretch: Stretch) -> Result<StoredRun, ReadError> {
        let body = self.reader.read(stretch.at)?;
        let decoded = body.and_then(|(body, _)| Body::decode(&body[BODY_PREFIX_BYTES..]));
        let covers = |place: &Place| {
            place.log == log && place.after.len <= start && stretch.end.len <= place.head.head.len
        };
        match decoded {
            Some(Body::Run(run)) if covers(&run.place) => Ok(run),
            _ => {
                let cause = Cause::Journal(stretch.at);
                Err(self.damaged(DamagedRange { log, from: start, to: stretch.end.len, cause })?)
            }
        }
    }

    /// Entry `from` is in no record.
    fn missing(&self, log: LogId, from: u64) -> Result<ReadError, ReadError> {
        let tip = self.tips().get(&log).map_or(from + 1, |tip| tip.head.len);
        let behind = index::first_after(self.kv.as_ref(), log, from, tip)?;
        self.damaged(DamagedRange { log, from, to: behind, cause: Cause::Missing })
    }

    fn damaged(&self, range: DamagedRange) -> Result<ReadError, ReadError> {
        self.add_damage(range.clone())?;
        Ok(ReadError::Damaged(range))
    }
}

/// Entries `from..to` of `run`. Its head is kept; it is that of the part only if the part ends there.
fn part(run: Run, from: u64, to: u64) -> Run {
    let index = |seq: u64| {
        usize::try_from(seq - run.after.len).unwrap_or(usize::MAX).min(run.entries.len())
    };
    let (skip, end) = (index(from), index(to));
    let after: Head = run::chain(run.log, run.after, &run.entries[..skip]);
    let mut entries = run.entries;
    entries.truncate(end);
    entries.drain(..skip);
    Run { log: run.log, after, entries, head: run.head }
}
