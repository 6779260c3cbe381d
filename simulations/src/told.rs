//! What people were told is saved.

use daiban_domain::act::CaseId;
use daiban_sync::id::{Millis, OfficeCode};

use crate::kept::{Fact, Kept};

/// A person's receipt.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// The node that said so.
    pub(crate) node: usize,
    pub(crate) case: CaseId,
    pub(crate) origin: OfficeCode,
    pub(crate) fact: Fact,
    pub(crate) at: Millis,
    /// The node lost it through no fault of its own; it must come back from above.
    pub(crate) is_away: bool,
}

/// Everything that was told, oldest first.
#[derive(Default)]
pub(crate) struct Promises(Vec<Told>);

impl Promises {
    pub(crate) fn add(&mut self, told: Told) {
        self.0.push(told);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The first thing that `node` has told and does not hold.
    pub(crate) fn broken_at(&self, node: usize, kept: &Kept) -> Option<&Told> {
        self.0.iter().find(|told| told.node == node && !told.is_away && !self.is_kept(told, kept))
    }

    /// The first thing that this office must hold and does not.
    pub(crate) fn missing_at(&self, office: OfficeCode, kept: &Kept) -> Option<&Told> {
        let here = |told: &&Told| told.origin.is_within(office);
        self.0.iter().filter(here).find(|told| !self.is_kept(told, kept))
    }

    /// A disk was replaced by hand: what no disk holds any more is gone without blame, what only
    /// this one lacks has to come back.
    pub(crate) fn disk_replaced(&mut self, node: usize, kept: &Kept, others: &[&Kept]) {
        let survives = |told: &Told| {
            self.is_kept(told, kept) || others.iter().any(|other| self.is_kept(told, other))
        };
        let survivors: Vec<bool> = self.0.iter().map(survives).collect();
        let mut survives = survivors.iter();
        self.0.retain(|_| survives.next().copied().unwrap_or(true));
        for told in self.0.iter_mut().filter(|told| told.node == node) {
            told.is_away |= !kept.facts.contains(&told.fact);
        }
    }

    /// A text that its writer has overwritten since need not be there: a mended fork says the last
    /// one again.
    fn is_kept(&self, told: &Told, kept: &Kept) -> bool {
        if kept.facts.contains(&told.fact) {
            return true;
        }
        let Fact::Mark(mark) = told.fact else { return false };
        let later = |other: &&Told| {
            other.node == told.node
                && other.case == told.case
                && matches!(other.fact, Fact::Mark(later) if later > mark)
        };
        self.0.iter().filter(later).any(|other| kept.facts.contains(&other.fact))
    }
}
