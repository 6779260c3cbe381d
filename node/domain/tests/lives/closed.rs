//! An office that is no more: its cases stay on their line, and the office above goes on with them.

use std::collections::BTreeMap;

use daiban_domain::authority::{Authority, Closure};
use daiban_domain::desk::ActRequest;
use daiban_domain::fold::Status;
use daiban_domain::office::directory::{Becomes, OfficeChange};
use daiban_sync::id::OfficeCode;
use daiban_sync::id::Tier::{County, Town, Village};

use crate::Life;
use crate::common::{VILLAGE, World};

/// The village is merged into its neighbour from this day on.
fn merged(world: &mut World, from: &str) {
    let code: OfficeCode = VILLAGE.parse().unwrap();
    let becomes = Becomes::Merged { into: "330382001002".parse().unwrap() };
    let change = OfficeChange { from: from.parse().unwrap(), code, becomes };
    let known_within = code.at_tier(County).unwrap();
    let closure = Closure { from: change.from, known_within };
    world.authority = Authority::default().with_closures(BTreeMap::from([(code, closure)]));
    world.offices = world.offices.clone().on(change.from, [&change]);
}

fn withdraw() -> ActRequest {
    ActRequest::Withdraw { reason: "不办了".into() }
}

#[test]
fn the_town_does_what_a_closed_village_still_owed() {
    let mut life = Life::of("CL-SB-01");
    merged(&mut life.world, "2026-03-02");
    let next = life.world.state(&life.case).next;
    let town = VILLAGE.parse::<OfficeCode>().unwrap().at_tier(Town).unwrap();
    assert!(next.iter().any(|act| act.office == town && act.verb == "withdraw"), "{next:?}");
    life.world.act(&mut life.case, Town, "", withdraw()).unwrap();
    assert_eq!(life.world.status(&life.case), Status::Withdrawn);
}

#[test]
fn before_that_day_it_is_the_villages_alone() {
    let mut life = Life::of("CL-SB-01");
    merged(&mut life.world, "2026-06-01");
    assert!(life.world.act(&mut life.case, Town, "", withdraw()).is_err());
    life.world.act(&mut life.case, Village, "", withdraw()).unwrap();
}

#[test]
fn what_a_closed_village_does_before_it_hears_counts() {
    let mut life = Life::of("CL-SB-01");
    merged(&mut life.world, "2026-03-01");
    life.world.act(&mut life.case, Village, "", withdraw()).unwrap();
    assert_eq!(life.world.status(&life.case), Status::Withdrawn);
}

#[test]
fn nothing_is_taken_up_at_a_closed_office() {
    let mut world = World::new();
    merged(&mut world, "2026-03-01");
    let by = world.by(Village, "");
    let item = world.catalog.latest("CL-SB-01").unwrap();
    let day = daiban_domain::calendar::Date::at(by.at.millis());
    let receipt = daiban_domain::receipt_number::ReceiptNumber::make(by.office, day, 1, 2).unwrap();
    let id = daiban_domain::act::CaseId([7; 16]);
    let new = daiban_domain::desk::NewCase { id, receipt, handler: None };
    let fields = crate::common::fields_for("CL-SB-01");
    let refused = world.desk().open_case(&by, item, &fields, new).err().unwrap().to_string();
    assert!(refused.contains("已撤销") && refused.contains("330382001002"), "{refused}");
}
