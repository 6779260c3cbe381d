//! One clock, day by day.

use super::step::{Reason, Steps};
use crate::calendar::{Calendar, CalendarUnknown, Date, Day};
use crate::catalog::{Action, Limit, Unit};

/// What starts, stops and lengthens a clock.
#[derive(Clone, Debug)]
pub struct Course<'a> {
    /// The day of the event; it does not count.
    pub start: Date,
    pub limit: Limit,
    pub stops: Vec<Stop<'a>>,
    pub extension: Option<Extension>,
}

/// Days off the clock: after `from`, up to and with `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop<'a> {
    pub from: Date,
    pub until: Option<Date>,
    /// Beyond these days the clock runs again. Nothing bounds what the applicant owes.
    pub at_most: Option<Limit>,
    pub why: Why<'a>,
}

/// What stops a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why<'a> {
    /// A special procedure 特别程序, by its name.
    Procedure(&'a str),
    /// A stage that the item keeps off the clock, such as 公示.
    Stage(Action),
    /// The applicant owes a correction.
    Correction,
}

/// It lengthens a limit that has not ended on that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    pub on: Date,
    pub by: Limit,
}

/// Where a reckoning ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// The last day.
    On(Date),
    /// It stands still, with so many days left, until the applicant answers.
    Waits { left: u16 },
}

impl Course<'_> {
    /// The last day, with the steps that lead to it.
    ///
    /// # Errors
    /// [`CalendarUnknown`] as soon as the count needs a day that the calendar does not know.
    pub fn reckon(&self, calendar: &Calendar, steps: &mut Steps) -> Result<Ends, CalendarUnknown> {
        let ends = self.reckon_known(calendar, steps);
        if let Err(unknown) = &ends {
            steps.noted(unknown.date, Reason::CalendarEnds);
        }
        ends
    }

    fn reckon_known(
        &self,
        calendar: &Calendar,
        steps: &mut Steps,
    ) -> Result<Ends, CalendarUnknown> {
        steps.noted(self.start, Reason::Event);
        let Some(extension) = self.extension else {
            return self.walk(calendar, &[self.limit], steps);
        };
        let plain = self.walk(calendar, &[self.limit], &mut Steps::unwanted());
        let ended = match plain {
            Ok(Ends::On(due)) => due < extension.on,
            Ok(Ends::Waits { .. }) => false,
            Err(ref unknown) if extension.on < unknown.date => false,
            Err(unknown) => return Err(unknown),
        };
        if ended {
            let ends = self.walk(calendar, &[self.limit], steps);
            steps.noted(extension.on, Reason::ExtendedTooLate);
            return ends;
        }
        steps.noted(extension.on, Reason::Extended(extension.by));
        self.walk(calendar, &joined(self.limit, extension.by), steps)
    }

    /// Limits one after another.
    fn walk(
        &self,
        calendar: &Calendar,
        limits: &[Limit],
        steps: &mut Steps,
    ) -> Result<Ends, CalendarUnknown> {
        let mut walk = Walk::new(self, calendar, steps)?;
        for (at, limit) in limits.iter().enumerate() {
            if let Some(left) = walk.leg(*limit)? {
                let later = limits[at + 1..].iter().map(|limit| days_of(walk.date, *limit));
                return Ok(Ends::Waits { left: later.fold(left, u16::saturating_add) });
            }
        }
        Ok(Ends::On(walk.date))
    }
}

/// Limits of one unit are one longer limit; of two units, the second follows the first.
fn joined(limit: Limit, by: Limit) -> Vec<Limit> {
    if limit.unit == by.unit {
        return vec![Limit { value: limit.value.saturating_add(by.value), ..limit }];
    }
    vec![limit, by]
}

