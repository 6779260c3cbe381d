//! The files of a bundle: those that cases here refer to are kept, the others are let go.

use daiban_sync::blob::Manifest;
use daiban_sync::frame::Bulk;
use daiban_sync::id::BlobId;

use super::bundles::stopped;
use super::{Handle, Message};
use crate::replica::{Input, Refusal};
use crate::store::{BlobError, Blobs, os_entropy};

pub(super) struct Files<'a> {
    handle: &'a Handle,
    /// What is being received, and how many of its chunks are still to come.
    receiving: Option<(BlobId, usize)>,
    finished: u64,
}

impl<'a> Files<'a> {
    pub(super) fn new(handle: &'a Handle) -> Self {
        Self { handle, receiving: None, finished: 0 }
    }

    /// How many are whole and durable.
    pub(super) fn finished(&self) -> u64 {
        self.finished
    }

    /// Takes the next part of a file.
    ///
    /// # Errors
    /// [`Refusal`] if the disk fails; what came before is kept, and the file is still wanted.
    pub(super) async fn take(&mut self, bulk: Bulk) -> Result<(), Refusal> {
        match bulk {
            Bulk::Manifest { blob, manifest } => self.begin(blob, &manifest).await,
            Bulk::Piece(piece) => {
                let Some((blob, left)) = &mut self.receiving else { return Ok(()) };
                if *blob != piece.blob || piece.offset != 0 {
                    return Ok(());
                }
                match self.handle.blobs().write_chunk(*blob, piece.chunk as usize, &piece.bytes) {
                    Ok(()) => *left = left.saturating_sub(1),
                    // It is not what the file's name promises: whoever made the bundle is wrong.
                    Err(BlobError::WrongChunk { .. }) => {}
                    Err(error) => return self.already_here(error),
                }
                self.finish_if_whole().await
            }
            Bulk::Gone(_) => Ok(()),
        }
    }

    async fn begin(&mut self, blob: BlobId, manifest: &Manifest) -> Result<(), Refusal> {
        self.receiving = None;
        let wanted = self.handle.look(move |replica| replica.wants_blob(blob)).await;
        let is_fit = wanted.ok_or_else(stopped)? && manifest.id() == blob;
        // Without room it stays wanted, and comes another time.
        if !is_fit || !self.handle.room().takes_files() {
            return Ok(());
        }
        let blobs: &Blobs = self.handle.blobs();
        blobs.begin(manifest, &mut os_entropy).map_err(Refusal::not_written)?;
        self.receiving = Some((blob, manifest.chunks.len()));
        self.finish_if_whole().await
    }

    async fn finish_if_whole(&mut self) -> Result<(), Refusal> {
        let Some((blob, 0)) = self.receiving else { return Ok(()) };
        if let Err(error) = self.handle.blobs().finish(blob) {
            return self.already_here(error);
        }
        self.receiving = None;
        self.finished += 1;
        let told = Message::Input(Input::BlobFinished { blob, held: true });
        self.handle.inbox.send(told).await.map_err(|_| stopped())
    }

    /// A peer may have brought the rest of the file meanwhile.
    fn already_here(&mut self, error: BlobError) -> Result<(), Refusal> {
        match self.receiving.take() {
            Some((blob, _)) if self.handle.blobs().contains(blob) => Ok(()),
            _ => Err(Refusal::not_written(error)),
        }
    }
}
