//! Mending a fork: one history stands, and what only the other has is said again by its author.

use std::collections::{BTreeSet, VecDeque};

use daiban_domain::act::CaseId;
use daiban_domain::case::{Author as Writer, Case};
use daiban_domain::form::{FieldVersion, Fields, stem_of};
use daiban_domain::payload;
use daiban_sync::entry::Kind;
use daiban_sync::head::{Head, Receipt};
use daiban_sync::id::{Hlc, LogId, Millis, OfficeCode};
use daiban_sync::run::{Run, Tip, fits_in_run};
use daiban_sync::session::Session;

use super::Recovery;
use crate::replica::Replica;
use crate::replica::alarm::Alarm;
use crate::replica::command::Command;
use crate::replica::commit::After;
use crate::replica::io::CommandId;
use crate::store::{Position, Record};

/// An entry in the clear.
type Written = (Hlc, Kind, Vec<u8>);

/// Commands that wait while a fork is mended: none may build on what is about to be taken back.
#[derive(Default)]
pub(in crate::replica) struct Hold {
    pub(in crate::replica) commands: VecDeque<(CommandId, Command)>,
    /// Mended logs that are not durable yet.
    landing: BTreeSet<LogId>,
    /// What is mended is shown once views have come to here.
    shown_at: Option<Position>,
    /// Logs that may differ no longer from what a peer holds.
    mended: BTreeSet<LogId>,
}

impl Replica {
    /// Whether commands that write have to wait.
    pub(in crate::replica) fn is_mending(&self) -> bool {
        let Hold { landing, shown_at, .. } = &self.hold;
        !self.recovery.is_empty() || !landing.is_empty() || shown_at.is_some()
    }

    pub(in crate::replica) fn hold_back(&mut self, id: CommandId, command: Command) {
        self.hold.commands.push_back((id, command));
    }

    /// The mended log is durable: offices below that still hold the other history hear of it, and
    /// whoever is being told what was held before is told anew.
    pub(in crate::replica) fn mended(&mut self, log: LogId) {
        self.hold.landing.remove(&log);
        self.hold.shown_at = Some(self.store.durable().position);
        let Some(tip) = self.store.tips().get(&log).copied() else { return };
        let shares = |session: &Session| session.scope().contains(&tip.channel);
        for peer in self.links.values_mut().filter(|peer| shares(&peer.session)) {
            let scope = peer.session.scope();
            if scope.upper() == Some(scope.ours) {
                peer.session.send_diverged(log, tip.head);
            }
        }
        let compares = |session: &Session| !session.is_live() && shares(session);
        self.begin_anew(compares, "it compares what is held no longer");
    }

    /// Mends what can be mended now; when all of it is in the views, commands go on.
    pub(in crate::replica) fn mend(&mut self, now: Millis) {
        let is_quiet = self.busy.is_empty() && self.author.has_signed_all();
        let ready = |r: &Recovery| r.is_whole && is_quiet && self.is_settled(r.log);
        if let Some(place) = self.recovery.iter().position(ready) {
            let recovery = self.recovery.remove(place);
            self.mend_fork(recovery);
        }
        self.hold.shown_at = self.hold.shown_at.filter(|at| *at > self.store.applied());
        if !self.is_mending() {
            self.compare_again();
            for (id, command) in std::mem::take(&mut self.hold.commands) {
                self.command(now, id, command);
            }
            self.retry_deferred(now);
        }
    }

    /// Links on which a mended log was left alone begin anew: only then does what comes later travel
    /// there.
    fn compare_again(&mut self) {
        let mended = std::mem::take(&mut self.hold.mended);
        let was_left_alone =
            |session: &Session| mended.iter().any(|log| session.leaves_alone(*log));
        self.begin_anew(was_left_alone, "a mended log is compared again");
    }

    fn begin_anew(&mut self, is_meant: impl Fn(&Session) -> bool, why: &str) {
        let links = self.links.iter().filter(|(_, peer)| is_meant(&peer.session));
        for (link, office) in links.map(|(&link, peer)| (link, peer.office)).collect::<Vec<_>>() {
            self.close(self.now, link, why.to_owned());
            self.upstream.dial_again(self.now, office);
        }
    }

    /// Whether nothing of the log is on its way to the disk.
    fn is_settled(&self, log: LogId) -> bool {
        let durable = self.store.tips().get(&log);
        self.commits.staged(log).is_none_or(|staged| Some(staged) == durable)
    }

    fn mend_fork(&mut self, recovery: Recovery) {
        let Recovery { office, log, common, theirs, .. } = recovery;
        let Some(tip) = self.store.tips().get(&log).copied() else { return };
        if common == tip.head {
            self.hold.mended.insert(log);
            return; // they hold all of ours: nothing differs any more
        }
        let Some(first) = theirs.first().cloned() else { return };
        let is_ours = tip.author == self.author.node;
        let stands = is_ours && self.is_signed_above(office, log, common);
        // With evidence of it, the fork was mended before: the peer has still to give way.
        if !self.keep_evidence(first) && stands {
            return;
        }
        if is_ours {
            let (ours, theirs) = (self.entries_after(log, common.len), written(&theirs));
            let (said, lost) = if stands { (ours, theirs) } else { (theirs, ours) };
            let incarnation = self.new_incarnation();
            self.say_again(log, common, &lost, &said);
            let (common, rewritten) = (common.len, lost.len() as u64);
            self.alarm(Alarm::ForkMended { log, common, rewritten, incarnation });
        }
        if !stands {
            self.say_own_again(&tip, (log, common), &theirs);
            let rewound = Tip { head: common, ..tip };
            self.commits.push(Record::Rewind { log, to: common });
            self.commits.stage_rewind(log, rewound);
            self.adopt_theirs(rewound, theirs);
            self.hold.mended.insert(log);
            self.hold.landing.insert(log);
            self.commits.after(After::Mended { log });
        }
    }

