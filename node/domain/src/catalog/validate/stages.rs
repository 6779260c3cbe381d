//! The way of a case through its stages.

use crate::catalog::fault::{self, fault};
use crate::catalog::item::Item;
use crate::catalog::reader::Table;
use crate::catalog::stage::{Action, Join, Silence, Stage};

/// Whether the stages are sound enough to reckon with them.
pub(super) fn check(item: &Item, table: &Table<'_>) -> bool {
    let places = table.tables("stage");
    if places.len() != item.stages.len() {
        return false; // One of them was refused before, so the others cannot be judged.
    }
    if !is_in_order(&places) || !begins_well(item, table, &places) || !is_decided(item, table) {
        return false;
    }
    check_turns(item, &places);
    for (stage, place) in item.stages.iter().zip(&places) {
        check_silence(stage, place);
        check_batch_approval(stage, place);
        check_join(item, stage, place);
    }
    true
}

/// Numbers begin with 1 and go up by one, equal ones side by side.
fn is_in_order(places: &[Table<'_>]) -> bool {
    let mut last = 0;
    for place in places {
        let seq: u8 = place.number("seq");
        if seq != last + 1 && (seq != last || last == 0) {
            let problem = [
                format!("环节顺序不对：{last} 之后是 {seq}"),
                format!("stages are out of order: {seq} follows {last}"),
            ];
            let remedy = [
                "从1起逐一编号，并行环节同号相邻",
                "number them from 1 without gaps, equal numbers side by side",
            ];
            place.wrong("seq", fault([&problem[0], &problem[1]], remedy));
            return false;
        }
        last = seq;
    }
    true
}

fn begins_well(item: &Item, table: &Table<'_>, places: &[Table<'_>]) -> bool {
    let collects = |stage: &Stage| stage.action == Action::Collect;
    if !item.stages.first().is_some_and(collects) {
        let problem = ["第一个环节不是收件", "the first stage does not collect"];
        let remedy = ["请以 action = \"collect\" 开始", "begin with action = \"collect\""];
        places.first().unwrap_or(table).wrong("stage", fault(problem, remedy));
        return false;
    }
    let again = |(stage, _): &(&Stage, &Table<'_>)| collects(stage) && stage.seq > 1;
    if let Some((_, place)) = item.stages.iter().zip(places).find(again) {
        let problem = ["收件只能是第一个环节", "only the first stage collects"];
        let remedy = ["请改用 survey 或 first_check", "use survey or first_check here"];
        place.wrong("action", fault(problem, remedy));
        return false;
    }
    true
}

fn is_decided(item: &Item, table: &Table<'_>) -> bool {
    let count = |action| item.stages.iter().filter(|stage| stage.action == action).count();
    let (deciding, accepting) = (count(Action::Decide), count(Action::Accept));
    if deciding > 1 || (deciding == 0 && count(Action::Confirm) == 0) {
        let problem = [format!("有 {deciding} 个决定环节"), format!("{deciding} stages decide")];
        let remedy = [
            "须有且只有一个 action = \"decide\"，或以 \"confirm\" 结尾",
            "let exactly one stage have action = \"decide\", or the last be \"confirm\"",
        ];
        table.wrong("stage", fault([&problem[0], &problem[1]], remedy));
        return false;
    }
    if accepting > 1 {
        let problem = ["有多个受理环节", "several stages accept"];
        let remedy = ["只保留一个 action = \"accept\"", "keep one action = \"accept\""];
        table.wrong("stage", fault(problem, remedy));
        return false;
    }
    true
}

/// Acceptance comes before the decision, and neither may be left out.
fn check_turns(item: &Item, places: &[Table<'_>]) {
    let (accepting, deciding) = (item.accepting_stage(), item.deciding_stage());
    let (accept, decide) = (&item.stages[accepting], &item.stages[deciding]);
    for at in [accepting, deciding] {
        if item.stages[at].optional {
            let problem = ["受理和决定不能省略", "accepting and deciding are not optional"];
            let remedy = ["请删去 optional = true", "remove optional = true"];
            places[at].wrong("optional", fault(problem, remedy));
        }
    }
    if accept.seq > decide.seq {
        let problem = ["决定在受理之前", "it is decided before it is accepted"];
        let remedy = ["请调换顺序", "change the order"];
        places[deciding].wrong("seq", fault(problem, remedy));
    }
    if item.stages.iter().filter(|stage| stage.seq == decide.seq).count() > 1 {
        let problem = ["另有环节与决定并行", "another stage runs beside the decision"];
        let remedy = ["请给决定单独编号", "give the decision a seq of its own"];
        places[deciding].wrong("seq", fault(problem, remedy));
    }
    if let Some(tier) = item.decide_tier.filter(|tier| *tier != decide.tier) {
        let problem = [
            format!("决定层级写的是 {tier:?}，决定环节在 {:?}", decide.tier),
            format!("it names {tier:?}, the deciding stage is at {:?}", decide.tier),
        ];
        let remedy = ["请与决定环节一致", "let it be the deciding stage's tier"];
        places[deciding].wrong("tier", fault([&problem[0], &problem[1]], remedy));
    }
}

fn check_silence(stage: &Stage, place: &Table<'_>) {
    let reviews = matches!(
        stage.action,
        Action::Review | Action::JointReview | Action::Appraise | Action::Forward
    );
    if stage.on_silence == Silence::DeemedAgreed && !reviews {
        let problem = ["这个环节的沉默不能视为同意", "silence cannot stand for this act"];
        let remedy = [
            "deemed_agreed 只用于审核、联审、鉴定、转报",
            "use deemed_agreed with review, joint_review, appraise or forward only",
        ];
        place.wrong("on_silence", fault(problem, remedy));
    }
}

fn check_batch_approval(stage: &Stage, place: &Table<'_>) {
    if stage.batch_approval && !stage.action.is_plain() {
        let problem = ["这个环节不能批量审批", "this act is not said for many cases at once"];
        let remedy = [
            "batch_approval 只用于受理、初审、审核、审核确认、决定",
            "use batch_approval with accept, first_check, review, confirm or decide only",
        ];
        place.wrong("batch_approval", fault(problem, remedy));
    }
}

fn check_join(item: &Item, stage: &Stage, place: &Table<'_>) {
    let beside = || item.stages.iter().filter(|other| other.seq == stage.seq);
    if beside().any(|other| other.join != stage.join) {
        let problem = [
            format!("第 {} 号各环节的汇合规则不同", stage.seq),
            format!("the stages of seq {} join differently", stage.seq),
        ];
        let remedy = ["请写成相同的 join", "give all of them the same join"];
        place.wrong("join", fault([&problem[0], &problem[1]], remedy));
    }
    let voices = beside().filter(|other| !other.optional).count();
    match stage.join {
        Join::Quorum(0) => {
            let problem = ["法定票数为0", "a quorum of nobody"];
            place.wrong("quorum", fault(problem, ["至少为1", "let it be at least 1"]));
        }
        Join::Quorum(needed) if usize::from(needed) > voices => {
            let what = ["所需同意数", "the agreements needed are"];
            place.wrong("quorum", fault::too_much(what, needed, voices));
        }
        _ => {}
    }
}
