//! Days that count and days that do not.

use daiban_domain::desk::ActRequest;
use daiban_domain::fold::Due;
use daiban_sync::id::Tier::{County, Town};

use crate::common::{DAY_MS, World, agree};

#[test]
fn deadlines_count_working_days_and_say_when_the_calendar_ends() {
    let mut world = World::new();
    let (mut case, _) = world.submitted("CL-SB-01");
    world.act(&mut case, Town, "RS", ActRequest::Accept).unwrap();
    // Monday 2026-03-02 and nine working days.
    assert_eq!(
        world.state(&case).deadlines.promised,
        Due::On { date: "2026-03-13".parse().unwrap() }
    );
    world.now_ms += 300 * DAY_MS;
    let (mut late, _) = world.submitted("CL-SB-01");
    world.act(&mut late, Town, "RS", ActRequest::Accept).unwrap();
    assert_eq!(
        world.state(&late).deadlines.promised,
        Due::CalendarUnknown { beyond: "2027-01-01".parse().unwrap() }
    );
}

#[test]
fn publicity_after_acceptance_stops_the_clock_for_its_limit_at_most() {
    let mut world = World::new();
    let (mut case, _) = world.submitted("CL-MZ-05");
    world.act(&mut case, Town, "ZZF", ActRequest::Accept).unwrap();
    let before = world.state(&case).deadlines.promised;
    assert_eq!(before, Due::On { date: "2026-03-19".parse().unwrap() });
    world.act(&mut case, Town, "ZZF", ActRequest::FirstCheck { note: String::new() }).unwrap();
    world.act(&mut case, County, "CL", agree()).unwrap();
    world.act(&mut case, County, "MZ", agree()).unwrap();
    // Publicity of seven natural days, 3 to 9 March, holds five working days.
    assert_eq!(
        world.state(&case).deadlines.promised,
        Due::On { date: "2026-03-26".parse().unwrap() }
    );
    world.now_ms += 20 * DAY_MS;
    world
        .act(&mut case, Town, "ZZF", ActRequest::Publicise { days: 7, objections: vec![] })
        .unwrap();
    assert_eq!(
        world.state(&case).deadlines.promised,
        Due::On { date: "2026-03-26".parse().unwrap() }
    );
}
