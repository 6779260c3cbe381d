//! What is durable, for reading.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use daiban_sync::head::{Head, Receipt};
use daiban_sync::id::{Incarnation, LogId, OfficeCode};
use daiban_sync::run::Tip;

use super::body::{Begun, Fact, Place};
use super::committer::{Appended, Mark, Noted};
use super::damage::{self, Cause, DamagedRange, Damages};
use super::disk::Disk;
use super::entropy::Entropy;
use super::error::IndexError;
use super::index::{self, Stretch};
use super::journal::{Checkpoint, Position, Reader};
use super::keyring::{self, Bindings, Keyring};
use super::kv::{Batch, Kv, KvError};
use super::record::{Evidence, Subject};

/// A batch is applied before it grows beyond this; one record adds a few rows, and the mark.
const BATCH_FILL: usize = 80;
/// Records noted between two flushes of the database: what a start after a crash reads again.
const FLUSH_EVERY_RECORDS: u64 = 8_192;

/// The readable side of the store; the replica owns it.
pub struct Store {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) reader: Reader,
    pub(super) kv: Arc<dyn Kv>,
    pub(super) keyring: Arc<Keyring>,
    pub(super) bindings: Arc<Bindings>,
    pub(super) memory: Memory,
    pub(super) damaged: Mutex<Damages>,
}

/// What is small enough to be kept in memory.
pub(super) struct Memory {
    pub(super) tips: BTreeMap<LogId, Tip>,
    pub(super) receipts: BTreeMap<(LogId, OfficeCode), Receipt>,
    pub(super) evidence: BTreeMap<LogId, Evidence>,
    pub(super) incarnation: Option<Incarnation>,
    /// What these values reflect, and what the rows in the database do.
    pub(super) mark: Checkpoint,
    pub(super) indexed: Checkpoint,
    pub(super) applied: Position,
    pub(super) flushed_records: u64,
}

impl Store {
    /// Lets reads see what the committer has synced. Call it in the order of the appends.
    ///
    /// # Errors
    /// [`IndexError`]: the database failed. What was saved stays saved; a restart catches up.
    pub fn note_durable(&mut self, appended: Vec<Appended>) -> Result<(), IndexError> {
        self.note(appended.into_iter().flat_map(|appended| appended.noted))
    }

    /// Every log that is held, and how far.
    pub fn tips(&self) -> &BTreeMap<LogId, Tip> {
        &self.memory.tips
    }

    /// The latest receipt of each office for each log.
    pub fn receipts(&self) -> &BTreeMap<(LogId, OfficeCode), Receipt> {
        &self.memory.receipts
    }

    /// Proofs of two histories, by log.
    pub fn evidence(&self) -> &BTreeMap<LogId, Evidence> {
        &self.memory.evidence
    }

    /// The incarnation under which this node writes.
    pub fn incarnation(&self) -> Incarnation {
        self.memory.incarnation.expect("opening draws one for a store without")
    }

    /// A number for [`super::Record::Incarnation`]: append it, sync, note it, then write under it.
    pub fn draw_incarnation(entropy: &mut dyn Entropy) -> Incarnation {
        let mut bytes = [0; 8];
        entropy.fill(&mut bytes);
        Incarnation(u64::from_le_bytes(bytes))
    }

    /// Up to where reads see the journal.
    pub fn durable(&self) -> Mark {
        self.memory.mark.into()
    }

    /// Whether the key of this subject was destroyed (append [`super::Record::Erased`] to do so).
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn is_erased(&self, subject: &Subject) -> Result<bool, IndexError> {
        Ok(self.bindings.get(subject)?.erased)
    }

    /// Drops the office key: from now on no payload, view or blob can be read or written.
    pub fn lock(&self) {
        self.keyring.lock();
    }

