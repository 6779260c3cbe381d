//! Blobs: photographs and documents beside the database, sealed chunk by chunk.

use std::io;
use std::sync::Arc;

use daiban_sync::blob::Manifest;
use daiban_sync::id::BlobId;
use daiban_sync::limits::{BLOB_BYTES_MAX, BLOB_CHUNK_BYTES};

use super::blob_file::{BlobFile, Opened};
use super::disk::{self, Access, Disk};
use super::entropy::Entropy;
use super::keyring::{KeyError, Keyring};
use super::store::Store;

pub(super) const FOLDER: &str = "blobs";
const PARTIAL: &str = "blobs/partial";

/// Why a blob was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error(
        "blob {id}: expected a manifest whose chunks fit its size, within {max} bytes; got {size} bytes in {chunks} chunks"
    )]
    Manifest { id: BlobId, size: u64, chunks: usize, max: u64 },
    #[error("blob {id}: chunk {index} is not what the manifest names; ask another peer for it")]
    WrongChunk { id: BlobId, index: usize },
    #[error("blob {id}: chunks are still missing, the first is {index}")]
    Incomplete { id: BlobId, index: usize },
    #[error("blob {id}: expected it to be begun or held, it is neither")]
    Unknown { id: BlobId },
    #[error("blob {id}: chunk {index} is damaged on the disk; it has to be fetched again")]
    Damaged { id: BlobId, index: usize },
    #[error("blob {id}: its file is damaged at the beginning; it has to be fetched again")]
    DamagedHeader { id: BlobId },
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("blob {id}: {source}")]
    Io { id: BlobId, source: io::Error },
}

impl BlobError {
    /// Whether the file on the disk is damaged.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::DamagedHeader { .. })
    }

    /// Whether the disk has no room for it, or no more for this user or in one file.
    pub fn is_lack_of_room(&self) -> bool {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        let Self::Io { source, .. } = self else { return false };
        matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge)
    }
}

/// The blobs of a store. Each is sealed by a key of its own that stands in its file, so a material
/// that two cases share outlives the erasure of one, and removing it destroys the key.
#[derive(Clone)]
pub struct Blobs {
    disk: Arc<dyn Disk>,
    keyring: Arc<Keyring>,
}

impl Store {
    /// The blobs beside this journal.
    pub fn blobs(&self) -> Blobs {
        Blobs { disk: self.disk.clone(), keyring: self.keyring.clone() }
    }
}

impl Blobs {
    /// Prepares to receive; what was received before a crash is still there. A held blob whose file
    /// is damaged at the beginning is begun anew.
    ///
    /// # Errors
    /// [`BlobError::Manifest`] if it contradicts itself; [`BlobError::Io`].
    pub fn begin(&self, manifest: &Manifest, entropy: &mut dyn Entropy) -> Result<(), BlobError> {
        let id = manifest.id();
        if !manifest.is_consistent() {
            let (size, chunks) = (manifest.size, manifest.chunks.len());
            return Err(BlobError::Manifest { id, size, chunks, max: BLOB_BYTES_MAX });
        }
        match self.find(id) {
            Ok(Some(_)) => return Ok(()),
            Ok(None) => (),
            // Nothing in it can be read any more.
            Err(BlobError::DamagedHeader { .. }) => self.remove(id)?,
            Err(error) => return Err(error),
        }
        let header = BlobFile::new_header(manifest, &self.keyring, entropy)?;
        self.disk
            .make_dir(PARTIAL)
            .and_then(|()| disk::replace(self.disk.as_ref(), &partial_path(id), &header))
            .map_err(io_error(id))
    }

    /// For each chunk whether it is held; `None` if the blob was never begun.
    ///
    /// # Errors
    /// [`BlobError`].
    pub fn have_chunks(&self, id: BlobId) -> Result<Option<Vec<bool>>, BlobError> {
        let Some(blob) = self.find(id)? else { return Ok(None) };
        let chunks = 0..blob.manifest.chunks.len();
        let held = chunks.map(|index| Ok(blob.read(index).map_err(io_error(id))?.is_some()));
        held.collect::<Result<_, BlobError>>().map(Some)
    }

    /// Keeps a chunk if it is what the manifest names. Also mends a damaged chunk of a held blob.
    ///
    /// # Errors
    /// [`BlobError::WrongChunk`], [`BlobError::Unknown`].
    pub fn write_chunk(&self, id: BlobId, index: usize, bytes: &[u8]) -> Result<(), BlobError> {
        let blob = self.find(id)?.ok_or(BlobError::Unknown { id })?;
        if !blob.manifest.check_chunk(index, bytes) {
            return Err(BlobError::WrongChunk { id, index });
        }
        blob.write(index, bytes).map_err(io_error(id))
    }

    /// Makes a complete blob durable; then it is held.
    ///
    /// # Errors
    /// [`BlobError::Incomplete`] names the first chunk that is missing.
    pub fn finish(&self, id: BlobId) -> Result<(), BlobError> {
        if self.contains(id) {
            return Ok(());
        }
        let held = self.have_chunks(id)?.ok_or(BlobError::Unknown { id })?;
        if let Some(index) = held.iter().position(|held| !held) {
            return Err(BlobError::Incomplete { id, index });
        }
        let (from, to) = (partial_path(id), path(id));
        self.move_durably(&from, &to).map_err(io_error(id))
    }

