//! A scenario for real processes: the same people, faults and checkers, in a small tree and in real
//! time.
//!
//! [`Play::new`] draws a script: who comes when, and what breaks. Whoever runs the processes asks the
//! play what people type ([`Play::open`], [`Play::edit`], [`Play::choose`]), tells it what they were
//! told ([`Play::told`]) and what came of it, and at the end lets it judge the stores of the stopped
//! processes ([`Play::judge`]).

mod people;
mod script;
mod verdict;

use std::collections::BTreeMap;

use daiban_domain::act::CaseId;
use daiban_domain::catalog::Catalog;
use daiban_domain::notice::Notice;
use daiban_domain::shipped;
use daiban_node::replica::Alarm;
use daiban_sync::channel::Channel;
use daiban_sync::id::{Millis, OfficeCode, Tier};

pub use people::{Choice, Opening, Waiting};
pub use script::{Beat, Happens};
pub use verdict::Stopped;

use crate::checkers::model::Model;
use crate::checkers::{Checker, Failure, Verdict, calm};
use crate::dice::Dice;
use crate::record::{RECORD_VERSION, Record, Recorder, Sample};
use crate::scenario::{Customs, Profile, Scenario};
use crate::story::{Counts, Options};
use crate::told::Promises;
use crate::world::World;

/// What people do and are told while real processes play. Times are real, since the beginning.
pub struct Play {
    scenario: Scenario,
    seed: u64,
    begins: Millis,
    offices: Vec<(OfficeCode, Profile)>,
    dice: Dice,
    /// How long people take to see to a case, in the mean.
    patience_ms: u64,
    catalog: Catalog,
    cases: BTreeMap<CaseId, Channel>,
    typed: u64,
    model: Model,
    promises: Promises,
    recorder: Recorder,
    /// What happened.
    pub counts: Counts,
    failure: Option<Failure>,
}

impl Play {
    /// A scenario made small, that lasts `lasts_ms` of real time from `begins` on; and its script.
    ///
    /// # Errors
    /// What real processes cannot be made to do.
    pub fn new(
        scenario: &Scenario,
        seed: u64,
        begins: Millis,
        lasts_ms: u64,
    ) -> Result<(Self, Vec<Beat>), String> {
        let mut scenario = script::small(scenario)?;
        let mut world = World::new(scenario.clone(), seed, Options::default());
        let beats = script::draw(&mut world, lasts_ms);
        let line = |node: &crate::node::Node| (node.office, node.line.profile.clone());
        let offices: Vec<_> = world.nodes.iter().map(line).collect();
        let links = offices.iter().map(|(_, profile)| profile.name.clone()).collect();
        let decides_after_ms = Customs::shipped().decides_after_ms;
        let patience_ms = script::pressed(decides_after_ms, scenario.time.lasts_ms, lasts_ms);
        scenario.time.lasts_ms = lasts_ms;
        let play = Self {
            scenario,
            seed,
            begins,
            offices,
            dice: world.dice.split(),
            patience_ms,
            catalog: shipped::catalog(),
            cases: BTreeMap::new(),
            typed: 0,
            model: Model::default(),
            promises: Promises::default(),
            recorder: Recorder::new(links),
            counts: Counts::default(),
            failure: None,
        };
        Ok((play, beats))
    }

    /// Who takes part, parents first, and over which link each is reached.
    pub fn offices(&self) -> &[(OfficeCode, Profile)] {
        &self.offices
    }

    /// Whether the story lets a disk be full.
    pub fn fills_disks(&self) -> bool {
        self.scenario.faults.iter().any(|plan| plan.fault.kind() == "disk-full")
    }

    /// Something worth reading.
    pub fn tell(&mut self, at_ms: u64, office: OfficeCode, what: &str) {
        self.counts.events += 1;
        self.recorder.tell(at_ms, Some(office), what);
    }

    /// Everything of an office has come to one above: what its people were told before `at_ms` is
    /// safe there.
    pub fn landed(&mut self, office: OfficeCode, above: OfficeCode, (asked, now): (u64, u64)) {
        let Some(node) = self.place_of(office) else { return };
        let (asked, now) = (self.begins.plus(asked), self.begins.plus(now));
        for fact in self.promises.told_by(node, asked) {
            if let Some((node, ms)) = self.promises.landed(fact, above, now) {
                self.recorder.landed(node, above.tier(), ms);
            }
        }
    }

    /// Bytes that went over the link of an office.
    pub fn moved(&mut self, office: OfficeCode, (up, down): (u64, u64)) {
        let Some(node) = self.place_of(office) else { return };
        self.counts.sent_bytes += up + down;
        for (is_up, bytes) in [(true, up), (false, down)] {
            self.recorder.moved(node, is_up, usize::try_from(bytes).unwrap_or(usize::MAX));
        }
    }

    /// An alarm that an office gave.
    pub fn alarm(&mut self, at_ms: u64, office: OfficeCode, alarm: &Alarm) {
        self.counts.alarms += 1;
        self.tell(at_ms, office, &alarm.to_string());
        self.recorder.alarm(calm::kind(alarm));
        // What is raised about another office, that office has said itself.
        if !matches!(alarm, Alarm::Watch { .. }) {
            let verdict = calm::check_alarm(office, alarm, &self.scenario.expects);
            self.keep(at_ms, verdict);
        }
    }

    /// How things stand: so many offices are up, and a tier stores so many bytes.
    pub fn sample(&mut self, at_ms: u64, up: usize, stored_bytes: BTreeMap<Tier, u64>) {
        let sample = Sample { at_ms, up, stored_bytes, ..Sample::default() };
        self.recorder.sample(sample, &self.promises, self.begins.plus(at_ms));
    }

    /// Something that must not happen did; the first counts.
    pub fn fail(&mut self, at_ms: u64, checker: Checker, sentence: String) {
        self.keep(at_ms, Err((checker, sentence)));
    }

    fn keep(&mut self, at_ms: u64, verdict: Verdict) {
        if let (Err((checker, sentence)), None) = (verdict, &self.failure) {
            self.failure = Some(Failure { checker, sentence, at: Millis(at_ms) });
        }
    }

    fn place_of(&self, office: OfficeCode) -> Option<usize> {
        self.offices.iter().position(|(other, _)| *other == office)
    }

    /// All that is known of the play.
    pub fn finish(self) -> Record {
        let mut counts = self.counts;
        (counts.promises, counts.cases) = (self.promises.len(), self.cases.len() as u64);
        let mut offices: BTreeMap<Tier, usize> = BTreeMap::new();
        for (office, _) in &self.offices {
            *offices.entry(office.tier()).or_default() += 1;
        }
        let mut record = Record {
            version: RECORD_VERSION,
            scenario: format!("{}-real", self.scenario.name),
            title: self.scenario.title,
            story: self.scenario.story,
            seed: self.seed,
            failure: self.failure,
            trace_hash: String::new(),
            begins: self.begins,
            lasts_ms: self.scenario.time.lasts_ms,
            healed_after_ms: counts.healed_after_ms,
            offices,
            counts,
            alarms: BTreeMap::new(),
            profiles: BTreeMap::new(),
            samples: Vec::new(),
            events: Vec::new(),
            events_left_out: 0,
        };
        self.recorder.finish(&mut record);
        record
    }
}

/// What is published when a story lets an item be changed.
pub fn newer_version(item: &str) -> Notice {
    crate::world::strike::newer_version(item)
}
