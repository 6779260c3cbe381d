//! One scenario and one seed, one story: things break while people work, then everything heals and
//! all must agree.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use daiban_domain::act::CaseId;
use daiban_sync::channel::Channel;
use daiban_sync::id::{Millis, OfficeCode, Tier};
use serde::Serialize;

use crate::checkers::{Checker, Failure, Verdict, authorship, convergence, lost};
use crate::fault::Death;
use crate::node::Node;
use crate::record::{RECORD_VERSION, Record};
use crate::scenario::{self, Scenario};
use crate::world::World;

/// How often it is asked whether everybody agrees yet.
const LOOK_EVERY_MS: u64 = 30_000;
/// Agreement must last for so long.
const CALM_MS: u64 = 60_000;
/// In a larger city so many cases are compared at the end, and so many offices' logs proved.
const CASES_COMPARED: usize = 300;
const OFFICES_PROVED: usize = 24;
/// Steps between which a waiting person is told how far the story has come.
const STEPS: u64 = 200;

/// What a story is run with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Print what happens.
    pub tell: bool,
    /// Do not stop for this checker, to see what the others find.
    pub ignored: Option<Checker>,
    /// A bug that is planted in every node.
    #[cfg(feature = "mutants")]
    pub mutant: Option<crate::Mutant>,
}

/// How much happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub events: u64,
    pub commands: u64,
    pub refusals: u64,
    pub promises: u64,
    pub cases: u64,
    pub decided: u64,
    /// Applicants who came while the computer was off.
    pub turned_away: u64,
    pub crashes: u64,
    pub cuts: u64,
    pub links: u64,
    pub bundles: u64,
    pub syncs: u64,
    pub sent_bytes: u64,
    pub alarms: u64,
    /// Virtual time of the whole story.
    pub lived_ms: u64,
    /// Virtual time from healing to agreement; of many stories, the longest.
    pub healed_after_ms: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.commands += other.commands;
        self.refusals += other.refusals;
        self.promises += other.promises;
        self.cases += other.cases;
        self.decided += other.decided;
        self.turned_away += other.turned_away;
        self.crashes += other.crashes;
        self.cuts += other.cuts;
        self.links += other.links;
        self.bundles += other.bundles;
        self.syncs += other.syncs;
        self.sent_bytes += other.sent_bytes;
        self.alarms += other.alarms;
        self.lived_ms += other.lived_ms;
        self.healed_after_ms = self.healed_after_ms.max(other.healed_after_ms);
    }
}

/// What came of a story.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub seed: u64,
    pub trace_hash: [u8; 32],
    pub failure: Option<Failure>,
    pub counts: Counts,
    pub record: Record,
}

