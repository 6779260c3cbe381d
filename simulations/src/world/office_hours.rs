//! Days: who comes, what fails, who switches off, and when officers work.

use daiban_domain::calendar::Date;
use daiban_sync::id::{Millis, Tier};

use super::{Event, World};
use crate::scenario::{FIRST_HOUR, Fault};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;
/// The clock of all offices is ahead of UTC by this.
const CHINA_MS: u64 = 8 * HOUR_MS;
/// Offices work within these hours.
const MORNING_MS: u64 = 8 * HOUR_MS;
const EVENING_MS: u64 = 17 * HOUR_MS + 30 * MINUTE_MS;
/// How far the last to leave lingers.
const LINGERS_MS: u64 = 30 * MINUTE_MS;
/// Between two rows of a batch.
const ROW_MS: u64 = 2 * MINUTE_MS;
/// Spreads of outages and power cuts.
const SIGMA: f64 = 1.0;
/// A week of bundles: an office without a link is visited about once in it.
const CARRIED_A_DAY: f64 = 1.0 / 7.0;

impl World {
    /// Whether the story has days, with what comes and goes by them.
    pub(super) fn has_days(&self) -> bool {
        let (people, network) = (&self.scenario.people, &self.scenario.network);
        people.cases_per_day > 0.0 || network.outages || network.nights_off
    }

    pub(super) fn day(&mut self) {
        let midnight = midnight_before(self.now);
        self.at(midnight.plus(DAY_MS + MINUTE_MS), Event::Day);
        let network = &self.scenario.network;
        let (outages, nights_off) = (network.outages, network.nights_off);
        for node in 0..self.nodes.len() {
            if outages {
                self.outages(node, midnight);
            }
            if self.nodes[node].office.tier() == Tier::Village {
                self.arrivals(node, midnight);
                if nights_off && self.workload.sleeps[node] {
                    self.night(node, midnight);
                }
            }
        }
    }

    /// Who comes to a village on this day.
    fn arrivals(&mut self, node: usize, midnight: Millis) {
        let mean = self.mean_of_day(node, midnight);
        let batch = self.scenario.people.batch;
        for _ in 0..self.dice.poisson(mean / batch) {
            let at = midnight.plus(self.moment_of_day());
            let rows = if batch > 1.0 { self.dice.row(batch) } else { 1 };
            for row in 0..rows {
                let at = at.plus(row * ROW_MS);
                if at > self.now {
                    self.at(at, Event::Come { node });
                }
            }
        }
    }

    fn mean_of_day(&self, node: usize, midnight: Millis) -> f64 {
        let (people, customs) = (&self.scenario.people, &self.customs);
        let date = Date::at(midnight.plus(HOUR_MS));
        let day = days_since_epoch(date);
        let is_working = self.law.calendar.is_working(date).unwrap_or(!date.is_weekend());
        let weekday = (day + 3) % 7;
        // A holiday is like a Sunday, a shifted workday like a Wednesday.
        let weekday = match (is_working, weekday) {
            (true, 5 | 6) => 2,
            (false, 0..5) => 6,
            (_, day) => day,
        };
        let month = usize::try_from(date.ymd().1 - 1).unwrap_or(0);
        let market = if (day + node).is_multiple_of(5) { customs.market } else { 100 };
        people.cases_per_day
            * people.season
            * self.workload.busy(node)
            * percent(customs.weekdays[weekday])
            * percent(customs.months[month])
            / percent(customs.mean_month())
            * percent(market)
    }

    /// By the shares of the hours.
    fn moment_of_day(&mut self) -> u64 {
        let mut left = self.dice.between(0, 99);
        let hours = &self.customs.hours;
        let hour = hours.iter().position(|share| {
            let is_here = left < *share;
            left = left.saturating_sub(*share);
            is_here
        });
        let hour = FIRST_HOUR + hour.unwrap_or(0) as u64;
        hour * HOUR_MS + self.dice.between(0, HOUR_MS - 1)
    }

