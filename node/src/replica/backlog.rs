//! What the office above has not signed for: how much, and since when.

use std::collections::BTreeMap;

use daiban_sync::id::{LogId, Millis};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Replica;

/// Entries that are looked at for one report; the rest is counted for the next.
const ENTRIES_AT_ONCE: usize = 4_096;

/// Entries that have not come up yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Backlog {
    pub entries: u64,
    /// Of their payloads, before compression.
    pub bytes: u64,
    /// The age of the oldest.
    pub oldest_ms: Option<u64>,
}

/// What was counted of one log.
#[derive(Clone, Copy)]
struct Counted {
    from: u64,
    to: u64,
    bytes: u64,
    oldest: Option<Millis>,
}

/// What was counted for the last report, so that only new entries are read for the next.
#[derive(Default)]
pub(super) struct Counts(BTreeMap<LogId, Counted>);

impl Replica {
    pub(super) fn unsent(&mut self, now: Millis) -> Backlog {
        let Some(parent) = self.config.office.parent() else { return Backlog::default() };
        let mut backlog = Backlog::default();
        let mut room = ENTRIES_AT_ONCE;
        let mut counts = BTreeMap::new();
        let mut oldest: Option<Millis> = None;
        for (&log, tip) in self.store.tips() {
            let from = match tip.channel.is_receipted_by(parent) {
                true => self.receipted(log, parent).min(tip.head.len),
                false => continue,
            };
            if from == tip.head.len {
                continue;
            }
            let known = self.counts.0.get(&log).filter(|known| known.from == from);
            let known =
                known.copied().unwrap_or(Counted { from, to: from, bytes: 0, oldest: None });
            let counted = self.count(log, known, tip.head.len, &mut room);
            backlog.entries += tip.head.len - from;
            backlog.bytes += counted.bytes;
            oldest = [oldest, counted.oldest].into_iter().flatten().min();
            counts.insert(log, counted);
        }
        self.counts = Counts(counts);
        Backlog { oldest_ms: oldest.map(|at| now.since(at)), ..backlog }
    }

    fn count(&self, log: LogId, mut known: Counted, len: u64, room: &mut usize) -> Counted {
        if known.to >= len {
            return known;
        }
        // What cannot be read is told elsewhere.
        for (seq, entry) in self.store.entries(log, known.to).take(*room).flatten() {
            *room -= 1;
            known.to = seq + 1;
            known.bytes += entry.payload.bytes().map_or(0, |bytes| bytes.len() as u64);
            known.oldest = known.oldest.or(Some(entry.at.millis()));
        }
        known
    }
}
