//! Blobs on their way: who asked for what, and which piece is next.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::blob::Manifest;
use crate::error::Misbehaviour;
use crate::frame::{Bulk, Frame, Piece};
use crate::id::{BlobId, Millis};
use crate::limits::{BLOB_CHUNK_BYTES, BLOB_WANTS_MAX, BLOBS_MISSED_MAX};
use crate::session::pacer::Pacer;
use crate::session::{Event, Source};

/// Both directions of one session.
#[derive(Default)]
pub(super) struct Blobs {
    pacer: Pacer,
    sending: VecDeque<Sending>,
    /// Asked for by the peer when we did not have it.
    missed: BTreeSet<BlobId>,
    /// Asked for by us and not yet durable here.
    wanted: BTreeMap<BlobId, Receiving>,
    /// No longer asked for by us, though pieces may still be on their way.
    dropped: BTreeSet<BlobId>,
    arrived: u64,
}

struct Sending {
    blob: BlobId,
    manifest: Manifest,
    announced: bool,
    chunk: u32,
    offset: usize,
    /// The chunk that `offset` points into.
    bytes: Option<Vec<u8>>,
}

#[derive(Default)]
struct Receiving {
    manifest: Option<Manifest>,
    chunk: u32,
    bytes: Vec<u8>,
}

impl Blobs {
    pub(super) fn want(
        &mut self,
        blob: BlobId,
        first: u32,
        manifest: Option<Manifest>,
    ) -> Option<Frame> {
        let is_idle = !self.wanted.contains_key(&blob) && !self.dropped.contains(&blob);
        if self.wanted.len() >= BLOB_WANTS_MAX || !is_idle {
            return None;
        }
        self.wanted.insert(blob, Receiving { manifest, chunk: first, bytes: Vec::new() });
        Some(Frame::BlobWant { blob, first })
    }

    /// The peer has not got it.
    pub(super) fn forget(&mut self, blob: BlobId) {
        self.wanted.remove(&blob);
    }

    /// The peer holds it: the rest need not be sent.
    pub(super) fn held_by_peer(&mut self, blob: BlobId) {
        self.sending.retain(|sending| sending.blob != blob);
    }

    pub(super) fn serve(
        &mut self,
        blob: BlobId,
        manifest: Manifest,
        first: u32,
    ) -> Result<(), Misbehaviour> {
        self.missed.remove(&blob);
        let (announced, chunk, offset, bytes) = (false, first, 0, None);
        self.sending.push_back(Sending { blob, manifest, announced, chunk, offset, bytes });
        Misbehaviour::check_bound("wishes for blobs", self.sending.len(), BLOB_WANTS_MAX)
    }

    pub(super) fn remember(&mut self, blob: BlobId) -> Result<(), Misbehaviour> {
        self.missed.insert(blob);
        Misbehaviour::check_bound("missing blobs", self.missed.len(), BLOBS_MISSED_MAX)
    }

    /// A blob is durable here now: a peer that missed it, or sent it, is told.
    /// Two that asked each other before either had it are both.
    pub(super) fn arrived(&mut self, blob: BlobId) -> impl Iterator<Item = Frame> + use<> {
        let here = self.missed.remove(&blob).then_some(Frame::BlobHere(blob));
        let wanted = self.wanted.remove(&blob);
        if wanted.as_ref().is_some_and(|wanted| !wanted.is_complete()) {
            self.dropped.insert(blob);
        }
        here.into_iter().chain(wanted.map(|_| Frame::BlobHeld(blob)))
    }

    pub(super) fn pieces_arrived(&mut self, now: Millis, bytes: u64) -> Result<(), Misbehaviour> {
        if self.pacer.arrived(now, bytes) {
            return Ok(());
        }
        let (expected, got) = ("an acknowledgement of what was sent", "one of more");
        Err(Misbehaviour::OutOfTurn { expected, got })
    }

    /// The next message on the bulk lane, if the pace allows one.
    pub(super) fn next_piece(&mut self, now: Millis, source: &dyn Source) -> Option<Bulk> {
        loop {
            let len_max = self.pacer.piece_len()?;
            let sending = self.sending.front_mut()?;
            if !std::mem::replace(&mut sending.announced, true) {
                let manifest = sending.manifest.clone();
                return Some(Bulk::Manifest { blob: sending.blob, manifest });
            }
            match sending.step(len_max, source) {
                Step::Piece(piece) => {
                    self.pacer.sent(now, piece.bytes.len() as u64);
                    return Some(Bulk::Piece(piece));
                }
                Step::Unreadable => {
                    return self.sending.pop_front().map(|sending| Bulk::Gone(sending.blob));
                }
                Step::Done => drop(self.sending.pop_front()),
            }
        }
    }

