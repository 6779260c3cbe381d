//! Deadlines: a pure function of signed times, the item and the calendar.
//!
//! The day of acceptance does not count; days inside a special procedure do not count, for its
//! declared length at most (行政许可法 第四十五条); nor do days on which a stage that is off the
//! clock runs (公示 …), for its limit at most; nor days on which the applicant owes a correction.

use daiban_sync::id::Millis;
use serde::Serialize;

use super::machine::Machine;
use crate::calendar::{Calendar, CalendarUnknown, Date};
use crate::catalog::{Limit, Unit};

/// Working days to accept or to ask for what is missing (行政许可法 第三十二条).
pub(super) const ACCEPT_WITHIN_DAYS: u16 = 5;

/// One deadline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Due {
    /// Open, and due on this day.
    On { date: Date },
    /// The calendar of that time is not known until a notice brings it.
    CalendarUnknown { beyond: Date },
    /// The applicant owes a correction.
    Suspended,
    /// Done on a day; `late` if it was due before.
    Done { due: Date, done: Date, late: bool },
    /// It has not begun, or ended without counting.
    NotRunning,
}

/// The deadlines of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deadlines {
    /// To accept, refuse or ask for everything missing.
    pub accept: Due,
    /// 承诺时限
    pub promised: Due,
    /// 法定时限
    pub statutory: Due,
}

impl Deadlines {
    /// The deadline that work lists sort by.
    pub fn next_due(&self) -> Due {
        [&self.accept, &self.promised].into_iter().min().cloned().unwrap_or(Due::NotRunning)
    }
}

/// The last day of a limit that starts with an event on `start`.
pub(super) fn after(
    calendar: &Calendar,
    start: Date,
    limit: Limit,
) -> Result<Date, CalendarUnknown> {
    match limit.unit {
        Unit::OnTheSpot => Ok(start),
        Unit::WorkingDays => calendar.add_working_days(start, limit.value),
        Unit::NaturalDays => Ok(start.plus(i32::from(limit.value))),
        Unit::Months => Ok(months_after(start, limit.value)),
    }
}

/// The same day of a later month, or that month's last (民法典 第二百零二条).
fn months_after(start: Date, months: u16) -> Date {
    let (year, month, day) = start.ymd();
    let count = year * 12 + i32::try_from(month).unwrap_or(1) - 1 + i32::from(months);
    let (year, month) = (count.div_euclid(12), count.rem_euclid(12).unsigned_abs() + 1);
    let last_first = (1..=day).rev().find_map(|day| Date::from_ymd(year, month, day));
    last_first.unwrap_or(start)
}

/// A stretch of days off the clock: after `from`, up to and with `to`.
struct Stop {
    from: Date,
    to: Date,
}

pub(super) fn deadlines(machine: &Machine<'_>) -> Deadlines {
    let item = machine.law.item;
    let extra = item.extension.as_ref().filter(|_| machine.extended).map(|e| e.limit.value);
    let longer = |limit: Limit| Limit { value: limit.value + extra.unwrap_or(0), ..limit };
    Deadlines {
        accept: acceptance(machine),
        promised: running(machine, longer(item.promised)),
        statutory: running(machine, longer(item.statutory)),
    }
}

fn acceptance(machine: &Machine<'_>) -> Due {
    let Some(received) = machine.received_at.map(Date::at) else { return Due::NotRunning };
    let asked = machine.corrections.first().map(|correction| correction.since);
    let done = machine.progress.accepted_at.into_iter().chain(asked).min();
    if done.is_none() && machine.ended.is_some() {
        return Due::NotRunning;
    }
    let limit = Limit { value: ACCEPT_WITHIN_DAYS, unit: Unit::WorkingDays };
    close(after(machine.law.calendar, received, limit), done)
}

