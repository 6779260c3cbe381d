//! One seed, one story: things break while people work, then everything heals and all must agree.

use std::panic::{AssertUnwindSafe, catch_unwind};

use daiban_sync::id::{Millis, OfficeCode};

use crate::checkers::{Checker, Failure, Verdict, authorship, convergence, lost};
use crate::dice::Dice;
use crate::fault::{Aim, Death, Fault};
use crate::world::{BEGIN, Event, World};

/// Things break for so long.
pub const ROUGH_MS: u64 = 70 * 60_000;
/// After healing, everybody agrees within this time.
pub const HEAL_BOUND_MS: u64 = 60 * 60_000;
/// How often it is asked whether everybody agrees yet.
const LOOK_EVERY_MS: u64 = 30_000;
/// Agreement must last for so long.
const CALM_MS: u64 = 60_000;

/// What a story is run with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Print what happens.
    pub tell: bool,
    /// Do not stop for this checker, to see what the others find.
    pub ignored: Option<Checker>,
    /// A bug that is planted in every node.
    #[cfg(feature = "mutants")]
    pub mutant: Option<daiban_node::replica::Mutant>,
}

/// How much happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub events: u64,
    pub commands: u64,
    pub refusals: u64,
    pub promises: u64,
    pub cases: u64,
    pub crashes: u64,
    pub cuts: u64,
    pub links: u64,
    pub syncs: u64,
    pub sent_bytes: u64,
    pub alarms: u64,
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
        self.crashes += other.crashes;
        self.cuts += other.cuts;
        self.links += other.links;
        self.syncs += other.syncs;
        self.sent_bytes += other.sent_bytes;
        self.alarms += other.alarms;
        self.healed_after_ms = self.healed_after_ms.max(other.healed_after_ms);
    }
}

/// What came of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub seed: u64,
    pub trace_hash: [u8; 32],
    pub failure: Option<Failure>,
    pub counts: Counts,
}

/// Runs the story of a seed.
pub fn run(seed: u64, options: Options) -> Outcome {
    let mut world = World::new(seed, options);
    let result = catch_unwind(AssertUnwindSafe(|| play(&mut world)));
    if let Err(panic) = result {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
        world.fail(Checker::NoPanic, said.unwrap_or_else(|| "a panic without words".into()));
    }
    let mut counts = world.counts;
    counts.events = world.trace.events();
    counts.promises = world.promises.len() as u64;
    counts.cases = world.workload.cases.len() as u64;
    Outcome { seed, trace_hash: world.trace.hash(), failure: world.failure, counts }
}

fn play(world: &mut World) {
    let mut dice = world.dice.split();
    let faults = faults(&mut dice, world.nodes.len());
    let aims = (0..dice.between(2, 9)).map(|_| Aim::draw(&mut dice, world.nodes.len())).collect();
    world.plan(faults, aims);
    world.after(5_000, Event::Person);
    world.run_until(BEGIN.plus(ROUGH_MS));
    world.heal();
    let agreed = agree(world);
    if world.failure.is_none() {
        world.counts.healed_after_ms = world.now.since(BEGIN) - ROUGH_MS;
        let verdict = agreed.map_err(|why| (Checker::Convergence, why));
        world.judge(verdict.and_then(|()| check_all(world)));
    }
    if world.failure.is_none() {
        end_with_a_power_cut(world);
    }
}

/// Waits until everybody agrees, and keeps agreeing.
fn agree(world: &mut World) -> Result<(), String> {
    let end = BEGIN.plus(ROUGH_MS + HEAL_BOUND_MS);
    let mut since: Option<Millis> = None;
    loop {
        world.run_until(world.now.plus(LOOK_EVERY_MS));
        match disagreement(world) {
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

fn disagreement(world: &World) -> Option<String> {
    let replicas = world.replicas();
    if replicas.len() < world.nodes.len() {
        return Some("an office is not up".into());
    }
    let edges = replicas.iter().filter_map(|lower| {
        let parent = lower.0.parent()?;
        replicas.iter().find(|upper| upper.0 == parent).map(|upper| (*upper, *lower))
    });
    edges
        .filter_map(|(upper, lower)| convergence::differ(upper, lower))
        .next()
        .or_else(|| replicas.iter().find_map(|(o, r)| convergence::unfinished(*o, r, world.now)))
        .or_else(|| world.nodes.iter().find_map(|n| convergence::missing_blob(n, &world.nodes)))
}

fn check_all(world: &World) -> Verdict {
    let root = world.root().authenticator();
    let replicas = world.replicas();
    for &(office, replica) in &replicas {
        authorship::check(office, replica.store(), &root)?;
    }
    check_kept(world)?;
    convergence::check_cases(&replicas, &world.cases())
}

fn check_kept(world: &World) -> Verdict {
    for node in &world.nodes {
        lost::check_end(node.office, &node.kept, &world.promises)?;
        lost::check_jurisdiction(node.office, &node.kept)?;
    }
    Ok(())
}

/// What everybody agrees on is on the disks.
fn end_with_a_power_cut(world: &mut World) {
    let before: Vec<_> = world.nodes.iter().map(|node| node.kept.tips.clone()).collect();
    for node in 0..world.nodes.len() {
        world.crash(node, Death::PowerCut);
    }
    world.heal();
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

/// What breaks, and when.
fn faults(dice: &mut Dice, nodes: usize) -> Vec<(u64, Fault)> {
    let mut faults = Vec::new();
    for _ in 0..dice.between(4, 24) {
        let at = dice.between(0, ROUGH_MS);
        let (lower, upper) = edge(dice, nodes);
        let ms = dice.between(1_000, 25 * 60_000);
        let fault = match dice.between(0, 9) {
            0..5 => Fault::Cut { a: lower, b: upper },
            5..7 => Fault::Block { a: lower, b: upper, ms },
            7..9 => Fault::Isolate { node: lower, ms },
            _ => Fault::Off { node: lower, ms },
        };
        faults.push((at, fault));
    }
    match dice.between(0, 99) {
        0..25 => restore(dice, nodes, &mut faults),
        25..40 => {
            let (node, at) = (dice.place(nodes), dice.between(ROUGH_MS / 3, ROUGH_MS));
            faults.push((at, Fault::Lose { node }));
        }
        _ => {}
    }
    faults
}

/// An old copy comes back; in half of the stories it is used before anybody is reached.
fn restore(dice: &mut Dice, nodes: usize, faults: &mut Vec<(u64, Fault)>) {
    let node = dice.place(nodes);
    let copied = dice.between(60_000, ROUGH_MS / 2);
    let restored = dice.between(copied + 60_000, ROUGH_MS - 60_000);
    let alone_ms = if dice.chance(50) { dice.between(60_000, 20 * 60_000) } else { 0 };
    faults.push((copied, Fault::Copy { node }));
    faults.push((restored, Fault::Restore { node, alone_ms }));
}

/// A node and one right above it, by their places in the list of offices.
fn edge(dice: &mut Dice, nodes: usize) -> (usize, usize) {
    const PARENTS: [usize; 10] = [0, 0, 1, 1, 2, 2, 2, 3, 3, 3];
    let lower = 1 + dice.place(nodes - 1);
    (lower, PARENTS[lower])
}
