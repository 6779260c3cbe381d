//! What the store's tests share: an author, a seed, and opening.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::sync::Arc;

use daiban_node::store::faulty::MemoryDisk;
use daiban_node::store::kv::MemoryKvOpener;
use daiban_node::store::{
    Committer, Entropy, OpenError, OpenReport, Options, Record, Store, Unlock,
};
use daiban_sync::channel::Channel;
use daiban_sync::entry::{Entry, Genesis, Kind, Payload};
use daiban_sync::head::Head;
use daiban_sync::id::{Hlc, Incarnation, LogId, NodeKey, OfficeCode};
use daiban_sync::run::{Run, Tip, VerifiedRun};
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

/// A stream of numbers from a seed.
#[derive(Clone)]
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

impl Entropy for Draw {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

pub(crate) fn key_file() -> Unlock {
    Unlock::KeyFile(Zeroizing::new([9; 32]))
}

/// Small segments and batches, so that their borders are met often.
pub(crate) fn small() -> Options {
    Options { segment_bytes: 4_096, key_batch: 8, argon2: (64, 1), ..Options::default() }
}

pub(crate) fn open_memory(
    disk: &MemoryDisk,
    kv: &mut MemoryKvOpener,
    seed: u64,
) -> Result<(Store, Committer, OpenReport), OpenError> {
    let disk = Arc::new(disk.clone());
    Store::open(disk, kv, &key_file(), small(), Box::new(Draw::new(seed)), &mut |_, _| ())
}

/// A node that writes one log.
pub(crate) struct Author {
    pub(crate) key: SigningKey,
    pub(crate) log: LogId,
    pub(crate) tip: Tip,
    genesis: Genesis,
    serial: u64,
}

impl Author {
    pub(crate) fn new() -> Self {
        let office = OfficeCode::new(330_382_001_001).unwrap();
        Self::of(office, Channel::cases(office), [7; 32])
    }

    pub(crate) fn of(office: OfficeCode, channel: Channel, key: [u8; 32]) -> Self {
        let key = SigningKey::from_bytes(&key);
        let author = NodeKey(key.verifying_key().to_bytes());
        let incarnation = Incarnation(1);
        let genesis = Genesis { author, incarnation, channel, chain: vec![vec![1; 300]] };
        let tip = Tip { author, office, incarnation, channel, head: Head::EMPTY };
        Self { key, log: genesis.log_id(), tip, genesis, serial: 0 }
    }

    /// Goes on from what the store holds.
    pub(crate) fn follow(&mut self, store: &Store) {
        self.tip.head = store.tips().get(&self.log).map_or(Head::EMPTY, |tip| tip.head);
    }

    /// Contents of new entries, for one of twenty cases each.
    pub(crate) fn payloads(&mut self, count: u64, draw: &mut Draw) -> Vec<Vec<u8>> {
        (0..count)
            .map(|_| {
                self.serial += 1;
                let case = u8::try_from(draw.below(20)).unwrap();
                payload(
                    case,
                    &format!("申请 {} {}", self.serial, "x".repeat(draw.below(300) as usize)),
                )
            })
            .collect()
    }

    /// Signs entries with these payloads as the next run; the first run of the log begins it.
    pub(crate) fn write(&mut self, payloads: &[Vec<u8>]) -> VerifiedRun {
        self.write_as(Kind::Act, payloads)
    }

    pub(crate) fn write_as(&mut self, kind: Kind, payloads: &[Vec<u8>]) -> VerifiedRun {
        let mut entries = Vec::new();
        if self.tip.head == Head::EMPTY {
            entries.push(self.genesis.entry(Hlc(1)));
        }
        entries.extend(payloads.iter().map(|payload| Entry {
            at: Hlc(2),
            kind,
            payload: Payload::Present(payload.clone()),
        }));
        let run = Run::write(self.log, self.tip.head, entries, &self.key);
        let verified = VerifiedRun::authored(run, &self.tip);
        self.tip = *verified.tip();
        verified
    }
}

pub(crate) fn case(number: u8) -> [u8; 16] {
    [number; 16]
}

pub(crate) fn payload(number: u8, text: &str) -> Vec<u8> {
    [&case(number)[..], text.as_bytes()].concat()
}

/// The payloads of a log but its genesis; everything must be readable.
pub(crate) fn contents(store: &Store, log: LogId) -> Vec<Vec<u8>> {
    let entries = store.entries(log, 1).map(|entry| entry.unwrap().1);
    entries.map(|entry| entry.payload.bytes().unwrap().to_vec()).collect()
}

/// Appends, syncs and notes.
pub(crate) fn save(store: &mut Store, committer: &mut Committer, records: &[Record]) {
    let appended = committer.append(records).unwrap();
    committer.sync().unwrap();
    store.note_durable(vec![appended]).unwrap();
}
