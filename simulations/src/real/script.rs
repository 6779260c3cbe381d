//! Who comes when and what breaks, in real time.

use daiban_sync::id::OfficeCode;

use crate::city;
use crate::dice::Dice;
use crate::scenario::{Count, Fault, Scenario};
use crate::world::World;
use crate::world::timetable::Entry;

/// A small tree: one county, and of these so many.
const TOWNS: usize = 2;
const VILLAGES: usize = 4;
/// Applicants of one village; more are turned away at the door.
const COME_MAX: usize = 8;

/// What happens at an office.
#[derive(Clone, Debug)]
pub struct Beat {
    /// Since the beginning.
    pub at_ms: u64,
    pub office: OfficeCode,
    pub happens: Happens,
}

#[derive(Clone, Debug)]
pub enum Happens {
    /// Somebody comes to the agent.
    Come,
    /// Something breaks, for a time that is real, too.
    Breaks(Fault),
}

/// The same story in a small tree.
pub(super) fn small(scenario: &Scenario) -> Result<Scenario, String> {
    let mut scenario = scenario.clone();
    if scenario.people.restless_ms.is_some() || !scenario.crashes.is_empty() {
        return Err("restless people and [[crashes]]".into());
    }
    if let Some(plan) = scenario.faults.iter().find(|plan| !is_playable(&plan.fault)) {
        return Err(format!("the fault \"{}\"", plan.fault.kind()));
    }
    let city = &mut scenario.city;
    city.counties = Some(1);
    let towns = city.towns.unwrap_or(TOWNS).min(TOWNS);
    (city.towns, city.villages) = (Some(towns), Some(VILLAGES / towns.max(1)));
    let offices = city::offices(city);
    for plan in &mut scenario.faults {
        let there = offices.iter().filter(|office| plan.place.contains(**office)).count();
        if let Count::Percent(percent) = plan.count
            && there * usize::try_from(percent).unwrap_or(100) < 100
        {
            // A part of few is one of them.
            plan.count = Count::Some(1);
        }
    }
    Ok(scenario)
}

/// What can be done to a process from outside.
fn is_playable(fault: &Fault) -> bool {
    !matches!(
        fault,
        Fault::Copy
            | Fault::Restore { .. }
            | Fault::Lose
            | Fault::Clock { .. }
            | Fault::FlipBits { .. }
            | Fault::DiskFails { .. }
            | Fault::Hostile { .. }
            | Fault::Revoke
    )
}

/// A stretch of a whole story, where the whole lasts so long.
pub(super) fn pressed(ms: u64, whole: u64, lasts_ms: u64) -> u64 {
    let ms = u128::from(ms) * u128::from(lasts_ms) / u128::from(whole.max(1));
    u64::try_from(ms).unwrap_or(lasts_ms)
}

/// The story's days, pressed into `lasts_ms`.
pub(super) fn draw(world: &mut World, lasts_ms: u64) -> Vec<Beat> {
    let whole = world.scenario.time.lasts_ms;
    let pressed = |ms: u64| pressed(ms, whole, lasts_ms);
    let entries = world.timetable();
    let beat = |(at_ms, node, entry): (u64, usize, Entry)| {
        let happens = match entry {
            Entry::Come => Happens::Come,
            Entry::Fault(fault) => Happens::Breaks(for_real(fault, &pressed)),
        };
        Beat { at_ms: pressed(at_ms), office: world.nodes[node].office, happens }
    };
    let beats = entries.into_iter().map(beat).collect();
    thinned(beats, &mut world.dice)
}

/// A fault that lasts as long as it would in the pressed story.
fn for_real(mut fault: Fault, pressed: &impl Fn(u64) -> u64) -> Fault {
    match &mut fault {
        Fault::Kill { for_ms }
        | Fault::PowerCut { for_ms }
        | Fault::Off { for_ms }
        | Fault::Cut { for_ms }
        | Fault::Dark { for_ms }
        | Fault::Mute { for_ms }
        | Fault::UdpBlocked { for_ms }
        | Fault::DiskFull { for_ms } => *for_ms = pressed(*for_ms),
        _ => {}
    }
    fault
}

/// Not more people than a small office sees.
fn thinned(mut beats: Vec<Beat>, dice: &mut Dice) -> Vec<Beat> {
    let offices: std::collections::BTreeSet<_> = beats.iter().map(|beat| beat.office).collect();
    for office in offices {
        let comes = |beat: &Beat| beat.office == office && matches!(beat.happens, Happens::Come);
        loop {
            let places: Vec<usize> =
                (0..beats.len()).filter(|place| comes(&beats[*place])).collect();
            if places.len() <= COME_MAX {
                break;
            }
            if let Some(place) = dice.pick(&places) {
                beats.remove(*place);
            }
        }
    }
    beats
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::real::Play;
    use daiban_sync::id::{Millis, Tier};

    const QUIET: &str = include_str!("../../scenarios/quiet-week.toml");
    const TYPHOON: &str = include_str!("../../scenarios/typhoon-week.toml");
    const CLOCKS: &str = include_str!("../../scenarios/wrong-clocks.toml");

    fn script(text: &str, seed: u64) -> (Play, Vec<Beat>) {
        let scenario = Scenario::parse("story", text).unwrap();
        Play::new(&scenario, seed, Millis(0), 12_000).unwrap()
    }

    #[test]
    fn a_story_is_pressed_into_a_small_tree_and_a_short_time() {
        let (play, beats) = script(TYPHOON, 7);
        let villages = play.offices().iter().filter(|(office, _)| office.tier() == Tier::Village);
        assert_eq!((play.offices().len(), villages.count()), (8, 4));
        assert!(beats.iter().all(|beat| beat.at_ms < 12_000));
        let dark = |beat: &&Beat| matches!(beat.happens, Happens::Breaks(Fault::Dark { for_ms }) if for_ms > 6_000);
        assert_eq!(beats.iter().filter(dark).count(), 2, "half of the villages for half the time");
    }

    #[test]
    fn the_same_seed_gives_the_same_script() {
        let said = |seed| format!("{:?}", script(QUIET, seed).1);
        assert_eq!(said(7), said(7));
        assert_ne!(said(7), said(8));
    }

    #[test]
    fn what_cannot_be_done_to_a_process_is_said_before() {
        let scenario = Scenario::parse("story", CLOCKS).unwrap();
        let why = Play::new(&scenario, 7, Millis(0), 12_000).err().unwrap();
        assert!(why.contains("clock"), "{why}");
    }
}
