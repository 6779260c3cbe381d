//! An office in memory: logs, and what a session may see of them.

use std::collections::BTreeMap;

use daiban_sync::blob::Manifest;
use daiban_sync::channel::Channel;
use daiban_sync::entry::{Entry, Genesis, Kind, Payload};
use daiban_sync::frontier::{Frontier, Scope};
use daiban_sync::head::{Head, Receipt};
use daiban_sync::id::{BlobId, Hlc, Incarnation, LogId, NodeKey, OfficeCode};
use daiban_sync::limits::BLOB_CHUNK_BYTES;
use daiban_sync::run::{Authenticator, Run, RunError, Tip, fits_in_run, hash_within};
use daiban_sync::session::Source;
use ed25519_dalek::SigningKey;

pub(super) const VILLAGE: u64 = 330_382_001_001;
pub(super) const NEIGHBOUR: u64 = 330_382_001_002;
pub(super) const TOWN: u64 = 330_382_001_000;

/// A photograph that every office has.
pub(super) const PHOTOGRAPH: &[u8] = &[0x5a; BLOB_CHUNK_BYTES + 100];

pub(super) fn code(code: u64) -> OfficeCode {
    OfficeCode::new(code).expect("a code of 12 digits")
}

/// The key of an office is a function of its code.
pub(super) fn key(office: u64) -> SigningKey {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&office.to_le_bytes());
    SigningKey::from_bytes(&seed)
}

/// Believes the office that the first "certificate" spells out, if the key is its key.
pub(super) struct Spelled;

impl Authenticator for Spelled {
    fn office_of(&self, author: NodeKey, chain: &[Vec<u8>]) -> Result<OfficeCode, String> {
        let text = chain.first().and_then(|c| std::str::from_utf8(c).ok()).ok_or("no chain")?;
        let office: OfficeCode = text.parse().map_err(|_| "no office".to_owned())?;
        let own = key(office.into()).verifying_key().to_bytes();
        (own == author.0).then_some(office).ok_or_else(|| "another key".into())
    }
}

/// What an office holds.
pub(super) struct Office {
    pub(super) code: OfficeCode,
    key: SigningKey,
    pub(super) frontier: Frontier,
    pub(super) logs: BTreeMap<LogId, Vec<Run>>,
}

impl Office {
    pub(super) fn new(office: u64) -> Self {
        let (frontier, logs) = (Frontier::new(), BTreeMap::new());
        Self { code: code(office), key: key(office), frontier, logs }
    }

    /// The genesis of a log that this office would write.
    pub(super) fn genesis(&self, channel: Channel, incarnation: u64) -> Genesis {
        Genesis {
            author: NodeKey(self.key.verifying_key().to_bytes()),
            incarnation: Incarnation(incarnation),
            channel,
            chain: vec![self.code.to_string().into_bytes()],
        }
    }

    /// Writes entries into a log of its own, which begins with the first.
    pub(super) fn write(&mut self, channel: Channel, incarnation: u64, mut entries: Vec<Entry>) {
        let genesis = self.genesis(channel, incarnation);
        let log = genesis.log_id();
        if !self.frontier.contains_key(&log) {
            entries.insert(0, genesis.entry(Hlc(1)));
        }
        while !entries.is_empty() {
            let rest = entries.split_off(fits_in_run(&entries).max(1));
            let after = self.frontier.get(&log).map_or(Head::EMPTY, |tip| tip.head);
            let run = Run::write(log, after, entries, &self.key);
            if self.hold(run).is_err() {
                return; // what nobody may write: the hostile one tries
            }
            entries = rest;
        }
    }

    /// Signs whatever is asked for.
    pub(super) fn sign(&self, run: Run) -> Run {
        Run::write(run.log, run.after, run.entries, &self.key)
    }

    /// Proves and keeps a run.
    pub(super) fn hold(&mut self, run: Run) -> Result<Tip, RunError> {
        let held = self.frontier.get(&run.log).copied();
        let verified = run.verify(held.as_ref(), &Spelled)?;
        let tip = *verified.tip();
        self.frontier.insert(verified.run().log, tip);
        self.logs.entry(verified.run().log).or_default().push(verified.into_run());
        Ok(tip)
    }

    pub(super) fn len(&self, log: LogId) -> u64 {
        self.frontier.get(&log).map_or(0, |tip| tip.head.len)
    }

    /// Whether one of its runs ends like this.
    pub(super) fn has_signed(&self, log: LogId, head: Head) -> bool {
        let runs = self.logs.get(&log).map(Vec::as_slice).unwrap_or_default();
        runs.iter().any(|run| run.head.head == head)
    }
}

/// So many entries of so many bytes.
pub(super) fn entries(count: usize, bytes: usize) -> Vec<Entry> {
    let payload = |n: usize| Payload::Present(vec![n.to_le_bytes()[0]; bytes]);
    let entry = |n: usize| Entry { at: Hlc(n as u64 + 2), kind: Kind::Act, payload: payload(n) };
    (0..count).map(entry).collect()
}

impl Source for Office {
    fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    fn read_run(&self, log: LogId, from: u64) -> Option<Run> {
        let run = self.logs.get(&log)?.iter().find(|run| run.head.head.len > from)?;
        let hash = hash_within(run, from)?;
        let skipped = usize::try_from(from - run.after.len).ok()?;
        let entries = run.entries[skipped..].to_vec();
        Some(Run { after: Head { len: from, hash }, entries, ..run.clone() })
    }

    fn receipts(&self, _: &Scope) -> Vec<Receipt> {
        Vec::new()
    }

    fn manifest(&self, blob: BlobId, _: &Scope) -> Option<Manifest> {
        Some(Manifest::of(PHOTOGRAPH)).filter(|manifest| manifest.id() == blob)
    }

    fn chunk(&self, _: BlobId, chunk: u32) -> Option<Vec<u8>> {
        PHOTOGRAPH.chunks(BLOB_CHUNK_BYTES).nth(chunk as usize).map(<[u8]>::to_vec)
    }
}
