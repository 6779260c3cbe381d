//! Runs: stretches of one log that travel, are verified and are stored as one.
//!
//! A run ends at a head that the author signed, so one signature vouches for all of it, and the
//! receiver never holds more than one run that it has not verified. Trust is a type: a [`Run`] is
//! bytes that somebody sent, a [`VerifiedRun`] is what may reach the store.

use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::entry::{Entry, Genesis, Kind};
use crate::head::{Head, Receipt, SignedHead};
use crate::id::{EntryHash, Incarnation, LogId, NodeKey, OfficeCode};
use crate::limits::{ENTRY_OVERHEAD_BYTES, LOG_ENTRIES_MAX, RUN_BYTES_MAX, RUN_ENTRIES_MAX};
use crate::planted;

/// Who writes a log, where, and how far it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    pub author: NodeKey,
    /// The office that the author's certificate names.
    pub office: OfficeCode,
    pub incarnation: Incarnation,
    pub channel: Channel,
    pub head: Head,
}

/// A stretch of a log as it was sent: nothing in it is known to be true.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub log: LogId,
    /// What the sender holds before the first entry.
    pub after: Head,
    pub entries: Vec<Entry>,
    /// The author's signature over the head after the last entry.
    pub head: SignedHead,
}

/// A stretch of a log that its author wrote and that continues what is held.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedRun {
    run: Run,
    tip: Tip,
}

/// Tells which office a chain of certificates makes the holder of a key.
pub trait Authenticator {
    /// # Errors
    /// A sentence for the log: what was expected of the chain and what came.
    fn office_of(&self, author: NodeKey, chain: &[Vec<u8>]) -> Result<OfficeCode, String>;

    /// Whether `author` signed this head of `log`. Who remembers what was proved before may say so.
    fn is_signed(&self, head: &SignedHead, log: LogId, author: NodeKey) -> bool {
        head.is_by(log, author)
    }

    /// Whether the key that a receipt names signed it.
    fn is_given(&self, receipt: &Receipt) -> bool {
        receipt.is_genuine()
    }
}

/// Why a run may not be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    #[error(
        "run of log {log}: expected 1 to {RUN_ENTRIES_MAX} entries within {RUN_BYTES_MAX} bytes, got {entries}"
    )]
    Size { log: LogId, entries: usize },
    #[error("run of log {log}: expected a continuation of entry {held}, got one of entry {after}")]
    Gap { log: LogId, held: u64, after: u64 },
    #[error("log {log}: two histories signed by its author; they differ at or before entry {len}")]
    Forked { log: LogId, len: u64 },
    #[error("run of log {log}: the chain of hashes does not reach the signed head at {len}")]
    Chain { log: LogId, len: u64 },
    #[error("run of log {log}: the head at {len} is not signed by the author of the log")]
    Signature { log: LogId, len: u64 },
    #[error("log {log}: expected a genesis entry that gives this log its name, got another")]
    Genesis { log: LogId },
    #[error("log {log}: its author is not authentic: {why}")]
    Author { log: LogId, why: String },
    #[error("log {log}: office {office} may not write to {channel}")]
    Writer { log: LogId, office: OfficeCode, channel: Channel },
    #[error("log {log}: a second genesis entry at {seq}")]
    SecondGenesis { log: LogId, seq: u64 },
}

/// Without the content: it is a citizen's.
impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Run({}, {}..{})", self.log.short(), self.after.len, self.head.head.len)
    }
}

impl Run {
    /// Signs what `author` appends to its own log.
    pub fn write(log: LogId, after: Head, entries: Vec<Entry>, key: &SigningKey) -> Self {
        let head = SignedHead::sign(log, chain(log, after, &entries), key);
        Self { log, after, entries, head }
    }

    /// Bytes of payload.
    pub fn payload_bytes(&self) -> u64 {
        self.entries.iter().filter_map(|e| e.payload.bytes()).map(|b| b.len() as u64).sum()
    }

    /// What the run counts for in a window: the bytes of its payloads and
    /// [`ENTRY_OVERHEAD_BYTES`] for each entry.
    pub fn weight(&self) -> u64 {
        self.payload_bytes() + (ENTRY_OVERHEAD_BYTES * self.entries.len()) as u64
    }

    /// Proves the run against what is held of the log (`None`: nothing). Entries that are held
    /// already are left out.
    ///
    /// # Errors
    /// [`RunError`]; nothing of the run may then be kept, except as evidence of a fork.
    pub fn verify(
        self,
        held: Option<&Tip>,
        authenticator: &dyn Authenticator,
    ) -> Result<VerifiedRun, RunError> {
        self.check_size()?;
        let begun = match held {
            Some(tip) => *tip,
            None => self.begin(authenticator)?,
        };
        let (log, held) = (self.log, begun.head);
        let overlaps = self.after.len < held.len && held.len < self.head.head.len;
        if self.after.len != held.len && !overlaps {
            return Err(RunError::Gap { log, held: held.len, after: self.after.len });
        }
        let run = self.beyond(held);
        run.check_chain_with(begun.author, &|head, log, author| {
            authenticator.is_signed(head, log, author)
        })?;
        let differs = run.after.hash != held.hash && !planted!(ForkRuleSkipped);
        if differs || run.after.len < held.len {
            return Err(RunError::Forked { log, len: held.len });
        }
        let tip = Tip { head: run.head.head, ..begun };
        Ok(VerifiedRun { run, tip })
    }

