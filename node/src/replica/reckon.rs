//! Work lists after a new law, or a new program: every case is folded once more, some at a time, whenever the views
//! have caught up with the journal. How far it has come is a view, so that a restart goes on there.

use daiban_domain::act::CaseId;

use super::kept::load_case;
use super::{Replica, keys};
use crate::store::{ViewBatch, ViewError};

/// What is kept of a case for lists and figures; another number makes a node that was started with
/// an older program reckon them all. 2: visits, materials, cards. 3: what may be said in a batch.
const LISTED_AS: u8 = 3;
/// Cases that are folded before the next input is looked at.
const AT_ONCE: usize = 64;

impl Replica {
    /// A new law: what work lists show is to be reckoned from the first case on.
    pub(super) fn reckon_all(&mut self, batch: &mut ViewBatch) {
        self.reckons = true;
        self.numbers.try_again();
        batch.put(keys::TO_RECKON, None, Vec::new());
    }

    /// Whether a restart left some of it to do, or lists hold what another program wrote.
    pub(super) fn is_to_reckon(&self) -> Result<bool, ViewError> {
        let listed_as = self.store.view_get(keys::LISTED_AS)?;
        Ok(self.store.view_get(keys::TO_RECKON)?.is_some() || listed_as != Some(vec![LISTED_AS]))
    }

    /// Reckons some cases by the law in force; `true` if there may be more.
    pub(super) fn reckon_some(&mut self) -> Result<bool, ViewError> {
        if !self.reckons {
            return Ok(false);
        }
        let from = self.store.view_get(keys::TO_RECKON)?.unwrap_or_default();
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
            _ => {
                batch.remove(keys::TO_RECKON);
                batch.put(keys::LISTED_AS, None, vec![LISTED_AS]);
            }
        }
        self.store.apply_views(batch, self.store.applied())?;
        Ok(self.reckons)
    }
}
