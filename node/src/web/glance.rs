//! What somebody has seen of a case, so that its page can say what is new since. It is kept while the
//! node runs, for the cases that were looked at last.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use daiban_domain::act::{ActId, CaseId};
use daiban_domain::form::FormHead;
use daiban_sync::id::Millis;

use crate::replica::CaseView;

/// Looks that are remembered, of all people together.
const GLANCES_MAX: usize = 5_000;

/// What the case held when somebody looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glance {
    pub(super) at: Millis,
    pub(super) acts: BTreeSet<ActId>,
    pub(super) heads: Vec<FormHead>,
}

impl Glance {
    fn of(at: Millis, view: &CaseView) -> Self {
        let heads = view.state.as_ref().map(|state| state.pin.form_heads.clone());
        let acts = view.acts.iter().map(|act| act.id).collect();
        Self { at, acts, heads: heads.unwrap_or_default() }
    }
}

/// The last look of each person at each case.
#[derive(Default)]
pub(super) struct Glances(Mutex<BTreeMap<(String, CaseId), Glance>>);

impl Glances {
    /// What the account saw the last time.
    pub(super) fn last(&self, account: &str, case: CaseId) -> Option<Glance> {
        let glances = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        glances.get(&(account.to_owned(), case)).cloned()
    }

    /// The account sees the case as it is now.
    pub(super) fn look(&self, account: &str, now: Millis, view: &CaseView) {
        self.keep((account.to_owned(), view.summary.id), Glance::of(now, view));
    }

    fn keep(&self, whose: (String, CaseId), glance: Glance) {
        let mut glances = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        glances.insert(whose, glance);
        if glances.len() > GLANCES_MAX {
            let oldest = glances.iter().min_by_key(|(_, glance)| glance.at);
            if let Some(whose) = oldest.map(|(whose, _)| whose.clone()) {
                glances.remove(&whose);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_look_makes_room() {
        let glances = Glances::default();
        let glance = |at| Glance { at: Millis(at), acts: BTreeSet::new(), heads: Vec::new() };
        let case = |at: u64| CaseId(u128::from(at).to_be_bytes());
        for at in 0..=GLANCES_MAX as u64 {
            glances.keep(("lili".into(), case(at)), glance(at));
        }
        assert_eq!(glances.last("lili", case(0)), None);
        assert_eq!(glances.last("lili", case(1)), Some(glance(1)));
        assert_eq!(glances.last("wang", case(1)), None);
    }
}