    /// What fails by itself.
    fn outages(&mut self, node: usize, midnight: Millis) {
        let profile = &self.nodes[node].line.profile;
        let (every, median) = (profile.outage_every_ms, profile.outage_ms);
        let blocked = profile.blocked;
        if every > 0 {
            self.some_of_day(node, midnight, ratio(DAY_MS, every), |world| {
                let for_ms = world.dice.around(median, SIGMA).min(DAY_MS);
                Fault::Dark { for_ms }
            });
        }
        if self.nodes[node].office.tier() == Tier::Village {
            let mean = ratio(DAY_MS, self.customs.power_cut_every_ms);
            self.some_of_day(node, midnight, mean, |world| {
                let for_ms = world.dice.around(world.customs.power_cut_ms, SIGMA).min(DAY_MS);
                Fault::PowerCut { for_ms }
            });
        }
        if blocked {
            self.some_of_day(node, midnight, CARRIED_A_DAY, |_| Fault::Carry);
        }
    }

    fn some_of_day(
        &mut self,
        node: usize,
        midnight: Millis,
        mean: f64,
        draw: impl Fn(&mut Self) -> Fault,
    ) {
        for _ in 0..self.dice.poisson(mean) {
            let at = midnight.plus(self.dice.between(0, DAY_MS - 1));
            let fault = draw(self);
            if at > self.now {
                self.at(at, Event::Fault { node, fault });
            }
        }
    }

    /// The computer is switched off in the evening and on again on the next working morning.
    fn night(&mut self, node: usize, midnight: Millis) {
        let evening = midnight.plus(EVENING_MS + self.dice.between(0, LINGERS_MS));
        if !self.is_working(midnight) || evening <= self.now {
            return;
        }
        let mut morning = midnight.plus(DAY_MS);
        while !self.is_working(morning) {
            morning = morning.plus(DAY_MS);
        }
        let morning = morning.plus(MORNING_MS).plus(self.dice.between(0, LINGERS_MS));
        let fault = Fault::Off { for_ms: morning.since(evening) };
        self.at(evening, Event::Fault { node, fault });
    }

    fn is_working(&self, midnight: Millis) -> bool {
        let date = Date::at(midnight.plus(HOUR_MS));
        self.law.calendar.is_working(date).unwrap_or(!date.is_weekend())
    }

    /// `ms` from now, or when offices are open after that.
    pub(super) fn in_office_hours(&mut self, ms: u64) -> u64 {
        let at = self.now.plus(ms);
        let mut midnight = midnight_before(at);
        let time = at.since(midnight);
        if self.is_working(midnight) && (MORNING_MS..EVENING_MS).contains(&time) {
            return ms;
        }
        if time >= EVENING_MS {
            midnight = midnight.plus(DAY_MS);
        }
        while !self.is_working(midnight) {
            midnight = midnight.plus(DAY_MS);
        }
        let morning = midnight.plus(MORNING_MS + self.dice.between(0, 3 * HOUR_MS));
        morning.since(self.now)
    }
}

/// The last midnight in China.
fn midnight_before(now: Millis) -> Millis {
    let local = now.plus(CHINA_MS).0;
    Millis((local - local % DAY_MS).saturating_sub(CHINA_MS))
}

fn days_since_epoch(date: Date) -> usize {
    let epoch = Date::from_ymd(1970, 1, 1).expect("a day that there was");
    usize::try_from(date.since(epoch)).unwrap_or(0)
}

fn percent(share: u64) -> f64 {
    ratio(share, 100)
}

fn ratio(part: u64, whole: u64) -> f64 {
    let narrow = |number: u64| f64::from(u32::try_from(number / 1_000).unwrap_or(u32::MAX));
    match part.max(whole) < 1_000_000 {
        true => {
            f64::from(u32::try_from(part).unwrap_or(0))
                / f64::from(u32::try_from(whole).unwrap_or(1))
        }
        false => narrow(part) / narrow(whole).max(1.0),
    }
}
