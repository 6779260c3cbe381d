//! Mending what a restored disk image has done to logs.
//!
//! **Rollback**: the office above knows more of our own log than we do. We begin a new incarnation
//! for what is written from now on, and the missing entries come back as any others.
//!
//! **Fork**: we wrote on after a rollback, so our log and a peer's differ. We fetch theirs from the
//! last place that is surely common. The history that the highest office signed for stands; entries
//! of the other one are written again under a new incarnation. If theirs stands, we take back ours.
//!
//! An office that holds such a log without being its author gives way to the office above it, so that
//! all hold the same in the end; what it takes back stays in its journal.

mod fork;

use daiban_sync::error::{Misbehaviour, SessionError};
use daiban_sync::head::{Head, Receipt};
use daiban_sync::id::{Incarnation, LogId, Millis, NodeKey, OfficeCode};
use daiban_sync::run::{Run, chain};

use super::Replica;
use super::alarm::Alarm;
use super::io::LinkId;
use crate::store::Record;
pub(super) use fork::Hold;

/// A log that is being compared with a peer's, run by run.
pub(super) struct Recovery {
    link: LinkId,
    /// Of the peer.
    office: OfficeCode,
    log: LogId,
    /// Up to here both histories are the same.
    common: Head,
    /// What the peer holds beyond, oldest first.
    theirs: Vec<Run>,
    /// Where the next run must begin.
    next: Head,
    /// It is compared from its beginning.
    is_all: bool,
    /// All of theirs is here.
    is_whole: bool,
}

impl Replica {
    /// A peer says that it holds more of a log than we. From an office above that is enough to write
    /// on elsewhere; anybody below must show it.
    pub(super) fn claimed_ahead(&mut self, link: LinkId, log: LogId, len: u64) {
        let ours = self.config.office;
        if self.links.get(&link).is_some_and(|peer| ours.is_within(peer.office)) {
            self.known_above(log, len);
        }
    }

    /// Somebody holds more of a log than we.
    pub(super) fn known_above(&mut self, log: LogId, len: u64) {
        let Some(tip) = self.store.tips().get(&log).copied() else { return };
        let is_current =
            tip.author == self.author.node && tip.incarnation == self.author.incarnation;
        if is_current && len > tip.head.len {
            let incarnation = self.new_incarnation();
            let (held, known_above) = (tip.head.len, len);
            self.alarm(Alarm::RolledBack { log, held, known_above, incarnation });
        }
    }

    /// Writes from now on under a number that nobody has seen.
    fn new_incarnation(&mut self) -> Incarnation {
        self.sign_pending();
        let incarnation = Incarnation(self.random.next());
        self.author.incarnation = incarnation;
        self.commits.push(Record::Incarnation(incarnation));
        incarnation
    }

    /// Our log differs from the peer's: fetch theirs from the last common place we know.
    pub(super) fn recover(&mut self, link: LinkId, log: LogId) {
        if self.recovery.iter().any(|r| r.log == log) {
            return;
        }
        let Some(peer) = self.links.get_mut(&link) else { return };
        let office = peer.office;
        let signed = self.store.receipts().get(&(log, office)).map(|receipt| receipt.head);
        let common = signed.filter(|head| self.store.holds(log, *head)).unwrap_or(Head::EMPTY);
        peer.session.fetch(log, common.len);
        let (theirs, is_all, is_whole) = (Vec::new(), common == Head::EMPTY, false);
        let next = common;
        self.recovery.push(Recovery { link, office, log, common, theirs, next, is_all, is_whole });
    }

