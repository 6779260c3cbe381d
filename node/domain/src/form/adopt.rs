//! Taking in a change that another node wrote.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{Automerge, Change, ChangeHash, ROOT, ReadDoc, ScalarValueRef, ValueRef};

use super::guard::{self, ChangeRefused, KEY_BYTES_MAX};
use super::{ActorStem, Form, WAITING_BYTES_MAX, WAITING_MAX};

/// Keys of a form.
pub const FIELDS_MAX: usize = 512;
/// Bytes of a value.
pub const VALUE_BYTES_MAX: usize = 128 * 1024;

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adopted {
    /// It took effect, and so did whatever waited for it.
    Applied,
    /// It was here before.
    Known,
    /// It builds on changes that are not here yet.
    Waiting,
}

/// A change that does not get in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormRefused {
    #[error("form change: {0}")]
    Hostile(#[from] ChangeRefused),
    #[error(
        "form change: expected an actor of its entry's author, got {found}; somebody writes in another's name"
    )]
    WrongActor { found: String },
    #[error("form change: its checksum does not fit its content; ask the sender again")]
    Checksum,
    #[error("form change: {problem}")]
    Rejected { problem: String },
    #[error("form change: applying it panicked; it is kept for examination")]
    Panicked,
    #[error("form change: the form would not load again after it")]
    Unloadable,
    #[error(
        "form change: field {key:?} would hold {found}; expected text, a whole number or yes/no"
    )]
    Schema { key: String, found: String },
    #[error(
        "form change: {waiting} changes already wait for others that are missing (at most {WAITING_MAX})"
    )]
    TooManyWaiting { waiting: usize },
}

impl Form {
    /// Takes in a change of the author with this stem. Whatever it holds, either the form is as
    /// before or it is a well-formed form with the change in it.
    ///
    /// # Errors
    /// [`FormRefused`] by what is wrong; the form is as before.
    pub fn adopt(&mut self, bytes: &[u8], author: ActorStem) -> Result<Adopted, FormRefused> {
        let change = admit(bytes, author)?;
        let hash = change.hash();
        if self.has(&hash) || self.waiting.contains_key(&hash) {
            return Ok(Adopted::Known);
        }
        if change.deps().iter().any(|dep| !self.has(dep)) {
            return self.wait(change);
        }
        self.doc = tried(&self.doc, vec![change])?;
        self.release();
        Ok(Adopted::Applied)
    }

    /// Takes in a change that this very node made a moment ago, without looking.
    ///
    /// # Errors
    /// [`FormRefused::Rejected`] if it is not a change after all.
    pub fn trusted_append(&mut self, bytes: &[u8]) -> Result<(), FormRefused> {
        let rejected = |problem: String| FormRefused::Rejected { problem };
        let change = Change::try_from(bytes).map_err(|e| rejected(e.to_string()))?;
        self.doc.apply_changes([change]).map_err(|e| rejected(e.to_string()))
    }

    fn has(&self, hash: &ChangeHash) -> bool {
        self.doc.get_change_meta_by_hash(hash).is_some()
    }

    fn wait(&mut self, change: Change) -> Result<Adopted, FormRefused> {
        let bytes: usize = self.waiting.values().map(|change| change.raw_bytes().len()).sum();
        if self.waiting.len() >= WAITING_MAX || bytes + change.raw_bytes().len() > WAITING_BYTES_MAX
        {
            return Err(FormRefused::TooManyWaiting { waiting: self.waiting.len() });
        }
        self.waiting.insert(change.hash(), change);
        Ok(Adopted::Waiting)
    }

    /// Applies what no longer waits.
    fn release(&mut self) {
        loop {
            let ready = self
                .waiting
                .iter()
                .find(|(_, change)| change.deps().iter().all(|dep| self.has(dep)));
            let Some(hash) = ready.map(|(hash, _)| *hash) else { return };
            let change = self.waiting.remove(&hash).expect("it was found a line above");
            let bytes = change.raw_bytes().to_vec();
            match tried(&self.doc, vec![change]) {
                Ok(doc) => self.doc = doc,
                Err(why) => self.late_refusals.push((bytes, why)),
            }
        }
    }

    /// Changes that waited and were refused when their turn came.
    pub fn take_late_refusals(&mut self) -> Vec<(Vec<u8>, FormRefused)> {
        std::mem::take(&mut self.late_refusals)
    }

    /// Takes back what [`Form::waiting`] gave, as part of loading a stored case.
    pub(crate) fn restore_waiting(&mut self, bytes: &[u8]) {
        if let Ok(change) = Change::try_from(bytes) {
            self.waiting.insert(change.hash(), change);
        }
    }
}

/// Bytes to a change whose size, operations, checksum and author are as they should be.
fn admit(bytes: &[u8], author: ActorStem) -> Result<Change, FormRefused> {
    let outline = guard::inspect(bytes)?;
    if ActorStem::in_actor(outline.actor) != Some(author) {
        return Err(FormRefused::WrongActor { found: hex::encode(outline.actor) });
    }
    let change = shielded(|| Change::try_from(bytes))?
        .map_err(|e| FormRefused::Rejected { problem: e.to_string() })?;
    if change.hash().0[..4] != outline.checksum {
        return Err(FormRefused::Checksum);
    }
    Ok(change)
}

/// The document with the changes, proven to save, load and hold only what a form may hold.
fn tried(doc: &Automerge, changes: Vec<Change>) -> Result<Automerge, FormRefused> {
    shielded(|| {
        let mut fork = doc.clone();
        fork.apply_changes(changes)
            .map_err(|e| FormRefused::Rejected { problem: e.to_string() })?;
        let loaded =
            Automerge::load(&fork.save_nocompress()).map_err(|_| FormRefused::Unloadable)?;
        if loaded.get_heads() != fork.get_heads() {
            return Err(FormRefused::Unloadable);
        }
        check_schema(&fork)?;
        Ok(fork)
    })?
}

fn shielded<T>(work: impl FnOnce() -> T) -> Result<T, FormRefused> {
    // The closure touches nothing that outlives a panic: it works on copies.
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| FormRefused::Panicked)
}

fn check_schema(doc: &Automerge) -> Result<(), FormRefused> {
    let wrong = |key: &str, found: String| FormRefused::Schema {
        key: key.chars().take(40).collect(),
        found,
    };
    for (count, item) in doc.map_range(ROOT, ..).enumerate() {
        if count >= FIELDS_MAX || item.key.len() > KEY_BYTES_MAX || item.key.is_empty() {
            return Err(wrong(
                &item.key,
                format!("more than {FIELDS_MAX} fields or a key of {} bytes", item.key.len()),
            ));
        }
        let fits = match &item.value {
            ValueRef::Scalar(ScalarValueRef::Str(text)) => text.len() <= VALUE_BYTES_MAX,
            ValueRef::Scalar(value) => {
                matches!(value, ScalarValueRef::Int(_) | ScalarValueRef::Boolean(_))
            }
            ValueRef::Object(automerge::ObjType::Text) => {
                doc.text(item.id()).is_ok_and(|t| t.len() <= VALUE_BYTES_MAX)
            }
            ValueRef::Object(_) => false,
        };
        if !fits {
            return Err(wrong(&item.key, "something of another kind or size".into()));
        }
    }
    Ok(())
}
