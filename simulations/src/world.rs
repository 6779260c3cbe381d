//! One queue of events in virtual time, and what each of them does.

mod carry;
mod disk;
mod event;
mod liar;
mod life;
mod network;
mod office_hours;
mod people;
mod replica;
mod speech;
pub(crate) mod strike;
pub(crate) mod timetable;
mod turn;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use daiban_domain::act::CaseId;
use daiban_node::replica::{Input, Law, LinkId, Replica};
use daiban_sync::channel::Channel;
use daiban_sync::id::{Millis, OfficeCode, Tier};

use crate::checkers::{Checker, Failure, Verdict};
use crate::city::{self, Memo, Root};
use crate::dice::Dice;
use crate::fault::Aim;
use crate::hands::Hands;
use crate::link::{Line, Link};
use crate::node::{Habits, Node, Standing};
use crate::record::{Recorder, Sample};
use crate::scenario::{Customs, Profile, Profiles, Scenario};
use crate::story::{Counts, Options};
use crate::told::Promises;
use crate::trace::Trace;
use crate::workload::Workload;
use event::Event;

/// Monday, 2 March 2026, nine in the morning in China.
pub(crate) const BEGIN: Millis = Millis(1_772_413_200_000);

/// A city of so many offices is computed on all cores.
const LARGE: usize = 300;

/// The whole city.
pub(crate) struct World {
    pub(crate) now: Millis,
    pub(crate) begins: Millis,
    queue: BTreeMap<(Millis, u64), Event>,
    sequence: u64,
    pub(crate) dice: Dice,
    pub(crate) trace: Trace,
    root: Root,
    memo: Memo,
    pub(crate) law: Law,
    habits: Habits,
    pub(crate) hands: Arc<Hands>,
    customs: Customs,
    pub(crate) scenario: Scenario,
    pub(crate) nodes: Vec<Node>,
    places: BTreeMap<OfficeCode, usize>,
    links: BTreeMap<LinkId, Link>,
    links_of: Vec<BTreeSet<LinkId>>,
    next_link: u64,
    aims: Vec<Aim>,
    /// Things break; otherwise everything is well.
    pub(crate) is_rough: bool,
    pub(crate) workload: Workload,
    pub(crate) promises: Promises,
    pub(crate) failure: Option<Failure>,
    pub(crate) counts: Counts,
    pub(crate) recorder: Recorder,
    options: Options,
}

impl World {
    pub(crate) fn new(scenario: Scenario, seed: u64, options: Options) -> Self {
        let mut dice = Dice::new(seed);
        let root = Root::new(dice.bytes());
        let offices = city::offices(&scenario.city);
        let profiles = Profiles::shipped();
        let node = |&office: &OfficeCode| {
            let profile = profile_of(office, &scenario, &profiles, &mut dice);
            Node::new(office, Line::new(profile), &root, &mut dice)
        };
        let nodes: Vec<_> = offices.iter().map(node).collect();
        let memo = Memo::new(root.authenticator());
        nodes.iter().for_each(|node| memo.know(node.signing_key()));
        let begins = scenario.time.begins;
        let hands = Arc::new(hands(offices.len(), scenario.time.brisk, options));
        let customs = Customs::shipped();
        let mut world = Self {
            now: begins,
            begins,
            queue: BTreeMap::new(),
            sequence: 0,
            trace: Trace::new(begins, options.tell, Arc::clone(&hands)),
            memo,
            root,
            law: Law::default(),
            hands,
            habits: if scenario.time.brisk { Habits::BRISK } else { Habits::usual() },
            workload: Workload::new(&offices, &customs, &mut dice),
            recorder: Recorder::new(
                nodes.iter().map(|node| node.line.profile.name.clone()).collect(),
            ),
            customs,
            links_of: vec![BTreeSet::new(); nodes.len()],
            places: offices.iter().enumerate().map(|(place, office)| (*office, place)).collect(),
            nodes,
            links: BTreeMap::new(),
            next_link: 0,
            aims: Vec::new(),
            is_rough: true,
            promises: Promises::default(),
            failure: None,
            counts: Counts::default(),
            scenario,
            dice,
            options,
        };
        world.begin();
        world
    }