/// Runs a scenario with a seed. `progress` hears now and then how much of the virtual time has
/// passed, of how much.
pub fn run(
    scenario: &Scenario,
    seed: u64,
    options: Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Outcome {
    #[cfg(feature = "mutants")]
    let _planted = options.mutant.map(daiban_sync::mutants::plant);
    let mut world = World::new(scenario.clone(), seed, options);
    let result = catch_unwind(AssertUnwindSafe(|| play(&mut world, progress)));
    if let Err(panic) = result {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
        world.fail(Checker::NoPanic, said.unwrap_or_else(|| "a panic without words".into()));
    }
    outcome(seed, world)
}

/// Runs the random story of a seed.
pub fn run_random(seed: u64, options: Options) -> Outcome {
    run(&scenario::random(seed), seed, options, &mut |_, _| ())
}

fn outcome(seed: u64, world: World) -> Outcome {
    let mut counts = world.counts;
    counts.events = world.trace.events();
    counts.promises = world.promises.len();
    counts.cases = world.workload.cases.len() as u64;
    counts.lived_ms = world.now.since(world.begins);
    let trace_hash = world.trace.hash();
    let mut offices: BTreeMap<Tier, usize> = BTreeMap::new();
    for node in &world.nodes {
        *offices.entry(node.office.tier()).or_default() += 1;
    }
    let scenario = world.scenario;
    let mut record = Record {
        version: RECORD_VERSION,
        scenario: scenario.name,
        title: scenario.title,
        story: scenario.story,
        seed,
        failure: world.failure.clone(),
        trace_hash: hex::encode(trace_hash),
        begins: world.begins,
        lasts_ms: scenario.time.lasts_ms,
        healed_after_ms: counts.healed_after_ms,
        offices,
        counts,
        alarms: BTreeMap::new(),
        profiles: BTreeMap::new(),
        samples: Vec::new(),
        events: Vec::new(),
        events_left_out: 0,
    };
    world.recorder.finish(&mut record);
    Outcome { seed, trace_hash, failure: world.failure, counts, record }
}

fn play(world: &mut World, progress: &mut dyn FnMut(u64, u64)) {
    let (begins, lasts) = (world.begins, world.scenario.time.lasts_ms);
    for step in 1..=STEPS {
        world.run_until(begins.plus(lasts / STEPS * step));
        progress(world.now.since(begins), lasts);
    }
    world.run_until(begins.plus(lasts));
    if let Some(percent) = world.scenario.time.core {
        let broken = broken(world, percent);
        heal(world, &broken);
    }
    heal(world, &BTreeSet::new());
    if world.failure.is_none() {
        let verdict = check_all(world).and_then(|()| check_expectations(world));
        world.judge(verdict);
    }
    if world.failure.is_none() {
        end_with_a_power_cut(world);
    }
}

/// The villages and towns that stay broken when the core heals; a village goes around its town.
fn broken(world: &mut World, percent: u64) -> BTreeSet<usize> {
    let below: Vec<usize> = (0..world.nodes.len())
        .filter(|&node| world.nodes[node].office.tier() > Tier::County)
        .collect();
    below.into_iter().filter(|_| !world.dice.chance(percent)).collect()
}

/// Heals all but the broken and demands that these agree.
fn heal(world: &mut World, broken: &BTreeSet<usize>) {
    if world.failure.is_some() {
        return;
    }
    let healed = world.now;
    world.heal(broken);
    let agreed = agree(world, broken);
    if world.failure.is_none() {
        let took = world.now.since(healed);
        world.counts.healed_after_ms = world.counts.healed_after_ms.max(took);
        world.judge(agreed.map_err(|why| (Checker::Convergence, why)));
    }
}

/// Waits until everybody agrees, and keeps agreeing.
fn agree(world: &mut World, broken: &BTreeSet<usize>) -> Result<(), String> {
    let end = world.now.plus(world.scenario.time.heals_within_ms);
    let mut since: Option<Millis> = None;
    loop {
        world.run_until(world.now.plus(LOOK_EVERY_MS));
        match disagreement(world, broken) {
            Some(why) if world.now >= end => return Err(why),
            Some(_) => since = None,
            None if since.is_some_and(|since| world.now.since(since) >= CALM_MS) => return Ok(()),
            None => since = since.or(Some(world.now)),
        }
        if world.failure.is_some() {
            return Ok(());
        }
    }
}

fn disagreement(world: &World, broken: &BTreeSet<usize>) -> Option<String> {
    let all = world.nodes.iter().enumerate().filter(|(place, _)| !broken.contains(place));
    let nodes: Vec<&Node> = all.map(|(_, node)| node).collect();
    let replicas: Vec<_> = nodes
        .iter()
        .filter_map(|node| Some((node.office, &node.process.as_ref()?.replica, *node)))
        .collect();
    if replicas.len() < nodes.len() {
        return Some("an office is not up".into());
    }
    let offices: BTreeSet<OfficeCode> = nodes.iter().map(|node| node.office).collect();
    let pairs: Vec<_> = replicas.iter().map(|(office, replica, _)| (*office, *replica)).collect();
    convergence::differ(&pairs)
        .or_else(|| {
            replicas.iter().find_map(|(office, replica, node)| {
                let is_there = |above: OfficeCode| offices.contains(&above);
                convergence::unfinished(*office, replica, is_there, node.shows(world.now))
            })
        })
        .or_else(|| nodes.iter().find_map(|node| convergence::missing_blob(node, &nodes)))
}

fn check_all(world: &mut World) -> Verdict {
    let cases = sample_of_cases(world);
    let proved = sample_of_offices(world);
    let root = world.root().authenticator();
    let replicas = world.replicas();
    for &(office, replica) in replicas.iter().filter(|(office, _)| proved.contains(office)) {
        authorship::check(office, replica.store(), &root)?;
    }
    check_kept(world)?;
    convergence::check_cases(&replicas, &cases)
}

fn sample_of_cases(world: &mut World) -> BTreeMap<CaseId, Channel> {
    let mut cases: Vec<(CaseId, Channel)> = world.cases().into_iter().collect();
    if world.nodes.len() > OFFICES_PROVED {
        while cases.len() > CASES_COMPARED {
            let place = world.dice.place(cases.len());
            cases.swap_remove(place);
        }
    }
    cases.into_iter().collect()
}

/// All offices of a small city; of a large one those above and some villages.
fn sample_of_offices(world: &mut World) -> BTreeSet<OfficeCode> {
    let mut offices: Vec<OfficeCode> = world.nodes.iter().map(|node| node.office).collect();
    if offices.len() > OFFICES_PROVED {
        let mut some: Vec<OfficeCode> =
            offices.iter().filter(|office| office.tier() < Tier::Town).copied().collect();
        while some.len() < OFFICES_PROVED {
            some.extend(world.dice.pick(&offices));
        }
        offices = some;
    }
    offices.into_iter().collect()
}

fn check_kept(world: &World) -> Verdict {
    for node in &world.nodes {
        lost::check_end(node.office, &node.kept, &world.promises)?;
        lost::check_jurisdiction(node.office, node.kept.tips.values())?;
    }
    Ok(())
}

/// What this scenario promises besides.
fn check_expectations(world: &World) -> Verdict {
    let expects = &world.scenario.expects;
    let failed = |sentence: String| Err((Checker::Expectation, sentence));
    let cases = world.workload.cases.len() as u64;
    if cases < expects.cases_min {
        return failed(format!(
            "{cases} cases were saved, {} at least expected",
            expects.cases_min
        ));
    }
    let (decided, least) = (world.counts.decided, expects.decided_min);
    if decided < least {
        return failed(format!("{decided} cases were decided, {least} at least expected"));
    }
    match expects.alarms_heard.iter().find(|kind| !world.recorder.heard(kind)) {
        Some(kind) => failed(format!("nobody heard the alarm `{kind}`")),
        None => Ok(()),
    }
}

/// What everybody agrees on is on the disks.
fn end_with_a_power_cut(world: &mut World) {
    let before: Vec<_> = world.nodes.iter().map(|node| node.kept.tips.clone()).collect();
    for node in 0..world.nodes.len() {
        world.crash(node, Death::PowerCut);
    }
    world.heal(&BTreeSet::new());
    world.run_until(world.now.plus(1));
    let verdict = check_kept(world);
    world.judge(verdict);
    for (node, before) in before.iter().enumerate() {
        let office: OfficeCode = world.nodes[node].office;
        if world.nodes[node].kept.tips != *before {
            world.fail(
                Checker::NothingLost,
                format!("a power cut takes entries from office {office}"),
            );
        }
    }
}
