//! The journal: append-only segments of checksummed records. It is the truth.
//!
//! `journal/00000001.seg` and so on. All numbers little-endian. A segment begins with 64 bytes:
//!
//! | bytes | |
//! |---|---|
//! | 8 | `DAIBANJ\0` |
//! | 2, 2 | version 1, zero |
//! | 4 | number of the segment, from 1 |
//! | 8 | records in the segments before |
//! | 32 | chain over those records |
//! | 4, 4 | CRC-32C of the 56 bytes before, zero |
//!
//! Then records: length of the body (4), CRC-32C of length and body (4), body. The body begins with
//! the position (segment 4, offset 4) up to which the journal was durable when it was written. The
//! chain is `BLAKE3(chain ‖ length ‖ checksum)`, record by record: it tells whether the database was
//! made from this very journal.
//!
//! Behind the last record a segment may hold zeros: room that was made ahead.
//!
//! Crash cases. A segment is synced before the next is begun, so only the last can be torn. Bytes
//! that are no record, and lie behind everything known to have been durable, are cut off with all
//! that follows. Before that they are damage: named and stepped over.

mod frame;
mod segment;
mod writer;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::disk::{Access, Disk, DiskFile};

pub(super) use frame::{BODY_PREFIX_BYTES, Frame, HEADER_BYTES as FRAME_BYTES, frame};
pub(super) use segment::{HEADER_BYTES as SEGMENT_HEADER_BYTES, Header, HeaderError, Piece, Walk};
pub(super) use writer::Writer;

pub(super) const FOLDER: &str = "journal";
/// Bytes of a record's body.
pub const RECORD_BYTES_MAX: usize = 1 << 20;
const OPEN_FILES_MAX: usize = 16;

/// A place in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    pub segment: u32,
    pub offset: u32,
}

impl Position {
    /// Where the first record begins.
    pub const START: Self = Self { segment: 1, offset: SEGMENT_HEADER_BYTES };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segment {:08}, byte {}", self.segment, self.offset)
    }
}

/// Everything before `position`, as a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    pub(super) position: Position,
    pub(super) records: u64,
    pub(super) chain: [u8; 32],
}

impl Checkpoint {
    pub(super) const START: Self = Self { position: Position::START, records: 0, chain: [0; 32] };

    /// After one more record.
    pub(super) fn step(self, frame: &Frame, next: Position) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher
            .update(&self.chain)
            .update(&frame.len.to_le_bytes())
            .update(&frame.crc.to_le_bytes());
        Self { position: next, records: self.records + 1, chain: *hasher.finalize().as_bytes() }
    }
}

/// Reads records at known places.
pub(super) struct Reader {
    disk: Arc<dyn Disk>,
    open: Mutex<BTreeMap<u32, Arc<dyn DiskFile>>>,
}

impl Reader {
    pub(super) fn new(disk: Arc<dyn Disk>) -> Self {
        Self { disk, open: Mutex::default() }
    }

    /// The body of the record at `at` and where the next begins; `None` if the bytes are no record.
    pub(super) fn read(&self, at: Position) -> io::Result<Option<(Vec<u8>, Position)>> {
        match self.try_read(at) {
            Err(error) if is_absence(&error) => Ok(None),
            other => other,
        }
    }

    fn try_read(&self, at: Position) -> io::Result<Option<(Vec<u8>, Position)>> {
        let file = self.file(at.segment)?;
        let mut header = [0; frame::HEADER_BYTES];
        file.read_at(u64::from(at.offset), &mut header)?;
        let header = Frame::parse(header);
        let Some(len) = header.body_len() else { return Ok(None) };
        let mut body = vec![0; len];
        file.read_at(u64::from(at.offset) + frame::HEADER_BYTES as u64, &mut body)?;
        let next = Position { segment: at.segment, offset: header.end(at.offset) };
        Ok(header.fits(&body).then_some((body, next)))
    }

    fn file(&self, segment: u32) -> io::Result<Arc<dyn DiskFile>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(&segment) {
            return Ok(file.clone());
        }
        if open.len() >= OPEN_FILES_MAX {
            open.clear();
        }
        let file: Arc<dyn DiskFile> = self.disk.open(&path(segment), Access::Read)?.into();
        open.insert(segment, file.clone());
        Ok(file)
    }
}

/// The file of a segment.
pub(super) fn path(segment: u32) -> String {
    format!("{FOLDER}/{segment:08}.seg")
}

/// The segments that exist, in order.
pub(super) fn segments(disk: &dyn Disk) -> io::Result<Vec<u32>> {
    let names = disk.list(FOLDER)?;
    Ok(names.iter().filter_map(|name| name.strip_suffix(".seg")?.parse().ok()).collect())
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof)
}
