//! Figures of synthetic cases.

use daiban_sync::id::OfficeCode;
use proptest::prelude::*;

use super::indicators::Indicator;
use super::*;
use crate::clock::{Card, Due};
use crate::shipped;

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
        ..Facts::default()
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
    let all = &figures(&cases, period, By::All, &calendar, to)[0];
    let completed = &all.shares[1];
    assert_eq!(completed.of, 33_392);
    let published = 32_713_usize;
    let off = completed.count.abs_diff(published);
    assert!(off <= 71, "a day's cases at most: {} completed", completed.count);
    assert_eq!(completed.per_mille(), Some(980));
    assert_eq!((all.average_tenths, all.ninetieth), (Some(97), Some(10)));
}

#[test]
fn groups_divide_the_cases_and_months_the_days() {
    let calendar = shipped::calendar();
    let day_of = |n: u32| day("2026-01-05").plus(i32::try_from(n % 80).unwrap());
    let cases: Vec<_> =
        (0..400).map(|n| case(n, day_of(n), (n % 4 > 0).then(|| day_of(n).plus(9)))).collect();
    let period = Period { from: day("2026-01-15"), to: day("2026-03-20") };
    let of = |by: By| figures(&cases, period, by, &calendar, period.to);
    let all = &of(By::All)[0];
    for by in [By::Office, By::Organ, By::Item] {
        let groups = of(by);
        for (at, share) in all.shares.iter().enumerate() {
            let sum = |number: fn(&Share) -> usize| -> usize {
                groups.iter().map(|group| number(&group.shares[at])).sum()
            };
            assert_eq!(sum(|share| share.of), share.of, "{by:?}");
            assert_eq!(sum(|share| share.count), share.count, "{by:?}");
        }
    }
    let months = of(By::Month);
    let names: Vec<_> = months.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(names, ["2026-01", "2026-02", "2026-03"]);
    let decided = |group: &Group| group.shares[2].of;
    assert_eq!(months.iter().map(decided).sum::<usize>(), decided(all));
}

#[test]
fn none_of_none_is_no_share() {
    let period = Period { from: day("2026-01-01"), to: day("2026-01-31") };
    assert!(figures(&[], period, By::All, &shipped::calendar(), period.to).is_empty());
    let open = case(1, day("2026-02-03"), None);
    let group = &figures(&[open], period, By::All, &shipped::calendar(), period.to)[0];
    assert!(group.shares.iter().all(|share| share.per_mille().is_none()));
    assert_eq!((group.average_tenths, group.ninetieth), (None, None));
}

fn clock(card: Card, due: Due) -> CardClock {
    CardClock { card, due }
}

/// The cases that count in a figure of all, and how many could.
fn found(cases: &[Counted], key: &str, period: Period, today: Date) -> (Vec<ReceiptNumber>, usize) {
    let calendar = shipped::calendar();
    let group = cases_behind(cases, period, By::All, &calendar, today, Some(key)).remove(0);
    let share = &group.shares[0];
    let holding = share.rows().filter(|(_, holds)| *holds).map(|(receipt, _)| receipt);
    (holding.collect(), share.of())
}

/// A card is given on the first day past the limit, and no day of the future gives one.
#[test]
fn a_card_counts_in_the_period_in_which_it_was_given() {
    let due = day("2026-03-10");
    let mut open = case(1, day("2026-03-02"), None);
    open.facts.clocks = vec![clock(Card::Yellow, Due::On { date: due })];
    let mut late = case(2, day("2026-03-02"), Some(day("2026-03-20")));
    late.facts.clocks =
        vec![clock(Card::Red, Due::Done { due, done: day("2026-03-20"), late: true })];
    let calm = case(3, day("2026-03-02"), Some(day("2026-03-05")));
    let cases = [open.clone(), late.clone(), calm];
    let counted = |from: &str, to: &str, today: &str| {
        let period = Period { from: day(from), to: day(to) };
        ["yellow", "red"].map(|key| found(&cases, key, period, day(today)))
    };
    let both = [vec![open.receipt], vec![late.receipt]];
    let [yellow, red] = both.clone();
    assert_eq!(counted("2026-03-01", "2026-03-31", "2026-03-31"), [(yellow, 3), (red, 3)]);
    let none = [(Vec::new(), 3), (Vec::new(), 3)];
    assert_eq!(counted("2026-03-01", "2026-03-31", "2026-03-10"), none, "the last day");
    let [yellow, red] = both;
    assert_eq!(counted("2026-03-11", "2026-03-11", "2026-04-30"), [(yellow, 2), (red, 2)]);
    let later = [(Vec::new(), 2), (Vec::new(), 2)];
    assert_eq!(counted("2026-03-12", "2026-03-19", "2026-04-30"), later);
}

