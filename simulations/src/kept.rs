//! What a node's disk holds, told by the disk: read when the store was opened, and from then on
//! what was synced. The replica's own opinion does not count.

use std::collections::{BTreeMap, BTreeSet};

use daiban_domain::act::{ActId, CaseId};
use daiban_domain::payload;
use daiban_node::store::{Blobs, ReadError, Record, Store};
use daiban_sync::channel::Channel;
use daiban_sync::entry::{Entry, Kind};
use daiban_sync::head::Head;
use daiban_sync::id::{BlobId, LogId, NodeKey};
use daiban_sync::run::Tip;

/// Something that a person was told is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    Act(ActId),
    /// A text that was typed once in the whole story, see [`mark`].
    Mark(u64),
}

/// D(n): what node n holds durably.
#[derive(Clone, Default)]
pub(crate) struct Kept {
    pub(crate) tips: BTreeMap<LogId, Tip>,
    pub(crate) facts: BTreeSet<Fact>,
    pub(crate) cases: BTreeMap<CaseId, Channel>,
    pub(crate) blobs: BTreeSet<BlobId>,
    /// What acts refer to.
    pub(crate) blob_references: BTreeMap<BlobId, BTreeSet<Channel>>,
    pub(crate) blob_sizes: BTreeMap<BlobId, u64>,
    /// Entries that were written, and the bytes in them.
    pub(crate) entries: u64,
    pub(crate) payload_bytes: u64,
}

impl Kept {
    /// Reads a store that was just opened.
    pub(crate) fn read(store: &Store, blobs: &Blobs) -> Result<Self, ReadError> {
        let mut kept = Self::default();
        for (&log, tip) in store.tips() {
            for entry in store.entries(log, 0) {
                kept.take_entry(tip, &entry?.1);
            }
            kept.tips.insert(log, *tip);
        }
        kept.blobs.extend(blobs.list().unwrap_or_default());
        Ok(kept)
    }

    /// This record was synced; gives what is held since that was not before.
    pub(crate) fn take(&mut self, record: &Record) -> Vec<Fact> {
        let mut fresh = Vec::new();
        match record {
            Record::Run(verified) => {
                let (run, tip) = (verified.run(), verified.tip());
                for entry in &run.entries {
                    fresh.extend(self.take_entry(tip, entry));
                }
                if self.len(run.log) < tip.head.len {
                    self.tips.insert(run.log, *tip);
                }
            }
            Record::Rewind { log, to } => {
                if let Some(tip) = self.tips.get_mut(log) {
                    tip.head = *to;
                }
            }
            _ => {}
        }
        fresh
    }

    /// How much of a log is held.
    pub(crate) fn len(&self, log: LogId) -> u64 {
        self.tips.get(&log).map_or(0, |tip| tip.head.len)
    }

    /// Whether the log is held up to `head`.
    pub(crate) fn holds(&self, log: LogId, head: Head) -> bool {
        let held = self.tips.get(&log).map_or(Head::EMPTY, |tip| tip.head);
        held.len > head.len || held == head
    }

    fn take_entry(&mut self, tip: &Tip, entry: &Entry) -> Vec<Fact> {
        self.entries += 1;
        let Some(bytes) = entry.payload.bytes() else { return Vec::new() };
        self.payload_bytes += bytes.len() as u64;
        let mut fresh = facts_in(entry.kind, bytes, tip.author);
        fresh.retain(|fact| self.facts.insert(*fact));
        // What a liar wrote may be no act at all: it begins no case.
        let act = (entry.kind == Kind::Act).then(|| payload::read_act(bytes).ok()).flatten();
        let about_a_case = entry.kind == Kind::FormChange || act.is_some();
        if let Some(case) = payload::subject(bytes).filter(|_| about_a_case) {
            self.cases.entry(case).or_insert(tip.channel);
        }
        if let Some(blob) = act.as_ref().and_then(|(_, act)| act.kind.file()) {
            self.blob_references.entry(blob.id).or_default().insert(tip.channel);
            self.blob_sizes.insert(blob.id, blob.size);
        }
        fresh
    }
}

fn facts_in(kind: Kind, payload: &[u8], author: NodeKey) -> Vec<Fact> {
    match kind {
        Kind::Act => vec![Fact::Act(ActId::of(author, payload))],
        Kind::FormChange => marks_in(payload).map(Fact::Mark).collect(),
        Kind::Genesis | Kind::Notice => Vec::new(),
    }
}

/// What every such text begins with.
pub(crate) const MARK_WORD: &str = "mark-";
const MARK: &[u8] = MARK_WORD.as_bytes();
const DIGITS: usize = 12;

/// A text by which an edit is found again in the bytes of its entry.
pub(crate) fn mark(number: u64) -> String {
    format!("mark-{number:0DIGITS$}")
}

/// The numbers of such texts.
pub(crate) fn marks_in(payload: &[u8]) -> impl Iterator<Item = u64> {
    payload
        .windows(MARK.len() + DIGITS)
        .filter_map(|window| std::str::from_utf8(window.strip_prefix(MARK)?).ok()?.parse().ok())
}
