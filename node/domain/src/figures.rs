//! Figures of supervision 效能统计. Each names the cases that it counts: whoever doubts a figure can
//! open them.

mod facts;

use std::collections::{BTreeMap, BTreeSet};

use daiban_sync::id::OfficeCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Date};
use crate::case::Summary;
use crate::clock::Card;
use crate::receipt_number::ReceiptNumber;
use crate::words::{self, Said};
pub use facts::{CardClock, Facts};

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
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    pub name: String,
    pub period: Period,
    pub shares: Vec<Share>,
    pub duration: Duration,
}

/// So many cases of so many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    pub key: &'static str,
    pub words: Said,
    pub numerator: Vec<ReceiptNumber>,
    pub denominator: Vec<ReceiptNumber>,
}

/// Working days from acceptance to decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Duration {
    /// The decided cases whose days the calendar knows, with their days, the shortest first.
    pub days: Vec<(u32, ReceiptNumber)>,
    /// In tenths, rounded.
    pub average_tenths: Option<u64>,
    /// Nine of ten cases took at most so many (nearest rank).
    pub ninetieth: Option<u32>,
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
    /// Every case with whether it is one of so many; those that are not come first, because somebody
    /// is looking for them.
    pub fn cases(&self) -> Vec<(&ReceiptNumber, bool)> {
        let holding: BTreeSet<_> = self.numerator.iter().collect();
        let holds = |receipt| (receipt, holding.contains(receipt));
        let mut cases: Vec<_> = self.denominator.iter().map(holds).collect();
        cases.sort_by_key(|(_, holds)| *holds);
        cases
    }

    /// In tenths of a percent, rounded; `None` of none.
    pub fn per_mille(&self) -> Option<u64> {
        let (part, whole) = (self.numerator.len() as u64, self.denominator.len() as u64);
        (whole > 0).then(|| (part * 1_000 + whole / 2) / whole)
    }
}

impl Duration {
    fn of(mut days: Vec<(u32, ReceiptNumber)>) -> Self {
        days.sort_unstable();
        let count = days.len() as u64;
        let sum: u64 = days.iter().map(|(days, _)| u64::from(*days)).sum();
        let rank = (days.len() * 9).div_ceil(10);
        Self {
            average_tenths: (count > 0).then(|| (sum * 10 + count / 2) / count),
            ninetieth: rank.checked_sub(1).and_then(|at| Some(days.get(at)?.0)),
            days,
        }
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
    let key = |case: &Counted| match by {
        By::All | By::Month => "全部".to_owned(),
        By::Office => case.origin.to_string(),
        By::Organ => case.facts.organ.map_or_else(|| "—".into(), |organ| organ.to_string()),
        By::Item => case.item.clone(),
    };
    let group = |name: String, period: Period, cases: &[&Counted]| Group {
        name,
        period,
        shares: shares(cases, period, today),
        duration: duration(cases, |facts| period.contains(facts.decided), calendar),
    };
    if by == By::Month {
        let months = period.months().into_iter();
        let mut months: Vec<_> = months.map(|(name, month)| (name, month, Vec::new())).collect();
        for case in cases {
            let touched = months.iter_mut().filter(|(_, month, _)| case.facts.touches(*month));
            touched.for_each(|(.., cases)| cases.push(case));
        }
        return months.into_iter().map(|(name, month, cases)| group(name, month, &cases)).collect();
    }
    let mut groups: BTreeMap<String, Vec<&Counted>> = BTreeMap::new();
    for case in cases {
        let group = groups.entry(key(case)).or_default();
        group.extend(Some(case).filter(|case| case.facts.touches(period)));
    }
    groups.into_iter().map(|(name, cases)| group(name, period, &cases)).collect()
}

fn shares(cases: &[&Counted], period: Period, today: Date) -> Vec<Share> {
    let by_end = |day: Option<Date>| day.is_some_and(|day| day <= period.to);
    let decided = |facts: &Facts| period.contains(facts.decided);
    let shares = [
        share(
            "accepted",
            words::share_accepted(),
            cases,
            |facts| period.contains(facts.received),
            |facts| by_end(facts.accepted),
        ),
        share(
            "completed",
            words::share_completed(),
            cases,
            |facts| period.contains(facts.accepted),
            |facts| by_end(facts.decided),
        ),
        share(
            "on-time",
            words::share_on_time(),
            cases,
            |facts| decided(facts) && facts.late.is_some(),
            |facts| facts.late == Some(false),
        ),
        share(
            "satisfied",
            words::share_satisfied(),
            cases,
            |facts| decided(facts) && facts.stars.is_some(),
            Facts::is_satisfied,
        ),
        share(
            "online",
            words::share_online(),
            cases,
            |facts| period.contains(facts.accepted),
            |facts| facts.online,
        ),
        share(
            "one-visit",
            words::share_one_visit(),
            cases,
            |facts| period.contains(facts.closed),
            |facts| facts.visits <= 1,
        ),
        saved_materials(cases, period),
    ];
    shares.into_iter().chain(cards(cases, period, today)).collect()
}

/// 免提交材料: each case stands once for each of its materials.
fn saved_materials(cases: &[&Counted], period: Period) -> Share {
    let received = cases.iter().filter(|case| period.contains(case.facts.received));
    let times = |count: fn(&Facts) -> usize| {
        let each = received.clone();
        each.flat_map(|case| std::iter::repeat_n(case.receipt, count(&case.facts))).collect()
    };
    Share {
        key: "materials-saved",
        words: words::share_materials_saved(),
        numerator: times(|facts| facts.reused),
        denominator: times(|facts| facts.materials),
    }
}

/// 亮牌: of the cases that were under way in the period or got a card in it.
fn cards(cases: &[&Counted], period: Period, today: Date) -> [Share; 2] {
    let until = period.to.min(today);
    let has = |facts: &Facts, colour: Card| facts.has_card(colour, period.from, until);
    let under_way = |facts: &Facts| {
        facts.received.is_some_and(|day| day <= until)
            && facts.decided.is_none_or(|day| period.from <= day)
    };
    let colours =
        [("yellow", words::share_yellow(), Card::Yellow), ("red", words::share_red(), Card::Red)];
    colours.map(|(key, words, colour)| {
        let counts = |facts: &Facts| under_way(facts) || has(facts, colour);
        share(key, words, cases, counts, |facts| has(facts, colour))
    })
}

fn share(
    key: &'static str,
    words: Said,
    cases: &[&Counted],
    is_counted: impl Fn(&Facts) -> bool,
    holds: impl Fn(&Facts) -> bool,
) -> Share {
    let whole = || cases.iter().filter(|case| is_counted(&case.facts));
    Share {
        key,
        words,
        numerator: whole().filter(|case| holds(&case.facts)).map(|case| case.receipt).collect(),
        denominator: whole().map(|case| case.receipt).collect(),
    }
}

fn duration(
    cases: &[&Counted],
    is_counted: impl Fn(&Facts) -> bool,
    calendar: &Calendar,
) -> Duration {
    let days = |case: &&&Counted| {
        let (accepted, decided) = (case.facts.accepted?, case.facts.decided?);
        Some((calendar.working_days_between(accepted, decided).ok()?, case.receipt))
    };
    let counted = cases.iter().filter(|case| is_counted(&case.facts));
    Duration::of(counted.filter_map(|case| days(&case)).collect())
}

#[cfg(test)]
mod tests;
