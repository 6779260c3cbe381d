//! Figures of supervision 效能统计. Each names the cases that it counts: whoever doubts a figure can
//! open them.

use std::collections::BTreeMap;

use daiban_sync::id::OfficeCode;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Date};
use crate::clock::Due;
use crate::fold::CaseState;
use crate::organ::OrganCode;
use crate::receipt_number::ReceiptNumber;
use crate::words::{self, Said};

/// 非常满意, 满意 and 基本满意 count as satisfied (国办发〔2019〕51号).
const SATISFIED_STARS: u8 = 3;

/// What figures know of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub received: Option<Date>,
    pub accepted: Option<Date>,
    /// Granted or refused.
    pub decided: Option<Date>,
    /// Decided after the promised day or the day by law; `None` when there is no such day.
    pub late: Option<bool>,
    /// The organ that decided.
    pub organ: Option<OrganCode>,
    /// As first rated: what follows a rectification does not unmake it.
    pub stars: Option<u8>,
}

/// A case as a list of cases keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Counted {
    pub receipt: ReceiptNumber,
    pub item: String,
    /// Where the application was handed in.
    pub origin: OfficeCode,
    pub facts: Facts,
}

/// Days from the first to the last, both counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

/// What cases are put together by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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

impl Facts {
    /// The facts of a folded case.
    pub fn of(state: &CaseState) -> Self {
        let day = |moment: Option<daiban_sync::id::Millis>| moment.map(Date::at);
        let late = [&state.deadlines.promised, &state.deadlines.statutory].map(|due| match due {
            Due::Done { late, .. } => Some(*late),
            _ => None,
        });
        Self {
            received: day(state.times.received),
            accepted: day(state.times.accepted),
            decided: day(state.times.decided),
            late: late.into_iter().flatten().reduce(|a, b| a || b),
            organ: state.decision.organ,
            stars: state.redress.ratings.first().map(|rating| rating.stars),
        }
    }
}

impl Period {
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

/// The figures of `cases` in a period, a group each.
pub fn figures(cases: &[Counted], period: Period, by: By, calendar: &Calendar) -> Vec<Group> {
    let key = |case: &Counted| match by {
        By::All | By::Month => "全部".to_owned(),
        By::Office => case.origin.to_string(),
        By::Organ => case.facts.organ.map_or_else(|| "—".into(), |organ| organ.to_string()),
        By::Item => case.item.clone(),
    };
    if by == By::Month {
        let all: Vec<&Counted> = cases.iter().collect();
        let months = period.months().into_iter();
        return months.map(|(name, month)| group(name, month, &all, calendar)).collect();
    }
    let mut groups: BTreeMap<String, Vec<&Counted>> = BTreeMap::new();
    for case in cases {
        groups.entry(key(case)).or_default().push(case);
    }
    groups.into_iter().map(|(name, cases)| group(name, period, &cases, calendar)).collect()
}

fn group(name: String, period: Period, cases: &[&Counted], calendar: &Calendar) -> Group {
    let ended = |facts: &Facts| facts.decided.is_some_and(|day| day <= period.to);
    let accepted = |facts: &Facts| period.contains(facts.accepted);
    let decided = |facts: &Facts| period.contains(facts.decided);
    let shares = vec![
        share(
            "accepted",
            words::share_accepted(),
            cases,
            |facts| period.contains(facts.received),
            |facts| facts.accepted.is_some_and(|day| day <= period.to),
        ),
        share("completed", words::share_completed(), cases, accepted, ended),
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
            |facts| facts.stars >= Some(SATISFIED_STARS),
        ),
    ];
    Group { name, period, shares, duration: duration(cases, decided, calendar) }
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
mod tests {
    use super::*;
    use crate::shipped;
    use daiban_sync::id::OfficeCode;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn case(n: u32, accepted: Date, decided: Option<Date>) -> Counted {
        let origin = OfficeCode::new(330_382_001_001 + u64::from(n % 5)).unwrap();
        let facts = Facts {
            received: Some(accepted),
            accepted: Some(accepted),
            decided,
            late: decided.map(|_| n.is_multiple_of(10)),
            organ: decided.and("MZ".parse().ok()),
            stars: decided.map(|_| u8::try_from(n % 5).unwrap() + 1),
        };
        let receipt = ReceiptNumber::make(origin, accepted, n, n % 1_000).unwrap();
        Counted { receipt, item: format!("CL-{}", n % 3), origin, facts }
    }

