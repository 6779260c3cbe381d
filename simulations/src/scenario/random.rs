//! A random story: two towns of a county in which people are restless and anything breaks.

use super::{
    City, Count, Crash, Expects, Fault, Lie, Network, People, Place, Plan, Scenario, Time,
};
use crate::city;
use crate::dice::Dice;
use crate::fault::{Death, POINTS, Point, Said};
use daiban_sync::id::{OfficeCode, Tier};

/// Things break for so long.
const ROUGH_MS: u64 = 70 * 60_000;
/// A stream of its own, apart from that of the world.
const STREAM: u64 = 0x0073_746f_7279;

/// The story of a seed.
pub fn random(seed: u64) -> Scenario {
    let mut dice = Dice::new(seed ^ STREAM);
    let city = City { tree: "yueqing".into(), counties: None, towns: Some(2), villages: Some(3) };
    let offices = city::offices(&city);
    let mut story = Story { dice: &mut dice, offices, faults: Vec::new() };
    story.draw();
    let faults = story.faults;
    let crashes = crashes(&mut dice, &city::offices(&city));
    let core = dice.chance(25).then_some(60);
    // A day of the known calendar, so that deadlines meet its holidays.
    let begins = crate::world::BEGIN.plus(dice.between(0, 240) * 86_400_000);
    Scenario {
        name: "random".into(),
        title: format!("Random story {seed}"),
        story: "Two towns with three villages each, restless people, and whatever breaks.".into(),
        city,
        time: Time { begins, lasts_ms: ROUGH_MS, heals_within_ms: 60 * 60_000, core, brisk: true },
        network: network(&mut dice),
        people: people(&mut dice),
        expects: Expects { alarms: explained(&faults), ..Expects::default() },
        faults,
        crashes,
    }
}

fn network(dice: &mut Dice) -> Network {
    let rough = ["4g-edge", "4g-good", "geo-satellite", "adsl-old"];
    let villages = dice.pick(&rough).map(|name| (*name).to_owned());
    let villages = villages.filter(|_| dice.chance(80));
    let offices = if dice.chance(50) { "4g-edge" } else { "office" };
    let (at, outages, nights_off) = (Vec::new(), false, false);
    Network { villages, offices: offices.into(), at, outages, nights_off }
}

fn people(dice: &mut Dice) -> People {
    People {
        cases_per_day: 0.0,
        season: 1.0,
        batch: 1.0,
        items: crate::people::ITEMS.map(str::to_owned).to_vec(),
        elsewhere: if dice.chance(30) { 25 } else { 0 },
        edits: 0,
        photo_kb: 0,
        hurry: true,
        restless_ms: Some(25_000),
        cases_max: Some(16),
    }
}

/// The alarms that such faults give.
fn explained(faults: &[Plan]) -> Vec<String> {
    let mut kinds: Vec<&str> =
        faults.iter().flat_map(|plan| plan.fault.alarms()).copied().collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.into_iter().map(str::to_owned).collect()
}

fn crashes(dice: &mut Dice, offices: &[OfficeCode]) -> Vec<Crash> {
    let count = dice.between(2, 9);
    (0..count).filter_map(|_| crash(dice, offices)).collect()
}

fn crash(dice: &mut Dice, offices: &[OfficeCode]) -> Option<Crash> {
    let point = *dice.pick(&POINTS)?;
    let inside = matches!(point, Point::BeforeAppend | Point::BeforeFinish) && dice.chance(60);
    let death = match dice.chance(45) {
        _ if inside => Death::PowerCutInside { operations: dice.between(0, 5) },
        true => Death::Kill,
        false => Death::PowerCut,
    };
    // The first commits of a node are those of a city that begins: people come later.
    let nth = match point {
        Point::AfterSend(Said::Other) => dice.between(0, 60),
        _ if dice.chance(50) => dice.between(0, 14),
        _ => dice.between(0, 60),
    };
    Some(Crash { place: Place::office(*dice.pick(offices)?), point, nth, death })
}

struct Story<'a> {
    dice: &'a mut Dice,
    offices: Vec<OfficeCode>,
    faults: Vec<Plan>,
}