    /// Whether `author` signed this stretch, wherever it may belong.
    ///
    /// # Errors
    /// [`RunError::Size`], [`RunError::Chain`], [`RunError::Signature`] or
    /// [`RunError::SecondGenesis`].
    pub fn check_chain(&self, author: NodeKey) -> Result<(), RunError> {
        self.check_chain_with(author, &SignedHead::is_by)
    }

    fn check_chain_with(
        &self,
        author: NodeKey,
        is_signed: &dyn Fn(&SignedHead, LogId, NodeKey) -> bool,
    ) -> Result<(), RunError> {
        self.check_size()?;
        let (log, len) = (self.log, self.head.head.len);
        let late_genesis =
            |(i, e): &(usize, &Entry)| self.after.len + *i as u64 > 0 && e.kind == Kind::Genesis;
        if let Some((i, _)) = self.entries.iter().enumerate().find(late_genesis) {
            return Err(RunError::SecondGenesis { log, seq: self.after.len + i as u64 });
        }
        if chain(log, self.after, &self.entries) != self.head.head {
            return Err(RunError::Chain { log, len });
        }
        if !is_signed(&self.head, log, author) {
            return Err(RunError::Signature { log, len });
        }
        Ok(())
    }

    /// Cheap bounds, before anything is hashed.
    pub(crate) fn check_size(&self) -> Result<(), RunError> {
        let entries = self.entries.len();
        let all_but_last = self.entries.iter().rev().skip(1).map(|e| e.payload.len() as usize);
        let fits = (1..=RUN_ENTRIES_MAX).contains(&entries)
            && all_but_last.sum::<usize>() <= RUN_BYTES_MAX
            && self.entries.iter().all(Entry::is_within_limits)
            && self.after.len < LOG_ENTRIES_MAX;
        if fits { Ok(()) } else { Err(RunError::Size { log: self.log, entries }) }
    }

    /// Without the entries that are held already. A run that differs from them stays as it is.
    fn beyond(mut self, held: Head) -> Self {
        let known = held.len.checked_sub(self.after.len).and_then(|n| usize::try_from(n).ok());
        if let Some(known) = known
            && hash_within(&self, held.len) == Some(held.hash)
        {
            self.entries.drain(..known);
            self.after = held;
        }
        self
    }

    fn begin(&self, authenticator: &dyn Authenticator) -> Result<Tip, RunError> {
        let log = self.log;
        if self.after.len != 0 {
            return Err(RunError::Gap { log, held: 0, after: self.after.len });
        }
        let genesis = self
            .entries
            .first()
            .and_then(Genesis::read)
            .filter(|genesis| genesis.log_id() == log)
            .ok_or(RunError::Genesis { log })?;
        let office = authenticator
            .office_of(genesis.author, &genesis.chain)
            .map_err(|why| RunError::Author { log, why })?;
        if !genesis.channel.may_be_written_by(office) {
            return Err(RunError::Writer { log, office, channel: genesis.channel });
        }
        Ok(Tip {
            author: genesis.author,
            office,
            incarnation: genesis.incarnation,
            channel: genesis.channel,
            head: Head::EMPTY,
        })
    }
}

impl VerifiedRun {
    /// What this node itself has just written and signed.
    pub fn authored(run: Run, before: &Tip) -> Self {
        debug_assert_eq!(run.after, before.head);
        let tip = Tip { head: run.head.head, ..*before };
        Self { run, tip }
    }

    /// The entries and their signature.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The log after this run.
    pub fn tip(&self) -> &Tip {
        &self.tip
    }

    /// The run itself, for the store.
    pub fn into_run(self) -> Run {
        self.run
    }
}

/// The head after `entries` were appended at `after`.
pub fn chain(log: LogId, after: Head, entries: &[Entry]) -> Head {
    entries.iter().fold(after, |head, entry| Head {
        len: head.len + 1,
        hash: entry.hash(log, head.len, head.hash),
    })
}

/// How many of `entries` fit into one run.
pub fn fits_in_run(entries: &[Entry]) -> usize {
    let mut bytes = 0;
    let within = |entry: &&Entry| {
        let fits =
            bytes <= RUN_BYTES_MAX.saturating_sub(entry.payload.len() as usize) || bytes == 0;
        bytes += entry.payload.len() as usize;
        fits
    };
    entries.iter().take(RUN_ENTRIES_MAX).take_while(within).count()
}

/// Leaves the chain as it is and the content away. A genesis stays: without it the log would no
/// longer explain itself.
#[must_use]
pub fn without_payloads(mut run: Run) -> Run {
    for entry in &mut run.entries {
        if entry.kind != Kind::Genesis && entry.payload.bytes().is_some() {
            entry.payload = entry.payload.erased();
        }
    }
    run
}

/// The hash of the entry before position `len` in `run`, if the run covers that position.
pub fn hash_within(run: &Run, len: u64) -> Option<EntryHash> {
    let count = usize::try_from(len.checked_sub(run.after.len)?).ok()?;
    (count <= run.entries.len()).then(|| chain(run.log, run.after, &run.entries[..count]).hash)
}

#[cfg(test)]
mod tests;
