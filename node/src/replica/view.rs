//! What sessions may see of this node: only what is durable.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use daiban_sync::blob::Manifest;
use daiban_sync::frontier::{Frontier, Scope};
use daiban_sync::head::Receipt;
use daiban_sync::id::{BlobId, LogId, OfficeCode};
use daiban_sync::limits::{RUN_BYTES_MAX, RUN_ENTRIES_MAX};
use daiban_sync::run::Run;
use daiban_sync::session::Source;
use ed25519_dalek::SigningKey;

use super::keys;
use crate::store::{BlobError, Blobs, Store};

/// The store as a session sees it.
pub(super) struct Shown<'a> {
    pub(super) store: &'a Store,
    pub(super) blobs: &'a Blobs,
    pub(super) word: &'a Word,
    /// Reads that failed.
    pub(super) damage: &'a RefCell<Unreadable>,
    #[cfg(feature = "mutants")]
    pub(super) early: &'a super::mutants::Early,
}

/// What a session wanted to read and could not.
#[derive(Default)]
pub(super) struct Unreadable {
    /// In words, for the operator.
    pub(super) said: Vec<String>,
    /// Files that are damaged on the disk.
    pub(super) blobs: BTreeSet<BlobId>,
}

/// This office's own receipts: its word for every log of cases that it holds for others. They
/// follow from what is durable, so they are made when asked for and never stored.
pub(super) struct Word {
    office: OfficeCode,
    key: SigningKey,
    given: RefCell<BTreeMap<LogId, Receipt>>,
}

impl Word {
    pub(super) fn new(office: OfficeCode, key: SigningKey) -> Self {
        Self { office, key, given: RefCell::default() }
    }

    /// Our receipt for a log, if ours would say anything.
    pub(super) fn give(&self, store: &Store, log: LogId) -> Option<Receipt> {
        let tip = store.tips().get(&log)?;
        if !tip.channel.is_receipted_by(self.office) || tip.head.len == 0 {
            return None;
        }
        let mut given = self.given.borrow_mut();
        let known = given.get(&log).filter(|receipt| receipt.head == tip.head).copied();
        let receipt = known.unwrap_or_else(|| Receipt::sign(log, tip.head, self.office, &self.key));
        given.insert(log, receipt);
        Some(receipt)
    }
}

impl Shown<'_> {
    fn sound<T, E: std::fmt::Display>(&self, read: Result<Option<T>, E>) -> Option<T> {
        read.unwrap_or_else(|error| {
            self.damage.borrow_mut().said.push(error.to_string());
            None
        })
    }

    fn sound_blob<T>(&self, blob: BlobId, read: Result<Option<T>, BlobError>) -> Option<T> {
        if read.as_ref().is_err_and(BlobError::is_damage) {
            self.damage.borrow_mut().blobs.insert(blob);
            return None;
        }
        self.sound(read)
    }
}

impl Source for Shown<'_> {
    fn frontier(&self) -> &Frontier {
        #[cfg(feature = "mutants")]
        if let Some(early) = self.early.frontier() {
            return early;
        }
        self.store.tips()
    }

    fn read_run(&self, log: LogId, from: u64) -> Option<Run> {
        #[cfg(feature = "mutants")]
        if let Some(early) = self.early.read_run(log, from) {
            return Some(early);
        }
        self.sound(self.store.read_run(log, from, RUN_ENTRIES_MAX, RUN_BYTES_MAX))
    }

    fn receipts(&self, scope: &Scope) -> Vec<Receipt> {
        let tips = self.store.tips();
        let mut receipts: BTreeMap<(LogId, OfficeCode), Receipt> = BTreeMap::new();
        for (&(log, office), receipt) in self.store.receipts() {
            if tips.get(&log).is_some_and(|tip| scope.sends_down(receipt, &tip.channel)) {
                receipts.insert((log, office), *receipt);
            }
        }
        if scope.upper() == Some(scope.ours) {
            for (&log, _) in tips.iter().filter(|(_, tip)| scope.contains(&tip.channel)) {
                if let Some(receipt) = self.word.give(self.store, log) {
                    receipts.insert((log, receipt.office), receipt);
                }
            }
        }
        receipts.into_values().collect()
    }

    fn manifest(&self, blob: BlobId, scope: &Scope) -> Option<Manifest> {
        let references = self
            .sound(self.store.view_scan(&keys::blob_references(blob), &[], usize::MAX).map(Some))?;
        let shared = references
            .iter()
            .filter_map(|(key, _)| keys::referring_channel(key))
            .any(|channel| scope.contains(&channel));
        // One that is still arriving is not here.
        if !shared || !self.blobs.contains(blob) {
            return None;
        }
        self.sound_blob(blob, self.blobs.manifest(blob))
    }

    fn chunk(&self, blob: BlobId, chunk: u32) -> Option<Vec<u8>> {
        self.sound_blob(blob, self.blobs.read_chunk(blob, chunk as usize).map(Some))
    }
}
