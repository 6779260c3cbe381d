//! A file of [`MemoryDisk`]: its bytes, and how to take back what was not synced.

use std::io;

use super::super::disk::DiskFile;
use super::super::entropy::Entropy;
use super::{MemoryDisk, State, random};

#[derive(Clone, Default)]
pub(super) struct Inode {
    bytes: Vec<u8>,
    /// Since the last sync, oldest first.
    unsynced: Vec<Change>,
}

#[derive(Clone)]
struct Change {
    len_before: usize,
    /// What stood from here on, as far as it was overwritten or cut off.
    offset: usize,
    before: Vec<u8>,
    what: What,
}

#[derive(Clone)]
enum What {
    Write(Vec<u8>),
    SetLen(usize),
}

impl Inode {
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn sync(&mut self) {
        self.unsynced.clear();
    }

    pub(super) fn contains(&self, needle: &[u8]) -> bool {
        self.bytes.windows(needle.len().max(1)).any(|window| window == needle)
    }

    pub(super) fn flip(&mut self, bit: usize) {
        if let Some(byte) = self.bytes.get_mut(bit / 8) {
            *byte ^= 1 << (bit % 8);
        }
    }

    /// Back to the last sync, then each later change again, in part, or not.
    pub(super) fn lose_power(&mut self, draw: &mut dyn Entropy) {
        let changes = std::mem::take(&mut self.unsynced);
        for change in changes.iter().rev() {
            self.bytes.resize(change.len_before, 0);
            let end = change.offset + change.before.len();
            if !change.before.is_empty() {
                self.bytes[change.offset..end].copy_from_slice(&change.before);
            }
        }
        for change in changes {
            match (random(draw, 3), change.what) {
                (0, _) => (),
                (1, What::Write(bytes)) => {
                    let torn = random(draw, bytes.len() + 1);
                    self.write(change.offset, &bytes[..torn]);
                }
                (_, what) => self.apply(change.offset, &what),
            }
        }
    }

    fn change(&mut self, offset: usize, what: What) {
        let len_before = self.bytes.len();
        let end = match &what {
            What::Write(bytes) => len_before.min(offset + bytes.len()),
            What::SetLen(_) => len_before,
        };
        let before = self.bytes.get(offset..end).unwrap_or_default().to_vec();
        self.apply(offset, &what);
        self.unsynced.push(Change { len_before, offset, before, what });
    }

    fn apply(&mut self, offset: usize, what: &What) {
        match what {
            What::Write(bytes) => self.write(offset, bytes),
            What::SetLen(len) => self.bytes.resize(*len, 0),
        }
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) {
        let end = offset + bytes.len();
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[offset..end].copy_from_slice(bytes);
    }
}

pub(super) struct Handle {
    pub(super) disk: MemoryDisk,
    pub(super) inode: u64,
    pub(super) life: u64,
}

impl Handle {
    fn with<T>(&self, call: impl FnOnce(&mut State, u64) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.disk.state();
        if state.life != self.life {
            return Err(io::Error::other("the process that opened this file is dead"));
        }
        call(&mut state, self.inode)
    }
}

impl State {
    fn inode(&mut self, inode: u64) -> io::Result<&mut Inode> {
        self.inodes.get_mut(&inode).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl DiskFile for Handle {
    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.with(|state, inode| {
            let start = index(offset)?;
            let found = state.inode(inode)?.bytes.get(start..start + bytes.len());
            bytes.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.with(|state, inode| {
            let start = index(offset)?;
            let len = state.inode(inode)?.len();
            state.begin_write((start + bytes.len()).saturating_sub(len) as u64)?;
            state.inode(inode)?.change(start, What::Write(bytes.to_vec()));
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.with(|state, inode| {
            let len = index(len)?;
            state.begin_write(0)?;
            let inode = state.inode(inode)?;
            inode.change(len.min(inode.len()), What::SetLen(len));
            Ok(())
        })
    }

    fn len(&self) -> io::Result<u64> {
        self.with(|state, inode| Ok(state.inode(inode)?.len() as u64))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.with(|state, inode| {
            state.begin_change()?;
            if state.faults.fail_syncs {
                return Err(io::Error::other("input/output error"));
            }
            state.inode(inode)?.sync();
            Ok(())
        })
    }
}

fn index(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).map_err(io::Error::other)
}
