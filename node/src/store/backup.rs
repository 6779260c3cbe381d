//! Backup and restore.
//!
//! A backup is the same folders in another place, and `backup`, written last: for each file its
//! length and BLAKE3. The database is not in it; it is made anew.

use std::io;

use serde::{Deserialize, Serialize};

use super::blobs;
use super::disk::{self, Access, Disk, DiskFile};
use super::index;
use super::journal::{self, Position};
use super::keyring;
use super::store::Store;

/// Its presence makes the next opening begin a new incarnation.
pub(super) const RESTORED_FILE: &str = "restored";
const LIST_FILE: &str = "backup";
/// Certificates and the node's key, written by others.
const IDENTITY_FOLDER: &str = "identity";
const COPY_BYTES: u64 = 1 << 20;

/// Why a backup or a restore did not finish.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("expected an empty folder to copy to, found {found}")]
    NotEmpty { found: String },
    #[error(
        "expected a finished backup, but the list of its files is missing or unreadable; use another one"
    )]
    Incomplete,
    #[error("{file}: expected what the backup noted, got other bytes; use another backup")]
    Differs { file: String },
    #[error("{file}: {source}")]
    Io { file: String, source: io::Error },
}

/// What was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupReport {
    pub files: u64,
    pub bytes: u64,
    /// Everything before this is in it.
    pub up_to: Position,
}

#[derive(Serialize, Deserialize)]
struct List {
    up_to: Position,
    files: Vec<Listed>,
}

#[derive(Serialize, Deserialize)]
struct Listed {
    path: String,
    len: u64,
    hash: [u8; 32],
}

/// Copies journal (as far as it is durable), keys, blobs and identity to the empty `to`, while the
/// node runs or not.
///
/// # Errors
/// [`BackupError`]; what is in `to` is then no backup.
pub fn backup(store: &Store, to: &dyn Disk) -> Result<BackupReport, BackupError> {
    check_empty(to)?;
    let from = store.disk.as_ref();
    let up_to = store.durable().position;
    let mut files = Vec::new();
    for segment in journal::segments(from).map_err(io_error(journal::FOLDER))? {
        if segment <= up_to.segment {
            let end = (segment == up_to.segment).then_some(u64::from(up_to.offset));
            files.push(copy(from, to, &journal::path(segment), end)?);
        }
    }
    let mut paths: Vec<String> = keyring::FILES.iter().map(|path| (*path).to_owned()).collect();
    for folder in [IDENTITY_FOLDER, blobs::FOLDER] {
        walk(from, folder, &mut paths).map_err(io_error(folder))?;
    }
    for path in paths {
        files.push(copy(from, to, &path, None)?);
    }
    let list = List { up_to, files };
    disk::replace(to, LIST_FILE, &index::encode(&list)).map_err(io_error(LIST_FILE))?;
    Ok(list.report())
}

/// Copies a backup to the empty `to`. At its next opening the store gets a new incarnation.
///
/// # Errors
/// [`BackupError`]; what is in `to` must then not be used.
pub fn restore(from: &dyn Disk, to: &dyn Disk) -> Result<BackupReport, BackupError> {
    check_empty(to)?;
    let bytes = disk::read(from, LIST_FILE).map_err(io_error(LIST_FILE))?;
    let list: Option<List> = bytes.and_then(|bytes| postcard::from_bytes(&bytes).ok());
    let list = list.ok_or(BackupError::Incomplete)?;
    disk::replace(to, RESTORED_FILE, b"").map_err(io_error(RESTORED_FILE))?;
    for listed in &list.files {
        let found = copy(from, to, &listed.path, None)?;
        if (found.len, found.hash) != (listed.len, listed.hash) {
            return Err(BackupError::Differs { file: listed.path.clone() });
        }
    }
    Ok(list.report())
}

impl List {
    fn report(&self) -> BackupReport {
        let bytes = self.files.iter().map(|listed| listed.len).sum();
        BackupReport { files: self.files.len() as u64, bytes, up_to: self.up_to }
    }
}

fn check_empty(to: &dyn Disk) -> Result<(), BackupError> {
    let names = to.list("").map_err(io_error("target folder"))?;
    match names.into_iter().find(|name| name != disk::LOCK_FILE) {
        Some(found) => Err(BackupError::NotEmpty { found }),
        None => Ok(()),
    }
}

fn copy(
    from: &dyn Disk,
    to: &dyn Disk,
    path: &str,
    end: Option<u64>,
) -> Result<Listed, BackupError> {
    let source = from.open(path, Access::Read).map_err(io_error(path))?;
    let folder = disk::folder(path);
    let copied = to.make_dir(folder).and_then(|()| {
        let target = to.open(path, Access::Create)?;
        let listed = copy_bytes(source.as_ref(), target.as_ref(), end)?;
        target.sync_data()?;
        let mut folder = folder;
        while !folder.is_empty() {
            to.sync_dir(folder)?;
            folder = disk::folder(folder);
        }
        to.sync_dir("")?;
        Ok(listed)
    });
    let (len, hash) = copied.map_err(io_error(path))?;
    Ok(Listed { path: path.to_owned(), len, hash })
}

fn copy_bytes(
    from: &dyn DiskFile,
    to: &dyn DiskFile,
    end: Option<u64>,
) -> io::Result<(u64, [u8; 32])> {
    let len = end.map_or_else(|| from.len(), Ok)?;
    let mut hasher = blake3::Hasher::new();
    let mut at = 0;
    while at < len {
        let step = usize::try_from((len - at).min(COPY_BYTES)).map_err(io::Error::other)?;
        let mut bytes = vec![0; step];
        from.read_at(at, &mut bytes)?;
        hasher.update(&bytes);
        to.write_at(at, &bytes)?;
        at += step as u64;
    }
    Ok((len, *hasher.finalize().as_bytes()))
}

/// All files below a folder; half-received blobs are not worth keeping.
fn walk(disk: &dyn Disk, folder: &str, found: &mut Vec<String>) -> io::Result<()> {
    for name in disk.list(folder)? {
        let path = format!("{folder}/{}", name.trim_end_matches('/'));
        match name.ends_with('/') {
            true if name == "partial/" => (),
            true => walk(disk, &path, found)?,
            false => found.push(path),
        }
    }
    Ok(())
}

fn io_error(file: &str) -> impl Fn(io::Error) -> BackupError {
    move |source| BackupError::Io { file: file.to_owned(), source }
}
