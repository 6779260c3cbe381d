//! Deadlines count working days and nothing else, by a calendar read another way.

use std::collections::BTreeSet;

use daiban_domain::calendar::Date;
use daiban_domain::case::Case;
use daiban_domain::catalog::Unit;
use daiban_domain::clock::Clock;

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
        for step in clock.steps.iter().filter(|step| step.counts) {
            let days = std::iter::successors(Some(step.from), |day| Some(day.next()));
            let wrong = days.take_while(|day| *day <= step.to).find(|day| closed.is_closed(*day));
            if let Some(day) = wrong {
                let sentence = format!("case {}: clock {} counts {day}", case.id, clock.kind);
                return Err((Checker::Deadlines, sentence));
            }
        }
    }
    Ok(())
}
