//! Work lists after a new law: every case is folded once more, some at a time, whenever the views
//! have caught up with the journal. How far it has come is a view, so that a restart goes on there.

use daiban_domain::act::CaseId;

use super::kept::load_case;
use super::{Replica, keys};
use crate::store::{ViewBatch, ViewError};

/// Cases that are folded before the next input is looked at.
const AT_ONCE: usize = 64;

impl Replica {
    /// A new law: what work lists show is to be reckoned from the first case on.
    pub(super) fn reckon_all(&mut self, batch: &mut ViewBatch) {
        self.reckons = true;
        self.numbers.try_again();
        batch.put(keys::TO_RECKON, None, Vec::new());
    }

    /// Reckons some cases by the law in force; `true` if there may be more.
    pub(super) fn reckon_some(&mut self) -> Result<bool, ViewError> {
        let from = if self.reckons { self.store.view_get(keys::TO_RECKON)? } else { None };
        let Some(from) = from else { return Ok(false) };
        let found = self.store.view_scan(keys::CASES, &from, AT_ONCE)?;
        let mut batch = ViewBatch::default();
        for (key, stored) in &found {
            let id = key.get(1..).and_then(|id| id.try_into().ok()).map(CaseId);
            // A damaged case is made anew when it is next touched.
            if let Some(id) = id
                && let Ok(kept) = load_case(stored, id)
            {
                self.list_case(&kept.case, &mut batch)?;
            }
        }
        self.reckons = found.len() == AT_ONCE;
        match found.last() {
            Some((last, _)) if self.reckons => {
                batch.put(keys::TO_RECKON, None, [last.as_slice(), &[0]].concat());
            }
            _ => batch.remove(keys::TO_RECKON),
        }
        self.store.apply_views(batch, self.store.applied())?;
        Ok(self.reckons)
    }
}
