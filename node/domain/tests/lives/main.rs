//! Each shipped item through its whole life, and the unhappy ways.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod common;

use common::{DAY_MS, World, agree, fields_for, id18, organ, replayed, texts};
use daiban_domain::act::{Opinion, Outcome};
use daiban_domain::case::Case;
use daiban_domain::desk::ActRequest;
use daiban_domain::fold::{Cause, DecisionState, Due, StageState, Status};
use daiban_sync::id::Tier::{self, City, County, Town, Village};

/// Delivers and closes; a copy made from the log alone stands the same.
fn finish(world: &mut World, case: &mut Case, mut log: Vec<common::Written>) {
    assert!(log.is_empty() || case.acts().count() > 0);
    log.extend(
        world.act(case, Village, "", ActRequest::Deliver { how: "代办点领取".into() }).unwrap(),
    );
    log.extend(world.act(case, Village, "", ActRequest::Close).unwrap());
    log.extend(
        world
            .act(case, Village, "", ActRequest::Rate { stars: 5, comment: String::new() })
            .unwrap(),
    );
    let state = world.state(case);
    assert_eq!(state.status, Status::Closed, "{state:#?}");
    assert_eq!(state.decision.state, DecisionState::InForce);
    assert!(
        state.next.is_empty() && state.ignored.is_empty() && state.alarms.is_empty(),
        "{state:#?}"
    );
    assert_eq!(world.state(&replayed(&log)), state);
    let stored = Case::load(&case.save()).unwrap();
    assert_eq!(world.state(&stored), state);
}

fn steps(
    world: &mut World,
    case: &mut Case,
    log: &mut Vec<common::Written>,
    steps: Vec<(Tier, &str, ActRequest)>,
) {
    for (tier, organ, request) in steps {
        let what = format!("{organ} {request:?}");
        let verb = serde_json::to_value(&request).unwrap()["verb"].as_str().unwrap().to_owned();
        let next = world.state(case).next;
        assert!(next.iter().any(|act| act.verb == verb), "{what} is not among {next:#?}");
        log.extend(
            world.act(case, tier, organ, request).unwrap_or_else(|no| panic!("{what}: {no}")),
        );
    }
}

#[test]
fn pension_enrolment_goes_village_town_county() {
    let mut world = World::new();
    let (mut case, mut log) = world.submitted("CL-SB-01");
    assert_eq!(world.status(&case), Status::Received);
    assert_eq!(case.form().fields()["birth"].to_string(), "1949-01-01");
    assert_eq!(case.form().fields()["sex"].to_string(), "女");
    let note = String::new();
    steps(
        &mut world,
        &mut case,
        &mut log,
        vec![(Town, "RS", ActRequest::Accept), (Town, "RS", ActRequest::FirstCheck { note })],
    );
    assert_eq!(world.status(&case), Status::InProgress);
    let grant = world.grant(&case);
    steps(&mut world, &mut case, &mut log, vec![(County, "RS", grant)]);
    finish(&mut world, &mut case, log);
}

#[test]
fn disability_allowance_is_checked_in_parallel() {
    let mut world = World::new();
    let (mut case, mut log) = world.submitted("CL-MZ-05");
    steps(
        &mut world,
        &mut case,
        &mut log,
        vec![
            (Town, "ZZF", ActRequest::Accept),
            (Town, "ZZF", ActRequest::FirstCheck { note: "属实".into() }),
            (County, "MZ", agree()),
            (County, "CL", agree()),
            (Town, "ZZF", ActRequest::Publicise { days: 7, objections: vec![] }),
        ],
    );
    let grant = world.grant(&case);
    steps(
        &mut world,
        &mut case,
        &mut log,
        vec![(County, "MZ", grant), (County, "CZ", ActRequest::Pay { amount_cent: Some(13_000) })],
    );
    finish(&mut world, &mut case, log);
}

#[test]
fn land_loss_pension_leaves_publicity_off_the_clock() {
    let mut world = World::new();
    let (mut case, mut log) = world.submitted("CL-SB-10");
    let publicise = ActRequest::Publicise { days: 7, objections: vec![] };
    steps(
        &mut world,
        &mut case,
        &mut log,
        vec![
            (Village, "CW", publicise),
            (Town, "ZZF", ActRequest::Accept),
            (Town, "ZZF", ActRequest::FirstCheck { note: String::new() }),
            (County, "ZR", agree()),
            (County, "GA", agree()),
            (County, "NY", agree()),
        ],
    );
    let grant = world.grant(&case);
    steps(
        &mut world,
        &mut case,
        &mut log,
        vec![(County, "RS", grant), (County, "RS", ActRequest::Pay { amount_cent: None })],
    );
    finish(&mut world, &mut case, log);
}

fn site_selection(world: &mut World) -> (Case, Vec<common::Written>) {
    let (mut case, mut log) = world.submitted("JB-04");
    let organs: Vec<_> = ["ZJJ", "ZR", "HJ", "NY", "MZ"].map(organ).to_vec();
    steps(
        world,
        &mut case,
        &mut log,
        vec![
            (Town, "ZJ", ActRequest::Accept),
            (County, "FG", ActRequest::Refer { organs }),
            (County, "FG", ActRequest::Survey { findings: "现场符合".into() }),
        ],
    );
    (case, log)
}

