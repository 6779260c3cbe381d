//! When all agree: is it right what they agree on, and does it stay so, whatever comes twice?

use std::collections::{BTreeMap, BTreeSet};

use daiban_domain::act::CaseId;
use daiban_sync::channel::Channel;
use daiban_sync::id::{LogId, OfficeCode, Tier};
use daiban_sync::run::Tip;

use super::agree;
use crate::checkers::{Checker, Verdict, authorship, convergence, lost};
use crate::fault::Death;
use crate::world::World;

/// In a larger city so many cases are compared at the end, and so many offices' logs proved.
const CASES_COMPARED: usize = 300;
const OFFICES_PROVED: usize = 24;
/// What is said twice has arrived by then.
const SAID_AGAIN_MS: u64 = 5_000;

/// The cases and offices that are looked at closely.
struct Sample {
    cases: BTreeMap<CaseId, Channel>,
    offices: BTreeSet<OfficeCode>,
}

pub(super) fn end(world: &mut World) {
    accept_all(world);
    if world.failure.is_some() {
        return;
    }
    let sample = Sample { cases: sample_of_cases(world), offices: sample_of_offices(world) };
    let steps: [fn(&mut World, &Sample) -> Verdict; 4] =
        [check_all, say_all_again, cut_the_power, recover_again];
    for step in steps {
        if world.failure.is_none() {
            let verdict = step(world, &sample);
            world.judge(verdict);
        }
    }
}

/// What revoked nodes wrote turns out to be real, and counts in the end.
fn accept_all(world: &mut World) {
    if !world.accept_all() {
        return;
    }
    let agreed = agree(world, &BTreeSet::new());
    world.judge(agreed.map_err(|why| (Checker::Convergence, why)));
}

fn check_all(world: &mut World, sample: &Sample) -> Verdict {
    let root = world.root().authenticator();
    let replicas = world.replicas();
    for &(office, replica) in replicas.iter().filter(|(o, _)| sample.offices.contains(o)) {
        authorship::check(office, replica.store(), &root)?;
    }
    check_kept(world)?;
    convergence::check_cases(&replicas, &sample.cases)?;
    check_shown(world, sample)?;
    check_expectations(world)
}

fn check_shown(world: &World, sample: &Sample) -> Verdict {
    for node in &world.nodes {
        let Some(process) = &node.process else { continue };
        let shared = sample.cases.iter().filter(|(_, channel)| channel.is_held_by(node.office));
        for (&id, _) in shared {
            if let Ok(Some(case)) = process.replica().case(id) {
                world.workload.register.check(node.office, &case, &node.kept)?;
            }
        }
    }
    Ok(())
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

/// Offices are brought all that the offices above hold, once more.
fn say_all_again(world: &mut World, sample: &Sample) -> Verdict {
    let before = all_tips(world);
    for node in places(world, sample) {
        world.carry_again(node);
    }
    world.run_until(world.now.plus(SAID_AGAIN_MS));
    same_tips(world, &before, Checker::Idempotence, "changes when it hears all again")
}

/// What everybody agrees on is on the disks.
fn cut_the_power(world: &mut World, _: &Sample) -> Verdict {
    let before = all_tips(world);
    for node in 0..world.nodes.len() {
        world.crash(node, Death::PowerCut);
    }
    world.heal(&BTreeSet::new());
    world.run_until(world.now.plus(1));
    check_kept(world)?;
    same_tips(world, &before, Checker::NothingLost, "loses entries by a power cut")
}

/// Offices start once more, without a database; nothing new comes of it.
fn recover_again(world: &mut World, sample: &Sample) -> Verdict {
    let before = all_tips(world);
    for node in places(world, sample) {
        world.crash(node, Death::Kill);
        world.nodes[node].database().kv.wipe();
    }
    let everybody = BTreeSet::new();
    world.heal(&everybody);
    agree(world, &everybody).map_err(|why| (Checker::Idempotence, why))?;
    same_tips(world, &before, Checker::Idempotence, "changes when it starts again")?;
    convergence::check_cases(&world.replicas(), &sample.cases)?;
    check_shown(world, sample)
}

fn places(world: &World, sample: &Sample) -> Vec<usize> {
    let is_sampled = |node: &usize| sample.offices.contains(&world.nodes[*node].office);
    (0..world.nodes.len()).filter(is_sampled).collect()
}

fn all_tips(world: &World) -> Vec<BTreeMap<LogId, Tip>> {
    world.nodes.iter().map(|node| node.kept.tips.clone()).collect()
}

fn same_tips(
    world: &World,
    before: &[BTreeMap<LogId, Tip>],
    checker: Checker,
    what: &str,
) -> Verdict {
    for (node, before) in world.nodes.iter().zip(before) {
        let tips = &node.kept.tips;
        let mut logs = before.keys().chain(tips.keys());
        if let Some(log) = logs.find(|log| before.get(log) != tips.get(log)) {
            let len = |tips: &BTreeMap<LogId, Tip>| tips.get(log).map_or(0, |tip| tip.head.len);
            let (was, is, log) = (len(before), len(tips), log.short());
            let sentence = format!("office {} {what}: log {log} {was} → {is}", node.office);
            return Err((checker, sentence));
        }
    }
    Ok(())
}
