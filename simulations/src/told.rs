//! What people were told is saved, and how far each of it has safely got.

use std::collections::{BTreeMap, BTreeSet};

use daiban_domain::act::CaseId;
use daiban_sync::channel::Channel;
use daiban_sync::id::{Millis, OfficeCode, Tier};

use crate::kept::{Fact, Kept};

/// A person's receipt.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// The node that said so.
    pub(crate) node: usize,
    pub(crate) case: CaseId,
    pub(crate) channel: Channel,
    pub(crate) fact: Fact,
    pub(crate) at: Millis,
    /// The node lost it through no fault of its own; it must come back from above.
    pub(crate) is_away: bool,
}

/// The tiers above a village, nearest first.
pub(crate) const ABOVE: [Tier; 3] = [Tier::Town, Tier::County, Tier::City];

/// Everything that was told.
#[derive(Default)]
pub(crate) struct Promises {
    told: BTreeMap<Fact, Told>,
    by_node: BTreeMap<usize, BTreeSet<Fact>>,
    by_channel: BTreeMap<Channel, BTreeSet<Fact>>,
    /// The texts that a node's people typed into a case, as they followed each other.
    typed: BTreeMap<(usize, CaseId), BTreeSet<u64>>,
    /// What a tier does not hold yet, oldest first.
    pending: BTreeMap<Tier, BTreeSet<(Millis, Fact)>>,
    count: u64,
}

impl Promises {
    pub(crate) fn add(&mut self, told: Told) {
        self.count += 1;
        self.by_node.entry(told.node).or_default().insert(told.fact);
        self.by_channel.entry(told.channel).or_default().insert(told.fact);
        if let Fact::Mark(mark) = told.fact {
            self.typed.entry((told.node, told.case)).or_default().insert(mark);
        }
        let Channel::Cases { origin, .. } = told.channel else { return };
        for tier in ABOVE.into_iter().filter(|tier| *tier < origin.tier()) {
            self.pending.entry(tier).or_default().insert((told.at, told.fact));
        }
        self.told.insert(told.fact, told);
    }

    /// What a node's people were told until then and some tier does not hold.
    pub(crate) fn told_by(&self, node: usize, until: Millis) -> Vec<Fact> {
        let waits = |told: &&Told| {
            let is_pending =
                |waits: &BTreeSet<(Millis, Fact)>| waits.contains(&(told.at, told.fact));
            told.at <= until && self.pending.values().any(is_pending)
        };
        let facts = self.by_node.get(&node).into_iter().flatten();
        facts.filter_map(|fact| self.told.get(fact)).filter(waits).map(|told| told.fact).collect()
    }

    pub(crate) fn len(&self) -> u64 {
        self.count
    }

    /// An office on the origin's line holds it durably; gives who told it and how long that took.
    pub(crate) fn landed(
        &mut self,
        fact: Fact,
        office: OfficeCode,
        now: Millis,
    ) -> Option<(usize, u64)> {
        let told = self.told.get(&fact)?;
        let Channel::Cases { origin, .. } = told.channel else { return None };
        let pending = self.pending.get_mut(&office.tier())?;
        let is_first = origin.is_within(office) && pending.remove(&(told.at, fact));
        is_first.then(|| (told.node, now.since(told.at)))
    }

    /// How much a tier does not hold yet, and since when the oldest of it waits.
    pub(crate) fn pending(&self, tier: Tier) -> (u64, Option<Millis>) {
        let pending = self.pending.get(&tier);
        let oldest = pending.and_then(|pending| pending.first()).map(|(at, _)| *at);
        (pending.map_or(0, |pending| pending.len() as u64), oldest)
    }

    /// The first thing that `node` has told and does not hold.
    pub(crate) fn broken_at(&self, node: usize, kept: &Kept) -> Option<&Told> {
        let told = self.by_node.get(&node).into_iter().flatten().filter_map(|f| self.told.get(f));
        told.into_iter().find(|told| !told.is_away && !self.is_kept(told, kept))
    }

    /// The first thing that this office must hold and does not.
    pub(crate) fn missing_at(&self, office: OfficeCode, kept: &Kept) -> Option<&Told> {
        let here = self.by_channel.iter().filter(|(channel, _)| channel.is_held_by(office));
        let told = here.flat_map(|(_, facts)| facts).filter_map(|fact| self.told.get(fact));
        told.into_iter().find(|told| !self.is_kept(told, kept))
    }

    /// A disk was replaced by hand: what no disk holds any more is gone without blame, what only
    /// this one lacks has to come back.
    pub(crate) fn disk_replaced(&mut self, node: usize, kept: &Kept, others: &[&Kept]) {
        let survives = |told: &Told| {
            self.is_kept(told, kept) || others.iter().any(|other| self.is_kept(told, other))
        };
        let gone: Vec<Fact> =
            self.told.values().filter(|told| !survives(told)).map(|told| told.fact).collect();
        gone.into_iter().for_each(|fact| self.forget(fact));
        for fact in self.by_node.get(&node).into_iter().flatten() {
            if let Some(told) = self.told.get_mut(fact) {
                told.is_away |= !kept.facts.contains(fact);
            }
        }
    }

    fn forget(&mut self, fact: Fact) {
        let Some(told) = self.told.remove(&fact) else { return };
        let facts = [self.by_node.get_mut(&told.node), self.by_channel.get_mut(&told.channel)];
        facts.into_iter().flatten().for_each(|facts| _ = facts.remove(&fact));
        for pending in self.pending.values_mut() {
            pending.remove(&(told.at, fact));
        }
    }

    /// A text that its writer has overwritten since need not be there: a mended fork says the last
    /// one again.
    fn is_kept(&self, told: &Told, kept: &Kept) -> bool {
        if kept.facts.contains(&told.fact) {
            return true;
        }
        let Fact::Mark(mark) = told.fact else { return false };
        let typed = self.typed.get(&(told.node, told.case));
        let later = typed.into_iter().flat_map(|typed| typed.range(mark + 1..));
        later.into_iter().any(|later| kept.facts.contains(&Fact::Mark(*later)))
    }
}
