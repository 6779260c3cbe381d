//! Reading the journal in its own order, for the views.

use daiban_sync::run::{Tip, VerifiedRun};

use super::body::{Body, Place};
use super::damage::{Cause, DamagedRange};
use super::disk;
use super::error::ReadError;
use super::journal::{
    self, BODY_PREFIX_BYTES, Checkpoint, Piece, Position, SEGMENT_HEADER_BYTES, Walk,
};
use super::keyring::Purpose;
use super::record::{Durable, Evidence, Record};
use super::sealed_run::{RunFault, StoredRun};
use super::store::Store;

impl Store {
    /// The next records that no view has seen, oldest first: at least one if there is any, and no
    /// more once they exceed `max_bytes`. Damaged records are left out. None: views that follow
    /// [`Store::durable`] contain everything, though its position may be that of a new segment.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn unapplied(&self, max_bytes: usize) -> Result<Vec<Durable>, ReadError> {
        let mut found = Vec::new();
        let mut bytes = 0;
        let mut at = self.memory.applied;
        while bytes < max_bytes && at < self.memory.mark.position {
            let Some((body, next)) = self.reader.read(at)? else {
                at = self.behind_gap(at)?;
                continue;
            };
            if let Some(record) = self.decode(&body[BODY_PREFIX_BYTES..])? {
                bytes += body.len();
                found.push(Durable { at, next, record });
            }
            at = next;
        }
        Ok(found)
    }

    /// What a body says; `None` if it is not readable, which `damaged_ranges` then tells.
    fn decode(&self, body: &[u8]) -> Result<Option<Record>, ReadError> {
        Ok(match Body::decode(body) {
            None => None,
            Some(Body::Run(stored)) => self.decode_run(stored)?,
            Some(Body::Rewind { log, to }) => Some(Record::Rewind { log, to }),
            Some(Body::Receipt(receipt)) => Some(Record::Receipt(receipt)),
            Some(Body::Evidence { log, held, offered }) => {
                Some(Record::Evidence(Evidence { log, held, offered }))
            }
            Some(Body::Erased { subject }) => Some(Record::Erased { subject }),
            Some(Body::Incarnation(incarnation)) => Some(Record::Incarnation(incarnation)),
            Some(Body::Local(sealed)) => {
                let key = self.keyring.office_key(Purpose::Local)?;
                key.open_synthetic(b"local", &sealed.0).map(Record::Local)
            }
        })
    }

    fn decode_run(&self, stored: StoredRun) -> Result<Option<Record>, ReadError> {
        let Place { log, after, head } = stored.place;
        let known = self.tips().get(&log).copied();
        let Some(tip) = known.or(stored.begun.map(|begun| begun.tip(after))) else {
            return Ok(None);
        };
        let cause = match stored.open(&self.keyring) {
            Ok(run) => {
                let before = Tip { head: after, ..tip };
                return Ok(Some(Record::Run(VerifiedRun::authored(run, &before))));
            }
            Err(RunFault::Chain) => Cause::Chain(self.memory.applied),
            Err(RunFault::Key { slot }) => Cause::Key { slot },
            Err(RunFault::Keyring(error)) => return Err(error.into()),
        };
        self.add_damage(DamagedRange { log, from: after.len, to: head.head.len, cause })?;
        Ok(None)
    }

    /// The next place behind `at`, where no record is, that may hold one.
    fn behind_gap(&self, at: Position) -> Result<Position, ReadError> {
        let next_segment = Position { segment: at.segment + 1, offset: SEGMENT_HEADER_BYTES };
        let bytes = disk::read(self.disk.as_ref(), &journal::path(at.segment))?.unwrap_or_default();
        let from = Checkpoint { position: at, ..Checkpoint::START };
        Ok(match Walk::new(&bytes, from).next() {
            Some(Piece::Record { at, .. }) => at,
            Some(Piece::Gap { next: Some(next), .. }) => next,
            Some(Piece::Gap { next: None, .. }) | None => next_segment,
        })
    }
}
