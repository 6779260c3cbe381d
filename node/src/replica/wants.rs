//! Blobs that belong to cases held here and are not here yet.

use std::collections::{BTreeMap, BTreeSet};

use daiban_sync::blob::Manifest;
use daiban_sync::channel::Channel;
use daiban_sync::id::{BlobId, Millis};
use daiban_sync::limits::BLOB_WANTS_MAX;
use daiban_sync::planted;

use super::alarm::Alarm;
use super::io::{Effect, LinkId};
use super::{Replica, keys};
use crate::store::{BlobError, Blobs, Space, ViewBatch};

/// What is missing and who was asked for it.
#[derive(Default)]
pub(super) struct Wants {
    wanted: BTreeMap<BlobId, Want>,
    /// Links on which a file came that had no room.
    turned_away: BTreeSet<LinkId>,
}

struct Want {
    channel: Channel,
    asked: Option<LinkId>,
    /// These peers do not have it; they say so when they do.
    missing_at: BTreeSet<LinkId>,
    /// Which chunks are here, once the disk was asked: to look means to read them all.
    have: Option<Vec<bool>>,
}

impl Want {
    /// Which chunks are here; `None` if the blob was never begun, or cannot be read.
    fn chunks(&mut self, blobs: &Blobs, blob: BlobId) -> Option<&[bool]> {
        if self.have.is_none() {
            self.have = blobs.have_chunks(blob).ok().flatten();
        }
        self.have.as_deref()
    }
}

impl Wants {
    pub(super) fn add(&mut self, blob: BlobId, channel: Channel) {
        let (asked, missing_at, have) = (None, BTreeSet::new(), None);
        self.wanted.entry(blob).or_insert(Want { channel, asked, missing_at, have });
    }

    pub(super) fn contains(&self, blob: BlobId) -> bool {
        self.wanted.contains_key(&blob)
    }

    pub(super) fn len(&self) -> usize {
        self.wanted.len()
    }

    pub(super) fn peer_lost(&mut self, link: LinkId) {
        self.turned_away.remove(&link);
        for want in self.wanted.values_mut() {
            want.missing_at.remove(&link);
            want.asked.take_if(|asked| *asked == link);
        }
    }

    pub(super) fn missing_at(&mut self, link: LinkId, blob: BlobId) {
        if let Some(want) = self.wanted.get_mut(&blob) {
            want.missing_at.insert(link);
            want.asked.take_if(|asked| *asked == link);
        }
    }

    fn open_at(&self, link: LinkId) -> usize {
        self.wanted.values().filter(|want| want.asked == Some(link)).count()
    }
}

impl Replica {
    /// How much room the disk has. Once there is enough again, files are asked for; what had none is
    /// sent again on a new link.
    pub(super) fn take_space(&mut self, now: Millis, space: Space) {
        self.space = space;
        if space.takes_files() {
            for link in std::mem::take(&mut self.wants.turned_away) {
                self.close(now, link, "there is room for files again".into());
            }
            self.ask_everybody_for_blobs();
        }
    }

    /// Asks a peer for what is missing and its office may hold, if there is room for it.
    pub(super) fn ask_for_blobs(&mut self, link: LinkId) {
        if !self.space.takes_files() {
            return;
        }
        let Some(peer) = self.links.get_mut(&link) else { return };
        let scope = *peer.session.scope();
        let mut room = BLOB_WANTS_MAX.saturating_sub(self.wants.open_at(link));
        for (&blob, want) in &mut self.wants.wanted {
            let askable = want.asked.is_none() && !want.missing_at.contains(&link);
            if room == 0 || !askable || !scope.contains(&want.channel) {
                continue;
            }
            let have = want.chunks(&self.blobs, blob).unwrap_or_default();
            let missing = have.iter().position(|held| !held);
            let first = missing.filter(|_| !planted!(BlobNotResumed)).unwrap_or(0);
            if peer.session.want_blob(blob, u32::try_from(first).unwrap_or(0), None) {
                want.asked = Some(link);
                room -= 1;
            }
        }
    }

    /// Asks whoever is there.
    pub(super) fn ask_everybody_for_blobs(&mut self) {
        for link in self.links.keys().copied().collect::<Vec<_>>() {
            if self.links.get(&link).is_some_and(|peer| peer.session.is_live()) {
                self.ask_for_blobs(link);
            }
        }
    }

    pub(super) fn blob_here(&mut self, link: LinkId, blob: BlobId) {
        if let Some(want) = self.wants.wanted.get_mut(&blob) {
            want.missing_at.remove(&link);
        }
        self.ask_for_blobs(link);
    }

    pub(super) fn take_manifest(&mut self, link: LinkId, blob: BlobId, manifest: &Manifest) {
        let begun = self.blobs.begin(manifest, &mut self.random);
        self.look_again(blob);
        if self.kept(link, blob, begun).is_some() {
            self.finish_if_whole(blob);
        }
    }

    pub(super) fn take_chunk(&mut self, link: LinkId, blob: BlobId, chunk: u32, bytes: &[u8]) {
        let written = self.blobs.write_chunk(blob, chunk as usize, bytes);
        if self.kept(link, blob, written).is_some() {
            let have = self.wants.wanted.get_mut(&blob).and_then(|want| want.have.as_mut());
            if let Some(here) = have.and_then(|have| have.get_mut(chunk as usize)) {
                *here = true;
            }
            self.finish_if_whole(blob);
        }
    }

    pub(super) fn blob_finished(&mut self, blob: BlobId, held: bool) {
        let Some(want) = self.wants.wanted.get_mut(&blob) else { return };
        let link = want.asked.take();
        // One that could not be finished is not what it was taken for.
        want.have = None;
        if held {
            self.wants.wanted.remove(&blob);
            let mut batch = ViewBatch::default();
            batch.remove(keys::wanted(blob));
            let applied = self.store.applied();
            if let Err(error) = self.store.apply_views(batch, applied) {
                self.alarm(Alarm::Views { reason: error.to_string() });
            }
            match self.store.forget_damaged_blob(blob) {
                Ok(true) => self.alarm(Alarm::BlobRepaired { blob }),
                Ok(false) => {}
                Err(error) => self.alarm(Alarm::Views { reason: error.to_string() }),
            }
            for peer in self.links.values_mut() {
                peer.session.blob_arrived(blob);
            }
        }
        if let Some(link) = link {
            self.ask_for_blobs(link);
        }
    }

    fn finish_if_whole(&mut self, blob: BlobId) {
        let Some(want) = self.wants.wanted.get_mut(&blob) else { return };
        let chunks = want.chunks(&self.blobs, blob);
        if chunks.is_some_and(|chunks| chunks.iter().all(|held| *held)) {
            self.effects.push_back(Effect::FinishBlob { blob });
        }
    }

    /// What the disk said of its chunks holds no longer.
    fn look_again(&mut self, blob: BlobId) {
        if let Some(want) = self.wants.wanted.get_mut(&blob) {
            want.have = None;
        }
    }

    fn kept(&mut self, link: LinkId, blob: BlobId, result: Result<(), BlobError>) -> Option<()> {
        let Err(error) = result else { return Some(()) };
        let what = error.to_string();
        match error {
            _ if error.is_lack_of_room() => {
                if self.wants.turned_away.insert(link) {
                    self.alarm(Alarm::NoRoom { what });
                }
            }
            // What follows a manifest that had no room.
            BlobError::Unknown { .. } if self.wants.turned_away.contains(&link) => {}
            _ => {
                self.wants.missing_at(link, blob);
                self.alarm(Alarm::Damaged { what });
            }
        }
        None
    }
}