impl Story<'_> {
    fn draw(&mut self) {
        for _ in 0..self.dice.between(4, 24) {
            let at = self.dice.between(0, ROUGH_MS);
            self.ordinary(at);
        }
        match self.dice.between(0, 99) {
            0..25 => self.restore(),
            25..40 => self.late(Fault::Lose),
            40..48 => self.clock(),
            48..54 => self.full(),
            54..60 => self.hostile(),
            60..66 => self.carry(),
            66..70 => self.late(Fault::Catalog { item: "CL-SB-01".into() }),
            _ => {}
        }
    }

    fn ordinary(&mut self, at_ms: u64) {
        let for_ms = self.dice.between(1_000, 25 * 60_000);
        let fault = match self.dice.between(0, 11) {
            0..5 => Fault::Reset,
            5..7 => Fault::Cut { for_ms },
            7..9 => Fault::Dark { for_ms },
            9 => Fault::Mute { for_ms },
            10 => Fault::Kill { for_ms },
            _ => Fault::PowerCut { for_ms },
        };
        let place = self.below_the_city();
        self.add(at_ms, place, fault);
    }

    /// An old copy comes back; in half of the stories it is used before anybody is reached.
    fn restore(&mut self) {
        let office = self.any();
        let copied = self.dice.between(60_000, ROUGH_MS / 2);
        let restored = self.dice.between(copied + 60_000, ROUGH_MS - 60_000);
        let alone_ms =
            if self.dice.chance(50) { self.dice.between(60_000, 20 * 60_000) } else { 0 };
        self.add(copied, office, Fault::Copy);
        self.add(restored, office, Fault::Restore { alone_ms });
    }

    fn late(&mut self, fault: Fault) {
        let at = self.dice.between(ROUGH_MS / 3, ROUGH_MS);
        let office = match fault {
            Fault::Catalog { .. } => self.offices[0],
            _ => self.any(),
        };
        self.add(at, office, fault);
    }

    /// Wrong by years, then set right.
    fn clock(&mut self) {
        let office = self.any();
        let years = i64::try_from(self.dice.between(1, 4)).unwrap_or(1);
        let jump_ms = years * 365 * 86_400_000 * if self.dice.chance(50) { 1 } else { -1 };
        let wrong = self.dice.between(0, ROUGH_MS / 2);
        let right = self.dice.between(ROUGH_MS / 2, ROUGH_MS);
        self.add(wrong, office, Fault::Clock { jump_ms, drift_ppm: 0 });
        self.add(right, office, Fault::Clock { jump_ms: -jump_ms, drift_ppm: 0 });
    }

    fn full(&mut self) {
        let (office, for_ms) = (self.any(), self.dice.between(60_000, 20 * 60_000));
        let fault = match self.dice.chance(50) {
            true => Fault::DiskFull { for_ms },
            false => Fault::DiskFails { for_ms },
        };
        let at = self.dice.between(0, ROUGH_MS - for_ms);
        self.add(at, office, fault);
    }

    fn hostile(&mut self) {
        let lies = [Lie::Garbage, Lie::Flood, Lie::Fork, Lie::WrongChannel];
        let Some(&lie) = self.dice.pick(&lies) else { return };
        let (office, at) = (self.below_the_city(), self.dice.between(0, ROUGH_MS));
        self.add(at, office, Fault::Hostile { lie });
    }

    fn carry(&mut self) {
        let office = self.below_the_city();
        let at = self.dice.between(0, ROUGH_MS / 2);
        self.add(at, office, Fault::UdpBlocked { for_ms: ROUGH_MS - at });
        for _ in 0..self.dice.between(1, 4) {
            let later = self.dice.between(at, ROUGH_MS);
            self.add(later, office, Fault::Carry);
        }
    }

    fn add(&mut self, at_ms: u64, office: OfficeCode, fault: Fault) {
        let (place, count, spread_ms) = (Place::office(office), Count::All, 0);
        self.faults.push(Plan { at_ms, spread_ms, place, count, fault });
    }

    fn any(&mut self) -> OfficeCode {
        let place = self.dice.place(self.offices.len());
        self.offices[place]
    }

    fn below_the_city(&mut self) -> OfficeCode {
        loop {
            let office = self.any();
            if office.tier() != Tier::City {
                return office;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_is_written_and_read_again() {
        for seed in 0..200 {
            let mut story = random(seed);
            let text = story.to_toml();
            let read = Scenario::parse("random", &text);
            let read = read.unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
            // A missing list of explained alarms and an empty one are the same.
            story.story = read.story.clone();
            assert_eq!(read, story, "seed {seed}\n{text}");
        }
    }
}
