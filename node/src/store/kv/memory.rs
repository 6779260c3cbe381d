//! A database in memory for the simulator: a crash takes back the last writes since its last flush.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Batch, Kv, KvError, KvOpener, Row, Visit, Write};

#[derive(Clone, Default)]
struct State {
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Since the last flush, in order: what stood at the keys before writes that live and die
    /// together.
    undo: Vec<Vec<Write>>,
}

impl State {
    fn write(&mut self, key: &[u8], value: Option<&[u8]>) -> Write {
        let before = match value {
            Some(value) => self.rows.insert(key.to_owned(), value.to_owned()),
            None => self.rows.remove(key),
        };
        (key.to_owned(), before)
    }
}

/// Shared: clones are the same database.
#[derive(Clone, Default)]
pub struct MemoryKv(Arc<Mutex<State>>);

impl MemoryKv {
    /// Of what was not flushed only a beginning is left: `below(n)` draws a number below `n`.
    pub fn crash(&self, below: impl FnOnce(u64) -> u64) {
        let mut state = self.state();
        let kept = below(state.undo.len() as u64 + 1);
        let lost = state.undo.split_off(usize::try_from(kept).unwrap_or(usize::MAX));
        for (key, before) in lost.into_iter().rev().flat_map(|writes| writes.into_iter().rev()) {
            state.write(&key, before.as_deref());
        }
        state.undo.clear();
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
        let mut undo = Vec::new();
        for (key, value) in batch.writes() {
            undo.push(state.write(key, value.as_deref()));
            if !batch.is_together() {
                state.undo.push(std::mem::take(&mut undo));
            }
        }
        if !undo.is_empty() {
            state.undo.push(undo);
        }
        Ok(())
    }

    fn scan(&self, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), KvError> {
        if from >= to {
            return Ok(());
        }
        for (key, value) in self.state().rows.range::<[u8], _>((Included(from), Excluded(to))) {
            if let ControlFlow::Break(()) = visit(key, value) {
                break;
            }
        }
        Ok(())
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, KvError> {
        let state = self.state();
        let found = state.rows.range::<[u8], _>((Included(from), Included(to))).next_back();
        Ok(found.map(|(key, value)| (key.clone(), value.clone())))
    }

    fn flush(&self) -> Result<(), KvError> {
        self.state().undo.clear();
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
