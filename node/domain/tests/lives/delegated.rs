//! A stage that a notice lets another organ do: offered to it, and its act counts, from that day on.

use daiban_domain::authority::{Authority, Delegation};
use daiban_domain::catalog::Action;
use daiban_domain::desk::ActRequest;
use daiban_domain::fold::NextAct;
use daiban_sync::id::OfficeCode;
use daiban_sync::id::Tier::{County, Town, Village};

use crate::Life;
use crate::common::{VILLAGE, organ};

const TOWN: &str = "330382001000";

/// Another office may do the first check of a registration, says the county.
fn delegated(to: &str, from_day: &str) -> Life {
    let mut life = Life::of("CL-SB-01");
    let to_office: OfficeCode = to.parse().unwrap();
    life.world.authority = Authority::new(vec![Delegation {
        within: to_office.at_tier(County).unwrap(),
        item: "CL-SB-01".into(),
        action: Action::FirstCheck,
        from_organ: organ("RS"),
        to_office,
        to_organ: organ("CW"),
        from_day: from_day.parse().unwrap(),
    }]);
    life
}

/// Who is offered the acceptance.
fn offered(life: &Life) -> Vec<(OfficeCode, Option<String>)> {
    let next = life.world.state(&life.case).next;
    let accept = next.into_iter().filter(|act| act.verb == "accept");
    accept.map(|NextAct { office, from, .. }| (office, from.map(|day| day.to_string()))).collect()
}

#[test]
fn whoever_may_do_a_stage_is_offered_it_and_does_it() {
    let mut life = delegated(VILLAGE, "2026-03-02");
    let village = (VILLAGE.parse().unwrap(), Some("2026-03-02".to_owned()));
    let town = (TOWN.parse().unwrap(), None);
    assert_eq!(offered(&life), [town, village]);
    life.world.act(&mut life.case, Village, "CW", ActRequest::Accept).unwrap();
    let check = ActRequest::FirstCheck { note: String::new() };
    life.world.act(&mut life.case, Town, "RS", check).unwrap();
}

#[test]
fn before_its_day_a_delegation_lets_nobody() {
    let mut life = delegated(VILLAGE, "2026-03-03");
    assert_eq!(offered(&life).len(), 2);
    assert!(life.world.act(&mut life.case, Village, "CW", ActRequest::Accept).is_err());
    life.world.act(&mut life.case, Town, "RS", ActRequest::Accept).unwrap();
}

#[test]
fn an_office_that_does_not_hold_the_case_is_offered_nothing() {
    assert_eq!(offered(&delegated("330382001002", "2026-03-02")).len(), 1);
}