    /// Makes the database durable up to here, so that the next start has less to read. Never
    /// needed for safety.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn flush(&mut self) -> Result<(), IndexError> {
        self.kv.flush()?;
        self.memory.flushed_records = self.memory.mark.records;
        Ok(())
    }

    /// Bytes that the database takes on the disk.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn database_bytes(&self) -> Result<u64, IndexError> {
        Ok(self.kv.size()?)
    }

    pub(super) fn damage(&self) -> MutexGuard<'_, Damages> {
        self.damaged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records keys, indexes and tips for durable records.
    pub(super) fn note(&mut self, records: impl Iterator<Item = Noted>) -> Result<(), IndexError> {
        let mut batch = Batch::default();
        let mut bound = Vec::new();
        for Noted { at, after, fact } in records {
            let changes_rows = self.changes_rows(&fact);
            if changes_rows || fact_rows(&fact) + batch.writes().len() > BATCH_FILL {
                self.apply_index(&mut batch, &mut bound)?;
            }
            if changes_rows {
                batch.together();
            }
            self.note_one(at, fact, &mut batch, &mut bound)?;
            self.memory.mark = after;
        }
        self.apply_index(&mut batch, &mut bound)?;
        if self.memory.mark.records - self.memory.flushed_records >= FLUSH_EVERY_RECORDS {
            self.flush()?;
        }
        Ok(())
    }

    /// The journal ends here, behind the last record or behind damage.
    pub(super) fn reach(&mut self, end: Checkpoint) -> Result<(), IndexError> {
        self.memory.mark = end;
        Ok(self.apply_index(&mut Batch::default(), &mut Vec::new())?)
    }

    /// The mark is written last: after a crash in between, the same records are indexed again.
    fn apply_index(
        &mut self,
        batch: &mut Batch,
        bound: &mut Vec<(Subject, keyring::Binding)>,
    ) -> Result<(), KvError> {
        if batch.writes().is_empty() && self.memory.indexed == self.memory.mark {
            return Ok(());
        }
        let mut batch = std::mem::take(batch);
        batch.put(index::MARK, index::encode(&self.mark_row()));
        for part in batch.parts() {
            self.kv.apply(&part)?;
        }
        self.memory.indexed = self.memory.mark;
        for (subject, binding) in bound.drain(..) {
            self.bindings.settle(&subject, &binding);
        }
        Ok(())
    }

    fn mark_row(&self) -> (Checkpoint, u32) {
        (self.memory.mark, self.bindings.next())
    }

    /// Whether indexing `fact` changes rows by what they hold: they must then be in the database, and
    /// change with the mark or not at all. Other facts may be indexed again.
    fn changes_rows(&self, fact: &Fact) -> bool {
        match fact {
            Fact::Run { place, .. } => self.held(place.log).len != place.after.len,
            Fact::Rewind { .. } => true,
            _ => false,
        }
    }

    fn held(&self, log: LogId) -> Head {
        self.memory.tips.get(&log).map_or(Head::EMPTY, |tip| tip.head)
    }

    fn note_one(
        &mut self,
        at: Position,
        fact: Fact,
        batch: &mut Batch,
        bound: &mut Vec<(Subject, keyring::Binding)>,
    ) -> Result<(), IndexError> {
        match fact {
            Fact::Run { place, begun, cases } => {
                for (subject, slot) in cases {
                    let Some(binding) = self.bindings.learn(&subject, slot)? else { continue };
                    batch.put(keyring::binding_key(&subject), index::encode(&binding));
                    bound.push((subject, binding));
                }
                self.note_run(at, place, begun, batch)?;
            }
            Fact::Rewind { log, to } => self.rewind(log, to, batch)?,
            Fact::Receipt(receipt) => self.note_receipt(receipt, batch),
            Fact::Evidence(evidence) => {
                batch.put(index::log_key(index::EVIDENCE, evidence.log), index::encode(&evidence));
                self.memory.evidence.insert(evidence.log, evidence);
            }
            Fact::Erased { subject } => {
                self.bindings.erase(&subject)?;
                let binding = self.bindings.get(&subject)?;
                for slot in &binding.slots {
                    self.keyring.destroy(*slot)?;
                }
                batch.put(keyring::binding_key(&subject), index::encode(&binding));
                bound.push((subject, binding));
            }
            Fact::Incarnation(incarnation) => {
                batch.put(index::INCARNATION, index::encode(&incarnation));
                self.memory.incarnation = Some(incarnation);
            }
            Fact::Local => (),
        }
        Ok(())
    }

    fn note_receipt(&mut self, receipt: Receipt, batch: &mut Batch) {
        let key = (receipt.log, receipt.office);
        if index::newer(self.memory.receipts.get(&key), &receipt) {
            batch.put(index::receipt_key(key.0, key.1), index::encode(&receipt));
            self.memory.receipts.insert(key, receipt);
        }
    }

    fn note_run(
        &mut self,
        at: Position,
        place: Place,
        begun: Option<Begun>,
        batch: &mut Batch,
    ) -> Result<(), KvError> {
        let Place { log, after, head } = place;
        let held = self.held(log);
        let stretch = Stretch { at, end: head.head, signed: true };
        let range = (after.len, head.head.len);
        if after.len > held.len {
            self.add_damage(DamagedRange {
                log,
                from: held.len,
                to: after.len,
                cause: Cause::Missing,
            })?;
        }
        if after.len >= held.len {
            batch.put(index::stretch_key(log, after.len), index::encode(&stretch));
        } else if damage::touches(&self.damage(), log, range) || head.head.len > held.len {
            index::overlay(self.kv.as_ref(), batch, log, (after.len, after.hash), stretch)?;
        }
        damage::heal(&mut self.damage(), batch, log, range);
        if head.head.len > held.len {
            self.move_tip(log, begun, head.head, batch);
        }
        Ok(())
    }

    fn move_tip(&mut self, log: LogId, begun: Option<Begun>, head: Head, batch: &mut Batch) {
        let known = self.memory.tips.get(&log).map(Begun::of);
        // Without its beginning (a damaged first record) a log has no tip until it is healed.
        let Some(begun) = known.or(begun) else { return };
        let tip = begun.tip(head);
        batch.put(index::log_key(index::TIPS, log), index::encode(&tip));
        self.memory.tips.insert(log, tip);
    }

    fn rewind(&mut self, log: LogId, to: Head, batch: &mut Batch) -> Result<(), KvError> {
        let Some(tip) = self.memory.tips.get_mut(&log) else { return Ok(()) };
        if to.len >= tip.head.len {
            return Ok(());
        }
        index::clear(self.kv.as_ref(), batch, log, to, tip.head.len)?;
        tip.head = to;
        batch.put(index::log_key(index::TIPS, log), index::encode(tip));
        damage::heal(&mut self.damage(), batch, log, (to.len, u64::MAX));
        Ok(())
    }
}

/// At most so many rows are written for `fact`.
fn fact_rows(fact: &Fact) -> usize {
    match fact {
        Fact::Run { cases, .. } => cases.len() + 4,
        _ => 4,
    }
}
