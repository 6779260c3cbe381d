//! Lists that were given and wait for a word. They are in memory only: what a list says of people is
//! nowhere but in the cases that it becomes. After a restart it is given again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use daiban_domain::act::OfficerRef;

use super::enter::Found;
use crate::list::{Columns, Meant};
use crate::replica::ItemView;
use crate::shell::clock;

/// Lists of all people; the oldest goes first.
const LISTS_MAX: usize = 8;

/// A list as it was read.
pub(super) struct Given {
    /// Of its file.
    pub(super) name: String,
    pub(super) item: ItemView,
    pub(super) by: OfficerRef,
    pub(super) submit: bool,
    pub(super) again: bool,
    pub(super) columns: Columns,
    pub(super) rows: Vec<Meant>,
}

/// How far a list is.
#[derive(Clone)]
pub(super) enum Stage {
    Checked(Arc<Found>),
    Entering,
    Entered(Arc<Found>),
}

impl Stage {
    /// What became of its rows.
    pub(super) fn found(&self) -> Option<&Found> {
        match self {
            Self::Checked(found) | Self::Entered(found) => Some(found),
            Self::Entering => None,
        }
    }
}

struct Held {
    id: u64,
    account: String,
    given: Arc<Given>,
    stage: Stage,
}

/// The lists that wait, the oldest first.
#[derive(Default)]
pub(in crate::web) struct Tray(Mutex<VecDeque<Held>>);

impl Tray {
    /// Keeps a list of this account; gives its id.
    pub(super) fn put(&self, account: &str, given: Given, found: Found) -> u64 {
        let mut held = self.held();
        // Also after a restart no page that is open shows another list.
        let newest = held.back().map_or(0, |newest| newest.id);
        let id = clock::now().0.max(newest + 1);
        let (account, given) = (account.to_owned(), Arc::new(given));
        held.push_back(Held { id, account, given, stage: Stage::Checked(Arc::new(found)) });
        while held.len() > LISTS_MAX {
            held.pop_front();
        }
        id
    }

    /// A list of this account.
    pub(super) fn get(&self, account: &str, id: u64) -> Option<(Arc<Given>, Stage)> {
        let held = self.held();
        let found = held.iter().find(|held| held.id == id && held.account == account)?;
        Some((Arc::clone(&found.given), found.stage.clone()))
    }

    /// Whether it is now to be entered: nobody else has begun to.
    pub(super) fn begin(&self, account: &str, id: u64) -> bool {
        let mut held = self.held();
        let found = held.iter_mut().find(|held| held.id == id && held.account == account);
        let checked = found.filter(|held| matches!(held.stage, Stage::Checked(_)));
        checked.map(|held| held.stage = Stage::Entering).is_some()
    }

    /// What became of it.
    pub(super) fn end(&self, account: &str, id: u64, found: Found) {
        let mut held = self.held();
        let entered = held.iter_mut().find(|held| held.id == id && held.account == account);
        if let Some(entered) = entered {
            entered.stage = Stage::Entered(Arc::new(found));
        }
    }

    fn held(&self) -> MutexGuard<'_, VecDeque<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::titles;

    fn given() -> Given {
        let catalog = daiban_domain::shipped::catalog();
        let item: ItemView = catalog.latest("CL-SB-01").unwrap().into();
        Given {
            name: "a.csv".into(),
            columns: Columns::find(titles(&item), &item).unwrap(),
            item,
            by: OfficerRef { name: "李丽".into(), id: "lili".into() },
            submit: false,
            again: false,
            rows: Vec::new(),
        }
    }

    #[test]
    fn a_list_is_its_own_accounts_and_entered_once() {
        let tray = Tray::default();
        let id = tray.put("a", given(), Found::default());
        assert!(tray.get("b", id).is_none() && !tray.begin("b", id));
        assert!(tray.begin("a", id) && !tray.begin("a", id));
        tray.end("a", id, Found::default());
        assert!(matches!(tray.get("a", id), Some((_, Stage::Entered(_)))));
        assert!(!tray.begin("a", id));
    }

    #[test]
    fn the_oldest_makes_room() {
        let tray = Tray::default();
        let ids: Vec<_> =
            (0..=LISTS_MAX).map(|_| tray.put("a", given(), Found::default())).collect();
        assert!(tray.get("a", ids[0]).is_none());
        assert!(ids[1..].iter().all(|id| tray.get("a", *id).is_some()));
    }
}
