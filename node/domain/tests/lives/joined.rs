//! Rules of joint approval that no shipped item uses: a quorum, and a stage that is owed only after
//! 同意但需转报.

use daiban_domain::act::Opinion;
use daiban_domain::desk::{ActRequest, Refused};
use daiban_domain::fold::{StageState, Status};
use daiban_sync::id::Tier::{City, County, Town, Village};

use crate::common::{agree, altered, organ};
use crate::{Life, survey};

/// Site selection with another line in each of its reviews, or in its confirmation by the city.
fn under_review(from: &str, to: &str) -> Life {
    let mut life = Life::under_review();
    life.world.catalog = altered("JB-04", from, to);
    life
}

fn review(opinion: Opinion) -> ActRequest {
    ActRequest::Review { opinion }
}

fn no() -> ActRequest {
    review(Opinion::Disagree { reasons: vec!["占用耕地".into()] })
}

fn of_three() -> Life {
    under_review("join = \"lead\"", "join = \"quorum\"\nquorum = 3")
}

#[test]
fn a_quorum_decides_without_the_rest() {
    let mut life = of_three();
    life.step(County, "HJ", no());
    life.reviews(&["NY", "ZJJ"]);
    let grant = life.world.grant(&life.case);
    assert!(life.world.act(&mut life.case, County, "FG", grant).is_err(), "two are too few");
    life.reviews(&["MZ"]);
    life.grant(County, "FG");
    let late = life.world.act(&mut life.case, County, "ZR", agree());
    assert!(late.is_err(), "it is decided");
    life.confirm(City, "ZR");
    life.finish();
}

#[test]
fn without_a_quorum_it_can_only_be_refused() {
    let mut life = of_three();
    ["HJ", "NY", "ZJJ"].into_iter().for_each(|organ| life.step(County, organ, no()));
    life.reviews(&["MZ", "ZR"]);
    let grant = life.world.grant(&life.case);
    let refused = life.world.act(&mut life.case, County, "FG", grant).unwrap_err();
    assert!(refused.sentence.zh.contains("不同意"), "{refused}");
}

#[test]
fn what_may_be_left_out_is_owed_once_its_organ_agrees_on_condition_of_it() {
    let city = "tier = \"city\"";
    for (opinion, is_owed) in [(Opinion::Agree, false), (Opinion::AgreeForward, true)] {
        let mut life = under_review(city, &format!("{city}\noptional = true"));
        life.reviews(&["NY", "ZJJ", "MZ", "HJ"]);
        life.step(County, "ZR", review(opinion));
        life.grant(County, "FG");
        let state = life.world.state(&life.case);
        assert_eq!(!state.stages.last().unwrap().optional, is_owed);
        let delivered = ActRequest::Deliver { how: daiban_domain::act::Handover::Pickup };
        life.step(Village, "", delivered);
        assert_eq!(
            life.world.act(&mut life.case, Village, "", ActRequest::Close).is_err(),
            is_owed
        );
        if is_owed {
            life.confirm(City, "ZR");
            life.step(Village, "", ActRequest::Close);
        }
        assert_eq!(life.world.status(&life.case), Status::Closed);
    }
}

#[test]
fn organs_that_have_a_part_survey_together() {
    let mut life = Life::of("JB-04");
    let organs: Vec<_> = ["ZJJ", "ZR", "HJ", "NY", "MZ"].map(organ).to_vec();
    life.step(Town, "ZJ", ActRequest::Accept);
    life.step(County, "FG", ActRequest::Refer { organs });
    for stranger in ["GA", "FG"] {
        let refused = life.world.act(&mut life.case, County, "FG", survey(&["ZR", stranger]));
        let Err(Refused { sentence: said, .. }) = refused else { panic!("{stranger} has no part") };
        assert!(said.zh.contains("没有本办件的环节"), "{said}");
    }
    life.step(County, "FG", survey(&["ZR", "HJ"]));
    let state = life.world.state(&life.case);
    let with = |state: &StageState| match state {
        StageState::Done { with, .. } => with.clone(),
        _ => Vec::new(),
    };
    let together: Vec<_> = state.stages.iter().flat_map(|stage| with(&stage.state)).collect();
    assert_eq!(together, ["ZR", "HJ"].map(organ));
    life.reviews(&["ZJJ", "ZR", "HJ", "NY", "MZ"]);
}