    fn begin(&mut self) {
        for node in 0..self.nodes.len() {
            self.after(node as u64, Event::Start { node });
        }
        self.after(5_000, Event::Sample);
        if self.scenario.people.restless_ms.is_some() {
            self.after(5_000, Event::Person);
        }
        if self.has_days() {
            self.after(60_000, Event::Day);
        }
        self.plan();
    }

    /// Lets something happen `ms` from now.
    pub(crate) fn after(&mut self, ms: u64, event: Event) {
        self.at(self.now.plus(ms), event);
    }

    pub(crate) fn at(&mut self, at: Millis, event: Event) {
        self.sequence += 1;
        self.queue.insert((at.max(self.now), self.sequence), event);
    }

    /// Lets time pass, up to the first failure.
    pub(crate) fn run_until(&mut self, end: Millis) {
        while self.failure.is_none()
            && let Some(next) = self.queue.first_entry().filter(|next| next.key().0 <= end)
        {
            let ((at, _), event) = next.remove_entry();
            self.now = at;
            self.happen(event);
        }
        self.now = self.now.max(end);
    }

    /// Nothing breaks any more; of the `broken` nobody is reached, everybody else is up again.
    pub(crate) fn heal(&mut self, broken: &BTreeSet<usize>) {
        self.tell(None, &format!("everything heals but {} offices", broken.len()));
        self.is_rough = false;
        self.aims.clear();
        for node in 0..self.nodes.len() {
            self.heal_one(node, broken.contains(&node));
        }
    }

    fn heal_one(&mut self, node: usize, stays_broken: bool) {
        if stays_broken {
            return self.darken(node, Millis(u64::MAX));
        }
        self.nodes[node].line.mend();
        self.nodes[node].mend_clock();
        if !self.nodes[node].disk_is_well() {
            self.mend_disk(node);
        }
        if std::mem::replace(&mut self.nodes[node].standing, Standing::Good) != Standing::Good {
            self.lose(node);
        }
        self.nodes[node].off_until = self.now;
        match &self.nodes[node].process {
            None => self.after(0, Event::Start { node }),
            // Whoever waits for a line looks again.
            Some(_) => {
                let boot = self.nodes[node].boot;
                self.after(0, Event::Input { node, boot, input: Input::Tick });
            }
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Input { node, boot, input } => self.input(node, boot, input),
            Event::Wake { node, boot } => self.wake(node, boot),
            Event::Turn { node, boot } => self.turn(node, boot),
            Event::Turned { node, boot, outcome } => self.turned(node, boot, outcome),
            Event::Append { node, boot, commit, records } => {
                self.append(node, boot, commit, records)
            }
            Event::Appended { node, boot, batch } => self.appended(node, boot, batch),
            Event::Sync { node, boot, batch } => self.sync(node, boot, batch),
            Event::Synced { node, boot, batch } => self.synced(node, boot, batch),
            Event::Finish { node, boot, blob } => self.finish(node, boot, blob),
            Event::Finished { node, boot, blob, held } => self.finished(node, boot, blob, held),
            Event::Arrive { link, side, lane, bytes } => self.arrive(link, side, lane, bytes),
            Event::Hangup { link, side } => self.hang_up(link, side),
            Event::Dialled { node, boot, office } => self.dialled(node, boot, office),
            Event::Start { node } => self.start(node),
            Event::Sample => self.sample(),
            Event::Measure { node } => self.measure_disk(node),
            Event::CarryFiles { from, to } => self.carry_files(from, to),
            _ if !self.is_rough => {}
            Event::Day => self.day(),
            Event::Come { node } => self.come(node),
            Event::Attend { node, case } => self.attend(node, case),
            Event::Edit { node, case } => self.edit(node, case),
            Event::Person => self.person(),
            Event::PersonAt { node } => self.person_at(node),
            Event::Fault { node, fault } => self.strike(node, fault),
            Event::DiskMended { node } => self.mend_disk(node),
            Event::Lie { node } => self.lie(node),
        }
    }

