//! Reads along what a node sends, to know what it says.

use std::collections::BTreeMap;

use daiban_sync::error::SessionError;
use daiban_sync::frame::{Bulk, Frame};
use daiban_sync::id::BlobId;
use daiban_sync::wire::{Decoder, PlainDecoder};

use crate::fault::Said;

/// One direction.
#[derive(Default)]
pub(crate) struct Tap {
    control: Decoder,
    bulk: PlainDecoder,
    /// Files that were asked for, and from which chunk on.
    wished: BTreeMap<BlobId, u32>,
}

impl Tap {
    /// The frames in `bytes` of the control lane.
    ///
    /// # Errors
    /// The node sent what no peer would understand.
    pub(crate) fn read(&mut self, mut bytes: &[u8]) -> Result<Vec<Frame>, SessionError> {
        let mut frames = Vec::new();
        while let Some(frame) = self.control.next::<Frame>(&mut bytes)? {
            if let Frame::Run(run) | Frame::Fetched(_, Some(run)) = &frame {
                self.control.credit(run.weight());
            }
            if let Frame::BlobWant { blob, first } = &frame {
                self.wished.insert(*blob, *first);
            }
            frames.push(frame);
        }
        Ok(frames)
    }

    /// The messages in `bytes` of the bulk lane.
    ///
    /// # Errors
    /// The node sent what no peer would understand.
    pub(crate) fn read_bulk(&mut self, mut bytes: &[u8]) -> Result<Vec<Bulk>, SessionError> {
        let next = || self.bulk.next(&mut bytes).transpose();
        std::iter::from_fn(next).collect()
    }

    /// From which chunk on this side asked for a file.
    pub(crate) fn wished(&self, blob: BlobId) -> Option<u32> {
        self.wished.get(&blob).copied()
    }
}

/// What these frames are about.
pub(crate) fn kinds(frames: &[Frame]) -> Vec<Said> {
    let mut kinds: Vec<Said> = frames.iter().map(kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn kind(frame: &Frame) -> Said {
    match frame {
        Frame::Run(_) | Frame::Fetched(..) => Said::Entries,
        Frame::Durable(_) | Frame::BlobHeld(_) => Said::Acknowledgement,
        Frame::Receipts(_) => Said::Receipts,
        _ => Said::Other,
    }
}

/// What helps a reader of a story.
pub(crate) fn worth_telling(frame: &Frame) -> Option<String> {
    match frame {
        Frame::BlobWant { blob, first } => {
            Some(format!("wants blob {} from chunk {first}", blob.short()))
        }
        Frame::BlobMissing(blob) => Some(format!("has no blob {}", blob.short())),
        Frame::BlobHere(blob) => Some(format!("has blob {} now", blob.short())),
        Frame::BlobHeld(blob) => Some(format!("holds blob {}", blob.short())),
        Frame::Diverged { log, at } => {
            Some(format!("holds another log {} at {}", log.short(), at.len))
        }
        Frame::Fetch { log, from } => Some(format!("fetches log {} from {from}", log.short())),
        _ => None,
    }
}
