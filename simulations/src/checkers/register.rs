//! A central model of what a form shows: each text that was typed, and which texts its writer had
//! before. A node shows those that none of the texts it holds was typed over: one, or several that
//! people typed without knowing of each other.
//!
//! What a writer had is known between two bounds: at least what the views showed when the text was
//! typed, at most what they show when its writer is told that it is saved.

use std::collections::{BTreeMap, BTreeSet};

use daiban_domain::act::CaseId;
use daiban_domain::case::Case;
use daiban_sync::id::OfficeCode;

use super::{Checker, Verdict};
use crate::kept::{Fact, Kept, marks_in};

/// The texts of all cases.
#[derive(Default)]
pub(crate) struct Register {
    texts: BTreeMap<u64, Text>,
    by_case: BTreeMap<CaseId, BTreeSet<u64>>,
    /// A mended fork says again what was typed, over other texts than its writer had.
    is_mended: bool,
}

struct Text {
    over_at_least: BTreeSet<u64>,
    /// `None` until the writer is told.
    over_at_most: Option<BTreeSet<u64>>,
}

impl Register {
    /// A text is typed that opens a case.
    pub(crate) fn opened(&mut self, mark: u64) {
        let (over_at_least, over_at_most) = (BTreeSet::new(), Some(BTreeSet::new()));
        self.texts.insert(mark, Text { over_at_least, over_at_most });
    }

    /// A text is typed into a case that shows itself so.
    pub(crate) fn typed(&mut self, mark: u64, case: &Case) {
        self.texts.insert(mark, Text { over_at_least: texts_of(case), over_at_most: None });
        self.by_case.entry(case.id).or_default().insert(mark);
    }

    /// Its writer is told, and the case shows itself as `case` says by now.
    pub(crate) fn told(&mut self, mark: u64, id: CaseId, case: impl FnOnce() -> Option<Case>) {
        self.by_case.entry(id).or_default().insert(mark);
        let waits = |text: &&mut Text| text.over_at_most.is_none();
        if let Some(text) = self.texts.get_mut(&mark).filter(waits) {
            text.over_at_most = case().map(|case| {
                let mut shown = texts_of(&case);
                shown.remove(&mark);
                shown
            });
        }
    }

    pub(crate) fn mended(&mut self) {
        self.is_mended = true;
    }

    /// `case` as views show it that are up to date with what the disk holds.
    pub(crate) fn check(&self, office: OfficeCode, case: &Case, kept: &Kept) -> Verdict {
        let Some(typed) = self.by_case.get(&case.id).filter(|_| !self.is_mended) else {
            return Ok(());
        };
        let is_held = |mark: &&u64| kept.facts.contains(&Fact::Mark(**mark));
        let held: BTreeSet<u64> = typed.iter().filter(is_held).copied().collect();
        let shown = shown_by(case);
        let applied: Vec<u64> =
            held.iter().filter(|m| self.is_applied(**m, &held)).copied().collect();
        let wrong = |what: String| {
            Err((Checker::Model, format!("office {office}: case {} {what}", case.id)))
        };
        if let Some(strange) = shown.iter().find(|mark| !held.contains(mark)) {
            return wrong(format!("shows text {strange}, which is not held"));
        }
        let over = |mark: &u64| &self.texts[mark].over_at_least;
        let stale = shown.iter().find(|old| applied.iter().any(|mark| over(mark).contains(old)));
        if let Some(old) = stale {
            return wrong(format!("shows text {old}, over which another was typed"));
        }
        let lost = applied.iter().find(|mark| {
            !shown.contains(mark) && !held.iter().any(|later| self.may_be_over(*later, **mark))
        });
        match lost {
            None => Ok(()),
            Some(mark) => wrong(format!("hides text {mark}, over which nobody typed")),
        }
    }

    /// All that its writer had is here, so it has its effect.
    fn is_applied(&self, mark: u64, held: &BTreeSet<u64>) -> bool {
        self.texts[&mark].over_at_most.as_ref().is_some_and(|over| over.is_subset(held))
    }

    fn may_be_over(&self, later: u64, mark: u64) -> bool {
        match &self.texts[&later].over_at_most {
            Some(over) => over.contains(&mark),
            None => later > mark,
        }
    }
}

/// Every text that was ever in the form.
fn texts_of(case: &Case) -> BTreeSet<u64> {
    let changes = case.form().changes_since(&[]);
    changes.iter().flat_map(|change| marks_in(change)).collect()
}

/// The texts that a reader sees: the values of a field, and those that others wrote beside it.
fn shown_by(case: &Case) -> BTreeSet<u64> {
    let form = case.form();
    let beside = form.conflicts().into_iter().flat_map(|conflict| conflict.versions);
    let values = form.fields().into_values().chain(beside.map(|version| version.value));
    let texts: Vec<_> = values.filter_map(|value| value.as_str().map(str::to_owned)).collect();
    texts.iter().flat_map(|text| marks_in(text.as_bytes())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register(texts: &[(u64, &[u64])]) -> Register {
        let text = |over: &[u64]| {
            let over: BTreeSet<u64> = over.iter().copied().collect();
            Text { over_at_least: over.clone(), over_at_most: Some(over) }
        };
        let texts = texts.iter().map(|(mark, over)| (*mark, text(over))).collect();
        Register { texts, ..Register::default() }
    }

    #[test]
    fn what_waits_for_another_text_has_no_effect_yet() {
        let register = register(&[(1, &[]), (2, &[1]), (3, &[1, 2])]);
        let held: BTreeSet<u64> = [1, 3].into();
        assert!(register.is_applied(1, &held) && !register.is_applied(3, &held));
        assert!(register.may_be_over(3, 1) && !register.may_be_over(2, 3));
    }
}