    /// Bytes of pieces that have arrived since the session began.
    pub(super) fn bytes_arrived(&self) -> u64 {
        self.arrived
    }

    /// Takes a message of the bulk lane.
    pub(super) fn handle(&mut self, bulk: Bulk) -> Result<Option<Event>, Misbehaviour> {
        if let Bulk::Piece(piece) = &bulk {
            self.arrived += piece.bytes.len() as u64;
        }
        let blob = bulk.blob();
        let Some(wanted) = self.wanted.get_mut(&blob) else {
            let was_asked = self.dropped.contains(&blob);
            return if was_asked { Ok(None) } else { Err(Misbehaviour::Unasked(blob)) };
        };
        match bulk {
            Bulk::Manifest { blob, manifest } => {
                if manifest.id() != blob || !manifest.is_consistent() {
                    return Err(Misbehaviour::Manifest(blob));
                }
                wanted.manifest = Some(manifest.clone());
                Ok(Some(Event::Manifest { blob, manifest }))
            }
            Bulk::Piece(piece) => wanted.take(piece),
            Bulk::Gone(blob) => {
                self.wanted.remove(&blob);
                Ok(Some(Event::BlobMissing(blob)))
            }
        }
    }
}

impl Receiving {
    fn is_complete(&self) -> bool {
        self.manifest.as_ref().is_some_and(|m| self.chunk as usize >= m.chunks.len())
    }

    fn take(&mut self, piece: Piece) -> Result<Option<Event>, Misbehaviour> {
        let Piece { blob, chunk, offset, bytes } = piece;
        let wrong = Misbehaviour::Chunk { blob, chunk };
        let manifest = self.manifest.as_ref().ok_or(Misbehaviour::Unasked(blob))?;
        let len = manifest.chunk_len(chunk as usize).ok_or(wrong.clone())?;
        let in_place = chunk == self.chunk && offset as usize == self.bytes.len();
        if !in_place || bytes.is_empty() || self.bytes.len() + bytes.len() > len {
            return Err(wrong);
        }
        self.bytes.extend(bytes);
        if self.bytes.len() < len {
            return Ok(None);
        }
        let bytes = std::mem::take(&mut self.bytes);
        if !manifest.check_chunk(chunk as usize, &bytes) {
            return Err(wrong);
        }
        self.chunk += 1;
        Ok(Some(Event::Chunk { blob, chunk, bytes }))
    }
}

/// What comes next of a blob.
enum Step {
    Piece(Piece),
    Unreadable,
    Done,
}

impl Sending {
    fn step(&mut self, len_max: usize, source: &dyn Source) -> Step {
        let Some(len) = self.manifest.chunk_len(self.chunk as usize) else { return Step::Done };
        if self.bytes.is_none() {
            self.bytes = source.chunk(self.blob, self.chunk).filter(|bytes| bytes.len() == len);
        }
        let Some(chunk_bytes) = &self.bytes else { return Step::Unreadable };
        let end = (self.offset + len_max).min(chunk_bytes.len());
        let piece = Piece {
            blob: self.blob,
            chunk: self.chunk,
            offset: u32::try_from(self.offset).expect("within a chunk"),
            bytes: chunk_bytes[self.offset..end].to_vec(),
        };
        self.offset = end;
        if end == chunk_bytes.len() {
            (self.bytes, self.offset) = (None, 0);
            self.chunk += 1;
        }
        Step::Piece(piece)
    }
}

const _: () = assert!(BLOB_CHUNK_BYTES < u32::MAX as usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_that_ask_each_other_leave_no_wish_behind() {
        let mut blobs = Blobs::default();
        for number in 0..2 * BLOB_WANTS_MAX {
            let blob = BlobId([u8::try_from(number).unwrap(); 32]);
            assert!(blobs.want(blob, 0, None).is_some(), "wish {number}");
            blobs.remember(blob).unwrap();
            assert_eq!(blobs.arrived(blob).count(), 2);
        }
    }
}
