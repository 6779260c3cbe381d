//! The files of a bundle: those that cases here refer to are kept, the others are let go.

use daiban_sync::blob::Manifest;
use daiban_sync::frame::Bulk;
use daiban_sync::id::BlobId;

use super::bundles::stopped;
use super::{Handle, Message};
use crate::replica::{Input, Refusal, RefusalKind};
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
                    Err(error) => return Err(not_kept(&error)),
                }
                self.finish_if_whole().await
            }
            Bulk::Gone(_) => Ok(()),
        }
    }

    async fn begin(&mut self, blob: BlobId, manifest: &Manifest) -> Result<(), Refusal> {
        self.receiving = None;
        let wanted = self.handle.look(move |replica| replica.wants_blob(blob)).await;
        if !wanted.ok_or_else(stopped)? || manifest.id() != blob {
            return Ok(());
        }
        let blobs: &Blobs = self.handle.blobs();
        blobs.begin(manifest, &mut os_entropy).map_err(|error| not_kept(&error))?;
        self.receiving = Some((blob, manifest.chunks.len()));
        self.finish_if_whole().await
    }

    async fn finish_if_whole(&mut self) -> Result<(), Refusal> {
        let Some((blob, 0)) = self.receiving else { return Ok(()) };
        self.receiving = None;
        self.handle.blobs().finish(blob).map_err(|error| not_kept(&error))?;
        self.finished += 1;
        let told = Message::Input(Input::BlobFinished { blob, held: true });
        self.handle.inbox.send(told).await.map_err(|_| stopped())
    }
}

fn not_kept(error: &BlobError) -> Refusal {
    let said = error.to_string();
    let remedy = ("请检查磁盘后重新导入", "look at the disk, then import the bundle again");
    Refusal::new(RefusalKind::Disk, (&format!("文件未保存：{said}"), &said), remedy)
}
