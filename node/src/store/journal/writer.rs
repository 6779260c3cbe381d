//! Appending to the journal.

use std::io;
use std::sync::Arc;

use super::super::disk::{Access, Disk, DiskFile};
use super::segment::{HEADER_BYTES, Header};
use super::{Checkpoint, FOLDER, Position, RECORD_BYTES_MAX, frame, path};

/// Bytes of zeros that are written ahead of the records.
const ROOM_BYTES: u32 = 256 << 10;
/// A write of more than this makes no room: its own time hides that of the new length.
const SMALL_BYTES: usize = 64 << 10;

/// The end of the journal.
pub(in crate::store) struct Writer {
    disk: Arc<dyn Disk>,
    file: Box<dyn DiskFile>,
    segment_bytes: u32,
    end: Checkpoint,
    /// Up to where everything is on the disk.
    durable: Checkpoint,
    /// Framed and not yet handed to the disk; it belongs at `written`.
    buffer: Vec<u8>,
    written: u32,
    /// Up to where the file has its length already.
    room: u64,
}

impl Writer {
    /// Continues after `end`, which is durable; the segment of `end` is made if it does not exist.
    pub(in crate::store) fn open(
        disk: Arc<dyn Disk>,
        end: Checkpoint,
        segment_bytes: u32,
    ) -> io::Result<Self> {
        let path = path(end.position.segment);
        let file = match disk.open(&path, Access::Write) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => begin(disk.as_ref(), end)?,
            other => other?,
        };
        let (written, room) = (end.position.offset, file.len()?);
        Ok(Self { disk, file, segment_bytes, end, durable: end, buffer: Vec::new(), written, room })
    }

    pub(in crate::store) fn durable(&self) -> Checkpoint {
        self.durable
    }

    /// Adds a record whose body begins with [`Self::durable`]; it reaches the disk with
    /// [`Self::write`].
    pub(in crate::store) fn push(&mut self, body: &[u8]) -> io::Result<(Position, Checkpoint)> {
        let at = self.end.position;
        let framed = frame(body, &mut self.buffer).ok_or_else(|| {
            io::Error::other(format!("expected at most {RECORD_BYTES_MAX} bytes in a record"))
        })?;
        let next = Position { segment: at.segment, offset: framed.end(at.offset) };
        self.end = self.end.step(&framed, next);
        if next.offset >= self.segment_bytes {
            self.rotate()?;
        }
        Ok((at, self.end))
    }

    /// Hands what was pushed to the disk.
    pub(in crate::store) fn write(&mut self) -> io::Result<()> {
        if !self.buffer.is_empty() {
            self.file.write_at(u64::from(self.written), &self.buffer)?;
            self.written = self.end.position.offset;
            if self.buffer.len() <= SMALL_BYTES {
                self.make_room();
            }
            self.buffer.clear();
        }
        Ok(())
    }

    /// Lengthens the file by more than it needs: a sync that has no new length to write takes half
    /// the time. A full disk is no fault here: the file then grows with each record.
    fn make_room(&mut self) {
        if u64::from(self.written) <= self.room {
            return;
        }
        let room = self.segment_bytes.saturating_sub(self.written).min(ROOM_BYTES);
        let zeros = vec![0; room as usize];
        let made = self.file.write_at(u64::from(self.written), &zeros).map_or(0, |()| room);
        self.room = u64::from(self.written + made);
    }

    /// Waits until everything pushed is on the disk.
    pub(in crate::store) fn sync(&mut self) -> io::Result<Checkpoint> {
        self.write()?;
        if self.durable != self.end {
            self.file.sync_data()?;
            self.durable = self.end;
        }
        Ok(self.durable)
    }

    /// A segment is durable before the next one exists, so only the last can be torn.
    fn rotate(&mut self) -> io::Result<()> {
        self.sync()?;
        let segment = self.end.position.segment + 1;
        let position = Position { segment, offset: HEADER_BYTES };
        let end = Checkpoint { position, ..self.end };
        self.file = begin(self.disk.as_ref(), end)?;
        (self.end, self.durable, self.written) = (end, end, position.offset);
        self.room = u64::from(position.offset);
        Ok(())
    }
}

fn begin(disk: &dyn Disk, end: Checkpoint) -> io::Result<Box<dyn DiskFile>> {
    let segment = end.position.segment;
    let file = disk.open(&path(segment), Access::Create)?;
    file.set_len(0)?;
    file.write_at(0, &Header::of(segment, end).encode())?;
    file.sync_data()?;
    disk.sync_dir(FOLDER)?;
    Ok(file)
}
