//! The checkers over the stores of stopped processes.

use std::collections::BTreeMap;

use daiban_domain::act::CaseId;
use daiban_node::replica::Replica;
use daiban_node::store::Blobs;
use daiban_sync::channel::Channel;
use daiban_sync::id::OfficeCode;
use daiban_sync::run::Authenticator;

use super::Play;
use crate::checkers::{Checker, Verdict, authorship, convergence, lost};
use crate::kept::Kept;

/// An office whose process has stopped, opened anew.
pub struct Stopped {
    pub office: OfficeCode,
    pub replica: Replica,
    pub blobs: Blobs,
    /// What the process wrote into its log.
    pub log: String,
}

impl Play {
    /// Judges what all offices hold in the end, by the root's word alone.
    pub fn judge(&mut self, at_ms: u64, stopped: &[Stopped], root: &dyn Authenticator) {
        let verdict = self.check(stopped, root).and_then(|()| self.check_expectations());
        self.keep(at_ms, verdict);
    }

    fn check(&self, stopped: &[Stopped], root: &dyn Authenticator) -> Verdict {
        let mut kept: Vec<(OfficeCode, Kept)> = Vec::new();
        for office in stopped {
            let read = Kept::read(office.replica.store(), &office.blobs);
            let read = read.map_err(|error| (Checker::NothingLost, error.to_string()))?;
            kept.push((office.office, read));
            self.check_sound(office)?;
            authorship::check(office.office, office.replica.store(), root)?;
        }
        for (office, kept) in &kept {
            lost::check_end(*office, kept, &self.promises)?;
            lost::check_jurisdiction(*office, kept.tips.values())?;
            check_blobs(*office, kept)?;
            self.model.check_texts(*office, kept)?;
        }
        let replicas: Vec<_> = stopped.iter().map(|o| (o.office, &o.replica)).collect();
        let holders: Vec<_> = kept.iter().map(|(office, kept)| (*office, kept)).collect();
        let differ = convergence::differ(&replicas).or_else(|| {
            holders.iter().find_map(|holder| convergence::missing_blob(*holder, &holders))
        });
        if let Some(sentence) = differ {
            return Err((Checker::Convergence, sentence));
        }
        let cases: BTreeMap<CaseId, Channel> =
            kept.iter().flat_map(|(_, kept)| kept.cases.clone()).collect();
        convergence::check_cases(&replicas, &cases)
    }

    /// Every record can be read, and nothing in the log needs an explanation or names a citizen.
    fn check_sound(&self, stopped: &Stopped) -> Verdict {
        let Stopped { office, replica, log, .. } = stopped;
        let verified = replica.store().verify(&mut |_, _| ());
        let verified = verified.map_err(|error| (Checker::NothingLost, error.to_string()))?;
        if let Some(damage) = verified.damages.first() {
            return Err((Checker::NothingLost, format!("office {office}: {damage}")));
        }
        let is_explained = self.fills_disks();
        if let Some(line) = log.lines().find(|line| line.contains("ERROR") && !is_explained) {
            return Err((Checker::Calm, format!("office {office} logs an error: {line}")));
        }
        match log.contains(crate::kept::MARK_WORD) {
            true => {
                Err((Checker::Jurisdiction, format!("the log of office {office} tells a text")))
            }
            false => Ok(()),
        }
    }

    /// Whether what the scenario expects has come about.
    pub fn has_happened(&self) -> bool {
        self.check_expectations().is_ok()
    }

    /// Of what the scenario expects of a whole city, a small tree shows that it happens at all.
    fn check_expectations(&self) -> Verdict {
        let expects = &self.scenario.expects;
        let failed = |sentence: String| Err((Checker::Expectation, sentence));
        if expects.cases_min > 0 && self.cases.is_empty() {
            return failed("no case was saved".into());
        }
        if expects.decided_min > 0 && self.counts.decided == 0 {
            return failed("no case was decided".into());
        }
        match expects.alarms_heard.iter().find(|kind| !self.recorder.heard(kind)) {
            Some(kind) => failed(format!("nobody heard the alarm `{kind}`")),
            None => Ok(()),
        }
    }
}

/// No file that only cases of others name.
fn check_blobs(office: OfficeCode, kept: &Kept) -> Verdict {
    let is_strange = |blob: &&daiban_sync::id::BlobId| {
        kept.blob_references
            .get(*blob)
            .is_some_and(|channels| !channels.iter().any(|channel| channel.is_held_by(office)))
    };
    match kept.blobs.iter().find(is_strange) {
        Some(blob) => {
            let sentence = format!("office {office} holds blob {} of another line", blob.short());
            Err((Checker::Jurisdiction, sentence))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::{Memo, Root};
    use crate::computer::Computer;
    use crate::dice::Dice;
    use crate::link::Line;
    use crate::node::{Habits, Node, Setup};
    use crate::scenario::Scenario;
    use daiban_node::replica::Law;
    use daiban_sync::id::Millis;

    const QUIET: &str = include_str!("../../scenarios/quiet-week.toml");

    /// Offices that hold nothing, and a play in which nobody was told anything.
    fn ended() -> (Play, Vec<Stopped>, Root) {
        let scenario = Scenario::parse("quiet-week", QUIET).unwrap();
        let (play, _) = Play::new(&scenario, 7, Millis(0), 1_000).unwrap();
        let (root, mut dice) = (Root::new([7; 32]), Dice::new(7));
        let memo = Memo::new(root.authenticator());
        let setup = Setup { memo: &memo, law: &Law::default(), habits: Habits::BRISK };
        let mut stopped = Vec::new();
        for (office, profile) in play.offices() {
            let mut node = Node::new(*office, Line::new(profile.clone()), &root, &mut dice);
            node.start(Millis(0), &setup, &mut dice).unwrap();
            let Computer { replica, blobs, .. } =
                node.process.take().unwrap().computer.into_inner();
            stopped.push(Stopped { office: *office, replica, blobs, log: String::new() });
        }
        (play, stopped, root)
    }

    fn found(play: &mut Play, stopped: &[Stopped], root: &Root) -> Option<(Checker, String)> {
        play.check(stopped, &root.authenticator()).err()
    }

    #[test]
    fn what_was_told_and_is_nowhere_is_found() {
        let (mut play, stopped, root) = ended();
        assert_eq!(found(&mut play, &stopped, &root), None);
        let village = stopped.last().unwrap().office;
        let channel = Channel::Cases { origin: village, handler: None };
        play.told((village, 5), CaseId([1; 16]), Some(channel), (None, Some(1)));
        let (checker, why) = found(&mut play, &stopped, &root).unwrap();
        assert_eq!(checker, Checker::NothingLost, "{why}");
    }

    #[test]
    fn a_log_that_needs_an_explanation_or_tells_a_text_is_found() {
        let (mut play, mut stopped, root) = ended();
        stopped[0].log = "2026-03-02 ERROR the disk\n".into();
        assert_eq!(found(&mut play, &stopped, &root).unwrap().0, Checker::Calm);
        stopped[0].log = format!("WARN {}", crate::kept::mark(3));
        assert_eq!(found(&mut play, &stopped, &root).unwrap().0, Checker::Jurisdiction);
    }
}
