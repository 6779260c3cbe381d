//! The writer: many appends, one sync, then "saved".

use std::io;
use std::sync::Arc;

use super::body::{Body, Bytes, Fact};
use super::entropy::Entropy;
use super::error::CommitError;
use super::journal::{Checkpoint, Position, RECORD_BYTES_MAX, Writer};
use super::keyring::{Bindings, KeyError, Keyring, Purpose, SealKey, Slot};
use super::record::{Record, Subject, SubjectOf};
use super::sealed_run::StoredRun;

/// Up to where everything is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub position: Position,
    /// Records of the journal up to here.
    pub records: u64,
}

impl From<Checkpoint> for Mark {
    fn from(checkpoint: Checkpoint) -> Self {
        Self { position: checkpoint.position, records: checkpoint.records }
    }
}

/// What was appended, for [`super::Store::note_durable`] once it is synced.
pub struct Appended {
    pub(super) noted: Vec<Noted>,
}

/// One record, as the indexes see it.
pub(super) struct Noted {
    pub(super) at: Position,
    pub(super) after: Checkpoint,
    pub(super) fact: Fact,
}

/// Owns the end of the journal. In production it lives on its own thread.
///
/// After a failed write or sync it latches: every later call fails with the first reason, because
/// nobody knows what the disk holds after a failed sync.
pub struct Committer {
    pub(super) writer: Writer,
    pub(super) keyring: Arc<Keyring>,
    pub(super) bindings: Arc<Bindings>,
    pub(super) subject_of: SubjectOf,
    pub(super) key_batch: u32,
    pub(super) entropy: Box<dyn Entropy>,
    pub(super) latched: Option<String>,
}

impl Committer {
    /// Writes `records` behind the journal; they are not saved yet.
    ///
    /// # Errors
    /// [`CommitError`]; when locked or when a record is too large it refuses without latching.
    pub fn append(&mut self, records: &[Record]) -> Result<Appended, CommitError> {
        self.check_latch()?;
        let mut sealed = Vec::with_capacity(records.len());
        for record in records {
            let body = self.seal(record)?;
            let bytes = body.encode(vec![0; super::journal::BODY_PREFIX_BYTES]);
            if bytes.len() > RECORD_BYTES_MAX {
                return Err(CommitError::TooLarge { bytes: bytes.len(), max: RECORD_BYTES_MAX });
            }
            sealed.push((bytes, body.fact()));
        }
        self.write(sealed).map_err(|error| self.latch("writing to the journal failed", &error))
    }

    /// Makes everything appended so far durable.
    ///
    /// # Errors
    /// [`CommitError::Latched`].
    pub fn sync(&mut self) -> Result<Mark, CommitError> {
        self.check_latch()?;
        match self.writer.sync() {
            Ok(durable) => Ok(durable.into()),
            Err(error) => Err(self.latch("syncing the journal failed", &error)),
        }
    }

    /// Why nothing is accepted any more.
    pub fn latched(&self) -> Option<&str> {
        self.latched.as_deref()
    }

    fn write(&mut self, sealed: Vec<(Vec<u8>, Fact)>) -> io::Result<Appended> {
        let mut noted = Vec::with_capacity(sealed.len());
        for (mut bytes, fact) in sealed {
            let durable = self.writer.durable().position;
            bytes[..4].copy_from_slice(&durable.segment.to_le_bytes());
            bytes[4..8].copy_from_slice(&durable.offset.to_le_bytes());
            let (at, after) = self.writer.push(&bytes)?;
            noted.push(Noted { at, after, fact });
        }
        self.writer.write()?;
        Ok(Appended { noted })
    }

    fn seal(&mut self, record: &Record) -> Result<Body, CommitError> {
        Ok(match record {
            Record::Run(verified) => {
                let subject_of = self.subject_of;
                let (run, tip) = (verified.run(), verified.tip());
                Body::Run(StoredRun::seal(run, tip, subject_of, |subject| self.case_key(subject))?)
            }
            Record::Rewind { log, to } => Body::Rewind { log: *log, to: *to },
            Record::Receipt(receipt) => Body::Receipt(*receipt),
            Record::Evidence(evidence) => Body::Evidence {
                log: evidence.log,
                held: evidence.held,
                offered: daiban_sync::run::without_payloads(evidence.offered.clone()),
            },
            Record::Erased { subject } => {
                self.bindings
                    .erase(subject)
                    .map_err(|error| self.latch("finding a key failed", &error))?;
                Body::Erased { subject: *subject }
            }
            Record::Incarnation(incarnation) => Body::Incarnation(*incarnation),
            Record::Local(plain) => {
                let key = self.keyring.office_key(Purpose::Local)?;
                Body::Local(Bytes(key.seal_synthetic(b"local", plain)))
            }
        })
    }

    /// The key that seals `subject`, made if it has none; nothing if it was erased.
    fn case_key(&mut self, subject: &Subject) -> Result<Option<(u32, SealKey)>, CommitError> {
        let bound =
            self.bindings.bind(subject).map_err(|e| self.latch("finding a key failed", &e))?;
        let Some(mut slot) = bound else { return Ok(None) };
        loop {
            if slot >= self.keyring.made() {
                self.make_keys(slot)?;
            }
            if let Slot::Key(key) = self.keyring.case_key(slot, Purpose::Entry)? {
                return Ok(Some((slot, key)));
            }
            // A torn batch or a flipped bit: the case goes on under another key.
            slot = self
                .bindings
                .rebind(subject)
                .map_err(|e| self.latch("finding a key failed", &e))?;
        }
    }

    fn make_keys(&mut self, slot: u32) -> Result<(), CommitError> {
        let upto = slot + self.key_batch.max(1);
        match self.keyring.make(upto, self.entropy.as_mut()) {
            Err(error @ KeyError::Io { .. }) => Err(self.latch("making keys failed", &error)),
            other => Ok(other?),
        }
    }

    fn check_latch(&self) -> Result<(), CommitError> {
        match &self.latched {
            Some(reason) => Err(CommitError::Latched { reason: reason.clone() }),
            None => Ok(()),
        }
    }

    fn latch(&mut self, what: &str, error: &dyn std::error::Error) -> CommitError {
        let reason = self.latched.get_or_insert_with(|| format!("{what}: {error}")).clone();
        CommitError::Latched { reason }
    }
}