    fn sample(&mut self) {
        let length = self.scenario.time.lasts_ms;
        self.after((length / crate::record::SAMPLES).max(60_000), Event::Sample);
        let at_ms = self.now.since(self.begins);
        let mut sample = Sample { at_ms, ..Sample::default() };
        for node in &self.nodes {
            sample.up += usize::from(node.process.is_some());
            *sample.stored_bytes.entry(node.office.tier()).or_default() += node.disk().used_bytes();
        }
        self.recorder.sample(sample, &self.promises, self.now);
        let verdict = crate::checkers::sampled(self);
        self.judge(verdict);
    }

    /// The life of a node, if it is running.
    pub(crate) fn boot(&self, node: usize) -> Option<u64> {
        let node = &self.nodes[node];
        node.process.as_ref().map(|_| node.boot)
    }

    pub(crate) fn is_alive(&self, node: usize, boot: u64) -> bool {
        self.boot(node) == Some(boot)
    }

    /// The place of an office in the list of nodes.
    pub(crate) fn place_of(&self, office: OfficeCode) -> Option<usize> {
        self.places.get(&office).copied()
    }

    /// The offices above, nearest first, that take part.
    pub(crate) fn parent_of(&self, node: usize) -> Option<usize> {
        self.place_of(self.nodes[node].office.parent()?)
    }

    /// Something worth reading, in the trace and in the record.
    pub(crate) fn tell(&mut self, node: Option<usize>, what: &str) {
        let office = node.map(|node| self.nodes[node].office);
        self.recorder.tell(self.now.since(self.begins), office, what);
        self.trace.tell(self.now, node.map_or(u64::MAX, |node| node as u64), what);
    }

    /// Keeps the first thing that a checker finds.
    pub(crate) fn judge(&mut self, verdict: Verdict) {
        if let Err((checker, sentence)) = verdict {
            self.fail(checker, sentence);
        }
    }

    pub(crate) fn fail(&mut self, checker: Checker, sentence: String) {
        let ignored = self.options.ignored == Some(checker);
        if self.failure.is_none() && !ignored {
            let at = Millis(self.now.since(self.begins));
            self.failure = Some(Failure { checker, sentence, at });
        }
    }

    /// Nodes that run, with their offices.
    pub(crate) fn replicas(&self) -> Vec<(OfficeCode, &Replica)> {
        self.nodes
            .iter()
            .filter_map(|node| Some((node.office, node.process.as_ref()?.replica())))
            .collect()
    }

    pub(crate) fn root(&self) -> &Root {
        &self.root
    }

    /// Everything that is held anywhere.
    pub(crate) fn cases(&self) -> BTreeMap<CaseId, Channel> {
        self.nodes.iter().flat_map(|node| node.kept.cases.clone()).collect()
    }
}

/// Where nothing takes time there is nothing to do beside, and in a small city seldom: one thread is
/// faster there. A planted bug is in one thread only.
fn hands(offices: usize, is_brisk: bool, options: Options) -> Hands {
    match offices >= LARGE && !is_brisk && !options.is_planted() {
        true => Hands::of_this_machine(),
        false => Hands::new(0),
    }
}

/// The profile that the scenario names for an office, or that it draws.
fn profile_of(
    office: OfficeCode,
    scenario: &Scenario,
    profiles: &Profiles,
    dice: &mut Dice,
) -> Profile {
    let network = &scenario.network;
    let named = network.at.iter().rev().find(|(place, _)| place.contains(office));
    let name = match (named, &network.villages) {
        (Some((_, name)), _) => name,
        _ if office.tier() != Tier::Village => &network.offices,
        (None, Some(name)) => name,
        (None, None) => return profiles.draw(dice).clone(),
    };
    profiles.get(name).cloned().expect("a scenario names profiles that there are")
}
