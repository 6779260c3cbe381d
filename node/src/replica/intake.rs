//! What peers send: runs are proved, kept and only then acknowledged.

use daiban_sync::error::{Misbehaviour, SessionError};
use daiban_sync::head::{Head, Receipt};
use daiban_sync::id::{LogId, Millis};
use daiban_sync::run::{Run, RunError, Tip, VerifiedRun, without_payloads};

use super::Replica;
use super::alarm::Alarm;
use super::commit::After;
use super::io::LinkId;
use crate::store::{Evidence, Record};

/// Receipts whose signer is not known yet.
pub const UNPROVED_RECEIPTS_MAX: usize = 4_096;

impl Replica {
    /// Proves a run and queues it for the disk.
    ///
    /// # Errors
    /// The peer sent what nobody may send; nothing of it is kept.
    pub(super) fn take_run(
        &mut self,
        now: Millis,
        link: LinkId,
        run: Run,
    ) -> Result<(), SessionError> {
        let (log, end) = (run.log, run.head.head.len);
        if self.commits.latched().is_some() {
            return Ok(()); // no acknowledgement: the peer keeps it and sends it again
        }
        let staged = self.commits.staged(log).copied();
        let held = staged.or_else(|| self.store.tips().get(&log).copied());
        if held.is_some_and(|tip| tip.head.len >= end) {
            self.acknowledge_known(link, log, end, staged.is_some());
            return Ok(());
        }
        match run.clone().verify(held.as_ref(), &*self.authenticator) {
            Ok(verified) => {
                self.check_shared(link, log, verified.tip())?;
                self.keep(now, verified);
                self.commits.after(After::Acknowledge { link, log, len: end });
                Ok(())
            }
            Err(RunError::Forked { .. }) => self.take_fork(link, run),
            // The log is being taken back; once that is durable the link begins anew.
            Err(RunError::Gap { .. }) if staged.is_some() => {
                self.leave_alone(link, log);
                Ok(())
            }
            Err(error) => Err(Misbehaviour::from(error).into()),
        }
    }

    /// Queues what others wrote for the disk.
    pub(super) fn keep(&mut self, now: Millis, verified: VerifiedRun) {
        // More of our own log than we have, signed by us: we were restored from an old copy.
        self.known_above(verified.run().log, verified.tip().head.len);
        for entry in &verified.run().entries {
            self.author.observe(entry.at, now);
        }
        self.counters.received_entries += verified.run().entries.len() as u64;
        #[cfg(feature = "mutants")]
        self.staged(&verified);
        self.commits.push(Record::Run(verified));
    }

    fn acknowledge_known(&mut self, link: LinkId, log: LogId, len: u64, staged: bool) {
        if staged {
            self.commits.after(After::Acknowledge { link, log, len });
        } else if let Some(peer) = self.links.get_mut(&link) {
            peer.session.acknowledge(log, len);
        }
    }

    fn check_shared(&self, link: LinkId, log: LogId, tip: &Tip) -> Result<(), Misbehaviour> {
        let shared =
            self.links.get(&link).is_some_and(|p| p.session.scope().contains(&tip.channel));
        if shared { Ok(()) } else { Err(Misbehaviour::OutOfScope(log)) }
    }

    /// The author of a log signed another history than the one held.
    fn take_fork(&mut self, link: LinkId, run: Run) -> Result<(), SessionError> {
        let log = run.log;
        let Some(tip) = self.store.tips().get(&log).copied() else { return Ok(()) };
        self.check_shared(link, log, &tip)?;
        if tip.author == self.author.node {
            self.recover(link, log);
            return Ok(());
        }
        self.leave_alone(link, log);
        let from_author = self.links.get(&link).is_some_and(|peer| peer.key == tip.author);
        // An author that learns of it mends it; anybody else's word stays an alarm.
        if !self.keep_evidence(run) || !from_author {
            self.equivocated(log, &tip);
        }
        if self.gives_way(link, log, tip.author) {
            self.recover(link, log);
        }
        Ok(())
    }

