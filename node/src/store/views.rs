//! Views: what people and sessions look things up in, made from the records by the replica.
//!
//! Values are sealed (by the key of the case, or by the office's); keys are not: put no citizen's
//! data into a key, but [`Store::blind`] it.

use super::error::ViewError;
use super::journal::Position;
use super::record::{Durable, Subject};
use super::store::Store;

/// Writes to views that become visible together.
#[derive(Clone, Default)]
pub struct ViewBatch {
    pub(super) writes: Vec<(Vec<u8>, Option<(Option<Subject>, Vec<u8>)>)>,
}

impl ViewBatch {
    /// Sealed by the key of `subject`, or by the office's key without one.
    pub fn put(&mut self, key: impl Into<Vec<u8>>, subject: Option<Subject>, value: impl Into<Vec<u8>>) {
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
    /// The next records that no view has seen, oldest first: at least one if there is any, and no
    /// more once they exceed `max_bytes`. Damaged records are left out.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn unapplied(&self, max_bytes: usize) -> Result<Vec<Durable>, ViewError> {
        let _ = max_bytes;
        todo!()
    }

    /// Writes views and remembers that they contain all records before `up_to`
    /// (a [`Durable::next`]). Beyond 99 keys the batch is written in parts, the mark last: after a
    /// crash the same records come again, so a view must be a function of its records.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn apply_views(&mut self, batch: ViewBatch, up_to: Position) -> Result<(), ViewError> {
        let _ = (batch, up_to);
        todo!()
    }

    /// Records before this are in the views.
    pub fn applied(&self) -> Position {
        todo!()
    }

    /// A single view outside of any record (session state, settings that may be lost).
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn view_put(&self, key: &[u8], subject: Option<Subject>, value: &[u8]) -> Result<(), ViewError> {
        let _ = (key, subject, value);
        todo!()
    }

    /// `None` if it is not there or its case was erased.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn view_get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ViewError> {
        let _ = key;
        todo!()
    }

    /// Up to `limit` views whose key begins with `prefix` and is not before `from`.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn view_scan(&self, prefix: &[u8], from: &[u8], limit: usize) -> Result<ViewScan, ViewError> {
        let _ = (prefix, from, limit);
        todo!()
    }

    /// What stands for `secret` in a view key: the same for the same secret, telling nothing else.
    ///
    /// # Errors
    /// [`ViewError::Key`] when locked.
    pub fn blind(&self, secret: &[u8]) -> Result<[u8; 16], ViewError> {
        let _ = secret;
        todo!()
    }
}