struct Walk<'a, 'w> {
    calendar: &'w Calendar,
    steps: &'w mut Steps,
    date: Date,
    /// Each with the days that it may still take.
    stops: Vec<(Stop<'a>, Option<u16>)>,
}

/// What stands on a day beside the calendar.
enum Stands<'a> {
    Runs,
    Stopped(Stop<'a>),
    Overrun(Stop<'a>),
    Waits(Stop<'a>),
}

impl<'a, 'w> Walk<'a, 'w> {
    fn new(
        course: &Course<'a>,
        calendar: &'w Calendar,
        steps: &'w mut Steps,
    ) -> Result<Self, CalendarUnknown> {
        let start = course.start;
        let met = course.stops.iter().filter(|stop| stop.until.is_none_or(|until| until > start));
        let mut stops = Vec::new();
        for stop in met {
            let mut left = stop.at_most.map(|limit| days_of(stop.from, limit));
            let mut date = stop.from;
            while date < start && left.is_some_and(|left| left > 0) {
                date = date.next();
                spend(calendar, stop, &mut left, date)?;
            }
            stops.push((*stop, left));
        }
        Ok(Self { calendar, steps, date: start, stops })
    }

    /// Counts a limit from this day on; `Some` days are left where it stands still.
    fn leg(&mut self, limit: Limit) -> Result<Option<u16>, CalendarUnknown> {
        if limit.unit == Unit::OnTheSpot {
            self.steps.noted(self.date, Reason::OnTheSpot);
            return Ok(None);
        }
        let mut left = days_of(self.date, limit);
        if limit.unit == Unit::Months {
            let last = self.date.plus_months(limit.value);
            self.steps.noted(last, Reason::Corresponding(limit));
        }
        let by_working_day = limit.unit == Unit::WorkingDays;
        while left > 0 {
            let Some(counts) = self.next_day(by_working_day)? else { return Ok(Some(left)) };
            left -= u16::from(counts);
        }
        if by_working_day { Ok(None) } else { self.leave_days_off() }
    }

    /// Whether the next day counts; `None` where the clock stands still.
    fn next_day(&mut self, by_working_day: bool) -> Result<Option<bool>, CalendarUnknown> {
        self.date = self.date.next();
        let overrun = match self.standing()? {
            Stands::Waits(stop) => {
                self.steps.noted(self.date, Reason::Stopped(stop));
                return Ok(None);
            }
            Stands::Stopped(stop) => {
                self.steps.noted(self.date, Reason::Stopped(stop));
                return Ok(Some(false));
            }
            Stands::Overrun(stop) => Some(Reason::Overrun(stop)),
            Stands::Runs => None,
        };
        let (counts, reason) = match by_working_day {
            true => reason_of(self.calendar.day(self.date)?),
            false => (true, Reason::Natural),
        };
        match counts {
            true => self.steps.counted(self.date, overrun.unwrap_or(reason)),
            false => self.steps.noted(self.date, reason),
        }
        Ok(Some(counts))
    }

    /// A limit that does not count working days ends on one (民法典 第二百零三条).
    fn leave_days_off(&mut self) -> Result<Option<u16>, CalendarUnknown> {
        let mut stopped = false;
        while stopped || !self.calendar.is_working(self.date)? {
            self.date = self.date.next();
            stopped = match self.standing()? {
                Stands::Waits(_) => return Ok(Some(0)),
                Stands::Stopped(_) => true,
                Stands::Runs | Stands::Overrun(_) => false,
            };
            self.steps.noted(self.date, Reason::LastDayOff);
        }
        Ok(None)
    }

    /// What stops the clock on this day; everything that does spends one of its days.
    fn standing(&mut self) -> Result<Stands<'a>, CalendarUnknown> {
        let (date, mut standing) = (self.date, Stands::Runs);
        for (stop, left) in &mut self.stops {
            if date <= stop.from || stop.until.is_some_and(|until| until < date) {
                continue;
            }
            standing = match (standing, &left) {
                (Stands::Waits(first), _) => Stands::Waits(first),
                (_, None) if stop.until.is_none() => Stands::Waits(*stop),
                (Stands::Stopped(first), _) => Stands::Stopped(first),
                (_, Some(0)) => Stands::Overrun(*stop),
                _ => Stands::Stopped(*stop),
            };
            spend(self.calendar, stop, left, date)?;
        }
        Ok(standing)
    }
}

fn reason_of(day: Day<'_>) -> (bool, Reason<'_>) {
    let reason = match day {
        Day::Working => Reason::Working,
        Day::Shifted(name) => Reason::Shifted(name),
        Day::Weekend => Reason::Weekend,
        Day::Holiday(name) => Reason::Holiday(name),
    };
    (day.is_working(), reason)
}

/// Days that a limit grants after an event: working days for those, natural days for the rest.
fn days_of(event: Date, limit: Limit) -> u16 {
    match limit.unit {
        Unit::OnTheSpot => 0,
        Unit::WorkingDays | Unit::NaturalDays => limit.value,
        Unit::Months => {
            let days = event.plus_months(limit.value).since(event);
            u16::try_from(days).unwrap_or(u16::MAX)
        }
    }
}

fn spend(
    calendar: &Calendar,
    stop: &Stop<'_>,
    left: &mut Option<u16>,
    date: Date,
) -> Result<(), CalendarUnknown> {
    let Some(days @ 1..) = left else { return Ok(()) };
    let by_working_day = stop.at_most.is_some_and(|limit| limit.unit == Unit::WorkingDays);
    *days -= u16::from(!by_working_day || calendar.is_working(date)?);
    Ok(())
}
