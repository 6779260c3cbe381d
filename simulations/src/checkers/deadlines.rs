//! Deadlines count working days and nothing else, by a calendar read another way.

use std::collections::BTreeSet;

use daiban_domain::calendar::Date;
use daiban_domain::case::Case;
use daiban_domain::catalog::Unit;
use daiban_domain::clock::{Basis, Clock, Due, Step};

use super::{Checker, Verdict};

/// The shipped holidays and shifted workdays.
const HOLIDAYS: &str = include_str!("../../../configs/calendar/holidays.csv");

/// Days on which offices are closed, and weekend days on which they work.
pub(crate) struct Closed {
    holidays: BTreeSet<String>,
    shifted: BTreeSet<String>,
}

impl Closed {
    pub(crate) fn shipped() -> Self {
        let of = |kind: &str| {
            let rows = HOLIDAYS.lines().map(|row| row.split(',').collect::<Vec<_>>());
            let rows = rows.filter(|row| row.get(1) == Some(&kind));
            rows.map(|row| row[0].to_owned()).collect()
        };
        Self { holidays: of("holiday"), shifted: of("workday") }
    }

    fn is_closed(&self, day: Date) -> bool {
        let name = day.to_string();
        let is_weekend = day.is_weekend() && !self.shifted.contains(&name);
        is_weekend || self.holidays.contains(&name)
    }
}

pub(crate) fn check(case: &Case, clocks: &[Clock], closed: &Closed) -> Verdict {
    let counted = clocks.iter().filter(|clock| clock.limit.unit == Unit::WorkingDays);
    for clock in counted {
        check_clock(clock, closed).map_err(|why| {
            let sentence = format!("case {}: clock {} {why}", case.id, clock.kind);
            (Checker::Deadlines, sentence)
        })?;
    }
    Ok(())
}

fn check_clock(clock: &Clock, closed: &Closed) -> Result<(), String> {
    let counting = clock.steps.iter().filter(|step| step.counts);
    if let Some(day) = counting.flat_map(days).find(|day| closed.is_closed(*day)) {
        return Err(format!("counts {day}, on which offices are closed"));
    }
    let (Due::On { date: due } | Due::Done { due, .. }) = clock.due else { return Ok(()) };
    check_days_off(clock, due, closed)?;
    let days_counted = clock.steps.iter().filter(|step| step.counts).flat_map(days);
    let (counted, last) = (days_counted.clone().count(), days_counted.max());
    let limit = usize::from(clock.limit.value);
    if counted < limit || limit > 0 && last != Some(due) {
        return Err(format!("is due on {due}; of {limit} days it counts {counted}, to {last:?}"));
    }
    Ok(())
}

/// Every working day up to the last counts, or something stops the clock on it.
fn check_days_off(clock: &Clock, due: Date, closed: &Closed) -> Result<(), String> {
    let rests = [Basis::Holidays, Basis::WorkingHours];
    let off = clock.steps.iter().filter(|step| !step.counts && rests.contains(&step.basis));
    if let Some(day) = off.flat_map(days).find(|day| !closed.is_closed(*day)) {
        return Err(format!("leaves {day} out, on which offices work"));
    }
    let Some(event) = clock.steps.iter().map(|step| step.from).min() else { return Ok(()) };
    let named: BTreeSet<Date> = clock.steps.iter().flat_map(days).collect();
    let all = std::iter::successors(Some(event), |day| Some(day.next()));
    match all.take_while(|day| *day <= due).find(|day| !named.contains(day)) {
        None => Ok(()),
        Some(day) => Err(format!("says nothing of {day}")),
    }
}

fn days(step: &Step) -> impl Iterator<Item = Date> + Clone + use<> {
    let to = step.to;
    std::iter::successors(Some(step.from), |day| Some(day.next())).take_while(move |day| *day <= to)
}
