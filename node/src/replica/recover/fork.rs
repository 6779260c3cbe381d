//! Mending a fork: our own log gives way to the one above, and what only we have is said again.

use std::collections::{BTreeSet, VecDeque};

use daiban_domain::act::CaseId;
use daiban_domain::case::{Author as Writer, Case};
use daiban_domain::form::{FieldVersion, Fields};
use daiban_domain::payload;
use daiban_sync::entry::Kind;
use daiban_sync::head::Head;
use daiban_sync::id::{Hlc, LogId, Millis};
use daiban_sync::run::{Run, Tip, fits_in_run};

use super::Recovery;
use crate::replica::Replica;
use crate::replica::alarm::Alarm;
use crate::replica::command::Command;
use crate::replica::commit::After;
use crate::replica::io::CommandId;
use crate::store::{Position, Record};

/// An entry of our own, in the clear.
type Written = (Hlc, Kind, Vec<u8>);

/// Commands that wait while a fork is mended: none may build on what is about to be taken back.
#[derive(Default)]
pub(in crate::replica) struct Hold {
    pub(in crate::replica) commands: VecDeque<(CommandId, Command)>,
    until: Until,
}

/// How far the mended log is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Until {
    #[default]
    Free,
    Landed,
    Applied(Position),
}

impl Replica {
    /// Whether commands that write have to wait.
    pub(in crate::replica) fn is_mending(&self) -> bool {
        !self.recovery.is_empty() || self.hold.until != Until::Free
    }

    pub(in crate::replica) fn hold_back(&mut self, id: CommandId, command: Command) {
        self.hold.commands.push_back((id, command));
    }

    /// The mended log is durable.
    pub(in crate::replica) fn mended(&mut self) {
        self.hold.until = Until::Applied(self.store.durable().position);
    }

    /// Mends what can be mended now; when all of it is in the views, commands go on.
    pub(in crate::replica) fn mend(&mut self, now: Millis) {
        let is_quiet = self.busy.is_empty() && self.author.has_signed_all();
        let ready = |r: &Recovery| r.is_whole && is_quiet && self.is_settled(r.log);
        if let Some(place) = self.recovery.iter().position(ready) {
            let recovery = self.recovery.remove(place);
            self.mend_fork(recovery);
        }
        if matches!(self.hold.until, Until::Applied(position) if position <= self.store.applied()) {
            self.hold.until = Until::Free;
        }
        if !self.is_mending() {
            for (id, command) in std::mem::take(&mut self.hold.commands) {
                self.command(now, id, command);
            }
            self.retry_deferred(now);
        }
    }

    /// Whether nothing of the log is on its way to the disk.
    fn is_settled(&self, log: LogId) -> bool {
        let durable = self.store.tips().get(&log);
        self.commits.staged(log).is_none_or(|staged| Some(staged) == durable)
    }

    fn mend_fork(&mut self, recovery: Recovery) {
        let Recovery { log, common, theirs, .. } = recovery;
        let Some(tip) = self.store.tips().get(&log).copied() else { return };
        if common == tip.head || theirs.is_empty() {
            return; // we hold all of theirs: nothing differs any more
        }
        let own = self.entries_after(log, common.len);
        let twice = edited_in(&theirs);
        let incarnation = self.new_incarnation();
        // A form that both histories changed is said again as a whole, below.
        let is_said_again = |kind: Kind, payload: &[u8]| {
            kind == Kind::FormChange
                && payload::subject(payload).is_some_and(|case| twice.contains(&case))
        };
        for (at, kind, payload) in own.iter().filter(|(_, kind, p)| !is_said_again(*kind, p)) {
            self.author.write(tip.channel, *at, *kind, payload.clone());
        }
        self.say_forms_again(log, common, &own, &theirs, &twice);
        self.sign_pending();
        let rewound = Tip { head: common, ..tip };
        self.commits.push(Record::Rewind { log, to: common });
        self.commits.stage_rewind(log, rewound);
        self.adopt_theirs(rewound, theirs);
        self.hold.until = Until::Landed;
        self.commits.after(After::Mended);
        let (common, rewritten) = (common.len, own.len() as u64);
        self.alarm(Alarm::ForkMended { log, common, rewritten, incarnation });
    }

