//! The case keys: `keys/slots` and its copy, the same bytes twice.
//!
//! 16 bytes of header (`DBSLOTS\0`, version 1 as two bytes, zeros), then slots of 72 bytes: nonce
//! (24), key sealed by the office key with the slot's number as associated data (48). An erased slot
//! is zeros. Slot *n* begins at byte 16 + 72 *n*.
//!
//! Crash cases: a batch that was not synced is cut to whole slots and its keys were never used; a
//! torn overwrite is finished when the journal's `Erased` record is read again.

use std::io;

use zeroize::Zeroizing;

use super::super::disk::{self, Access, Disk, DiskFile};
use super::super::entropy::Entropy;
use super::KeyError;
use super::seal::{NONCE_BYTES, SealKey};

pub(super) const FILE: &str = "keys/slots";
pub(super) const COPY: &str = "keys/slots.copy";
const SLOTS_HEADER_BYTES: u64 = 16;
const SLOT_BYTES: usize = 72;
const HEADER: &[u8; 16] = b"DBSLOTS\0\x01\0\0\0\0\0\0\0";

pub(super) struct Slots {
    files: [(&'static str, Box<dyn DiskFile>); 2],
    made: u32,
}

pub(super) enum Read {
    Key(Zeroizing<[u8; 32]>),
    Erased,
    Damaged,
}

impl Slots {
    pub(super) fn create(disk: &dyn Disk) -> Result<(), KeyError> {
        for path in [FILE, COPY] {
            disk::replace(disk, path, HEADER).map_err(io_error(path))?;
        }
        Ok(())
    }

    /// Opens both copies; a missing or headless one is made anew from the other.
    pub(super) fn open(disk: &dyn Disk) -> Result<Self, KeyError> {
        let content = [load(disk, FILE)?, load(disk, COPY)?];
        for (this, other, path) in [(0, 1, FILE), (1, 0, COPY)] {
            match (&content[this], &content[other]) {
                (None, Some(bytes)) => disk::replace(disk, path, bytes).map_err(io_error(path))?,
                (None, None) => {
                    return Err(KeyError::Damaged {
                        file: FILE,
                        found: "no slots in both copies".into(),
                    });
                }
                _ => (),
            }
        }
        let open = |path| disk.open(path, Access::Write).map_err(io_error(path));
        let files = [(FILE, open(FILE)?), (COPY, open(COPY)?)];
        let mut made = u32::MAX;
        for (path, file) in &files {
            // What a killed process wrote and did not sync is about to be relied upon.
            file.sync_data().map_err(io_error(path))?;
            made = made.min(whole_slots(file.len().map_err(io_error(path))?));
        }
        Ok(Self { files, made })
    }

    pub(super) fn made(&self) -> u32 {
        self.made
    }

    pub(super) fn make(
        &mut self,
        upto: u32,
        office: &SealKey,
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeyError> {
        let mut batch = Vec::new();
        for slot in self.made..upto {
            batch.extend_from_slice(&new_slot(slot, office, entropy));
        }
        for (path, file) in &self.files {
            file.write_at(offset(self.made), &batch)
                .and_then(|()| file.sync_data())
                .map_err(io_error(path))?;
        }
        self.made = self.made.max(upto);
        Ok(())
    }

    /// The copy that is readable. If either was erased, both are taken for erased.
    pub(super) fn read(&self, slot: u32, office: &SealKey) -> Result<Read, KeyError> {
        let [first, copy] = &self.files;
        let read = |(path, file): &(&str, Box<dyn DiskFile>)| {
            read_slot(file.as_ref(), slot, office).map_err(io_error(path))
        };
        Ok(match (read(first)?, read(copy)?) {
            (Read::Erased, _) | (_, Read::Erased) => Read::Erased,
            // Both were written, in different lives, and neither was used.
            (Read::Key(first), Read::Key(copy)) if first != copy => Read::Damaged,
            (Read::Key(key), _) | (_, Read::Key(key)) => Read::Key(key),
            (Read::Damaged, Read::Damaged) => Read::Damaged,
        })
    }

    pub(super) fn destroy(&mut self, slot: u32) -> Result<(), KeyError> {
        if slot >= self.made {
            return Ok(());
        }
        for (path, file) in &self.files {
            file.write_at(offset(slot), &[0; SLOT_BYTES])
                .and_then(|()| file.sync_data())
                .map_err(io_error(path))?;
        }
        Ok(())
    }

    pub(super) fn check(&self, office: &SealKey) -> Result<Vec<(u32, &'static str)>, KeyError> {
        let mut damaged = Vec::new();
        for slot in 0..self.made {
            for (path, file) in &self.files {
                if matches!(
                    read_slot(file.as_ref(), slot, office).map_err(io_error(path))?,
                    Read::Damaged
                ) {
                    damaged.push((slot, *path));
                }
            }
        }
        Ok(damaged)
    }
}

pub(super) fn io_error(file: &str) -> impl Fn(io::Error) -> KeyError {
    move |error| KeyError::Io { file: file.to_owned(), reason: error.to_string() }
}

fn new_slot(slot: u32, office: &SealKey, entropy: &mut dyn Entropy) -> [u8; SLOT_BYTES] {
    let mut nonce = [0; NONCE_BYTES];
    let mut key = vec![0; 32];
    entropy.fill(&mut nonce);
    entropy.fill(&mut key);
    office.seal(&nonce, &slot.to_le_bytes(), &mut key);
    let mut bytes = [0; SLOT_BYTES];
    bytes[..NONCE_BYTES].copy_from_slice(&nonce);
    bytes[NONCE_BYTES..].copy_from_slice(&key);
    bytes
}

fn read_slot(file: &dyn DiskFile, slot: u32, office: &SealKey) -> io::Result<Read> {
    let mut bytes = [0; SLOT_BYTES];
    match file.read_at(offset(slot), &mut bytes) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Read::Damaged),
        other => other?,
    }
    if bytes == [0; SLOT_BYTES] {
        return Ok(Read::Erased);
    }
    let (nonce, sealed) = bytes.split_first_chunk().expect("a slot is longer than its nonce");
    let mut key = sealed.to_vec();
    let opened = office.open(nonce, &slot.to_le_bytes(), &mut key);
    let key = Zeroizing::new(key);
    Ok(match <[u8; 32]>::try_from(key.as_slice()) {
        Ok(key) if opened => Read::Key(Zeroizing::new(key)),
        _ => Read::Damaged,
    })
}

/// The bytes of a copy whose header is intact.
fn load(disk: &dyn Disk, path: &'static str) -> Result<Option<Vec<u8>>, KeyError> {
    let bytes = disk::read(disk, path).map_err(io_error(path))?;
    Ok(bytes.filter(|bytes| bytes.starts_with(HEADER)))
}

fn offset(slot: u32) -> u64 {
    SLOTS_HEADER_BYTES + u64::from(slot) * SLOT_BYTES as u64
}

fn whole_slots(len: u64) -> u32 {
    let slots = len.saturating_sub(SLOTS_HEADER_BYTES) / SLOT_BYTES as u64;
    u32::try_from(slots).unwrap_or(u32::MAX)
}
