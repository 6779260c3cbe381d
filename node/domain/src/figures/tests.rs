//! Figures of synthetic cases.

use daiban_sync::id::OfficeCode;
use proptest::prelude::*;

use super::*;
use crate::clock::Due;
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
    let of = |by: By| figures(&cases, period, by, &calendar, period.to);
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
    assert!(figures(&[], period, By::All, &shipped::calendar(), period.to).is_empty());
    let open = case(1, day("2026-02-03"), None);
    let group = &figures(&[open], period, By::All, &shipped::calendar(), period.to)[0];
    assert!(group.shares.iter().all(|share| share.per_mille().is_none()));
    assert_eq!((group.duration.average_tenths, group.duration.ninetieth), (None, None));
}

fn clock(card: Card, due: Due) -> CardClock {
    CardClock { card, due }
}

fn found<'a>(group: &'a Group, key: &str) -> (&'a [ReceiptNumber], &'a [ReceiptNumber]) {
    let share = group.shares.iter().find(|share| share.key == key).unwrap();
    (&share.numerator, &share.denominator)
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
        let group = figures(&cases, period, By::All, &shipped::calendar(), day(today)).remove(0);
        ["yellow", "red"].map(|key| {
            let (part, whole) = found(&group, key);
            (part.to_vec(), whole.len())
        })
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
    let group = &figures(&cases, period, By::All, &shipped::calendar(), period.to)[0];
    let (saved, all) = found(group, "materials-saved");
    assert_eq!(saved, [first.receipt; 2]);
    assert_eq!(all, [first.receipt, first.receipt, first.receipt, second.receipt]);
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
        let known = Counted { facts, ..case(1, begins, None) };
        let none = |share: &Share| share.numerator.is_empty() && share.denominator.is_empty();
        prop_assert!(shares(&[&known], period, period.to).iter().all(none));
        let decided = |facts: &Facts| period.contains(facts.decided);
        prop_assert!(duration(&[&known], decided, &shipped::calendar()).days.is_empty());
    }
}