    /// Whether a peer's history of a log that another node wrote stands against ours: the peer is
    /// above and is not the author, who mends it; or an office above signed for another than ours.
    pub(super) fn gives_way(&self, link: LinkId, log: LogId, author: NodeKey) -> bool {
        let ours = self.config.office;
        let above = |office: OfficeCode| office != ours && ours.is_within(office);
        let Some(peer) = self.links.get(&link).filter(|peer| above(peer.office)) else {
            return false;
        };
        let held = self.store.tips().get(&log).map_or(0, |tip| tip.head.len);
        let contradicts = |head: Head| head.len <= held && !self.store.holds(log, head);
        // Its author's own word says nothing of it: that one may be giving way to us.
        let mut word = self.receipts_of(log).filter(|receipt| receipt.key != author);
        peer.key != author || word.any(|receipt| contradicts(receipt.head))
    }

    /// The word of the offices above for a log.
    fn receipts_of(&self, log: LogId) -> impl Iterator<Item = &Receipt> {
        let receipts = self.store.receipts().range((log, lowest_office())..);
        receipts.take_while(move |((of, _), _)| *of == log).map(|(_, receipt)| receipt)
    }

    pub(super) fn recovery_lost(&mut self, link: LinkId) {
        self.recovery.retain(|recovery| recovery.link != link || recovery.is_whole);
        self.repairs.retain(|_, asked| {
            asked.remove(&link);
            !asked.is_empty()
        });
    }

    /// A run that we asked for.
    ///
    /// # Errors
    /// The peer sent a run that does not belong there.
    pub(super) fn fetched(
        &mut self,
        now: Millis,
        link: LinkId,
        log: LogId,
        run: Option<Run>,
    ) -> Result<(), SessionError> {
        let asks = |r: &Recovery| r.log == log && r.link == link && !r.is_whole;
        if let Some(place) = self.recovery.iter().position(asks) {
            let recovery = self.recovery.remove(place);
            return self.recover_with(recovery, run);
        }
        let Some(run) = run else { return Ok(()) };
        if self.repairs.remove(&(log, run.after.len)).is_some() {
            return self.repair_with(link, run);
        }
        self.take_run(now, link, run)
    }

    fn recover_with(
        &mut self,
        mut recovery: Recovery,
        run: Option<Run>,
    ) -> Result<(), SessionError> {
        let joins = run.as_ref().is_some_and(|run| run.after == recovery.next);
        if !joins && !recovery.is_all && recovery.next == recovery.common {
            self.compare_all(recovery);
            return Ok(());
        }
        let Some(run) = run else {
            recovery.is_whole = true;
            self.recovery.push(recovery);
            return Ok(());
        };
        let Some(tip) = self.store.tips().get(&recovery.log) else { return Ok(()) };
        run.check_chain(tip.author).map_err(Misbehaviour::from)?;
        if run.log != recovery.log || run.after != recovery.next {
            let (expected, got) = ("the next run of the log", "another");
            return Err(Misbehaviour::OutOfTurn { expected, got }.into());
        }
        recovery.next = run.head.head;
        if recovery.theirs.is_empty() {
            recovery.common = self.common_part(&run);
        }
        if recovery.common != run.head.head || !recovery.theirs.is_empty() {
            recovery.theirs.push(run);
        }
        if let Some(peer) = self.links.get_mut(&recovery.link) {
            peer.session.fetch(recovery.log, recovery.next.len);
        }
        self.recovery.push(recovery);
        Ok(())
    }

    /// The peer holds no longer what it signed for: it gave way to another history.
    fn compare_all(&mut self, recovery: Recovery) {
        let Recovery { link, log, .. } = recovery;
        if let Some(peer) = self.links.get_mut(&link) {
            peer.session.fetch(log, 0);
        }
        let (common, next, is_all) = (Head::EMPTY, Head::EMPTY, true);
        self.recovery.push(Recovery { common, next, is_all, ..recovery });
    }

    /// How far `run` agrees with what we hold.
    fn common_part(&self, run: &Run) -> Head {
        let mut common = run.after;
        for entry in &run.entries {
            let next = chain(run.log, common, std::slice::from_ref(entry));
            if !self.store.holds(run.log, next) {
                break;
            }
            common = next;
        }
        common
    }
}

fn lowest_office() -> OfficeCode {
    OfficeCode::new(110_000_000_001).expect("the lowest code that is no province")
}
