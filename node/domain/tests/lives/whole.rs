//! Each shipped item from submission to its end.

use daiban_domain::desk::ActRequest;
use daiban_domain::fold::Status;
use daiban_sync::id::Tier::{City, County, Town, Village};

use crate::Life;

#[test]
fn pension_enrolment_goes_village_town_county() {
    let mut life = Life::of("CL-SB-01");
    assert_eq!(life.world.status(&life.case), Status::Received);
    assert_eq!(life.case.form().fields()["birth"].to_string(), "1949-01-01");
    assert_eq!(life.case.form().fields()["sex"].to_string(), "女");
    life.accept_and_check("RS");
    assert_eq!(life.world.status(&life.case), Status::InProgress);
    life.grant(County, "RS");
    life.finish();
}

#[test]
fn disability_allowance_is_checked_in_parallel() {
    let mut life = Life::of("CL-MZ-05");
    life.accept_and_check("ZZF");
    life.reviews(&["MZ", "CL"]);
    life.step(Town, "ZZF", ActRequest::Publicise { days: 7, objections: vec![] });
    life.grant(County, "MZ");
    life.step(County, "CZ", ActRequest::Pay { amount_cent: Some(13_000) });
    life.finish();
}

#[test]
fn land_loss_pension_leaves_publicity_off_the_clock() {
    let mut life = Life::of("CL-SB-10");
    life.step(Village, "CW", ActRequest::Publicise { days: 7, objections: vec![] });
    life.accept_and_check("ZZF");
    life.reviews(&["ZR", "GA", "NY"]);
    life.grant(County, "RS");
    life.step(County, "RS", ActRequest::Pay { amount_cent: None });
    life.finish();
}

#[test]
fn site_selection_is_reviewed_by_five_and_confirmed_by_the_city() {
    let mut life = Life::under_review();
    life.reviews(&["NY", "ZJJ", "MZ", "HJ", "ZR"]);
    life.grant(County, "FG");
    assert_eq!(life.world.status(&life.case), Status::AwaitingConfirmation);
    life.confirm(City, "ZR");
    life.finish();
}

#[test]
fn a_birth_is_registered_and_three_organs_follow_at_once() {
    let mut life = Life::of("JB-08");
    life.step(Town, "WJ", ActRequest::Accept);
    life.grant(County, "GA");
    let (first, second) = (life.world.confirm(&life.case), life.world.confirm(&life.case));
    life.step(County, "WJ", first);
    life.step(County, "RS", ActRequest::Issue { certificate: "社保卡".into() });
    life.step(County, "YB", second);
    life.finish();
}