#[test]
fn site_selection_is_reviewed_by_five_and_confirmed_by_the_city() {
    let mut world = World::new();
    let (mut case, mut log) = site_selection(&mut world);
    steps(
        &mut world,
        &mut case,
        &mut log,
        ["NY", "ZJJ", "MZ", "HJ", "ZR"].map(|organ| (County, organ, agree())).to_vec(),
    );
    let grant = world.grant(&case);
    steps(&mut world, &mut case, &mut log, vec![(County, "FG", grant)]);
    assert_eq!(world.status(&case), Status::AwaitingConfirmation);
    let confirm = world.confirm(&case);
    steps(&mut world, &mut case, &mut log, vec![(City, "ZR", confirm)]);
    finish(&mut world, &mut case, log);
}

#[test]
fn a_birth_is_registered_and_three_organs_follow_at_once() {
    let mut world = World::new();
    let (mut case, mut log) = world.submitted("JB-08");
    steps(&mut world, &mut case, &mut log, vec![(Town, "WJ", ActRequest::Accept)]);
    let grant = world.grant(&case);
    steps(&mut world, &mut case, &mut log, vec![(County, "GA", grant)]);
    let (first, second) = (world.confirm(&case), world.confirm(&case));
    steps(
        &mut world,
        &mut case,
        &mut log,
        vec![
            (County, "WJ", first),
            (County, "RS", ActRequest::Issue { certificate: "社保卡".into() }),
            (County, "YB", second),
        ],
    );
    finish(&mut world, &mut case, log);
}

#[test]
fn silence_counts_only_after_the_limit_and_only_from_the_lead() {
    let mut world = World::new();
    let (mut case, mut log) = site_selection(&mut world);
    steps(
        &mut world,
        &mut case,
        &mut log,
        ["NY", "ZJJ", "MZ", "HJ"].map(|organ| (County, organ, agree())).to_vec(),
    );
    let silent = || ActRequest::RecordSilence { organ: organ("ZR") };
    let early = world.act(&mut case, County, "FG", silent()).unwrap_err();
    assert!(early.sentence.en.contains("limit has not passed"), "{early}");
    world.now_ms += 10 * DAY_MS;
    let stranger = world.act(&mut case, County, "NY", silent()).unwrap_err();
    assert!(stranger.sentence.en.contains("belongs to organ FG"), "{stranger}");
    log.extend(world.act(&mut case, County, "FG", silent()).unwrap());
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
    let mut world = World::new();
    let (mut case, _) = site_selection(&mut world);
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
    world.act(&mut case, Village, "", ActRequest::Deliver { how: "书面决定".into() }).unwrap();
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
    let mut world = World::new();
    let (mut case, mut log) = world.submitted("CL-SB-01");
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
    steps(
        &mut world,
        &mut case,
        &mut log,
        vec![
            (Town, "RS", ActRequest::Accept),
            (Town, "RS", ActRequest::FirstCheck { note: String::new() }),
        ],
    );
    let grant = world.grant(&case);
    log.extend(world.act(&mut case, County, "RS", grant).unwrap());
    finish(&mut world, &mut case, log);
}

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

#[test]
fn entry_shows_every_fault_at_once() {
    let mut world = World::new();
    let by = world.by(Village, "CW");
    let item = world.catalog.latest("CL-SB-01").unwrap();
    let mut fields = fields_for("CL-SB-01");
    fields.extend(texts(&[
        ("apply_cardnumber", "330382194901011222"),
        ("telphone", "1541234"),
        ("grade", "199"),
        ("division", "330382999999"),
        ("sex", "男"),
    ]));
    let receipt = daiban_domain::receipt_number::ReceiptNumber::make(
        by.office,
        daiban_domain::calendar::Date::at(by.at.millis()),
        1,
        1,
    )
    .unwrap();
    let refused = world
        .desk()
        .open_case(&by, item, &fields, receipt, daiban_domain::act::CaseId([1; 16]))
        .err()
        .unwrap();
    let faulty: Vec<_> = refused.fields.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(faulty, ["apply_cardnumber", "telphone", "division", "grade"]);

    let (mut case, _) = world.open("CL-SB-01");
    let incomplete = world.act(&mut case, Village, "", ActRequest::Submit).unwrap_err();
    let missing: Vec<_> = incomplete.fields.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(missing, ["ID", "HK", "FORM"]);
    let sex = world.edit(&mut case, Village, &[("sex", "男")]).unwrap_err();
    assert_eq!(sex.fields[0].field, "sex");
    world.edit(&mut case, Village, &[("apply_cardnumber", &id18("19500505", 11))]).unwrap();
    assert_eq!(case.form().fields()["sex"].to_string(), "男");
}

#[test]
fn rare_names_and_unknown_fields_survive() {
    let mut world = World::new();
    let (mut case, log) = world.open("CL-SB-01");
    world.edit(&mut case, Village, &[("legacy_code", "Z-9")]).unwrap();
    assert_eq!(case.form().fields()["applyname"].to_string(), "欧阳𬱖·买买提");
    assert!(
        case.form().fields()["apply_cardnumber"]
            .to_string()
            .chars()
            .all(|c| c.is_ascii_digit() || c == 'X')
    );
    assert_eq!(case.form().to_json()["legacy_code"], "Z-9");
    assert_eq!(replayed(&log).applicant(), "欧阳𬱖·买买提");
}

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
