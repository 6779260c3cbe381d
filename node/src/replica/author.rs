//! What this node itself writes: one log for each channel and incarnation, signed once for each
//! group commit.

use std::collections::BTreeMap;

use daiban_sync::channel::Channel;
use daiban_sync::entry::{Entry, Genesis, Kind, Payload, log_id};
use daiban_sync::head::Head;
use daiban_sync::id::{Hlc, Incarnation, LogId, Millis, NodeKey};
use daiban_sync::run::{Run, Tip, VerifiedRun, fits_in_run};
use ed25519_dalek::SigningKey;

use super::Replica;
use crate::store::Record;

/// Entries that wait for their signature.
pub(super) struct Author {
    pub(super) key: SigningKey,
    pub(super) node: NodeKey,
    pub(super) incarnation: Incarnation,
    clock: Hlc,
    pending: BTreeMap<Channel, Vec<Entry>>,
}

impl Author {
    pub(super) fn new(key: SigningKey, incarnation: Incarnation) -> Self {
        let node = NodeKey(key.verifying_key().to_bytes());
        Self { key, node, incarnation, clock: Hlc::default(), pending: BTreeMap::new() }
    }

    /// The name of the log that is written now.
    pub(super) fn log(&self, channel: &Channel) -> LogId {
        log_id(self.node, self.incarnation, channel)
    }

    /// The next reading of the clock.
    pub(super) fn tick(&mut self, now: Millis) -> Hlc {
        self.clock = self.clock.tick(now);
        self.clock
    }

    /// Adds an entry.
    pub(super) fn write(&mut self, channel: Channel, at: Hlc, kind: Kind, payload: Vec<u8>) {
        let payload = Payload::Present(payload);
        self.pending.entry(channel).or_default().push(Entry { at, kind, payload });
    }

    /// Begins a log whose first entry is all that it has for now.
    pub(super) fn begin(&mut self, channel: Channel) {
        self.pending.entry(channel).or_default();
    }

    /// Whether nothing waits for a signature.
    pub(super) fn has_signed_all(&self) -> bool {
        self.pending.is_empty()
    }

    /// What others wrote is in the past.
    pub(super) fn observe(&mut self, at: Hlc, now: Millis) {
        // A clock that runs ahead by more than a day must not drag ours along.
        if at.millis().since(now) < 86_400_000 {
            self.clock = self.clock.max(at);
        }
    }
}

impl Replica {
    /// Signs everything that waits and hands it to the next batch.
    pub(super) fn sign_pending(&mut self) {
        for (channel, entries) in std::mem::take(&mut self.author.pending) {
            let log = self.author.log(&channel);
            let held = self.commits.staged(log).or_else(|| self.store.tips().get(&log)).copied();
            let (mut tip, mut entries) = match held {
                Some(tip) => (tip, entries),
                None => self.with_genesis(channel, entries),
            };
            while !entries.is_empty() {
                let rest = entries.split_off(fits_in_run(&entries));
                let run = Run::write(log, tip.head, entries, &self.author.key);
                let run = VerifiedRun::authored(run, &tip);
                tip = *run.tip();
                self.commits.push(Record::Run(run));
                entries = rest;
            }
        }
    }

    fn with_genesis(&self, channel: Channel, mut entries: Vec<Entry>) -> (Tip, Vec<Entry>) {
        let (author, incarnation) = (self.author.node, self.author.incarnation);
        let genesis = Genesis { author, incarnation, channel, chain: self.config.chain.clone() };
        let at = entries.first().map_or(self.author.clock, |entry| entry.at);
        entries.insert(0, genesis.entry(at));
        let office = self.config.office;
        (Tip { author, office, incarnation, channel, head: Head::EMPTY }, entries)
    }
}
