//! Checking everything that is on the disk.

use daiban_sync::entry::Payload;
use daiban_sync::head::Head;
use daiban_sync::id::{BlobId, LogId};

use super::blobs::BlobError;
use super::body::{Body, Place};
use super::damage::{self, Cause, DamagedRange};
use super::disk;
use super::error::ReadError;
use super::index;
use super::journal::{
    self, BODY_PREFIX_BYTES, Checkpoint, FRAME_BYTES, Header, Piece, Position,
    SEGMENT_HEADER_BYTES, Walk,
};
use super::kv::KvError;
use super::open::Progress;
use super::store::Store;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    #[error("journal, {0}: expected a record that fits its checksum")]
    Record(Position),
    #[error("{0}")]
    Entries(DamagedRange),
    #[error("log {log}: the head at {len} is not signed by its author")]
    Signature { log: LogId, len: u64 },
    #[error("blob {id}: chunk {index} is damaged; it has to be fetched again")]
    Chunk { id: BlobId, index: usize },
    #[error("blob {id}: its file is damaged at the beginning; it has to be fetched again")]
    Blob { id: BlobId },
    #[error("blob {id}: its file was damaged and has not been fetched again yet")]
    Unfinished { id: BlobId },
    #[error("key {slot} is damaged in {file}; the other copy is used")]
    Key { slot: u32, file: &'static str },
    #[error("database: {0}; `daiban rebuild` makes it anew")]
    Database(String),
}

/// What verify saw.
#[derive(Debug, Default)]
pub struct VerifyReport {
    pub records: u64,
    pub logs: u64,
    pub entries: u64,
    /// Entries whose payload was erased.
    pub erased: u64,
    pub blobs: u64,
    /// Damaged records whose entries were fetched again: another record holds them.
    pub healed: u64,
    pub damages: Vec<Damage>,
}

impl Store {
    /// Checks every record, chain, signature, payload, key, view and blob, and that the database
    /// agrees. What has to be fetched again is remembered, for the node to do so when it runs.
    ///
    /// # Errors
    /// Only what prevents checking; what is wrong is in the report.
    pub fn verify(&self, progress: &mut Progress<'_>) -> Result<VerifyReport, ReadError> {
        let mut report = VerifyReport::default();
        let logs: Vec<LogId> = self.tips().keys().copied().collect();
        let total = logs.len() as u64 + 3;
        self.verify_journal(&mut report)?;
        progress(1, total);
        for (done, log) in (2u64..).zip(logs) {
            match self.verify_log(log, &mut report) {
                Err(ReadError::Kv(error)) => report.unreadable(&error),
                other => other?,
            }
            progress(done, total);
        }
        if let Err(error) = self.verify_views() {
            report.unreadable(&error);
        }
        for (slot, file) in self.keyring.check()? {
            report.damages.push(Damage::Key { slot, file });
        }
        progress(total - 1, total);
        self.verify_blobs(&mut report)?;
        progress(total, total);
        Ok(report)
    }

    fn verify_journal(&self, report: &mut VerifyReport) -> Result<(), ReadError> {
        let mut end = Checkpoint::START;
        for segment in journal::segments(self.disk.as_ref())? {
            let bytes =
                disk::read(self.disk.as_ref(), &journal::path(segment))?.unwrap_or_default();
            let first = Position { segment, offset: SEGMENT_HEADER_BYTES };
            end = match Header::decode(&bytes) {
                Ok(header) => header.checkpoint(),
                Err(_) => {
                    report.damages.push(Damage::Record(Position { segment, offset: 0 }));
                    Checkpoint { position: first, ..end }
                }
            };
            let mut walk = Walk::new(&bytes, end);
            while walk.checkpoint().position < self.memory.mark.position {
                match walk.next() {
                    Some(Piece::Record { .. }) => report.records += 1,
                    Some(Piece::Gap { at, bytes, .. }) => match self.is_healed(at, bytes) {
                        Ok(true) => report.healed += 1,
                        Ok(false) => report.damages.push(Damage::Record(at)),
                        Err(error) => report.unreadable(&error),
                    },
                    None => break,
                }
            }
            end = walk.checkpoint();
        }
        if end != self.memory.mark {
            let said = self.memory.mark.records;
            let text = format!("reflects {said} records, the journal has {}", end.records);
            report.damages.push(Damage::Database(text));
        }
        Ok(())
    }

