//! Which nodes are believed 节点状态: revoked 吊销 for good, suspended 停用 until further word.
//!
//! Only an office above a node's own disposes of it; of several the highest that spoke is heard.
//! What a revoked node wrote before stays in force as far as the notice accepts it. An office
//! accepts more later by saying so again with greater lengths: what it has accepted once stays.

use std::collections::BTreeMap;

use daiban_sync::id::{LogId, NodeKey, OfficeCode, Tier};
use daiban_sync::run::Tip;

use crate::authority::is_known_to_all;
use crate::jurisdiction::Jurisdiction;
use crate::notice::Notice;

/// How a node stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Good,
    /// No office syncs with it for now; what it writes meanwhile counts once it is reinstated.
    Suspended {
        by: OfficeCode,
        reason: String,
    },
    /// It is not believed any more, whatever it says.
    Revoked {
        by: OfficeCode,
        reason: String,
    },
}

/// A notice with the entry that says it.
#[derive(Clone, Copy)]
pub struct Dictum<'a> {
    pub log: LogId,
    pub seq: u64,
    /// The log of the entry.
    pub tip: &'a Tip,
    pub notice: &'a Notice,
}

/// What offices above have said of nodes. It is a function of the set of notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standings(BTreeMap<NodeKey, BTreeMap<(Tier, OfficeCode), Word>>);

/// What one office says of one node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Word {
    revoked: Option<Revocation>,
    /// Why, unless its last word was that the node is reinstated.
    suspended: Option<String>,
    /// It has said one or the other.
    has_suspended: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Revocation {
    accepted: BTreeMap<LogId, u64>,
    reason: String,
}

impl Standings {
    /// What these notices make of nodes; they come in the order of their clock readings. The word of
    /// a node that is revoked itself counts only as far as it was accepted.
    pub fn of<'a>(dicta: impl Iterator<Item = Dictum<'a>>) -> Self {
        let mut dicta: Vec<_> = dicta.filter(|dictum| disposes(dictum.notice)).collect();
        // Only those above dispose of a node, so the word of each tier is settled before it is used.
        dicta.sort_by_key(|dictum| dictum.tip.office.tier());
        let mut standings = Self::default();
        for Dictum { log, seq, tip, notice } in dicta {
            if standings.accepts(log, seq, tip) {
                standings.take(tip.office, notice);
            }
        }
        standings
    }

    fn take(&mut self, issuer: OfficeCode, notice: &Notice) {
        let (Notice::Revoked { node, reason, .. }
        | Notice::Suspended { node, reason }
        | Notice::Reinstated { node, reason }) = notice
        else {
            return;
        };
        let words = self.0.entry(*node).or_default();
        let word = words.entry((issuer.tier(), issuer)).or_default();
        match notice {
            Notice::Revoked { accepted, .. } => {
                let first = || Revocation { reason: reason.clone(), ..Revocation::default() };
                let revoked = word.revoked.get_or_insert_with(first);
                for &(log, len) in accepted {
                    let known = revoked.accepted.entry(log).or_default();
                    *known = len.max(*known);
                }
            }
            _ => {
                let suspends = matches!(notice, Notice::Suspended { .. });
                word.suspended = suspends.then(|| reason.clone());
                word.has_suspended = true;
            }
        }
    }

    /// How a node of `office` stands.
    pub fn of_node(&self, node: NodeKey, office: OfficeCode) -> Standing {
        let revoked = self.above(node, office).find_map(|(by, word)| {
            let reason = word.revoked.as_ref()?.reason.clone();
            Some(Standing::Revoked { by, reason })
        });
        let suspended = || {
            let (by, word) = self.above(node, office).find(|(_, word)| word.has_suspended)?;
            let reason = word.suspended.clone()?;
            Some(Standing::Suspended { by, reason })
        };
        revoked.or_else(suspended).unwrap_or(Standing::Good)
    }

    /// How many entries of a log count, if not all do. The genesis always does: it proves who wrote.
    ///
    /// A notice counts for a log where every office that holds the log hears of it, so that all
    /// judge its cases alike. For a case that is handled elsewhere 异地可办 that is the office above
    /// both lines.
    pub fn limit(&self, log: LogId, tip: &Tip) -> Option<u64> {
        let hears = |by: OfficeCode| match Jurisdiction::of(&tip.channel) {
            Some(of) => is_known_to_all(by, of),
            None => true,
        };
        let mut revoked = self.above(tip.author, tip.office).filter(|(by, _)| hears(*by));
        let accepted = revoked.find_map(|(_, word)| word.revoked.as_ref())?.accepted.get(&log);
        Some(accepted.copied().unwrap_or_default().max(1))
    }

    /// Whether this entry of a log counts.
    pub fn accepts(&self, log: LogId, seq: u64, tip: &Tip) -> bool {
        self.limit(log, tip).is_none_or(|limit| seq < limit)
    }

    /// What offices above `office` say of the node, the highest first.
    fn above(
        &self,
        node: NodeKey,
        office: OfficeCode,
    ) -> impl Iterator<Item = (OfficeCode, &Word)> {
        let words = self.0.get(&node).into_iter().flatten();
        let words = words.map(|((_, by), word)| (*by, word));
        words.filter(move |(by, _)| *by != office && office.is_within(*by))
    }
}

/// Whether a notice says how a node stands.
pub fn disposes(notice: &Notice) -> bool {
    matches!(notice, Notice::Revoked { .. } | Notice::Suspended { .. } | Notice::Reinstated { .. })
}

#[cfg(test)]
mod tests;