    /// The peer hears that its history of a log is not what is held here.
    fn leave_alone(&mut self, link: LinkId, log: LogId) {
        let tip = self.store.tips().get(&log);
        if let (Some(tip), Some(peer)) = (tip, self.links.get_mut(&link)) {
            peer.session.send_diverged(log, tip.head);
        }
    }

    /// Keeps both histories of a log as evidence; `false` if there is some already.
    pub(super) fn keep_evidence(&mut self, run: Run) -> bool {
        let log = run.log;
        if self.store.evidence().contains_key(&log) {
            return false;
        }
        if let Ok(Some(held)) = self.store.signed_head(log) {
            let offered = without_payloads(run);
            self.commits.push(Record::Evidence(Evidence { log, held, offered }));
        }
        true
    }

    pub(super) fn equivocated(&mut self, log: LogId, tip: &Tip) {
        let (author, office, len) = (tip.author, tip.office, tip.head.len);
        self.alarm(Alarm::Equivocation { log, author, office, len });
    }

    /// At this place of the log the peer holds something else than we.
    pub(super) fn diverged(&mut self, link: LinkId, log: LogId, theirs: Head) {
        let Some(tip) = self.store.tips().get(&log).copied() else { return };
        let is_ours = tip.author == self.author.node;
        if !is_ours && self.links.get(&link).is_some_and(|peer| peer.key != tip.author) {
            self.equivocated(log, &Tip { head: theirs, ..tip });
        }
        if is_ours || self.gives_way(link, log, tip.author) {
            self.recover(link, log);
        }
    }

    /// Ancestors' word for logs that we hold.
    ///
    /// # Errors
    /// A receipt that its signer could not give.
    pub(super) fn take_receipts(&mut self, receipts: Vec<Receipt>) -> Result<(), Misbehaviour> {
        self.unproved.extend(receipts);
        self.unproved.truncate(UNPROVED_RECEIPTS_MAX);
        self.prove_receipts()
    }

    /// Keeps the receipts for logs that are here whose signer is known by now to be a node of the
    /// office it names. The others wait: the log, or the signer's own, may still be on its way.
    pub(super) fn prove_receipts(&mut self) -> Result<(), Misbehaviour> {
        let mut fresh = Vec::new();
        for receipt in std::mem::take(&mut self.unproved) {
            match self.offices.get(&receipt.key) {
                _ if !self.store.tips().contains_key(&receipt.log) => self.unproved.push(receipt),
                None => self.unproved.push(receipt),
                Some(office)
                    if *office != receipt.office || !self.authenticator.is_given(&receipt) =>
                {
                    return Err(Misbehaviour::Receipt(receipt.log));
                }
                Some(_) => fresh.extend(self.is_news(&receipt).then_some(receipt)),
            }
        }
        if !fresh.is_empty() {
            fresh.iter().for_each(|receipt| self.commits.push(Record::Receipt(*receipt)));
            self.commits.after(After::PassDown(fresh));
        }
        Ok(())
    }

    fn is_news(&self, receipt: &Receipt) -> bool {
        let ours = self.config.office;
        let above = ours != receipt.office && ours.is_within(receipt.office);
        let tip = self.store.tips().get(&receipt.log);
        let newer = |known: &Receipt| known.head.len < receipt.head.len;
        above
            && tip.is_some_and(|tip| tip.channel.is_receipted_by(receipt.office))
            && self.store.receipts().get(&(receipt.log, receipt.office)).is_none_or(newer)
    }

    /// Tells the offices below.
    pub(super) fn pass_down(&mut self, receipts: &[Receipt]) {
        if receipts.is_empty() {
            return;
        }
        let tips = self.store.tips();
        for peer in self.links.values_mut() {
            let scope = *peer.session.scope();
            let is_below = scope.upper() == Some(scope.ours);
            let shared: Vec<_> = receipts
                .iter()
                .filter(|r| tips.get(&r.log).is_some_and(|t| scope.sends_down(r, &t.channel)))
                .copied()
                .collect();
            // Also before the peer has greeted: what it is compared with is older than these.
            if is_below && !shared.is_empty() {
                peer.session.send_receipts(&shared);
            }
        }
    }
}