fn running(machine: &Machine<'_>, limit: Limit) -> Due {
    let Some(accepted) = machine.progress.accepted_at.map(Date::at) else { return Due::NotRunning };
    let done = finished(machine);
    if done.is_none() && (machine.ended.is_some() || machine.is_correcting()) {
        return if machine.ended.is_some() { Due::NotRunning } else { Due::Suspended };
    }
    let due = stops(machine).and_then(|stops| walk(machine.law.calendar, accepted, limit, &stops));
    close(due, done)
}

/// When the last counted stage was answered, or the refusal was decided.
fn finished(machine: &Machine<'_>) -> Option<Millis> {
    let decided = machine.decision.map(|act| act.at.millis());
    if !machine.is_granted() {
        return decided;
    }
    let counted = machine.progress.stages().filter(|(_, stage, _)| stage.counts && !stage.optional);
    counted
        .map(|(_, _, slot)| slot.answer.as_ref().map(|answer| answer.at))
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .max()
}

fn close(due: Result<Date, CalendarUnknown>, done: Option<Millis>) -> Due {
    match (due, done.map(Date::at)) {
        (Ok(date), None) => Due::On { date },
        (Ok(due), Some(done)) => Due::Done { due, done, late: done > due },
        (Err(unknown), _) => Due::CalendarUnknown { beyond: unknown.date },
    }
}

fn stops(machine: &Machine<'_>) -> Result<Vec<Stop>, CalendarUnknown> {
    let calendar = machine.law.calendar;
    let capped = |since: Millis, until: Option<Millis>, limit: Limit| {
        let from = Date::at(since);
        let cap = after(calendar, from, limit)?;
        Ok(Stop { from, to: until.map_or(cap, |until| Date::at(until).min(cap)) })
    };
    let mut stops = Vec::new();
    for pause in &machine.pauses {
        let limit = Limit { value: pause.declared_days, unit: Unit::WorkingDays };
        stops.push(capped(pause.since, pause.until, limit)?);
    }
    for correction in
        machine.corrections.iter().filter(|c| Some(c.since) > machine.progress.accepted_at)
    {
        if let Some(until) = correction.until {
            stops.push(Stop { from: Date::at(correction.since), to: Date::at(until) });
        }
    }
    for (_, stage, slot) in
        machine.progress.stages().filter(|(_, stage, _)| !stage.counts && !stage.optional)
    {
        let Some(since) =
            machine.progress.since(stage.seq).filter(|s| Some(*s) >= machine.progress.accepted_at)
        else {
            continue;
        };
        if machine.progress.is_reached(stage.seq) {
            stops.push(capped(since, slot.answer.as_ref().map(|answer| answer.at), stage.limit)?);
        }
    }
    Ok(stops)
}

/// The day on which the last counted day falls.
fn walk(
    calendar: &Calendar,
    start: Date,
    limit: Limit,
    stops: &[Stop],
) -> Result<Date, CalendarUnknown> {
    let stopped = |date: Date| stops.iter().any(|stop| stop.from < date && date <= stop.to);
    let (mut left, by_working_day) = match limit.unit {
        Unit::OnTheSpot => return Ok(start),
        Unit::WorkingDays => (i32::from(limit.value), true),
        Unit::NaturalDays => (i32::from(limit.value), false),
        Unit::Months => (months_after(start, limit.value).since(start), false),
    };
    let mut date = start;
    while left > 0 {
        date = date.next();
        let counts = !by_working_day || calendar.is_working(date)?;
        left -= i32::from(counts && !stopped(date));
    }
    Ok(date)
}

/// When an open stage is due.
pub(super) fn of_stage(machine: &Machine<'_>, at: usize) -> Due {
    let stage = &machine.law.item.stages[at];
    let Some(since) = machine.progress.since(stage.seq) else { return Due::NotRunning };
    let done = machine.progress.slots[at].answer.as_ref().map(|answer| answer.at);
    if done.is_none()
        && (machine.ended.is_some() || !machine.progress.is_open(at, machine.is_granted()))
    {
        return Due::NotRunning;
    }
    close(after(machine.law.calendar, Date::at(since), stage.limit), done)
}
