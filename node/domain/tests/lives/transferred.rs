//! 移送: a stage is passed on to the organ whose business it is.

use daiban_domain::clock::ClockKind;
use daiban_domain::desk::ActRequest;
use daiban_sync::id::Tier::{County, Town};

use crate::Life;
use crate::common::{agree, organ, replayed};

fn transfer(to: &str) -> ActRequest {
    ActRequest::Transfer { to: organ(to), reason: "属该部门职责".into() }
}

impl Life {
    fn refusal(&mut self, organ: &str, request: ActRequest) -> String {
        let refused = self.world.act(&mut self.case, County, organ, request);
        refused.unwrap_err().to_string()
    }

    fn pass_on(&mut self, organ: &str, to: &str) {
        self.log.extend(self.world.act(&mut self.case, County, organ, transfer(to)).unwrap());
    }
}

#[test]
fn the_organ_that_takes_over_answers_in_the_same_time() {
    let mut life = Life::under_review();
    let before = life.world.state(&life.case);
    let stage_of = |state: &daiban_domain::fold::CaseState, code: &str| {
        state.stages.iter().find(|stage| stage.organ == organ(code) && stage.seq > 2).cloned()
    };
    let due = stage_of(&before, "HJ").unwrap().due;
    life.pass_on("HJ", "SL");
    let after = life.world.state(&life.case);
    assert_eq!(stage_of(&after, "HJ"), None);
    let passed = stage_of(&after, "SL").unwrap();
    assert_eq!((passed.passed_from, passed.due), (Some(organ("HJ")), due));
    assert!(life.refusal("HJ", agree()).contains("无权"));
    life.reviews(&["NY", "ZJJ", "MZ", "SL", "ZR"]);
    life.grant(County, "FG");
    assert_eq!(
        life.world.state(&replayed(life.log.iter().rev())),
        life.world.state(&life.case),
        "in any order"
    );
}

#[test]
fn it_is_passed_on_once_by_its_holder_to_somebody_else() {
    let mut life = Life::under_review();
    assert!(life.refusal("HJ", transfer("HJ")).contains("已在办理"));
    assert!(life.refusal("HJ", transfer("ZR")).contains("已在办理"));
    assert!(life.refusal("HJ", transfer("QQ")).contains("office organs"));
    assert!(life.refusal("SL", transfer("HJ")).contains("无权"));
    let unsaid = ActRequest::Transfer { to: organ("SL"), reason: String::new() };
    assert!(life.refusal("HJ", unsaid).contains("理由"));
    life.pass_on("HJ", "SL");
    assert!(life.refusal("SL", transfer("HJ")).contains("不得再行移送"));
    assert!(life.refusal("HJ", transfer("SL")).contains("无权"));
    life.step(County, "SL", agree());
    assert!(life.refusal("SL", transfer("NY")).contains("还未轮到"));
}

#[test]
fn who_takes_over_the_decision_keeps_the_clocks_of_the_case() {
    let mut life = Life::of("CL-SB-01");
    life.accept_and_check("RS");
    life.pass_on("RS", "YB");
    let clocks =
        life.case.clocks(&life.world.catalog, &life.world.calendar, &life.world.authority).unwrap();
    let promised = clocks.iter().find(|clock| clock.kind == ClockKind::Promised).unwrap();
    assert_eq!(promised.organ, Some(organ("YB")));
    let void = ActRequest::Void { reason: "重复".into() };
    assert!(life.refusal("RS", void).contains("无权"));
    life.grant(County, "YB");
    let late = life.world.act(&mut life.case, Town, "RS", transfer("YB"));
    assert!(late.is_err());
}
