//! Organs that disagree, stay silent, refuse, or ask again.

use daiban_domain::act::{Handover, Opinion, Outcome};
use daiban_domain::desk::ActRequest;
use daiban_domain::fold::{Cause, StageState, Status};
use daiban_sync::id::Tier::{County, Town, Village};

use crate::Life;
use crate::common::{DAY_MS, World, agree, organ};

#[test]
fn silence_counts_only_after_the_limit_and_only_from_the_lead() {
    let mut life = Life::under_review();
    life.reviews(&["NY", "ZJJ", "MZ", "HJ"]);
    let Life { mut world, mut case, .. } = life;
    let silent = || ActRequest::RecordSilence { organ: organ("ZR") };
    let early = world.act(&mut case, County, "FG", silent()).unwrap_err();
    assert!(early.sentence.en.contains("limit has not passed"), "{early}");
    world.now_ms += 10 * DAY_MS;
    let stranger = world.act(&mut case, County, "NY", silent()).unwrap_err();
    assert!(stranger.sentence.en.contains("belongs to organ FG"), "{stranger}");
    world.act(&mut case, County, "FG", silent()).unwrap();
    let state = world.state(&case);
    assert!(
        state.stages.iter().any(|stage| matches!(stage.state, StageState::DeemedAgreed { .. }))
    );
    let grant = world.grant(&case);
    world.act(&mut case, County, "FG", grant).unwrap();
}

#[test]
fn with_lead_the_decider_may_grant_against_a_disagreement_and_with_all_not() {
    let no = || ActRequest::Review {
        opinion: Opinion::Disagree { reasons: vec!["不符合条件".into()] },
    };
    let Life { mut world, mut case, .. } = Life::under_review();
    world.act(&mut case, County, "NY", no()).unwrap();
    for organ in ["ZJJ", "MZ", "HJ", "ZR"] {
        world.act(&mut case, County, organ, agree()).unwrap();
    }
    let grant = world.grant(&case);
    world.act(&mut case, County, "FG", grant).unwrap();

    let (mut case, _) = world.submitted("CL-MZ-05");
    world.act(&mut case, Town, "ZZF", ActRequest::Accept).unwrap();
    world.act(&mut case, Town, "ZZF", ActRequest::FirstCheck { note: String::new() }).unwrap();
    world.act(&mut case, County, "CL", no()).unwrap();
    world.act(&mut case, County, "MZ", agree()).unwrap();
    world
        .act(&mut case, Town, "ZZF", ActRequest::Publicise { days: 7, objections: vec![] })
        .unwrap();
    let grant = world.grant(&case);
    let refused = world.act(&mut case, County, "MZ", grant).unwrap_err();
    assert!(refused.sentence.zh.contains("不同意"), "{refused}");
    let pin = Some(world.state(&case).pin);
    let reasons = vec!["残疾等级不符".to_owned()];
    world
        .act(
            &mut case,
            County,
            "MZ",
            ActRequest::Decide { outcome: Outcome::Refused { reasons }, pin },
        )
        .unwrap();
    assert_eq!(world.status(&case), Status::NotGranted);
    world.act(&mut case, Village, "", ActRequest::Deliver { how: Handover::Pickup }).unwrap();
    world.act(&mut case, Village, "", ActRequest::Close).unwrap();
    assert_eq!(world.status(&case), Status::Closed);
}

#[test]
fn not_accepted_and_withdrawn_cases_end() {
    let mut world = World::new();
    let (mut case, _) = world.submitted("CL-SB-01");
    let empty =
        world.act(&mut case, Town, "RS", ActRequest::Refuse { reasons: vec![] }).unwrap_err();
    assert!(empty.sentence.zh.contains("理由"));
    world
        .act(&mut case, Town, "RS", ActRequest::Refuse { reasons: vec!["不属于本地".into()] })
        .unwrap();
    assert_eq!(world.status(&case), Status::NotAccepted);
    let late = world.attach(&mut case, "ID", 9).unwrap_err();
    assert!(late.sentence.en.contains("not accepted"), "{late}");

    let (mut case, _) = world.submitted("JB-08");
    let reason = "改为自行办理".to_owned();
    world.act(&mut case, Village, "", ActRequest::Withdraw { reason }).unwrap();
    assert_eq!(world.status(&case), Status::Withdrawn);
    assert!(world.act(&mut case, Town, "WJ", ActRequest::Accept).is_err());
}

#[test]
fn a_correction_is_asked_once_and_answered() {
    let Life { mut world, mut case, mut log } = Life::of("CL-SB-01");
    let ask = || ActRequest::RequestCorrection { items: vec!["户口簿缺本人页".into()] };
    log.extend(world.act(&mut case, Town, "RS", ask()).unwrap());
    assert_eq!(world.status(&case), Status::Correction);
    assert_eq!(world.state(&case).correction, ["户口簿缺本人页"]);
    assert!(world.act(&mut case, Town, "RS", ActRequest::Accept).is_err());
    log.extend(world.attach(&mut case, "HK", 8).unwrap());
    log.extend(
        world.act(&mut case, Village, "", ActRequest::Correct { note: "已补".into() }).unwrap(),
    );
    let twice = world.act(&mut case, Town, "RS", ask()).unwrap_err();
    assert!(twice.sentence.zh.contains("一次性告知"), "{twice}");
    let mut life = Life { world, case, log };
    life.accept_and_check("RS");
    life.grant(County, "RS");
    life.finish();
}

#[test]
fn nobody_acts_out_of_place_or_out_of_turn() {
    let mut world = World::new();
    let (mut case, _) = world.submitted("CL-SB-01");
    let village = world.act(&mut case, Village, "RS", ActRequest::Accept).unwrap_err();
    assert!(village.sentence.zh.contains("无权"), "{village}");
    let grant = world.grant(&case);
    let early = world.act(&mut case, County, "RS", grant).unwrap_err();
    assert!(early.sentence.en.contains("not yet time"), "{early}");
    assert!(early.remedy.en.contains("accept"), "{early}");
    let unknown = world.attach(&mut case, "DEED", 1).unwrap_err();
    assert!(unknown.sentence.en.contains("no material"), "{unknown}");
    assert_eq!(world.status(&case), Status::Received);
}

#[test]
fn an_act_that_slips_past_the_desk_has_no_effect_and_raises_an_alarm() {
    let mut world = World::new();
    let (mut case, _) = world.submitted("CL-SB-01");
    let by = world.by(Village, "RS");
    let mut village_case = case.clone();
    // A hostile village writes what its own desk would have refused.
    let act = daiban_domain::act::Act {
        officer: by.officer.clone(),
        organ: by.organ,
        nonce: by.nonce,
        kind: daiban_domain::act::ActKind::Accepted,
    };
    let payload = daiban_domain::payload::act(case.id, &act);
    let author = daiban_domain::case::Author {
        node: by.node,
        office: by.office,
        incarnation: by.incarnation,
    };
    for copy in [&mut case, &mut village_case] {
        copy.apply(daiban_sync::entry::Kind::Act, &payload, author, by.at).unwrap();
        let state = world.state(copy);
        assert_eq!(state.status, Status::Received);
        assert_eq!((state.ignored[0].cause, state.alarms.len()), (Cause::NotAllowed, 1));
    }
}
