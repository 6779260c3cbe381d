//! A file of [`MemoryDisk`]: its bytes, and how to take back what was not synced.

use std::io;
use std::ops::Range;

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

/// Of what was written only the length is kept: the bytes stand in the file.
#[derive(Clone, Copy)]
enum What {
    Write(usize),
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
        let mut lost: Vec<_> =
            changes.into_iter().rev().map(|change| self.take_back(change)).collect();
        while let Some((offset, what, written)) = lost.pop() {
            match (random(draw, 3), what) {
                (0, _) => (),
                (1, What::Write(len)) => {
                    let torn = random(draw, len + 1);
                    self.put(offset, &written[..torn]);
                }
                (_, What::Write(_)) => self.put(offset, &written),
                (_, What::SetLen(len)) => self.bytes.resize(len, 0),
            }
        }
    }

    /// Takes the last change back; gives where it was, and what it had written.
    fn take_back(&mut self, change: Change) -> (usize, What, Vec<u8>) {
        let Change { len_before, offset, before, what } = change;
        let written = match what {
            What::Write(len) => self.bytes[offset..offset + len].to_vec(),
            What::SetLen(_) => Vec::new(),
        };
        self.bytes.resize(len_before, 0);
        if let Some(there) = self.bytes.get_mut(offset..offset + before.len()) {
            there.copy_from_slice(&before);
        }
        (offset, what, written)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) {
        let overwritten = offset..self.bytes.len().min(offset + bytes.len());
        self.note(offset, overwritten, What::Write(bytes.len()));
        self.put(offset, bytes);
    }

    fn set_len(&mut self, len: usize) {
        let offset = len.min(self.bytes.len());
        self.note(offset, offset..self.bytes.len(), What::SetLen(len));
        self.bytes.resize(len, 0);
    }

    fn note(&mut self, offset: usize, overwritten: Range<usize>, what: What) {
        let before = self.bytes.get(overwritten).unwrap_or_default().to_vec();
        self.unsynced.push(Change { len_before: self.bytes.len(), offset, before, what });
    }

    fn put(&mut self, offset: usize, bytes: &[u8]) {
        if offset == self.bytes.len() {
            return self.bytes.extend_from_slice(bytes);
        }
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

    fn change(&mut self, inode: u64, change: impl FnOnce(&mut Inode)) -> io::Result<()> {
        let inode = self.inode(inode)?;
        let before = inode.len() as u64;
        change(inode);
        let after = inode.len() as u64;
        self.used_bytes = self.used_bytes + after - before;
        Ok(())
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
            state.change(inode, |inode| inode.write(start, bytes))
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.with(|state, inode| {
            let len = index(len)?;
            state.begin_write(0)?;
            state.change(inode, |inode| inode.set_len(len))
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
