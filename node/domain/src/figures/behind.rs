//! Which cases a figure counts.

use serde::Serialize;

use crate::calendar::{Calendar, Date};
use crate::receipt_number::ReceiptNumber;
use crate::words::Said;

use super::grouped::grouped;
use super::indicators::{Count, INDICATORS};
use super::{By, Counted, Period, days_of};

/// The cases behind the figures of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupCases {
    pub name: String,
    pub period: Period,
    pub shares: Vec<ShareCases>,
    /// Working days from acceptance to decision of the cases decided in the period, the shortest
    /// first; empty if one figure was asked for.
    pub days: Vec<(u32, ReceiptNumber)>,
}

/// The cases behind a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShareCases {
    pub key: &'static str,
    pub words: Said,
    pub cases: Vec<CountedCase>,
}

/// A case with how often it counts, of how often it could: usually of once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CountedCase {
    pub receipt: ReceiptNumber,
    pub count: usize,
    pub of: usize,
}

/// The cases of each figure, and the days of each.
type Lists = ([Vec<CountedCase>; INDICATORS.len()], Vec<(u32, ReceiptNumber)>);

impl ShareCases {
    /// Every case as often as it could count, with whether it does; those that do not come first,
    /// because somebody is looking for them.
    pub fn rows(&self) -> impl Iterator<Item = (ReceiptNumber, bool)> {
        let missing = self.cases.iter().map(|case| ((case.receipt, false), case.of - case.count));
        let holding = self.cases.iter().map(|case| ((case.receipt, true), case.count));
        missing.chain(holding).flat_map(|(row, times)| std::iter::repeat_n(row, times))
    }

    /// How many could count.
    pub fn of(&self) -> usize {
        self.cases.iter().map(|case| case.of).sum()
    }
}

/// The cases behind all figures, or behind the one of `key`.
pub fn cases_behind<'a>(
    cases: impl IntoIterator<Item = &'a Counted>,
    period: Period,
    by: By,
    calendar: &Calendar,
    today: Date,
    key: Option<&str>,
) -> Vec<GroupCases> {
    let wanted = || INDICATORS.iter().filter(|known| key.is_none_or(|key| key == known.key));
    let groups = grouped(cases, period, by, today, |(lists, days): &mut Lists, case, window| {
        let receipt = case.receipt;
        for (list, indicator) in lists.iter_mut().zip(wanted()) {
            let Count { count, of } = (indicator.count)(&case.facts, window);
            list.extend((of > 0).then_some(CountedCase { receipt, count, of }));
        }
        if key.is_none() {
            days.extend(days_of(&case.facts, window, calendar).map(|days| (days, receipt)));
        }
    });
    let group = |(name, period, (lists, mut days)): (String, Period, Lists)| {
        days.sort_unstable();
        let shares = wanted().zip(lists).map(|(indicator, cases)| ShareCases {
            key: indicator.key,
            words: (indicator.words)(),
            cases,
        });
        GroupCases { name, period, shares: shares.collect(), days }
    };
    groups.into_iter().map(group).collect()
}
