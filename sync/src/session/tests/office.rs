//! An office in memory.

use std::collections::{BTreeMap, BTreeSet};

use ed25519_dalek::SigningKey;

use super::code;
use crate::blob::Manifest;
use crate::channel::Channel;
use crate::entry::{Entry, Genesis, Kind, Payload};
use crate::frontier::{Frontier, Scope};
use crate::head::{Head, Receipt};
use crate::id::{BlobId, Hlc, Incarnation, LogId, NodeKey, OfficeCode};
use crate::limits::BLOB_CHUNK_BYTES;
use crate::run::{Authenticator, Run, RunError, fits_in_run, hash_within};
use crate::session::Source;

/// Believes the office that the first "certificate" spells out.
struct Spelled;

impl Authenticator for Spelled {
    fn office_of(&self, _: NodeKey, chain: &[Vec<u8>]) -> Result<OfficeCode, String> {
        let text = chain.first().and_then(|c| std::str::from_utf8(c).ok()).ok_or("no chain")?;
        text.parse().map_err(|_| "no office".to_owned())
    }
}

/// What an office holds.
#[derive(Clone)]
pub(super) struct Office {
    pub(super) code: OfficeCode,
    pub(super) key: SigningKey,
    pub(super) frontier: Frontier,
    pub(super) logs: BTreeMap<LogId, Vec<Run>>,
    pub(super) receipts: Vec<Receipt>,
    pub(super) blobs: BTreeMap<BlobId, Vec<u8>>,
    pub(super) unreadable: BTreeSet<(BlobId, u32)>,
}

impl Office {
    pub(super) fn new(office: u64) -> Self {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&office.to_le_bytes());
        Self {
            code: code(office),
            key: SigningKey::from_bytes(&seed),
            frontier: Frontier::new(),
            logs: BTreeMap::new(),
            receipts: Vec::new(),
            blobs: BTreeMap::new(),
            unreadable: BTreeSet::new(),
        }
    }

    /// Begins a log.
    pub(super) fn begin(&mut self, channel: Channel, incarnation: u64) -> LogId {
        let genesis = Genesis {
            author: NodeKey(self.key.verifying_key().to_bytes()),
            incarnation: Incarnation(incarnation),
            channel,
            chain: vec![self.code.to_string().into_bytes()],
        };
        let log = genesis.log_id();
        let first = Run::write(log, Head::EMPTY, vec![genesis.entry(Hlc(1))], &self.key);
        self.hold(first).unwrap();
        log
    }

    /// Writes `count` entries of `len` bytes.
    pub(super) fn write(&mut self, log: LogId, count: usize, len: usize) {
        let before = self.frontier[&log].head.len;
        let text = |i: u64| -> Vec<u8> {
            (0..len as u64).map(|j| ((before + i) * 31 + j * j * 7).to_le_bytes()[0]).collect()
        };
        let entries = (0..count as u64).map(|i| entry(before + i, &text(i))).collect();
        self.append(log, entries);
    }

    pub(super) fn append(&mut self, log: LogId, mut entries: Vec<Entry>) {
        while !entries.is_empty() {
            let rest = entries.split_off(fits_in_run(&entries));
            let run = Run::write(log, self.frontier[&log].head, entries, &self.key);
            self.hold(run).unwrap();
            entries = rest;
        }
    }

    /// Proves and keeps a run.
    pub(super) fn hold(&mut self, run: Run) -> Result<(), RunError> {
        let verified = {
            let held = self.frontier.get(&run.log).copied();
            run.verify(held.as_ref(), &Spelled)?
        };
        self.frontier.insert(verified.run().log, *verified.tip());
        self.logs.entry(verified.run().log).or_default().push(verified.into_run());
        Ok(())
    }

    /// Takes over the first `runs` runs of another office's log.
    pub(super) fn copy(&mut self, from: &Office, log: LogId, runs: usize) {
        for run in from.logs[&log].iter().take(runs) {
            self.hold(run.clone()).unwrap();
        }
    }

    pub(super) fn receipt(&self, log: LogId, by: &Office) -> Receipt {
        Receipt::sign(log, self.frontier[&log].head, by.code, &by.key)
    }

    pub(super) fn len(&self, log: LogId) -> u64 {
        self.frontier.get(&log).map_or(0, |tip| tip.head.len)
    }
}

pub(super) fn entry(at: u64, bytes: &[u8]) -> Entry {
    Entry { at: Hlc(at << 16), kind: Kind::Act, payload: Payload::Present(bytes.to_vec()) }
}

impl Source for Office {
    fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    fn read_run(&self, log: LogId, from: u64) -> Option<Run> {
        let run = self.logs.get(&log)?.iter().find(|run| run.head.head.len > from)?;
        let hash = hash_within(run, from)?;
        let skipped = usize::try_from(from - run.after.len).unwrap();
        let entries = run.entries[skipped..].to_vec();
        Some(Run { after: Head { len: from, hash }, entries, ..run.clone() })
    }

    fn receipts(&self, scope: &Scope) -> Vec<Receipt> {
        let shown = |r: &&Receipt| scope.sends_down(r, &self.frontier[&r.log].channel);
        self.receipts.iter().filter(shown).copied().collect()
    }

    fn manifest(&self, blob: BlobId, _: &Scope) -> Option<Manifest> {
        self.blobs.get(&blob).map(|bytes| Manifest::of(bytes))
    }

    fn chunk(&self, blob: BlobId, chunk: u32) -> Option<Vec<u8>> {
        let readable = !self.unreadable.contains(&(blob, chunk));
        let bytes = self.blobs.get(&blob)?.chunks(BLOB_CHUNK_BYTES).nth(chunk as usize)?;
        readable.then(|| bytes.to_vec())
    }
}