    /// Whether an office above `office` signed for our history beyond what is common.
    fn is_signed_above(&self, office: OfficeCode, log: LogId, common: Head) -> bool {
        self.receipts_of(log).any(|Receipt { office: signer, head, .. }| {
            let is_above = *signer != office && office.is_within(*signer);
            is_above && head.len > common.len && self.store.holds(log, *head)
        })
    }

    /// Writes again what stands only in the history that is lost.
    fn say_again(&mut self, log: LogId, common: Head, lost: &[Written], stands: &[Written]) {
        let Some(tip) = self.store.tips().get(&log).copied() else { return };
        let twice = edited_in(stands);
        // A form that both histories changed is said again as a whole, below.
        let is_said_below = |kind: Kind, payload: &[u8]| {
            kind == Kind::FormChange
                && payload::subject(payload).is_some_and(|case| twice.contains(&case))
        };
        for (at, kind, payload) in lost.iter().filter(|(_, kind, p)| !is_said_below(*kind, p)) {
            self.author.write(tip.channel, *at, *kind, payload.clone());
        }
        let ids: Vec<_> = twice.into_iter().collect();
        for (_, case) in self.cases_until(&ids, log, common) {
            self.say_form_again(case, &tip, lost, stands);
        }
        self.sign_pending();
    }

    /// The fields of a form that the lost history changed, on top of the one that stands: the two
    /// used the same numbers of the same Automerge actor, so the changes themselves cannot live side
    /// by side.
    fn say_form_again(&mut self, case: Case, tip: &Tip, lost: &[Written], stands: &[Written]) {
        let writer = Writer { node: tip.author, office: tip.office, incarnation: tip.incarnation };
        let changed = changed_by(lost, case.clone(), writer);
        self.say_fields(case, &changed, tip, stands);
    }

    /// What this node wrote elsewhere into forms, on top of what is about to be taken back: nothing
    /// of it would apply any more, and its numbers cannot be used twice.
    fn say_own_again(&mut self, tip: &Tip, (log, common): (LogId, Head), theirs: &[Run]) {
        let node = self.author.node;
        let edited: Vec<_> = edited_in(&self.entries_after(log, common.len)).into_iter().collect();
        let mut owed = self.cases_until(&edited, log, common);
        let waiting = |id: CaseId, case: &Case| case.form().waiting_of(stem_of(node, id));
        owed.retain(|(id, case)| !waiting(*id, case).is_empty());
        if owed.is_empty() {
            return;
        }
        self.new_incarnation();
        let ids: Vec<_> = owed.iter().map(|(id, _)| *id).collect();
        let whole = self.cases_until(&ids, log, tip.head);
        for ((id, case), (_, whole)) in owed.into_iter().zip(whole) {
            let set = whole.form().set_by(&waiting(id, &case));
            self.say_fields(case, &set, tip, &written(theirs));
        }
        self.sign_pending();
    }

    /// Sets fields of a form on top of what stands of a log from now on.
    fn say_fields(&mut self, mut case: Case, fields: &Fields, tip: &Tip, stands: &[Written]) {
        let of_log = Writer { node: tip.author, office: tip.office, incarnation: tip.incarnation };
        let of_case = |(.., payload): &&Written| payload::subject(payload) == Some(case.id);
        for (at, kind, bytes) in stands.iter().filter(of_case).collect::<Vec<_>>() {
            // What does not apply has no effect elsewhere either.
            let _ = case.apply(*kind, bytes, of_log, *at);
        }
        let at = self.author.tick(self.now);
        let (node, incarnation) = (self.author.node, self.author.incarnation);
        let own = Writer { node, office: self.config.office, incarnation };
        if let Some(payload) = case.rewrite(own, fields, at.millis()) {
            self.author.write(tip.channel, at, Kind::FormChange, payload);
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

/// The entries of these runs, in the clear.
fn written(runs: &[Run]) -> Vec<Written> {
    let entries = runs.iter().flat_map(|run| &run.entries);
    let content = entries.filter(|entry| entry.kind != Kind::Genesis);
    content.filter_map(|e| Some((e.at, e.kind, e.payload.bytes()?.to_vec()))).collect()
}

/// The cases whose form these entries change.
fn edited_in(entries: &[Written]) -> BTreeSet<CaseId> {
    let changes = entries.iter().filter(|(_, kind, _)| *kind == Kind::FormChange);
    changes.filter_map(|(.., payload)| payload::subject(payload)).collect()
}
