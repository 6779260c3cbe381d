//! A database in memory for the simulator: a crash takes it back to its last flush, or to nothing.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Batch, Kv, KvError, KvOpener, Row, Visit};

#[derive(Clone, Default)]
struct State {
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    /// What was there at the last flush, for each key written since.
    before: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

/// Shared: clones are the same database.
#[derive(Clone, Default)]
pub struct MemoryKv(Arc<Mutex<State>>);

impl MemoryKv {
    /// Takes away what was not flushed.
    pub fn crash(&self) {
        let mut state = self.state();
        for (key, before) in std::mem::take(&mut state.before) {
            match before {
                Some(value) => state.rows.insert(key, value),
                None => state.rows.remove(&key),
            };
        }
    }

    /// Takes everything away.
    pub fn wipe(&self) {
        *self.state() = State::default();
    }

    /// An independent copy.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        Self(Arc::new(Mutex::new(self.state().clone())))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kv for MemoryKv {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        Ok(self.state().rows.get(key).cloned())
    }

    fn apply(&self, batch: &Batch) -> Result<(), KvError> {
        batch.check()?;
        let mut state = self.state();
        for (key, value) in batch.writes() {
            let before = match value {
                Some(value) => state.rows.insert(key.clone(), value.clone()),
                None => state.rows.remove(key),
            };
            state.before.entry(key.clone()).or_insert(before);
        }
        Ok(())
    }

    fn scan(&self, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), KvError> {
        if from >= to {
            return Ok(());
        }
        for (key, value) in self.state().rows.range(from.to_vec()..to.to_vec()) {
            if let ControlFlow::Break(()) = visit(key, value) {
                break;
            }
        }
        Ok(())
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, KvError> {
        let state = self.state();
        let found = state.rows.range(from.to_vec()..=to.to_vec()).next_back();
        Ok(found.map(|(key, value)| (key.clone(), value.clone())))
    }

    fn flush(&self) -> Result<(), KvError> {
        self.state().before.clear();
        Ok(())
    }

    fn size(&self) -> Result<u64, KvError> {
        let state = self.state();
        Ok(state.rows.iter().map(|(key, value)| (key.len() + value.len()) as u64).sum())
    }
}

/// Hands out the same [`MemoryKv`] at every opening.
#[derive(Clone, Default)]
pub struct MemoryKvOpener {
    pub kv: MemoryKv,
    /// The next so many openings fail, as a corrupt database does.
    pub failures: u32,
}

impl KvOpener for MemoryKvOpener {
    fn open(&mut self) -> Result<Arc<dyn Kv>, KvError> {
        if self.failures > 0 {
            self.failures -= 1;
            return Err(KvError::Corrupt { found: "a fault of the simulation".into() });
        }
        Ok(Arc::new(self.kv.clone()))
    }

    fn set_aside(&mut self) -> Result<(), KvError> {
        self.kv.wipe();
        Ok(())
    }
}
