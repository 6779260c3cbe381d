//! What holds for every reckoning, and a simpler model of it: sets of days.

use std::collections::BTreeSet;

use daiban_domain::calendar::{Calendar, CalendarUnknown, Date};
use daiban_domain::catalog::{Limit, Unit};
use daiban_domain::clock::{Course, Ends, Extension, Steps, Stop, Why};
use daiban_domain::shipped;
use proptest::prelude::*;

fn start_of_2024() -> Date {
    "2024-01-01".parse().unwrap()
}

fn reckon(course: &Course<'_>) -> Result<Ends, CalendarUnknown> {
    course.reckon(&shipped::calendar(), &mut Steps::unwanted())
}

/// A day to compare by: what waits or is not known is later than every day.
fn day(ends: &Result<Ends, CalendarUnknown>) -> Date {
    match ends {
        Ok(Ends::On(date)) => *date,
        _ => "9999-12-31".parse().unwrap(),
    }
}

fn limits() -> impl Strategy<Value = Limit> {
    prop_oneof![
        (0_u16..60).prop_map(|value| Limit { value, unit: Unit::WorkingDays }),
        (0_u16..90).prop_map(|value| Limit { value, unit: Unit::NaturalDays }),
        (0_u16..5).prop_map(|value| Limit { value, unit: Unit::Months }),
        Just(Limit { value: 0, unit: Unit::OnTheSpot }),
    ]
}

/// A stop that begins so many days into 2024 and is declared in working or natural days.
fn stops(from: i32) -> impl Strategy<Value = Stop<'static>> {
    (from..from + 90, 0_u16..20, any::<bool>(), prop::option::of(0_i32..40)).prop_map(
        |(from, value, working, lasts)| {
            let from = start_of_2024().plus(from);
            let unit = if working { Unit::WorkingDays } else { Unit::NaturalDays };
            let (until, at_most) = (lasts.map(|days| from.plus(days)), Some(Limit { value, unit }));
            Stop { from, until, at_most, why: Why::Procedure("听证") }
        },
    )
}

fn courses() -> impl Strategy<Value = Course<'static>> {
    (0_i32..500, limits()).prop_flat_map(|(start, limit)| {
        prop::collection::vec(stops(start), 0..4).prop_map(move |stops| {
            let start = start_of_2024().plus(start);
            Course { start, limit, stops, extension: None }
        })
    })
}

/// The days that a stop takes off the clock.
fn taken(calendar: &Calendar, stop: &Stop<'_>) -> BTreeSet<Date> {
    let most = stop.at_most.unwrap();
    let last = match most.unit {
        Unit::WorkingDays => calendar.add_working_days(stop.from, most.value).unwrap(),
        _ => stop.from.plus(i32::from(most.value)),
    };
    let last = stop.until.map_or(last, |until| until.min(last));
    (1..=last.since(stop.from)).map(|days| stop.from.plus(days)).collect()
}

/// The last day, by sets.
fn model(course: &Course<'_>) -> Date {
    let calendar = shipped::calendar();
    let taken: BTreeSet<Date> =
        course.stops.iter().flat_map(|stop| taken(&calendar, stop)).collect();
    let works = |day: &Date| calendar.is_working(*day).unwrap();
    let free = |day: &Date| !taken.contains(day);
    let by_working_day = course.limit.unit == Unit::WorkingDays;
    let counts = |day: &Date| free(day) && (!by_working_day || works(day));
    let days = match course.limit.unit {
        Unit::OnTheSpot => return course.start,
        Unit::WorkingDays | Unit::NaturalDays => i32::from(course.limit.value),
        Unit::Months => course.start.plus_months(course.limit.value).since(course.start),
    };
    let after = (1..400).map(|days| course.start.plus(days)).filter(counts);
    let last = [course.start].into_iter().chain(after).nth(usize::try_from(days).unwrap()).unwrap();
    if by_working_day || works(&last) {
        return last;
    }
    (1..).map(|days| last.plus(days)).find(|day| works(day) && free(day)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn the_walk_agrees_with_sets_of_days(course in courses()) {
        prop_assert_eq!(reckon(&course), Ok(Ends::On(model(&course))));
    }

    #[test]
    fn a_later_start_is_never_due_earlier(
        start in 0_i32..500,
        later in 0_i32..30,
        limit in limits(),
        stops in prop::collection::vec(stops(530), 0..3),
    ) {
        let course = |days| Course {
            start: start_of_2024().plus(days), limit, stops: stops.clone(), extension: None,
        };
        let (early, late) = (reckon(&course(start)), reckon(&course(start + later)));
        prop_assert!(day(&early) <= day(&late), "{early:?} {late:?}");
    }

    #[test]
    fn a_pause_never_shortens(course in courses(), pause in stops(0), open in any::<bool>()) {
        let at_most = pause.at_most.filter(|_| !open);
        let mut paused = course.clone();
        paused.stops.push(Stop { at_most, ..pause });
        prop_assert!(day(&reckon(&course)) <= day(&reckon(&paused)));
    }

    #[test]
    fn an_extension_never_shortens(course in courses(), on in 0_i32..100, by in limits()) {
        let extension = Some(Extension { on: course.start.plus(on), by });
        let extended = Course { extension, ..course.clone() };
        prop_assert!(day(&reckon(&course)) <= day(&reckon(&extended)));
    }

    #[test]
    fn a_longer_limit_is_never_due_earlier(course in courses(), more in 1_u16..20) {
        let limit = Limit { value: course.limit.value + more, ..course.limit };
        let longer = Course { limit, ..course.clone() };
        prop_assert!(day(&reckon(&course)) <= day(&reckon(&longer)));
    }

    #[test]
    fn an_explained_day_is_the_same_day(course in courses()) {
        let mut steps = Steps::wanted(true);
        prop_assert_eq!(course.reckon(&shipped::calendar(), &mut steps), reckon(&course));
        prop_assert!(!steps.into_vec().is_empty());
    }

    #[test]
    fn clocks_do_not_depend_on_the_order_of_delivery(
        case in any::<prop::sample::Index>(),
        order in any::<u64>(),
    ) {
        let table = super::table();
        let mut told = case.get(&table).told();
        let clocks = told.clocks();
        let mut seed = order;
        for at in (1..told.acts.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let other = usize::try_from(seed >> 33).unwrap() % (at + 1);
            told.acts.swap(at, other);
        }
        let twice: Vec<_> = told.acts.iter().chain(&told.acts).cloned().collect();
        told.acts = twice;
        prop_assert_eq!(told.clocks(), clocks);
    }
}