    /// Fields that this node changed after the fork, on top of what the office above holds: the two
    /// histories used the same numbers of the same Automerge actor, so the changes themselves
    /// cannot live side by side.
    fn say_forms_again(
        &mut self,
        log: LogId,
        common: Head,
        own: &[Written],
        theirs: &[Run],
        twice: &BTreeSet<CaseId>,
    ) {
        let Some(tip) = self.store.tips().get(&log).copied() else { return };
        let ids: Vec<_> = twice.iter().copied().collect();
        for (id, mut case) in self.cases_until(&ids, log, common) {
            let writer =
                Writer { node: tip.author, office: tip.office, incarnation: tip.incarnation };
            let changed = changed_by(own, case.clone(), writer);
            for entry in theirs.iter().flat_map(|run| &run.entries) {
                if let Some(bytes) =
                    entry.payload.bytes().filter(|b| payload::subject(b) == Some(id))
                {
                    // What does not apply has no effect above either.
                    let _ = case.apply(entry.kind, bytes, writer, entry.at);
                }
            }
            let at = self.author.tick(self.now);
            let writer = Writer { incarnation: self.author.incarnation, ..writer };
            if let Some(payload) = case.rewrite(writer, &changed, at.millis()) {
                self.author.write(tip.channel, at, Kind::FormChange, payload);
            }
        }
    }

    /// What only we have, in order; a genesis is written anew by itself.
    fn entries_after(&self, log: LogId, from: u64) -> Vec<Written> {
        let readable = self.store.entries(log, from).filter_map(Result::ok);
        let content = readable.filter(|(_, entry)| entry.kind != Kind::Genesis);
        content.filter_map(|(_, e)| Some((e.at, e.kind, e.payload.bytes()?.to_vec()))).collect()
    }

    fn adopt_theirs(&mut self, mut tip: Tip, theirs: Vec<Run>) {
        for run in theirs {
            let run = run.beyond(tip.head);
            debug_assert!(fits_in_run(&run.entries) == run.entries.len());
            if let Ok(verified) = run.verify(Some(&tip), &*self.authenticator) {
                tip = *verified.tip();
                self.commits.push(Record::Run(verified));
            }
        }
    }
}

/// The fields that these entries set, in a case as it was before them. What others wrote at the same
/// time may hide a value; it was written all the same.
fn changed_by(own: &[Written], mut case: Case, writer: Writer) -> Fields {
    let mut changed = Fields::new();
    for (at, kind, payload) in own {
        if *kind != Kind::FormChange || payload::subject(payload) != Some(case.id) {
            continue;
        }
        let (before, seen) = (case.form().fields(), case.form().heads());
        if case.apply(*kind, payload, writer, *at).is_err() {
            continue; // it had no effect
        }
        let change = case.form().heads().into_iter().find(|head| !seen.contains(head));
        let shown = case.form().fields().into_iter();
        changed.extend(shown.filter(|(key, value)| before.get(key) != Some(value)));
        for conflict in case.form().conflicts() {
            let is_ours = |version: &&FieldVersion| change.is_some() && version.change == change;
            if let Some(hidden) = conflict.versions.iter().find(is_ours) {
                changed.insert(conflict.field, hidden.value.clone());
            }
        }
    }
    changed
}

/// The cases whose form these runs change.
fn edited_in(runs: &[Run]) -> BTreeSet<CaseId> {
    let entries = runs.iter().flat_map(|run| &run.entries);
    let changes = entries.filter(|entry| entry.kind == Kind::FormChange);
    changes.filter_map(|entry| payload::subject(entry.payload.bytes()?)).collect()
}
