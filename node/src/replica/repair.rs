//! What is on the disk and cannot be read is fetched from neighbours: entries of whoever holds the
//! channel, files of whoever holds the case.

use std::collections::BTreeSet;

use daiban_sync::channel::Channel;
use daiban_sync::error::{Misbehaviour, SessionError};
use daiban_sync::id::{BlobId, LogId};
use daiban_sync::run::{Run, Tip, VerifiedRun};

use super::alarm::Alarm;
use super::commit::After;
use super::io::LinkId;
use super::view::Unreadable;
use super::{Replica, keys};
use crate::store::kv::KvError;
use crate::store::{BlobError, ViewError};

/// Why a damaged file was not taken back.
#[derive(Debug, thiserror::Error)]
enum WantError {
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error(transparent)]
    View(#[from] ViewError),
    #[error(transparent)]
    Kv(#[from] KvError),
}

impl Replica {
    /// Tells of what could not be read, and asks for it again.
    pub(super) fn see_to_damage(&mut self) {
        let Unreadable { said, blobs } = self.damage.take();
        if !said.is_empty() {
            self.ask_everybody_for_damaged();
        }
        said.into_iter().for_each(|what| self.alarm(Alarm::Damaged { what }));
        blobs.into_iter().for_each(|blob| self.blob_damaged(blob));
    }

    /// Asks everybody for stretches that were found while peers are here.
    fn ask_everybody_for_damaged(&mut self) {
        let greeted = self.links.iter().filter(|(_, peer)| peer.greeting.is_some());
        for link in greeted.map(|(&link, _)| link).collect::<Vec<_>>() {
            self.ask_for_damaged(link);
        }
    }

    /// What a peer holds beyond our end of a log comes in the same run and cannot be placed yet: when
    /// the log has grown, it can.
    pub(super) fn ask_again_for_damaged(&mut self, grown: &BTreeSet<LogId>) {
        if self.store.damaged_ranges().iter().any(|range| grown.contains(&range.log)) {
            self.ask_everybody_for_damaged();
        }
    }

    /// Asks a peer for stretches that cannot be read here. Each may be asked: not all hold them.
    pub(super) fn ask_for_damaged(&mut self, link: LinkId) {
        let Some(peer) = self.links.get_mut(&link) else { return };
        for range in self.store.damaged_ranges() {
            let channel = self.store.tips().get(&range.log).map(|tip| tip.channel);
            let shared = channel.is_some_and(|channel| peer.session.scope().contains(&channel));
            if shared && self.repairs.entry((range.log, range.from)).or_default().insert(link) {
                peer.session.fetch(range.log, range.from);
            }
        }
    }

    /// Puts a run that was asked for in the place of what cannot be read.
    ///
    /// # Errors
    /// The peer sent what the author of the log did not sign.
    pub(super) fn repair_with(&mut self, link: LinkId, run: Run) -> Result<(), SessionError> {
        let log = run.log;
        let Some(tip) = self.store.tips().get(&log).copied() else { return Ok(()) };
        let before = Tip { head: run.after, ..tip };
        let joins = self.store.hash_at(log, run.after.len).ok().flatten();
        if run.head.head.len > tip.head.len || joins.is_some_and(|hash| hash != run.after.hash) {
            return Ok(());
        }
        let (from, to) = (run.after.len, run.head.head.len);
        let verified: VerifiedRun =
            run.verify(Some(&before), &*self.authenticator).map_err(Misbehaviour::from)?;
        self.commits.heal(verified);
        self.commits.after(After::Repaired { log, from, to });
        let rest = self
            .store
            .damaged_ranges()
            .into_iter()
            .find(|r| r.log == log && r.to > to && r.from <= to);
        if let (Some(_), Some(peer)) = (rest, self.links.get_mut(&link)) {
            self.repairs.entry((log, to)).or_default().insert(link);
            peer.session.fetch(log, to);
        }
        Ok(())
    }

    /// Files that were found damaged, or that a crash left unfinished, are asked for again.
    pub(super) fn want_unfinished_blobs(&mut self) -> Result<(), ViewError> {
        for blob in self.store.damaged_blobs()? {
            self.blob_damaged(blob);
        }
        for blob in self.blobs.partial().unwrap_or_default() {
            if let Some(channel) = self.referring_channel(blob)? {
                self.wants.add(blob, channel);
            }
        }
        Ok(())
    }

    /// The file of a held blob is damaged: what is sound of it stays, the rest is fetched again.
    pub(super) fn blob_damaged(&mut self, blob: BlobId) {
        if self.wants.contains(blob) {
            return;
        }
        match self.want_again(blob) {
            Ok(()) => {
                let what = format!("the file {blob} is damaged on the disk; it is fetched again");
                self.alarm(Alarm::Damaged { what });
                self.ask_everybody_for_blobs();
            }
            Err(error) => self.alarm(Alarm::Damaged { what: error.to_string() }),
        }
    }

    fn want_again(&mut self, blob: BlobId) -> Result<(), WantError> {
        self.store.note_damaged_blob(blob)?;
        self.blobs.unfinish(blob)?;
        if let Some(channel) = self.referring_channel(blob)? {
            self.wants.add(blob, channel);
        }
        Ok(())
    }

    /// A channel of a case that refers to the blob.
    fn referring_channel(&self, blob: BlobId) -> Result<Option<Channel>, ViewError> {
        let references = self.store.view_scan(&keys::blob_references(blob), &[], 1)?;
        Ok(references.first().and_then(|(key, _)| keys::referring_channel(key)))
    }
}
