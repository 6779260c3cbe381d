//! Reading the journal from where the database stops.

use std::io;

use super::body::Body;
use super::committer::Noted;
use super::damage::{Cause, DamagedRange};
use super::disk::{self, Access};
use super::error::OpenError;
use super::journal::{
    self, BODY_PREFIX_BYTES, Checkpoint, FRAME_BYTES, Header, HeaderError, Piece, Position, Walk,
};

use super::open::{OpenReport, Progress, io_error};
use super::store::Store;

/// Records that are decoded before they are indexed together.
const CHUNK_RECORDS: usize = 1_024;

/// Why the database was not made from this journal; `None` if it was.
pub(super) fn disagreement(store: &Store) -> io::Result<Option<String>> {
    let mark = store.memory.mark;
    let segments = journal::segments(store.disk.as_ref())?;
    if mark == Checkpoint::START {
        let empty = store.kv.last(&[0], &[0xff]).is_ok_and(|row| row.is_none());
        return Ok(match (empty, segments.is_empty()) {
            (true, true) => None,
            (true, false) => Some("the database was empty".into()),
            (false, _) => Some("the database did not say what it was made from".into()),
        });
    }
    let other = format!("the database was made from another journal (up to {})", mark.position);
    let Some(bytes) = disk::read(store.disk.as_ref(), &journal::path(mark.position.segment))?
    else {
        return Ok(Some(other));
    };
    let Ok(header) = Header::decode(&bytes) else { return Ok(Some(other)) };
    let mut walk = Walk::new(&bytes, header.checkpoint());
    while walk.checkpoint().position < mark.position && walk.next().is_some() {}
    Ok((walk.checkpoint() != mark).then_some(other))
}

/// One pass over the rest of the journal.
pub(super) struct Replay<'a, 'b> {
    store: &'a mut Store,
    report: &'a mut OpenReport,
    progress: &'a mut Progress<'b>,
    /// Decoded and not yet indexed.
    noted: Vec<Noted>,
    end: Checkpoint,
    /// What is known to have been durable: damage before this is damage, behind it a torn write.
    durable: Position,
}

impl<'a, 'b> Replay<'a, 'b> {
    /// Reads every record that the database does not reflect; returns the end of the journal.
    /// `known` is what a database that was set aside had seen.
    pub(super) fn run(
        store: &'a mut Store,
        report: &'a mut OpenReport,
        progress: &'a mut Progress<'b>,
        known: Checkpoint,
    ) -> Result<Checkpoint, OpenError> {
        let mark = store.memory.mark;
        let durable = known.position.max(mark.position);
        let mut replay = Self { store, report, progress, noted: Vec::new(), end: mark, durable };
        replay.all()?;
        let lost = known.records.saturating_sub(replay.end.records);
        replay.report.missing_records = replay.report.missing_records.max(lost);
        let end = replay.end;
        replay.store.reach(end)?;
        Ok(end)
    }

    fn all(&mut self) -> Result<(), OpenError> {
        let disk = self.store.disk.clone();
        let mut segments = journal::segments(disk.as_ref()).map_err(io_error(journal::FOLDER))?;
        segments.retain(|segment| *segment >= self.end.position.segment);
        let total = segments.len() as u64;
        for (read, segment) in (1u64..).zip(&segments) {
            let path = journal::path(*segment);
            let bytes =
                disk::read(disk.as_ref(), &path).map_err(io_error(&path))?.unwrap_or_default();
            let is_last = read == total;
            if self.begin_segment(*segment, &bytes, is_last)? {
                self.segment(&bytes, is_last)?;
            }
            self.index()?;
            (self.progress)(read, total);
        }
        Ok(())
    }

    /// Moves to the first record of `segment`; false if there can be none.
    fn begin_segment(
        &mut self,
        segment: u32,
        bytes: &[u8],
        is_last: bool,
    ) -> Result<bool, OpenError> {
        let first = Position { segment, offset: journal::SEGMENT_HEADER_BYTES };
        let resumed = segment == self.end.position.segment && self.end != Checkpoint::START;
        match Header::decode(bytes) {
            Ok(_) if resumed => (),
            Ok(header) => {
                self.report.missing_records += header.records.saturating_sub(self.end.records);
                self.end = Checkpoint { position: first, ..header.checkpoint() };
            }
            Err(HeaderError::Version { expected, found }) => {
                return Err(OpenError::Version { file: journal::path(segment), expected, found });
            }
            Err(HeaderError::Damaged) => {
                let before = Checkpoint { position: first, ..self.end };
                let has_records =
                    Walk::new(bytes, before).any(|p| matches!(p, Piece::Record { .. }));
                if is_last && !has_records {
                    return self.drop_unborn(segment, first);
                }
                self.report.damaged_records.push(Position { segment, offset: 0 });
                self.end = before;
            }
        }
        Ok(true)
    }

