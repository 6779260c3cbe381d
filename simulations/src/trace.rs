//! What happened, as one hash: same seed, same hash.

use std::sync::Arc;

use daiban_sync::id::Millis;

use crate::away::Away;
use crate::hands::Hands;

/// The hash takes many short events at once: it is several times as fast on a long text.
const BLOCK_BYTES: usize = 64 << 10;

/// Hashes every event; prints them too if it is asked to.
pub(crate) struct Trace {
    hasher: Away<blake3::Hasher>,
    hands: Arc<Hands>,
    /// Events that are not hashed yet.
    block: Vec<u8>,
    events: u64,
    began: Millis,
    tell: bool,
}

impl Trace {
    pub(crate) fn new(began: Millis, tell: bool, hands: Arc<Hands>) -> Self {
        let block = Vec::with_capacity(2 * BLOCK_BYTES);
        Self { hasher: Away::new(blake3::Hasher::new()), hands, block, events: 0, began, tell }
    }

    /// An event at a place (a node or a link), with the bytes that it carried.
    pub(crate) fn note(&mut self, now: Millis, what: &str, place: u64, bytes: &[u8]) {
        self.events += 1;
        let len = |bytes: &[u8]| (bytes.len() as u64).to_le_bytes();
        self.block.extend_from_slice(&now.0.to_le_bytes());
        self.block.extend_from_slice(&place.to_le_bytes());
        self.block.extend_from_slice(&len(what.as_bytes()));
        self.block.extend_from_slice(what.as_bytes());
        self.block.extend_from_slice(&len(bytes));
        self.block.extend_from_slice(bytes);
        if self.block.len() >= BLOCK_BYTES {
            let block = std::mem::replace(&mut self.block, Vec::with_capacity(2 * BLOCK_BYTES));
            let hash = move |hasher: &mut blake3::Hasher| {
                hasher.update(&block);
            };
            // Nobody waits for it before the end.
            let _ = self.hasher.give(&self.hands, hash);
        }
    }

    /// Something worth reading when a seed is looked at.
    pub(crate) fn tell(&mut self, now: Millis, place: u64, what: &str) {
        self.note(now, what, place, &[]);
        if self.tell {
            let ms = now.since(self.began);
            println!("{:>6}.{:03} {place:>3} {what}", ms / 1_000, ms % 1_000);
        }
    }

    /// Whether somebody reads along; sentences need not be made otherwise.
    pub(crate) fn is_told(&self) -> bool {
        self.tell
    }

    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        self.hasher.get().clone().update(&self.block).finalize().into()
    }
}
