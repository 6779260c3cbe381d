//! What is carried by hand: choosing it for an office, and taking what somebody brings.
//!
//! A bundle has no session behind it. Nobody is acknowledged, nothing is asked back; entries are
//! proved exactly as if they had come over a link.

use daiban_domain::standing::Standing;
use daiban_domain::words;
use daiban_sync::error::Misbehaviour;
use daiban_sync::frame::Frame;
use daiban_sync::frontier::Scope;
use daiban_sync::head::Receipt;
use daiban_sync::id::{BlobId, LogId, Millis, NodeKey, OfficeCode};
use daiban_sync::run::{Run, RunError, Tip};
use daiban_sync::session::Source as _;

use super::Replica;
use super::alarm::Alarm;
use super::answer::Answer;
use super::commit::After;
use super::io::{CommandId, Effect};
use super::links::shown;
use super::refusal::{Refusal, RefusalKind};
use super::view::Shown;

/// What is to be carried to an office.
pub struct Load {
    /// The nodes of that office that are known here.
    pub recipients: Vec<NodeKey>,
    /// Logs, and the first entry of each that goes.
    pub logs: Vec<(LogId, u64)>,
    /// For an office below: what the offices above it have signed for.
    pub receipts: Vec<Receipt>,
}

/// What became of the entries that were brought.
#[derive(Default)]
struct Taken {
    entries: u64,
    known: u64,
    refused: Vec<String>,
}

impl Replica {
    /// What `to` lacks as far as it is known here: what it has not signed for if it is above, what
    /// was written elsewhere if it is below; or all that both offices hold.
    ///
    /// # Errors
    /// [`Refusal`]: the office is not on our line, no node of it is known, or there is nothing.
    pub fn load_for(&self, to: OfficeCode, everything: bool) -> Result<Load, Refusal> {
        let scope = Scope { ours: self.config.office, theirs: to };
        if scope.upper().is_none() {
            return Err(not_on_our_line(to));
        }
        let is_believed = |node: NodeKey| self.standings().of_node(node, to) == Standing::Good;
        let nodes =
            self.offices.iter().filter(|(node, office)| **office == to && is_believed(**node));
        let recipients: Vec<_> = nodes.map(|(&node, _)| node).collect();
        if recipients.is_empty() {
            return Err(no_node_of(to));
        }
        let shared = self.store.tips().iter().filter(|(_, tip)| scope.contains(&tip.channel));
        let from = |(&log, tip): (&LogId, &Tip)| {
            let from = if everything { 0 } else { self.held_by(to, log, tip) };
            (from < tip.head.len).then_some((log, from))
        };
        let logs: Vec<_> = shared.filter_map(from).collect();
        let receipts = match scope.upper() == Some(scope.ours) {
            true => shown!(self).receipts(&scope),
            false => Vec::new(),
        };
        if logs.is_empty() && receipts.is_empty() {
            return Err(nothing_for(to));
        }
        Ok(Load { recipients, logs, receipts })
    }

    /// Whether the file belongs to a case here and is missing.
    pub fn wants_blob(&self, blob: BlobId) -> bool {
        self.wants.contains(blob)
    }

    fn held_by(&self, office: OfficeCode, log: LogId, tip: &Tip) -> u64 {
        match tip.office == office {
            true => tip.head.len,
            false => self.receipted(log, office),
        }
    }

    /// The next entries of a log for a bundle; `None` at its end, or where it cannot be read (which
    /// is an alarm).
    pub fn next_for_bundle(&self, log: LogId, from: u64) -> Option<Run> {
        shown!(self).read_run(log, from)
    }

    /// Takes what was brought from `from`; the answer comes when it is durable and in the views.
    pub(super) fn carried(
        &mut self,
        now: Millis,
        id: CommandId,
        from: OfficeCode,
        frames: Vec<Frame>,
    ) {
        if let Some(reason) = self.commits.latched() {
            let answer = Err(Refusal::latched(reason));
            return self.effects.push_back(Effect::Reply { id, answer });
        }
        let mut taken = Taken::default();
        for frame in frames {
            let result = match frame {
                Frame::Run(run) => self.carried_run(now, run, &mut taken),
                Frame::Receipts(receipts) => self.take_receipts(receipts),
                other => {
                    let (expected, got) = ("runs and receipts in a bundle", other.name());
                    Err(Misbehaviour::OutOfTurn { expected, got })
                }
            };
            if let Err(error) = result {
                let reason = format!("in a bundle: {error}");
                taken.refused.push(reason.clone());
                self.alarm(Alarm::PeerRefused { office: from, reason });
            }
        }
        let Taken { entries, known, refused } = taken;
        self.commits
            .after(After::Reply { id, answer: Answer::Carried { entries, known, refused } });
    }

    fn carried_run(
        &mut self,
        now: Millis,
        run: Run,
        taken: &mut Taken,
    ) -> Result<(), Misbehaviour> {
        let (log, end) = (run.log, run.head.head.len);
        let held = self.commits.staged(log).or_else(|| self.store.tips().get(&log)).copied();
        let entries = run.entries.len() as u64;
        if held.is_some_and(|tip| tip.head.len >= end) {
            taken.known += entries;
            return Ok(());
        }
        match run.clone().verify(held.as_ref(), &*self.authenticator) {
            Ok(verified) => {
                if !verified.tip().channel.is_held_by(self.config.office) {
                    return Err(Misbehaviour::OutOfScope(log));
                }
                taken.entries += verified.run().entries.len() as u64;
                taken.known += entries - verified.run().entries.len() as u64;
                self.keep(now, verified);
                Ok(())
            }
            Err(error) => {
                if let (RunError::Forked { .. }, Some(tip)) = (&error, held)
                    && tip.author != self.author.node
                {
                    self.keep_evidence(run);
                    self.equivocated(log, &tip);
                }
                Err(error.into())
            }
        }
    }
}

fn not_on_our_line(to: OfficeCode) -> Refusal {
    Refusal::new(RefusalKind::NotAllowed, words::nothing_shared(to), words::choose_above_or_below())
}

fn no_node_of(to: OfficeCode) -> Refusal {
    Refusal::new(RefusalKind::NotFound, words::no_node_known(to), words::connect_or_import())
}

fn nothing_for(to: OfficeCode) -> Refusal {
    Refusal::new(RefusalKind::NotFound, words::has_everything(to), words::carry_all())
}
