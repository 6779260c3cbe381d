//! Reads along what a node sends, to know what it says.

use daiban_sync::error::SessionError;
use daiban_sync::frame::Frame;
use daiban_sync::wire::Decoder;

use crate::fault::Said;

/// The control lane of one direction.
#[derive(Default)]
pub(crate) struct Tap(Decoder);

impl Tap {
    /// The frames in `bytes`.
    ///
    /// # Errors
    /// The node sent what no peer would understand.
    pub(crate) fn read(&mut self, mut bytes: &[u8]) -> Result<Vec<Frame>, SessionError> {
        let mut frames = Vec::new();
        while let Some(frame) = self.0.next::<Frame>(&mut bytes)? {
            if let Frame::Run(run) | Frame::Fetched(_, Some(run)) = &frame {
                self.0.credit(run.weight());
            }
            frames.push(frame);
        }
        Ok(frames)
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
