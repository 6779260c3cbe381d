//! Figures of supervision 效能统计. Each names the cases that it counts: whoever doubts a figure can
//! open them.

mod behind;
mod facts;
mod grouped;
mod indicators;

use std::collections::BTreeMap;

use daiban_sync::id::OfficeCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Date};
use crate::case::Summary;
use crate::receipt_number::ReceiptNumber;
use crate::words::Said;
pub use behind::{CountedCase, GroupCases, ShareCases, cases_behind};
pub use facts::{CardClock, Facts};
use grouped::grouped;
use indicators::{Count, INDICATORS, Window};

/// A case as a list of cases keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub receipt: ReceiptNumber,
    pub item: String,
    /// Where the application was handed in.
    pub origin: OfficeCode,
    pub facts: Facts,
}

/// Days from the first to the last, both counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

/// What cases are put together by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "FiguresBy")]
pub enum By {
    #[default]
    All,
    Office,
    Organ,
    Item,
    Month,
}

/// The figures of a group of cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "FigureGroup")]
pub struct Group {
    pub name: String,
    pub period: Period,
    pub shares: Vec<Share>,
    /// The cases decided in the period whose working days the calendar knows.
    pub decided: usize,
    /// Working days from acceptance to decision, on average, in tenths, rounded.
    pub average_tenths: Option<u64>,
    /// Nine of ten cases took at most so many working days (nearest rank).
    pub ninetieth: Option<u32>,
}

/// So many of so many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Figure")]
pub struct Share {
    pub key: &'static str,
    pub words: Said,
    pub count: usize,
    pub of: usize,
}

impl Counted {
    /// `None` of a case that has no facts yet.
    pub fn of(case: &Summary) -> Option<Self> {
        let Summary { item, origin, .. } = case;
        let (receipt, facts) = case.receipt.zip(case.facts.clone())?;
        Some(Self { receipt, item: item.clone(), origin: *origin, facts })
    }
}

impl Period {
    /// Without days: the year of the last one, up to today. `None` if it ends before it begins.
    pub fn of(from: Option<Date>, to: Option<Date>, today: Date) -> Option<Self> {
        let to = to.unwrap_or(today);
        let from = from.or_else(|| Date::from_ymd(to.year(), 1, 1)).unwrap_or(to);
        (from <= to).then_some(Self { from, to })
    }

    pub fn contains(self, day: Option<Date>) -> bool {
        day.is_some_and(|day| self.from <= day && day <= self.to)
    }

    /// The calendar months that it touches, each cut to the period.
    fn months(self) -> Vec<(String, Self)> {
        let first = |day: Date| day.plus(1 - i32::try_from(day.ymd().2).unwrap_or(1));
        let starts =
            std::iter::successors(Some(first(self.from)), |start| Some(start.plus_months(1)));
        let within = starts.take_while(|start| *start <= self.to);
        let month = |start: Date| {
            let to = self.to.min(start.plus_months(1).plus(-1));
            (start.to_string()[..7].to_owned(), Self { from: self.from.max(start), to })
        };
        within.map(month).collect()
    }
}

impl Share {
    /// In tenths of a percent, rounded; `None` of none.
    pub fn per_mille(&self) -> Option<usize> {
        (self.of > 0).then(|| (self.count * 1_000 + self.of / 2) / self.of)
    }
}

/// The figures of `cases` in a period, a group each, as they stand `today`.
pub fn figures<'a>(
    cases: impl IntoIterator<Item = &'a Counted>,
    period: Period,
    by: By,
    calendar: &Calendar,
    today: Date,
) -> Vec<Group> {
    let groups = grouped(cases, period, by, today, |tally: &mut Tally, case, window| {
        tally.add(&case.facts, window, calendar);
    });
    groups.into_iter().map(|(name, period, tally)| tally.group(name, period)).collect()
}

/// What the figures of a group add up.
#[derive(Default)]
struct Tally {
    counts: [Count; INDICATORS.len()],
    /// How many cases took so many working days.
    days: BTreeMap<u32, usize>,
}

impl Tally {
    fn add(&mut self, facts: &Facts, window: Window, calendar: &Calendar) {
        for (total, indicator) in self.counts.iter_mut().zip(&INDICATORS) {
            let Count { count, of } = (indicator.count)(facts, window);
            total.count += count;
            total.of += of;
        }
        if let Some(days) = days_of(facts, window, calendar) {
            *self.days.entry(days).or_default() += 1;
        }
    }

    fn group(self, name: String, period: Period) -> Group {
        let decided: usize = self.days.values().sum();
        let sum: u64 = self.days.iter().map(|(days, cases)| u64::from(*days) * *cases as u64).sum();
        let count = decided as u64;
        let ninetieth = self.ninetieth();
        let shares = INDICATORS.iter().zip(self.counts).map(|(indicator, Count { count, of })| {
            Share { key: indicator.key, words: (indicator.words)(), count, of }
        });
        Group {
            name,
            period,
            shares: shares.collect(),
            decided,
            average_tenths: (count > 0).then(|| (sum * 10 + count / 2) / count),
            ninetieth,
        }
    }

    fn ninetieth(&self) -> Option<u32> {
        let decided: usize = self.days.values().sum();
        let mut left = (decided * 9).div_ceil(10);
        let (days, _) = self.days.iter().find(|(_, cases)| {
            left = left.saturating_sub(**cases);
            left == 0
        })?;
        Some(*days)
    }
}

/// Working days from acceptance to a decision in the period.
fn days_of(facts: &Facts, window: Window, calendar: &Calendar) -> Option<u32> {
    let decided = facts.decided.filter(|day| window.period.contains(Some(*day)))?;
    calendar.working_days_between(facts.accepted?, decided).ok()
}

#[cfg(test)]
mod tests;
