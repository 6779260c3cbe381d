//! Decisions over content that was not seen.

use daiban_domain::desk::ActRequest;
use daiban_domain::fold::{DecisionState, Status};
use daiban_sync::id::Tier::{City, County, Town, Village};

use crate::Life;
use crate::common::{World, replayed};

#[test]
fn a_decision_over_unseen_content_is_stale_until_reconfirmed() {
    let mut world = World::new();
    let (mut county, mut log) = world.submitted("CL-SB-01");
    let mut village = replayed(&log);
    log.extend(world.act(&mut county, Town, "RS", ActRequest::Accept).unwrap());
    log.extend(
        world.act(&mut county, Town, "RS", ActRequest::FirstCheck { note: String::new() }).unwrap(),
    );
    let pin_before = world.state(&county).pin;
    let offline = world.edit(&mut village, Village, &[("grade", "5000")]).unwrap();
    let photo = world.attach(&mut village, "HK", 77).unwrap();
    let grant = world.grant(&county);
    log.extend(world.act(&mut county, County, "RS", grant).unwrap());
    for late in offline.iter().chain(&photo) {
        county.apply(late.draft.kind, &late.draft.payload, late.author, late.at).unwrap();
    }
    let state = world.state(&county);
    assert_eq!((state.status, state.decision.state), (Status::Stale, DecisionState::Stale));
    assert_eq!(state.decision.difference[0].field, "grade");
    assert_eq!(state.decision.new_materials, ["HK"]);
    assert_eq!(state.next.iter().filter(|act| act.verb == "reconfirm").count(), 1);
    let unread = ActRequest::Reconfirm { decision: None, pin: Some(pin_before) };
    let refused = world.act(&mut county, County, "RS", unread).unwrap_err();
    assert_eq!(refused.difference[0].field, "grade");
    let read = ActRequest::Reconfirm { decision: None, pin: Some(state.pin) };
    world.act(&mut county, County, "RS", read).unwrap();
    let state = world.state(&county);
    assert_eq!((state.status, state.decision.state), (Status::Decided, DecisionState::InForce));
}

#[test]
fn whoever_confirmed_reconfirms_its_own_without_waiting_for_the_decider() {
    let mut life = Life::under_review();
    life.reviews(&["NY", "ZJJ", "MZ", "HJ", "ZR"]);
    life.grant(County, "FG");
    life.confirm(City, "ZR");
    life.log.extend(life.world.attach(&mut life.case, "SITE", 9).unwrap());
    assert_eq!(life.world.state(&life.case).decision.stale_acts.len(), 2);
    for (tier, organ) in [(City, "ZR"), (County, "FG")] {
        let pin = Some(life.world.state(&life.case).pin);
        life.step(tier, organ, ActRequest::Reconfirm { decision: None, pin });
    }
    life.finish();
}

#[test]
fn a_decision_that_arrives_before_its_content_waits() {
    let mut world = World::new();
    let (mut case, mut log) = world.submitted("CL-SB-01");
    log.extend(world.edit(&mut case, Village, &[("grade", "800")]).unwrap());
    log.extend(world.act(&mut case, Town, "RS", ActRequest::Accept).unwrap());
    log.extend(
        world.act(&mut case, Town, "RS", ActRequest::FirstCheck { note: String::new() }).unwrap(),
    );
    let grant = world.grant(&case);
    log.extend(world.act(&mut case, County, "RS", grant).unwrap());
    let last_change = log
        .iter()
        .rposition(|entry| entry.draft.kind == daiban_sync::entry::Kind::FormChange)
        .unwrap();
    let without: Vec<_> = log
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != last_change)
        .map(|(_, entry)| entry)
        .collect();
    let partial = replayed(without.iter().copied());
    assert_eq!(world.state(&partial).decision.state, DecisionState::Unseen);
    assert_eq!(world.state(&replayed(&log)).decision.state, DecisionState::InForce);
}
