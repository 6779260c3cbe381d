//! The seam between the store and a disk. Tests and the simulator fault this, not the code.
//!
//! Paths are relative to the data directory, with `/` between parts.
//!
//! What is assumed of a disk: bytes are on it after `sync_data`, names after `sync_dir` of their
//! folder; before that any part of them may be. A sector that is being overwritten holds the old or
//! the new bytes.

mod real;

use std::io;

pub(super) use real::LOCK_FILE;
pub use real::{DirectoryError, RealDisk};

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It must exist.
    Read,
    /// It must exist.
    Write,
    /// It is made when it does not exist.
    Create,
}

/// A folder that the store owns.
pub trait Disk: Send + Sync {
    fn open(&self, path: &str, access: Access) -> io::Result<Box<dyn DiskFile>>;
    /// Makes a folder and those above it.
    fn make_dir(&self, path: &str) -> io::Result<()>;
    /// Makes the names in a folder durable.
    fn sync_dir(&self, path: &str) -> io::Result<()>;
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    fn remove(&self, path: &str) -> io::Result<()>;
    /// The names in a folder, sorted; folders end in `/`. Empty if there is no such folder.
    fn list(&self, path: &str) -> io::Result<Vec<String>>;
    fn free_bytes(&self) -> io::Result<u64>;
}

/// An open file.
pub trait DiskFile: Send + Sync {
    /// Fills `bytes` from `offset`, or fails with `UnexpectedEof`.
    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()>;
    /// Writes all of `bytes`; beyond the end the file grows.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    fn set_len(&self, len: u64) -> io::Result<()>;
    fn len(&self) -> io::Result<u64>;
    fn sync_data(&self) -> io::Result<()>;

    /// Whether there is nothing in it.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
}

/// Reads a small file; `None` if it does not exist.
pub fn read(disk: &dyn Disk, path: &str) -> io::Result<Option<Vec<u8>>> {
    let file = match disk.open(path, Access::Read) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let len = usize::try_from(file.len()?).map_err(io::Error::other)?;
    let mut bytes = vec![0; len];
    file.read_at(0, &mut bytes)?;
    Ok(Some(bytes))
}

/// Replaces a small file so that after a crash it holds the old or the new bytes.
pub fn replace(disk: &dyn Disk, path: &str, bytes: &[u8]) -> io::Result<()> {
    let temp = format!("{path}.new");
    let file = disk.open(&temp, Access::Create)?;
    file.set_len(0)?;
    file.write_at(0, bytes)?;
    file.sync_data()?;
    disk.rename(&temp, path)?;
    disk.sync_dir(folder(path))
}

/// The folder that a path is in.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