#[test]
fn a_case_stands_once_for_each_material() {
    let mut first = case(1, day("2026-03-02"), None);
    (first.facts.materials, first.facts.reused) = (3, 2);
    let mut second = case(2, day("2026-03-03"), None);
    second.facts.materials = 1;
    let period = Period { from: day("2026-03-01"), to: day("2026-03-31") };
    let cases = [first.clone(), second.clone()];
    let (saved, all) = found(&cases, "materials-saved", period, period.to);
    assert_eq!((saved, all), (vec![first.receipt; 2], 4));
    let calendar = shipped::calendar();
    let by_item = cases_behind(&cases, period, By::Item, &calendar, period.to, None);
    let rows: Vec<_> = by_item[0].shares[6].rows().collect();
    assert_eq!(rows, [(first.receipt, false), (first.receipt, true), (first.receipt, true)]);
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let any_day = || prop::option::of((0..60_i32).prop_map(|n| day("2026-01-01").plus(n)));
    let any_clock = (any::<bool>(), any_day()).prop_map(|(is_red, due)| CardClock {
        card: if is_red { Card::Red } else { Card::Yellow },
        due: due.map_or(Due::NotRunning, |date| Due::On { date }),
    });
    let days = (any_day(), any_day(), any_day(), any_day());
    let rest = (prop::option::of(any::<bool>()), prop::option::of(1..6_u8), 0..3_usize);
    let clocks = prop::collection::vec(any_clock, 0..3);
    (days, rest, clocks).prop_map(|((received, accepted, decided, closed), rest, clocks)| {
        let (late, stars, visits) = rest;
        let (materials, reused) = (visits, visits.min(1));
        let online = visits == 1;
        let organ = None;
        Facts {
            received,
            accepted,
            decided,
            closed,
            late,
            organ,
            stars,
            online,
            visits,
            materials,
            reused,
            clocks,
        }
    })
}

proptest! {
    #[test]
    fn what_does_not_touch_a_period_counts_in_no_figure_of_it(
        facts in any_facts(),
        from in 0..60_i32,
        days in 0..20_i32,
    ) {
        let begins = day("2026-01-01").plus(from);
        let period = Period { from: begins, to: begins.plus(days) };
        prop_assume!(!facts.touches(period));
        let window = Window { period, until: period.to };
        let none = |indicator: &Indicator| (indicator.count)(&facts, window).of == 0;
        prop_assert!(INDICATORS.iter().all(none));
        prop_assert_eq!(days_of(&facts, window, &shipped::calendar()), None);
    }

    #[test]
    fn every_figure_is_the_number_of_its_cases(
        facts in prop::collection::vec(any_facts(), 0..12),
        from in 0..60_i32,
        days in 0..60_i32,
        by in prop::sample::select(vec![By::All, By::Office, By::Organ, By::Item, By::Month]),
    ) {
        let cases: Vec<_> = (0..)
            .zip(facts)
            .map(|(n, facts)| Counted { facts, ..case(n, day("2026-01-01"), None) })
            .collect();
        let begins = day("2026-01-01").plus(from);
        let period = Period { from: begins, to: begins.plus(days) };
        let calendar = shipped::calendar();
        let counted = figures(&cases, period, by, &calendar, period.to);
        let behind = cases_behind(&cases, period, by, &calendar, period.to, None);
        prop_assert_eq!(counted.len(), behind.len());
        for (group, cases) in counted.iter().zip(&behind) {
            prop_assert_eq!((&group.name, group.period), (&cases.name, cases.period));
            for (share, cases) in group.shares.iter().zip(&cases.shares) {
                let holding = cases.rows().filter(|(_, holds)| *holds).count();
                prop_assert_eq!((share.key, share.count, share.of), (cases.key, holding, cases.of()));
            }
            let days: Vec<u32> = cases.days.iter().map(|(days, _)| *days).collect();
            prop_assert_eq!(group.decided, days.len());
            let ninetieth = (days.len() * 9).div_ceil(10).checked_sub(1).map(|at| days[at]);
            prop_assert_eq!(group.ninetieth, ninetieth);
        }
    }
}
