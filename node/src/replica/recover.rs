//! Mending what a restored disk image has done to logs.
//!
//! **Rollback**: the office above knows more of our own log than we do. We begin a new incarnation
//! for what is written from now on, and the missing entries come back as any others.
//!
//! **Fork**: we wrote on after a rollback, so our log and the one above differ. We fetch theirs from
//! the last place that is surely common, write the entries that only we have again under a new
//! incarnation, and take back our own log in favour of theirs.

mod fork;

use daiban_sync::error::{Misbehaviour, SessionError};
use daiban_sync::head::Head;
use daiban_sync::id::{Incarnation, LogId, Millis, OfficeCode};
use daiban_sync::run::{Run, chain};

use super::Replica;
use super::alarm::Alarm;
use super::io::LinkId;
use crate::store::Record;
pub(super) use fork::Hold;

/// A log that is being compared with a peer's, run by run.
pub(super) struct Recovery {
    link: LinkId,
    log: LogId,
    /// Up to here both histories are the same.
    common: Head,
    /// What the peer holds beyond, oldest first.
    theirs: Vec<Run>,
    /// Where the next run must begin.
    next: Head,
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

    /// Our own log differs from the peer's: fetch theirs from the last common place we know.
    pub(super) fn recover(&mut self, link: LinkId, log: LogId) {
        if self.recovery.iter().any(|r| r.log == log) {
            return;
        }
        let common = self.last_receipted(log);
        let (theirs, is_whole) = (Vec::new(), false);
        self.recovery.push(Recovery { link, log, common, theirs, next: common, is_whole });
        if let Some(peer) = self.links.get_mut(&link) {
            peer.session.fetch(log, common.len);
        }
    }

    /// The farthest head that an office above signed for and that we hold just so.
    fn last_receipted(&self, log: LogId) -> Head {
        let of_log = self
            .store
            .receipts()
            .range((log, lowest_office())..)
            .take_while(|((l, _), _)| *l == log);
        let held =
            |head: &Head| self.store.hash_at(log, head.len).ok().flatten() == Some(head.hash);
        of_log.map(|(_, r)| r.head).filter(held).max_by_key(|head| head.len).unwrap_or(Head::EMPTY)
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
        let Some(run) = run else {
            recovery.is_whole = true;
            self.recovery.push(recovery);
            return Ok(());
        };
        run.check_chain(self.author.node).map_err(Misbehaviour::from)?;
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

    /// How far `run` agrees with what we hold.
    fn common_part(&self, run: &Run) -> Head {
        let mut common = run.after;
        for entry in &run.entries {
            let next = chain(run.log, common, std::slice::from_ref(entry));
            if self.store.hash_at(run.log, next.len).ok().flatten() != Some(next.hash) {
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
