//! The frontier: what a node holds of each log, and how two nodes compare theirs cheaply.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::hash::{self, Domain};
use crate::head::{Head, Receipt};
use crate::id::{LogId, OfficeCode};
use crate::planted;
use crate::run::Tip;

/// Every log that a node holds.
pub type Frontier = BTreeMap<LogId, Tip>;

/// The heads of some logs.
pub type Heads = BTreeMap<LogId, Head>;

/// What two offices may show each other: the channels that both hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The office on this side.
    pub ours: OfficeCode,
    /// The peer's, as its certificate names it.
    pub theirs: OfficeCode,
}

impl Scope {
    /// Whether both offices hold `channel`.
    pub fn contains(&self, channel: &Channel) -> bool {
        let is_theirs = channel.is_held_by(self.theirs) || planted!(WrongOfficeServed);
        channel.is_held_by(self.ours) && is_theirs
    }

    /// The heads of `frontier` inside the scope.
    pub fn heads(&self, frontier: &Frontier) -> Heads {
        let shared = frontier.iter().filter(|(_, tip)| self.contains(&tip.channel));
        shared.map(|(&log, tip)| (log, tip.head)).collect()
    }

    /// The office of the two that is above the other, if one is.
    pub fn upper(&self) -> Option<OfficeCode> {
        let above = |a: OfficeCode, b: OfficeCode| a != b && b.is_within(a);
        if above(self.ours, self.theirs) {
            Some(self.ours)
        } else {
            above(self.theirs, self.ours).then_some(self.theirs)
        }
    }

    /// Whether `receipt` for a log in `channel` travels from the upper office to the lower one.
    pub fn sends_down(&self, receipt: &Receipt, channel: &Channel) -> bool {
        self.contains(channel) && self.upper().is_some_and(|upper| upper.is_within(receipt.office))
    }
}

/// A hash of heads: equal when, and only when, the heads are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest(pub [u8; 32]);

/// The digest of `heads`.
pub fn digest(heads: &Heads) -> Digest {
    let missed = usize::from(planted!(DigestMissesALog));
    Digest(hash::value(Domain::Frontier, &heads.iter().skip(missed).collect::<Vec<_>>()))
}

/// The digest of `receipts` in the order of their logs and offices.
pub fn receipts_digest<'a>(receipts: impl Iterator<Item = &'a Receipt>) -> Digest {
    let said: Vec<_> = receipts.map(|r| (r.log, r.office, r.head.len)).collect();
    Digest(hash::value(Domain::Receipts, &said))
}

/// Logs fall into 256 buckets by the first byte of their name.
pub fn bucket_of(log: LogId) -> u8 {
    log.0[0]
}

/// A set of buckets.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buckets([u8; 32]);

impl Buckets {
    /// No bucket.
    pub const NONE: Self = Self([0; 32]);
    /// Every bucket.
    pub const ALL: Self = Self([0xff; 32]);

    /// Whether `bucket` is a member.
    pub fn contains(&self, bucket: u8) -> bool {
        self.0[usize::from(bucket / 8)] & (1 << (bucket % 8)) != 0
    }

    /// Makes `bucket` a member.
    pub fn insert(&mut self, bucket: u8) {
        self.0[usize::from(bucket / 8)] |= 1 << (bucket % 8);
    }

    /// The members, in order.
    pub fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=u8::MAX).filter(|&bucket| self.contains(bucket))
    }

    /// The buckets that are not in `self`.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self(self.0.map(|byte| !byte))
    }

    /// The members below `end`.
    #[must_use]
    pub(crate) fn below(&self, end: u8) -> Self {
        let mut below = Self::NONE;
        self.iter().take_while(|&bucket| bucket < end).for_each(|bucket| below.insert(bucket));
        below
    }

    /// The members that are not in `other`.
    #[must_use]
    pub(crate) fn without(&self, other: &Self) -> Self {
        self.complement().union(other).complement()
    }

    /// The buckets in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut union = *self;
        union.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine |= theirs);
        union
    }
}

/// One short hash for each bucket that has logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary(Vec<(u8, [u8; 16])>);

impl Summary {
    /// Of `heads`.
    pub fn of(heads: &Heads) -> Self {
        let mut buckets: BTreeMap<u8, Vec<(&LogId, &Head)>> = BTreeMap::new();
        for (log, head) in heads {
            buckets.entry(bucket_of(*log)).or_default().push((log, head));
        }
        let short = |heads: &Vec<_>| -> [u8; 16] {
            let full = hash::value(Domain::Bucket, heads);
            std::array::from_fn(|i| full[i])
        };
        Self(buckets.iter().map(|(&bucket, heads)| (bucket, short(heads))).collect())
    }

    /// The buckets in which two summaries differ.
    pub fn differing(&self, other: &Self) -> Buckets {
        let (mine, theirs): (BTreeMap<_, _>, BTreeMap<_, _>) =
            (self.0.iter().copied().collect(), other.0.iter().copied().collect());
        let mut differing = Buckets::NONE;
        for bucket in mine.keys().chain(theirs.keys()) {
            if mine.get(bucket) != theirs.get(bucket) {
                differing.insert(*bucket);
            }
        }
        differing
    }

    pub(crate) fn is_well_formed(&self) -> bool {
        self.0.windows(2).all(|pair| pair[0].0 < pair[1].0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::EntryHash;

    fn heads() -> impl Strategy<Value = Heads> {
        let log = any::<(u8, u8)>().prop_map(|(a, b)| {
            let mut id = [0; 32];
            (id[0], id[31]) = (a, b);
            LogId(id)
        });
        let head = (1..9u64, 0..3u8).prop_map(|(len, h)| Head { len, hash: EntryHash([h; 32]) });
        proptest::collection::btree_map(log, head, 0..60)
    }

    proptest! {
        #[test]
        fn digests_and_summaries_tell_the_difference(a in heads(), b in heads()) {
            prop_assert_eq!(digest(&a) == digest(&b), a == b);
            let differing = Summary::of(&a).differing(&Summary::of(&b));
            for bucket in 0..=u8::MAX {
                let of = |heads: &Heads| -> Vec<_> {
                    heads.iter().filter(|(l, _)| bucket_of(**l) == bucket).map(|(l, h)| (*l, *h)).collect()
                };
                prop_assert_eq!(differing.contains(bucket), of(&a) != of(&b));
            }
        }
    }

    #[test]
    fn sets_of_buckets() {
        let mut set = Buckets::NONE;
        set.insert(0);
        set.insert(255);
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 255]);
        assert!(set.complement().contains(7) && !set.complement().contains(255));
        assert!(set.union(&set.complement()) == Buckets::ALL);
    }
}