    /// Removes a segment whose making was cut short; the writer makes it again.
    fn drop_unborn(&mut self, segment: u32, first: Position) -> Result<bool, OpenError> {
        let path = journal::path(segment);
        let disk = self.store.disk.as_ref();
        disk.remove(&path)
            .and_then(|()| disk.sync_dir(journal::FOLDER))
            .map_err(io_error(&path))?;
        self.end = Checkpoint { position: first, ..self.end };
        Ok(false)
    }

    fn segment(&mut self, bytes: &[u8], is_last: bool) -> Result<(), OpenError> {
        let said = Walk::new(bytes, self.end).filter_map(|piece| match piece {
            Piece::Record { body, .. } => durable_before(body),
            Piece::Gap { .. } => None,
        });
        self.durable = said.fold(self.durable, Position::max);
        let mut walk = Walk::new(bytes, self.end);
        while let Some(piece) = walk.next() {
            match piece {
                Piece::Record { at, after, body } => self.record(at, after, body)?,
                Piece::Gap { at, .. } if is_last && at >= self.durable => {
                    return self.cut(at, bytes);
                }
                Piece::Gap { at, bytes, .. } => self.damage(at, bytes)?,
            }
            self.end = walk.checkpoint();
        }
        Ok(())
    }

    fn record(&mut self, at: Position, after: Checkpoint, body: &[u8]) -> Result<(), OpenError> {
        match Body::decode(&body[BODY_PREFIX_BYTES..]) {
            Some(decoded) => self.noted.push(Noted { at, after, fact: decoded.fact() }),
            None => self.report.damaged_records.push(at),
        }
        self.report.replayed += 1;
        if self.noted.len() >= CHUNK_RECORDS { self.index() } else { Ok(()) }
    }

    fn damage(&mut self, at: Position, bytes: &[u8]) -> Result<(), OpenError> {
        self.report.damaged_records.push(at);
        self.index()?;
        let place = bytes.get(FRAME_BYTES + BODY_PREFIX_BYTES..).and_then(Body::guess);
        // The name itself may be damaged: believe it only of a log that is known, or that begins.
        let believed = |place: &super::body::Place| {
            place.after.len == 0 || self.store.memory.tips.contains_key(&place.log)
        };
        if let Some(place) = place.filter(believed) {
            let (from, to) = (place.after.len, place.head.head.len);
            let cause = Cause::Journal(at);
            self.store.add_damage(DamagedRange { log: place.log, from, to, cause })?;
        }
        Ok(())
    }

    /// Cuts off a write that was never acknowledged. Whole records in it are kept for a look.
    fn cut(&mut self, at: Position, bytes: &[u8]) -> Result<(), OpenError> {
        let path = journal::path(at.segment);
        let disk = self.store.disk.as_ref();
        let tail = &bytes[at.offset as usize..];
        let has_records = Walk::new(bytes, Checkpoint { position: at, ..self.end })
            .any(|piece| matches!(piece, Piece::Record { .. }));
        if has_records {
            let aside = format!("{}/{:08}-{}.cut", journal::FOLDER, at.segment, at.offset);
            disk::replace(disk, &aside, tail).map_err(io_error(&aside))?;
        }
        disk.open(&path, Access::Write)
            .and_then(|file| file.set_len(u64::from(at.offset)).and_then(|()| file.sync_data()))
            .map_err(io_error(&path))?;
        self.report.cut = Some((at, tail.len() as u64));
        Ok(())
    }

    fn index(&mut self) -> Result<(), OpenError> {
        let noted = std::mem::take(&mut self.noted);
        Ok(self.store.note(noted.into_iter())?)
    }
}

/// Up to where the journal was durable when this body was written.
fn durable_before(body: &[u8]) -> Option<Position> {
    let (segment, rest) = body.split_first_chunk()?;
    let offset = rest.first_chunk()?;
    Some(Position { segment: u32::from_le_bytes(*segment), offset: u32::from_le_bytes(*offset) })
}
