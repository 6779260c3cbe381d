//! Which slots hold the key of which case.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::super::kv::{Kv, KvError};
use super::super::record::Subject;

/// The slots of a case: usually one; more only if the record that named the first was damaged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct Binding {
    pub(in crate::store) slots: Vec<u32>,
    pub(in crate::store) erased: bool,
}

/// Shared by the committer, which binds, and the store, which makes bindings durable.
pub(in crate::store) struct Bindings {
    kv: Arc<dyn Kv>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Bound by records that are not yet in the database.
    pending: BTreeMap<Subject, Binding>,
    next: u32,
}

impl Bindings {
    pub(in crate::store) fn new(kv: Arc<dyn Kv>, next: u32) -> Self {
        Self { kv, state: Mutex::new(State { pending: BTreeMap::new(), next }) }
    }

    /// What is known of `subject`.
    pub(in crate::store) fn get(&self, subject: &Subject) -> Result<Binding, KvError> {
        if let Some(binding) = self.state().pending.get(subject) {
            return Ok(binding.clone());
        }
        let row = self.kv.get(&key(subject))?;
        Ok(row.and_then(|row| postcard::from_bytes(&row).ok()).unwrap_or_default())
    }

    /// The slot that seals `subject`, new if it has none; `None` if it was erased.
    pub(in crate::store) fn bind(&self, subject: &Subject) -> Result<Option<u32>, KvError> {
        let binding = self.get(subject)?;
        if binding.erased {
            return Ok(None);
        }
        if let Some(slot) = binding.slots.last() {
            return Ok(Some(*slot));
        }
        Ok(Some(self.push(subject, binding)))
    }

    /// Another slot, because the last one cannot be used.
    pub(in crate::store) fn rebind(&self, subject: &Subject) -> Result<u32, KvError> {
        let binding = self.get(subject)?;
        Ok(self.push(subject, binding))
    }

    fn push(&self, subject: &Subject, mut binding: Binding) -> u32 {
        let mut state = self.state();
        let slot = state.next;
        state.next += 1;
        binding.slots.push(slot);
        state.pending.insert(*subject, binding);
        slot
    }

    /// From now on entries of `subject` are stored without their payload.
    pub(in crate::store) fn erase(&self, subject: &Subject) -> Result<(), KvError> {
        let mut binding = self.get(subject)?;
        binding.erased = true;
        self.state().pending.insert(*subject, binding);
        Ok(())
    }

    /// A record says that `subject` uses `slot`; what the database has to be told of it.
    pub(in crate::store) fn learn(
        &self,
        subject: &Subject,
        slot: u32,
    ) -> Result<Option<Binding>, KvError> {
        let mut binding = self.get(subject)?;
        let mut state = self.state();
        state.next = state.next.max(slot + 1);
        if binding.slots.contains(&slot) && !state.pending.contains_key(subject) {
            return Ok(None);
        }
        if !binding.slots.contains(&slot) {
            binding.slots.push(slot);
        }
        state.pending.insert(*subject, binding.clone());
        Ok(Some(binding))
    }

    /// The database has it now.
    pub(in crate::store) fn settle(&self, subject: &Subject, written: &Binding) {
        let mut state = self.state();
        if state.pending.get(subject) == Some(written) {
            state.pending.remove(subject);
        }
    }

    /// The first slot that no record uses.
    pub(in crate::store) fn next(&self) -> u32 {
        self.state().next
    }

    /// Leaves slots unused that a damaged record may have used.
    pub(in crate::store) fn skip_to(&self, slot: u32) {
        let mut state = self.state();
        state.next = state.next.max(slot);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The database key of a binding.
pub(in crate::store) fn key(subject: &Subject) -> Vec<u8> {
    [b"k", &subject[..]].concat()
}

#[cfg(test)]
mod tests {
    use super::super::super::kv::{Batch, MemoryKv};
    use super::*;

    #[test]
    fn a_binding_is_written_once_and_erasure_is_final() {
        let kv = MemoryKv::default();
        let bindings = Bindings::new(Arc::new(kv.clone()), 5);
        let case = [1; 16];
        assert_eq!(bindings.bind(&case).unwrap(), Some(5));
        assert_eq!(bindings.bind(&case).unwrap(), Some(5));
        let written = bindings.learn(&case, 5).unwrap().unwrap();
        let mut batch = Batch::default();
        batch.put(key(&case), postcard::to_stdvec(&written).unwrap());
        kv.apply(&batch).unwrap();
        bindings.settle(&case, &written);
        assert_eq!(bindings.learn(&case, 5).unwrap(), None);
        assert_eq!(bindings.rebind(&case).unwrap(), 6);
        assert_eq!(bindings.get(&case).unwrap().slots, [5, 6]);
        bindings.erase(&case).unwrap();
        assert_eq!(bindings.bind(&case).unwrap(), None);
        assert_eq!(bindings.next(), 7);
    }
}