    /// `begin`, all chunks and `finish` of a blob that is at hand.
    ///
    /// # Errors
    /// [`BlobError`].
    pub fn put(&self, bytes: &[u8], entropy: &mut dyn Entropy) -> Result<BlobId, BlobError> {
        let manifest = Manifest::of(bytes);
        let id = manifest.id();
        self.begin(&manifest, entropy)?;
        for (index, chunk) in bytes.chunks(BLOB_CHUNK_BYTES).enumerate() {
            self.write_chunk(id, index, chunk)?;
        }
        self.finish(id)?;
        Ok(id)
    }

    /// Takes a held blob whose file is damaged back among the unfinished: what is sound in it need
    /// not be fetched again.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub fn unfinish(&self, id: BlobId) -> Result<(), BlobError> {
        let (from, to) = (path(id), partial_path(id));
        let moved = self.disk.make_dir(PARTIAL).and_then(|()| self.disk.rename(&from, &to));
        match moved {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other.map_err(io_error(id))?,
        }
        let folders = [PARTIAL, disk::folder(&from)];
        folders.iter().try_for_each(|folder| self.disk.sync_dir(folder)).map_err(io_error(id))
    }

    /// Whether the blob is held, whole and durable.
    pub fn contains(&self, id: BlobId) -> bool {
        self.disk.open(&path(id), Access::Read).is_ok()
    }

    /// `None` if the blob is neither held nor begun.
    ///
    /// # Errors
    /// [`BlobError`].
    pub fn manifest(&self, id: BlobId) -> Result<Option<Manifest>, BlobError> {
        Ok(self.find(id)?.map(|blob| blob.manifest))
    }

    /// A verified chunk of a blob that is held.
    ///
    /// # Errors
    /// [`BlobError::Damaged`] names a chunk that has to be fetched again.
    pub fn read_chunk(&self, id: BlobId, index: usize) -> Result<Vec<u8>, BlobError> {
        let blob = self.open_at(id, &path(id))?.ok_or(BlobError::Unknown { id })?;
        blob.read(index).map_err(io_error(id))?.ok_or(BlobError::Damaged { id, index })
    }

    /// Destroys its key, then its file, finished or not.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub fn remove(&self, id: BlobId) -> Result<(), BlobError> {
        for path in [path(id), partial_path(id)] {
            match self.disk.open(&path, Access::Write) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => (),
                Err(error) => return Err(io_error(id)(error)),
                Ok(file) => BlobFile::destroy_key(file.as_ref())
                    .and_then(|()| self.disk.remove(&path))
                    .and_then(|()| self.disk.sync_dir(disk::folder(&path)))
                    .map_err(io_error(id))?,
            }
        }
        Ok(())
    }

    /// All that are held.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn list(&self) -> io::Result<Vec<BlobId>> {
        let mut found = Vec::new();
        for first in self.disk.list(FOLDER)? {
            if first.len() == 3 {
                for second in
                    self.disk.list(&format!("{FOLDER}/{}", first.trim_end_matches('/')))?
                {
                    let folder = format!("{FOLDER}/{first}{}", second.trim_end_matches('/'));
                    let names = self.disk.list(&folder)?;
                    found.extend(names.iter().filter_map(|name| name.parse::<BlobId>().ok()));
                }
            }
        }
        Ok(found)
    }

    /// All that were begun and not finished.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn partial(&self) -> io::Result<Vec<BlobId>> {
        Ok(self.disk.list(PARTIAL)?.iter().filter_map(|name| name.parse().ok()).collect())
    }

    /// The file of a blob, held or begun.
    fn find(&self, id: BlobId) -> Result<Option<BlobFile>, BlobError> {
        match self.open_at(id, &path(id))? {
            Some(blob) => Ok(Some(blob)),
            None => self.open_at(id, &partial_path(id)),
        }
    }

    fn open_at(&self, id: BlobId, path: &str) -> Result<Option<BlobFile>, BlobError> {
        let file = match self.disk.open(path, Access::Write) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(io_error(id))?,
        };
        match BlobFile::open(file, id, &self.keyring)? {
            Opened::Sound(blob) => Ok(Some(blob)),
            Opened::Damaged => Err(BlobError::DamagedHeader { id }),
            Opened::Failed(source) => Err(BlobError::Io { id, source }),
        }
    }

    fn move_durably(&self, from: &str, to: &str) -> io::Result<()> {
        let folder = disk::folder(to);
        self.disk.make_dir(folder)?;
        self.disk.open(from, Access::Write)?.sync_data()?;
        self.disk.rename(from, to)?;
        for folder in [folder, disk::folder(folder), FOLDER, PARTIAL] {
            self.disk.sync_dir(folder)?;
        }
        Ok(())
    }
}

/// Two levels, so that no folder grows too long: `blobs/ab/cd/abcd…`.
pub(super) fn path(id: BlobId) -> String {
    let name = id.to_string();
    format!("{FOLDER}/{}/{}/{name}", &name[..2], &name[2..4])
}

fn partial_path(id: BlobId) -> String {
    format!("{PARTIAL}/{id}")
}

fn io_error(id: BlobId) -> impl Fn(io::Error) -> BlobError {
    move |source| BlobError::Io { id, source }
}
