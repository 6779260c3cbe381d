//! From a [`Scenario`] back to a file: the story that is left when nothing more can be left out.

use std::fmt::Write as _;

use daiban_domain::calendar::Date;

use super::read::{CHINA_MS, DAY_MS, LIES, deaths};
use super::{Count, Crash, Fault, Plan, Scenario};
use crate::fault::{Death, POINT_NAMES};

impl Scenario {
    /// The file that says this.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        self.write(&mut text).expect("a text takes whatever is written");
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "title = {:?}\nstory = {:?}\n", self.title, self.story)?;
        writeln!(out, "[city]\ntree = {:?}", self.city.tree)?;
        let limits = [
            ("counties", self.city.counties),
            ("towns", self.city.towns),
            ("villages", self.city.villages),
        ];
        for (key, limit) in limits {
            option(out, key, limit)?;
        }
        self.write_time(out)?;
        self.write_network(out)?;
        self.write_people(out)?;
        self.faults.iter().try_for_each(|plan| write_plan(out, plan))?;
        self.crashes.iter().try_for_each(|crash| write_crash(out, crash))?;
        let expects = &self.expects;
        writeln!(out, "\n[expects]\nalarms = {:?}", expects.alarms)?;
        writeln!(out, "alarms_heard = {:?}", expects.alarms_heard)?;
        writeln!(out, "cases_min = {}\ndecided_min = {}", expects.cases_min, expects.decided_min)
    }

    fn write_time(&self, out: &mut String) -> std::fmt::Result {
        let time = &self.time;
        let local = time.begins.plus(CHINA_MS).0;
        let (minute, date) = (local % DAY_MS / 60_000, Date::at(time.begins));
        writeln!(out, "\n[time]\nbegins = \"{date} {:02}:{:02}\"", minute / 60, minute % 60)?;
        span(out, "lasts", time.lasts_ms)?;
        span(out, "heals_within", time.heals_within_ms)?;
        option(out, "core", time.core)?;
        writeln!(out, "brisk = {}", time.brisk)
    }

    fn write_network(&self, out: &mut String) -> std::fmt::Result {
        let network = &self.network;
        let villages = network.villages.as_deref().unwrap_or("shares");
        writeln!(out, "\n[network]\nvillages = {villages:?}\noffices = {:?}", network.offices)?;
        writeln!(out, "outages = {}\nnights_off = {}", network.outages, network.nights_off)?;
        network.at.iter().try_for_each(|(place, profile)| {
            writeln!(out, "[[network.at]]\nwhere = \"{place}\"\nprofile = {profile:?}")
        })
    }

    fn write_people(&self, out: &mut String) -> std::fmt::Result {
        let people = &self.people;
        writeln!(out, "\n[people]\ncases_per_day = {:?}", people.cases_per_day)?;
        writeln!(out, "season = {:?}\nbatch = {:?}", people.season, people.batch)?;
        writeln!(out, "items = {:?}\nelsewhere = {}", people.items, people.elsewhere)?;
        writeln!(out, "edits = {}\nphoto_kb = {}", people.edits, people.photo_kb)?;
        writeln!(out, "hurry = {}", people.hurry)?;
        people.restless_ms.map_or(Ok(()), |ms| span(out, "restless", ms))?;
        option(out, "cases_max", people.cases_max)
    }
}

fn write_plan(out: &mut String, plan: &Plan) -> std::fmt::Result {
    writeln!(out, "\n[[faults]]\nkind = {:?}\nwhere = \"{}\"", plan.fault.kind(), plan.place)?;
    span(out, "at", plan.at_ms)?;
    match plan.count {
        Count::All => {}
        Count::Percent(percent) => writeln!(out, "share = {percent}")?,
        Count::Some(number) => writeln!(out, "some = {number}")?,
    }
    if plan.spread_ms > 0 {
        span(out, "spread", plan.spread_ms)?;
    }
    match &plan.fault {
        Fault::Kill { for_ms }
        | Fault::PowerCut { for_ms }
        | Fault::Off { for_ms }
        | Fault::Cut { for_ms }
        | Fault::Dark { for_ms }
        | Fault::Mute { for_ms }
        | Fault::UdpBlocked { for_ms }
        | Fault::DiskFull { for_ms }
        | Fault::DiskFails { for_ms } => span(out, "for", *for_ms),
        Fault::Restore { alone_ms } => span(out, "alone", *alone_ms),
        Fault::Clock { jump_ms, drift_ppm } => {
            writeln!(out, "jump = \"{jump_ms}ms\"\ndrift_ppm = {drift_ppm}")
        }
        Fault::FlipBits { count } => writeln!(out, "count = {count}"),
        Fault::Hostile { lie } => {
            let name = LIES.iter().find(|(_, other)| other == lie).map_or("", |(name, _)| name);
            writeln!(out, "lie = {name:?}")
        }
        Fault::Catalog { item } => writeln!(out, "item = {item:?}"),
        Fault::Reset | Fault::Carry | Fault::Copy | Fault::Lose | Fault::Revoke => Ok(()),
    }
}

fn write_crash(out: &mut String, crash: &Crash) -> std::fmt::Result {
    let point = POINT_NAMES.iter().find(|(_, point)| *point == crash.point);
    let point = point.map_or("", |(name, _)| name);
    writeln!(out, "\n[[crashes]]\nwhere = \"{}\"\npoint = {point:?}", crash.place)?;
    let operations = match crash.death {
        Death::PowerCutInside { operations } => operations,
        Death::Kill | Death::PowerCut => 0,
    };
    let death = deaths(operations).into_iter().find(|(_, death)| *death == crash.death);
    writeln!(out, "nth = {}\ndeath = {:?}", crash.nth + 1, death.map_or("", |(name, _)| name))?;
    if operations > 0 { writeln!(out, "operations = {operations}") } else { Ok(()) }
}

fn span(out: &mut String, key: &str, ms: u64) -> std::fmt::Result {
    writeln!(out, "{key} = \"{ms}ms\"")
}

fn option(out: &mut String, key: &str, value: Option<impl std::fmt::Display>) -> std::fmt::Result {
    value.map_or(Ok(()), |value| writeln!(out, "{key} = {value}"))
}
