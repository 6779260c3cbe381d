//! Blobs on their way: who asked for what, and which piece is next.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::blob::Manifest;
use crate::error::Misbehaviour;
use crate::frame::{Bulk, Frame, Piece};
use crate::id::{BlobId, Millis};
use crate::limits::{BLOB_CHUNK_BYTES, BLOB_WANTS_MAX};
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
        if self.wanted.len() >= BLOB_WANTS_MAX || self.wanted.contains_key(&blob) {
            return None;
        }
        self.wanted.insert(blob, Receiving { manifest, chunk: first, bytes: Vec::new() });
        Some(Frame::BlobWant { blob, first })
    }

    pub(super) fn forget(&mut self, blob: BlobId) {
        self.wanted.remove(&blob);
    }

    pub(super) fn serve(
        &mut self,
        blob: BlobId,
        manifest: Manifest,
        first: u32,
    ) -> Result<(), Misbehaviour> {
        if self.sending.len() >= BLOB_WANTS_MAX {
            return Err(Misbehaviour::TooMany { what: "wishes for blobs", bound: BLOB_WANTS_MAX });
        }
        self.missed.remove(&blob);
        let (announced, chunk, offset, bytes) = (false, first, 0, None);
        self.sending.push_back(Sending { blob, manifest, announced, chunk, offset, bytes });
        Ok(())
    }

    pub(super) fn remember(&mut self, blob: BlobId) -> Result<(), Misbehaviour> {
        const MISSED_MAX: usize = 64 * BLOB_WANTS_MAX;
        if self.missed.len() >= MISSED_MAX {
            return Err(Misbehaviour::TooMany { what: "missing blobs", bound: MISSED_MAX });
        }
        self.missed.insert(blob);
        Ok(())
    }

    /// A blob is durable here now: a peer that missed it, or sent it, is told.
    pub(super) fn arrived(&mut self, blob: BlobId) -> Option<Frame> {
        if self.missed.remove(&blob) {
            return Some(Frame::BlobHere(blob));
        }
        self.wanted.remove(&blob).map(|_| Frame::BlobHeld(blob))
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
            match sending.piece(len_max, source) {
                Some(piece) => {
                    self.pacer.sent(now, piece.bytes.len() as u64);
                    return Some(Bulk::Piece(piece));
                }
                None => drop(self.sending.pop_front()),
            }
        }
    }

    /// Takes a message of the bulk lane; gives an event and the bytes that have arrived in all.
    pub(super) fn handle(
        &mut self,
        bulk: Bulk,
    ) -> Result<(Option<Event>, Option<u64>), Misbehaviour> {
        match bulk {
            Bulk::Manifest { blob, manifest } => {
                let wanted = self.wanted.get_mut(&blob).ok_or(Misbehaviour::Unasked(blob))?;
                if manifest.id() != blob || !manifest.is_consistent() {
                    return Err(Misbehaviour::Manifest(blob));
                }
                wanted.manifest = Some(manifest.clone());
                Ok((Some(Event::Manifest { blob, manifest }), None))
            }
            Bulk::Piece(piece) => {
                self.arrived += piece.bytes.len() as u64;
                let event = self.take_piece(piece)?;
                Ok((event, Some(self.arrived)))
            }
        }
    }

    fn take_piece(&mut self, piece: Piece) -> Result<Option<Event>, Misbehaviour> {
        let Piece { blob, chunk, offset, bytes } = piece;
        let wrong = Misbehaviour::Chunk { blob, chunk };
        let wanted = self.wanted.get_mut(&blob).ok_or(Misbehaviour::Unasked(blob))?;
        let manifest = wanted.manifest.as_ref().ok_or(Misbehaviour::Unasked(blob))?;
        let len = manifest.chunk_len(chunk as usize).ok_or(wrong.clone())?;
        let in_place = chunk == wanted.chunk && offset as usize == wanted.bytes.len();
        if !in_place || bytes.is_empty() || wanted.bytes.len() + bytes.len() > len {
            return Err(wrong);
        }
        wanted.bytes.extend(bytes);
        if wanted.bytes.len() < len {
            return Ok(None);
        }
        let bytes = std::mem::take(&mut wanted.bytes);
        if !manifest.check_chunk(chunk as usize, &bytes) {
            return Err(wrong);
        }
        wanted.chunk += 1;
        Ok(Some(Event::Chunk { blob, chunk, bytes }))
    }
}

impl Sending {
    fn piece(&mut self, len_max: usize, source: &dyn Source) -> Option<Piece> {
        if self.chunk as usize >= self.manifest.chunks.len() {
            return None;
        }
        if self.bytes.is_none() {
            self.bytes = source.chunk(self.blob, self.chunk);
        }
        let chunk_bytes = self.bytes.as_ref()?;
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
        Some(piece)
    }
}

const _: () = assert!(BLOB_CHUNK_BYTES < u32::MAX as usize);
