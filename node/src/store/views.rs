//! Views: what people and sessions look things up in, made from the records by the replica.
//!
//! Values are sealed (by the key of the case, or by the office's); keys are not: put no citizen's
//! data into a key, but [`Store::blind`] it.

use std::ops::ControlFlow;

use super::error::ViewError;
use super::index;
use super::journal::Position;
use super::keyring::{Purpose, SealKey, Slot};
use super::kv::Batch;
use super::record::Subject;
use super::store::Store;

const TREE: u8 = b'v';
const SEALED_BY_OFFICE: u8 = 0;
const SEALED_BY_CASE: u8 = 1;

/// Whose key seals a value, and the value.
type Value = (Option<Subject>, Vec<u8>);

/// Writes to views that become visible together.
#[derive(Clone, Default)]
pub struct ViewBatch {
    writes: Vec<(Vec<u8>, Option<Value>)>,
}

impl ViewBatch {
    /// Sealed by the key of `subject`, or by the office's key without one.
    pub fn put(
        &mut self,
        key: impl Into<Vec<u8>>,
        subject: Option<Subject>,
        value: impl Into<Vec<u8>>,
    ) {
        self.writes.push((key.into(), Some((subject, value.into()))));
    }

    pub fn remove(&mut self, key: impl Into<Vec<u8>>) {
        self.writes.push((key.into(), None));
    }

    pub fn len(&self) -> usize {
        self.writes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}

/// Keys and values of a scan, in order; a value that was erased is left out.
pub type ViewScan = Vec<(Vec<u8>, Vec<u8>)>;

impl Store {
    /// Writes views and remembers that they contain all records before `up_to`
    /// (a [`super::Durable::next`]). Beyond 99 keys the batch is written in parts, the mark last: after a
    /// crash the same records come again, so a view must be a function of its records.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn apply_views(&mut self, batch: ViewBatch, up_to: Position) -> Result<(), ViewError> {
        let mut sealed = Batch::default();
        for (key, write) in batch.writes {
            match write {
                Some((subject, value)) => self.put(&mut sealed, &key, subject, &value)?,
                None => sealed.remove(row(&key)),
            }
        }
        sealed.put(index::APPLIED, index::encode(&up_to));
        for part in sealed.parts() {
            self.kv.apply(&part)?;
        }
        self.memory.applied = up_to;
        Ok(())
    }

    /// Records before this are in the views.
    pub fn applied(&self) -> Position {
        self.memory.applied
    }

    /// A single view outside of any record (session state, settings that may be lost).
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn view_put(
        &self,
        key: &[u8],
        subject: Option<Subject>,
        value: &[u8],
    ) -> Result<(), ViewError> {
        let mut batch = Batch::default();
        self.put(&mut batch, key, subject, value)?;
        Ok(self.kv.apply(&batch)?)
    }

    /// Whether there is such a row, readable or not.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn has_view(&self, key: &[u8]) -> Result<bool, ViewError> {
        Ok(self.kv.get(&row(key))?.is_some())
    }

    /// `None` if it is not there or its case was erased.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn view_get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ViewError> {
        let row = row(key);
        match self.kv.get(&row)? {
            Some(sealed) => self.open_view(&row, &sealed),
            None => Ok(None),
        }
    }

    /// Up to `limit` views whose key begins with `prefix` and is not before `from`.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn view_scan(
        &self,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<ViewScan, ViewError> {
        let mut found = Vec::new();
        let mut failed = None;
        let from = row(from.max(prefix));
        self.kv.scan(&from, &end_of(&row(prefix)), &mut |key, sealed| {
            if found.len() >= limit {
                return ControlFlow::Break(());
            }
            match self.open_view(key, sealed) {
                Ok(Some(value)) => found.push((key[1..].to_vec(), value)),
                Ok(None) => (),
                Err(error) => {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })?;
        failed.map_or(Ok(found), Err)
    }

    /// Opens every view.
    pub(super) fn verify_views(&self) -> Result<(), ViewError> {
        let mut failed = None;
        self.kv.scan(
            &[TREE],
            &[TREE + 1],
            &mut |key, sealed| match self.open_view(key, sealed) {
                Ok(_) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            },
        )?;
        failed.map_or(Ok(()), Err)
    }

    /// What stands for `secret` in a view key: the same for the same secret, telling nothing else.
    ///
    /// # Errors
    /// [`ViewError::Key`] when locked.
    pub fn blind(&self, secret: &[u8]) -> Result<[u8; 16], ViewError> {
        Ok(self.keyring.office_key(Purpose::Blind)?.blind(secret))
    }

    /// Nothing is written for a case that was erased.
    fn put(
        &self,
        batch: &mut Batch,
        key: &[u8],
        subject: Option<Subject>,
        value: &[u8],
    ) -> Result<(), ViewError> {
        let row = row(key);
        match self.view_key(subject)? {
            None => batch.remove(row),
            Some((prefix, seal)) => {
                let sealed = [prefix, seal.seal_synthetic(&row, value)].concat();
                batch.put(row, sealed);
            }
        }
        Ok(())
    }

    /// The key for views of `subject`, and how a row says so. A case without any sealed entry has no
    /// key of its own; what is known of it is sealed by the office.
    fn view_key(&self, subject: Option<Subject>) -> Result<Option<(Vec<u8>, SealKey)>, ViewError> {
        let binding =
            subject.map(|subject| self.bindings.get(&subject)).transpose()?.unwrap_or_default();
        let Some(slot) = binding.slots.last() else {
            let key = self.keyring.office_key(Purpose::View)?;
            return Ok((!binding.erased).then_some((vec![SEALED_BY_OFFICE], key)));
        };
        match self.keyring.case_key(*slot, Purpose::View)? {
            Slot::Key(key) => {
                Ok(Some(([&[SEALED_BY_CASE], &slot.to_le_bytes()[..]].concat(), key)))
            }
            Slot::Erased => Ok(None),
            Slot::Damaged => Err(ViewError::KeyDamaged { slot: *slot }),
        }
    }

    fn open_view(&self, row: &[u8], sealed: &[u8]) -> Result<Option<Vec<u8>>, ViewError> {
        let damaged = || ViewError::Damaged { key: hex::encode(&row[1..]) };
        let (form, rest) = sealed.split_first().ok_or_else(damaged)?;
        let (key, rest) = match (*form, rest.split_first_chunk::<4>()) {
            (SEALED_BY_OFFICE, _) => (self.keyring.office_key(Purpose::View)?, rest),
            (SEALED_BY_CASE, Some((slot, rest))) => {
                let slot = u32::from_le_bytes(*slot);
                match self.keyring.case_key(slot, Purpose::View)? {
                    Slot::Key(key) => (key, rest),
                    Slot::Erased => return Ok(None),
                    Slot::Damaged => return Err(ViewError::KeyDamaged { slot }),
                }
            }
            _ => return Err(damaged()),
        };
        key.open_synthetic(row, rest).map(Some).ok_or_else(damaged)
    }
}

fn row(key: &[u8]) -> Vec<u8> {
    [&[TREE], key].concat()
}

/// The first key behind all that begin with `prefix`.
fn end_of(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            break;
        }
    }
    end
}
