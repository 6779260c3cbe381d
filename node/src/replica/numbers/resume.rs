//! When a store knows which serials its office has given.

use std::collections::BTreeMap;

use daiban_domain::notice::Notice;
use daiban_domain::numbering::Resumed;
use daiban_domain::payload;
use daiban_sync::channel::Channel;
use daiban_sync::entry::Kind;
use daiban_sync::id::{LogId, Millis, OfficeCode};
use daiban_sync::run::Tip;

use crate::replica::Replica;
use crate::replica::io::LinkId;

/// What an office above holds that is not here yet.
#[derive(Default)]
pub(super) struct Hearing {
    owed: BTreeMap<LogId, u64>,
    is_live: bool,
}

impl Replica {
    /// An office above holds this much of a log, which is more than we.
    pub(in crate::replica) fn owed_from_above(&mut self, link: LinkId, log: LogId, len: u64) {
        if self.is_above(link) {
            self.numbers.above.entry(link).or_default().owed.insert(log, len);
        }
    }

    /// A peer has told all that it holds more of.
    pub(in crate::replica) fn told_all(&mut self, link: LinkId) {
        if self.is_above(link) {
            self.numbers.above.entry(link).or_default().is_live = true;
        }
    }

    fn is_above(&self, link: LinkId) -> bool {
        let ours = self.config.office;
        self.links.get(&link).is_some_and(|peer| ours.is_within(peer.office))
    }

    /// Whether every serial that this office has given is here, as far as can be known.
    pub(super) fn knows_its_numbers(&self) -> bool {
        let has_resumed = self.numbers.resumed == Some(self.author.incarnation);
        (has_resumed || self.config.ancestors.is_empty())
            && self.store.applied() == self.store.durable().position
    }

    /// A store that has everything which an office above holds of its line knows its numbers, and
    /// says so before it gives any.
    pub(super) fn resume_numbering(&mut self, now: Millis) {
        let (office, incarnation) = (self.config.office, self.author.incarnation);
        if self.numbers.resumed == Some(incarnation) {
            return;
        }
        let quiet = self.author.has_signed_all() && self.is_idle() && !self.is_mending();
        let leases = self.law.numbering().in_force().filter(|(_, lease)| lease.office == office);
        let Some(decided) = leases.map(|(_, lease)| lease.decided).max() else { return };
        if !quiet || !self.has_heard_all() {
            return;
        }
        let others = |tip: &Tip| tip.office == office && tip.incarnation != incarnation;
        let after_loss = self.store.tips().values().any(others);
        let at = self.author.tick(now);
        // What is known to be leased was leased before, whatever the clocks say.
        let resumed = Resumed { at: now.max(decided), incarnation, after_loss };
        let payload = payload::notice(&Notice::Numbering(resumed));
        self.author.write(Channel::Notices { issuer: office }, at, Kind::Notice, payload);
    }

    /// Whether everything is here that some office above holds, as far as it told.
    fn has_heard_all(&self) -> bool {
        let tips = self.store.tips();
        let is_here =
            |(log, len): (&LogId, &u64)| tips.get(log).is_some_and(|tip| tip.head.len >= *len);
        let has_told = |peer: &Hearing| peer.is_live && peer.owed.iter().all(is_here);
        self.numbers.above.values().any(has_told) && self.check_writable(false).is_ok()
    }

    /// A notice in which a store of this office says that it knows its numbers.
    pub(in crate::replica) fn note_resumed(&mut self, issuer: OfficeCode, notice: &Notice) {
        if let Notice::Numbering(Resumed { incarnation, .. }) = notice
            && issuer == self.config.office
            && *incarnation == self.author.incarnation
        {
            self.numbers.resumed = Some(*incarnation);
            self.numbers.try_again();
        }
    }
}