    /// 乐清 published 33,392 cases accepted and 32,713 completed between 2014-06-25 and 2016-05-19,
    /// 475 working days. The same flow over as many of the days whose calendar is shipped: a case
    /// takes the 9.7 working days that follow from the 679 that were open (Little's law).
    #[test]
    fn the_published_figures_of_yueqing_come_out_of_synthetic_cases() {
        let calendar = shipped::calendar();
        let (accepted, days) = (33_392_u32, 475_u16);
        let first = day("2024-06-25");
        let to = calendar.add_working_days(first.plus(-1), days).unwrap();
        let cases: Vec<_> = (0..accepted)
            .map(|n| {
                let nth = u16::try_from(n * u32::from(days) / accepted).unwrap();
                let begun = calendar.add_working_days(first.plus(-1), nth + 1).unwrap();
                let took = if n % 10 < 7 { 10 } else { 9 };
                case(n, begun, calendar.add_working_days(begun, took).ok())
            })
            .collect();
        let period = Period { from: first, to };
        let all = &figures(&cases, period, By::All, &calendar)[0];
        let completed = &all.shares[1];
        assert_eq!(completed.denominator.len(), 33_392);
        let published = 32_713_usize;
        let off = completed.numerator.len().abs_diff(published);
        assert!(off <= 71, "a day's cases at most: {} completed", completed.numerator.len());
        assert_eq!(completed.per_mille(), Some(980));
        assert_eq!((all.duration.average_tenths, all.duration.ninetieth), (Some(97), Some(10)));
    }

    #[test]
    fn groups_divide_the_cases_and_months_the_days() {
        let calendar = shipped::calendar();
        let day_of = |n: u32| day("2026-01-05").plus(i32::try_from(n % 80).unwrap());
        let cases: Vec<_> =
            (0..400).map(|n| case(n, day_of(n), (n % 4 > 0).then(|| day_of(n).plus(9)))).collect();
        let period = Period { from: day("2026-01-15"), to: day("2026-03-20") };
        let of = |by: By| figures(&cases, period, by, &calendar);
        let all = &of(By::All)[0];
        for by in [By::Office, By::Organ, By::Item] {
            let groups = of(by);
            for (at, share) in all.shares.iter().enumerate() {
                let sum = |list: fn(&Share) -> usize| -> usize {
                    groups.iter().map(|group| list(&group.shares[at])).sum()
                };
                assert_eq!(sum(|share| share.denominator.len()), share.denominator.len(), "{by:?}");
                assert_eq!(sum(|share| share.numerator.len()), share.numerator.len(), "{by:?}");
            }
        }
        let months = of(By::Month);
        let names: Vec<_> = months.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["2026-01", "2026-02", "2026-03"]);
        let decided = |group: &Group| group.shares[2].denominator.len();
        assert_eq!(months.iter().map(decided).sum::<usize>(), decided(all));
    }

    #[test]
    fn none_of_none_is_no_share() {
        let period = Period { from: day("2026-01-01"), to: day("2026-01-31") };
        assert!(figures(&[], period, By::All, &shipped::calendar()).is_empty());
        let open = case(1, day("2026-02-03"), None);
        let group = &figures(&[open], period, By::All, &shipped::calendar())[0];
        assert!(group.shares.iter().all(|share| share.per_mille().is_none()));
        assert_eq!((group.duration.average_tenths, group.duration.ninetieth), (None, None));
    }
}