    /// Whether the entries that stood in a damaged record are in others now.
    fn is_healed(&self, at: Position, bytes: &[u8]) -> Result<bool, KvError> {
        let place = bytes.get(FRAME_BYTES + BODY_PREFIX_BYTES..).and_then(Body::guess);
        let Some(Place { log, after, head }) = place else { return Ok(false) };
        let Some(tip) = self.tips().get(&log) else { return Ok(false) };
        let mut held = index::stretches(self.kv.as_ref(), log, 0, tip.head.len)?.into_iter();
        let is_missed = damage::touches(&self.damage(), log, (after.len, head.head.len));
        Ok(!is_missed && held.all(|(_, stretch)| stretch.at != at))
    }

    fn verify_log(&self, log: LogId, report: &mut VerifyReport) -> Result<(), ReadError> {
        report.logs += 1;
        let Some(tip) = self.tips().get(&log) else { return Ok(()) };
        let mut reached = Head::EMPTY;
        for (start, stretch) in index::stretches(self.kv.as_ref(), log, 0, tip.head.len)? {
            if start != reached.len {
                let range =
                    DamagedRange { log, from: reached.len, to: start, cause: Cause::Missing };
                report.damages.push(Damage::Entries(range));
            }
            match self.open_run(log, start, stretch) {
                Err(ReadError::Damaged(range)) => report.damages.push(Damage::Entries(range)),
                Err(error) => return Err(error),
                Ok(run) => {
                    let len = run.head.head.len;
                    if run.check_chain(tip.author).is_err() {
                        report.damages.push(Damage::Signature { log, len });
                    }
                    if start == reached.len && start == run.after.len && run.after != reached {
                        let (from, to) = (start, stretch.end.len);
                        let range = DamagedRange { log, from, to, cause: Cause::Chain(stretch.at) };
                        report.damages.push(Damage::Entries(range));
                    }
                    report.entries += stretch.end.len - start;
                    let erased = |e: &&daiban_sync::entry::Entry| {
                        matches!(e.payload, Payload::Erased { .. })
                    };
                    report.erased += run.entries.iter().filter(erased).count() as u64;
                }
            }
            reached = stretch.end;
        }
        if reached != tip.head {
            let text = format!(
                "log {log}: its index ends at {}, its tip at {}",
                reached.len, tip.head.len
            );
            report.damages.push(Damage::Database(text));
        }
        Ok(())
    }

    fn verify_blobs(&self, report: &mut VerifyReport) -> Result<(), ReadError> {
        let blobs = self.blobs();
        for id in blobs.list()? {
            report.blobs += 1;
            let before = report.damages.len();
            match blobs.have_chunks(id) {
                Err(BlobError::Key(error)) => return Err(error.into()),
                Err(BlobError::Io { source, .. }) => return Err(source.into()),
                Err(_) | Ok(None) => report.damages.push(Damage::Blob { id }),
                Ok(Some(held)) => {
                    let missing = held.iter().enumerate().filter(|(_, held)| !**held);
                    report.damages.extend(missing.map(|(index, _)| Damage::Chunk { id, index }));
                }
            }
            match report.damages.len() > before {
                true => self.note_damaged_blob(id)?,
                false => drop(self.forget_damaged_blob(id)?),
            }
        }
        let unfinished = self.damaged_blobs()?.into_iter().filter(|id| !blobs.contains(*id));
        report.damages.extend(unfinished.map(|id| Damage::Unfinished { id }));
        Ok(())
    }
}

impl VerifyReport {
    fn unreadable(&mut self, database: &dyn std::error::Error) {
        self.damages.push(Damage::Database(database.to_string()));
    }
}
