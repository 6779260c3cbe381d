//! One scenario and one seed, one story: things break while people work, then everything heals and
//! all must agree.

mod ending;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use daiban_sync::id::{Millis, OfficeCode, Tier};
use serde::Serialize;

use crate::checkers::{Checker, Failure, convergence};
use crate::node::Node;
use crate::record::{RECORD_VERSION, Record};
use crate::scenario::{self, Scenario};
use crate::world::World;

/// How often it is asked whether everybody agrees yet.
const LOOK_EVERY_MS: u64 = 30_000;
/// Agreement must last for so long.
const CALM_MS: u64 = 60_000;
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

impl Options {
    /// A bug is planted, in the thread that tells the story.
    pub(crate) fn is_planted(&self) -> bool {
        #[cfg(feature = "mutants")]
        return self.mutant.is_some();
        #[cfg(not(feature = "mutants"))]
        false
    }
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
        ending::end(world);
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
        .filter_map(|node| Some((node.office, node.process.as_ref()?.replica(), *node)))
        .collect();
    if replicas.len() < nodes.len() {
        return Some("an office is not up".into());
    }
    let offices: BTreeSet<OfficeCode> = nodes.iter().map(|node| node.office).collect();
    let pairs: Vec<_> = replicas.iter().map(|(office, replica, _)| (*office, *replica)).collect();
    let kept: Vec<_> = nodes.iter().map(|node| (node.office, &node.kept)).collect();
    convergence::differ(&pairs)
        .or_else(|| {
            replicas.iter().find_map(|(office, replica, node)| {
                let is_there = |above: OfficeCode| offices.contains(&above);
                convergence::unfinished(*office, replica, is_there, node.shows(world.now))
            })
        })
        .or_else(|| kept.iter().find_map(|node| convergence::missing_blob(*node, &kept)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::hands::Hands;

    const STORY: &str = r#"
        title = "A day in a few offices"
        story = "People work, and the power fails at noon."
        [city]
        tree = "yueqing"
        towns = 2
        villages = 3
        [time]
        begins = "2026-03-03 08:00"
        lasts = "8h"
        heals_within = "1h"
        [people]
        cases_per_day = 12.0
        [[faults]]
        kind = "power-cut"
        at = "4h"
        where = "all"
        for = "30min"
        spread = "1min"
    "#;

    #[test]
    fn a_story_is_the_same_whoever_computes_it() {
        let scenario = Scenario::parse("day", STORY).unwrap();
        let play_with = |threads| {
            let mut world = World::new(scenario.clone(), 7, Options::default());
            world.hands = Arc::new(Hands::new(threads));
            play(&mut world, &mut |_, _| ());
            assert_eq!(world.failure, None);
            outcome(7, world)
        };
        let alone = play_with(0);
        assert!(alone.counts.cases > 10, "{:?}", alone.counts);
        assert_eq!(play_with(1), alone);
        assert_eq!(play_with(3), alone);
    }
}
