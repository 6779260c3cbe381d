//! Why an act has no effect, and what is wrong with a case.

use daiban_sync::id::OfficeCode;

use super::messages;
use crate::act::ActKind;
use crate::calendar::Date;
use crate::catalog::Action;
use crate::fold::Status;
use crate::organ::OrganCode;

messages! {
    turn_has_not_come(act: &ActKind) {
        zh: "还未轮到「{act}」：前面的环节尚未完成",
        en: "it is not yet time for \"{act}\": earlier stages are not complete",
    }
    already_answered(act: &ActKind) {
        zh: "「{act}」已办理，不能重复",
        en: "\"{act}\" was done before and is not done twice",
    }
    stage_of_another(action: Action, organ: OrganCode, office: OfficeCode, actor: &str) {
        zh: "「{action}」由{office}的{organ}办理，{actor}无权办理",
        en: "{action} belongs to organ {organ} of office {office}, not to {actor}",
    }
    collected_at_counter(office: OfficeCode, actor: &str) {
        zh: "收件由{office}的代办点或便民服务中心办理，{actor}无权办理",
        en: "the case is collected at the counter of office {office}, not by {actor}",
    }
    not_its_origin(office: OfficeCode, origin: OfficeCode) {
        zh: "{office}不能以{origin}的名义建档",
        en: "office {office} cannot open a case in the name of {origin}",
    }
    case_is_over(status: Status) {
        zh: "办件已{status}，不能再办理",
        en: "the case is {status} and takes no further acts",
    }
    no_such_material(key: &str) {
        zh: "本事项没有材料「{key}」",
        en: "the item has no material {key:?}",
    }
    correction_asked_once {
        zh: "补正应当一次性告知，不能再次要求（行政许可法第三十二条）",
        en: "everything missing is asked for once (Administrative Licensing Law, art. 32)",
    }
    keeps_its_version(version: u32) {
        zh: "已收件的办件沿用第{version}版，不换版",
        en: "a case that was handed in keeps its version {version}",
    }
    has_version(version: u32) {
        zh: "办件已是第{version}版",
        en: "the case has version {version} already",
    }
    version_not_here(version: u32) {
        zh: "办件已换到第{version}版，本节点还没有这一版",
        en: "the case has gone over to version {version}, which is not here yet",
    }
    version_not_in_force(version: u32, day: Date) {
        zh: "第{version}版在{day}不适用于收件的单位",
        en: "version {version} is not in force on {day} where the case was taken",
    }
    version_handled_otherwise(version: u32) {
        zh: "第{version}版由另一条线的单位承办，请另行申请",
        en: "version {version} is handled on another line of offices; open a new case",
    }
    no_correction_asked { zh: "没有待补正的事项", en: "no correction is asked for" }
    organ_left_out(organ: &str) {
        zh: "抄告应当包括全部联审部门，缺少{organ}",
        en: "all reviewing organs are to be told; {organ} is left out",
    }
    survey_with_stranger(organ: OrganCode) {
        zh: "{organ}没有本办件的环节，或就是踏勘的部门",
        en: "{organ} has no stage in this case, or is the one that surveys",
    }
    silence_is_no_consent(organ: &str) {
        zh: "{organ}逾期不视为同意",
        en: "silence of {organ} does not count as consent in this item",
    }
    limit_not_passed { zh: "该部门的答复期限尚未届满", en: "the organ's limit has not passed" }
    no_such_procedure(procedure: &str) {
        zh: "本事项没有特别程序「{procedure}」",
        en: "the item has no special procedure {procedure:?}",
    }
    not_paused { zh: "办件没有挂起", en: "the case is not paused" }
    no_extension { zh: "本事项不得延期", en: "the item cannot be extended" }
    procedure_runs { zh: "特别程序尚未结束", en: "the special procedure has not ended" }
    organ_disagrees {
        zh: "联审部门有不同意意见，不能准予",
        en: "an organ that must agree has not agreed, so it cannot be granted",
    }
    decision_not_here {
        zh: "要确认的决定尚未到达",
        en: "the decision that it names is not in effect here",
    }
    tracking_number_missing {
        zh: "邮寄送达须填写快递单号（8至30位字母或数字）",
        en: "a delivery by post needs its tracking number (8 to 30 letters or digits)",
    }
    decided_not_withdrawn { zh: "已作出决定，不能撤回", en: "it was decided and cannot be withdrawn" }
    stars_out_of_range { zh: "评价为一至五星", en: "a rating has one to five stars" }
    rated_before {
        zh: "已作评价；整改完成后可再评价一次",
        en: "it was rated; once it is rectified it can be rated once more",
    }
    nothing_to_rectify { zh: "没有需要整改的差评", en: "no bad rating is to be rectified" }
    complaint_not_here {
        zh: "要答复的投诉尚未到达",
        en: "the complaint that it answers has not arrived here",
    }
    question_not_here {
        zh: "要答复的咨询尚未到达",
        en: "the question that it answers has not arrived here",
    }
    appeal_too_late(given: Date, days: u16) {
        zh: "申诉应当在亮牌（{given}）后{days}个工作日内提出",
        en: "an appeal is due within {days} working days after the card ({given})",
    }
    nobody_appealed { zh: "没有对这张牌的申诉", en: "nobody has appealed against this card" }
    supervision_from_above {
        zh: "督办由本办件所属县（市、区）或市的政务服务中心进行",
        en: "supervision is for the service centre of the case's county or city",
    }
    not_submitted { zh: "办件尚未提交", en: "the case was not submitted yet" }
    clock_gives_no_card { zh: "这一时限不亮牌", en: "this clock gives no card" }
    no_card_given { zh: "这一时限没有亮牌", en: "this clock has given no card" }
    card_judged_from_above {
        zh: "撤牌或维持由上级县（市、区）或市的政务服务中心决定，不得自行决定",
        en: "a card is judged by the service centre of the county or city above, by nobody in their own matter",
    }
    no_such_stage { zh: "本事项没有这个环节", en: "the item has no such stage" }
    decided_without_stage {
        zh: "已作出决定，不再需要这一环节",
        en: "it was decided without this stage",
    }
    no_stage_has_turn { zh: "还没有轮到任何环节", en: "no stage has its turn" }
    accepted_before { zh: "办件已受理", en: "the case was accepted before" }
    for_its_counter(act: &ActKind, office: OfficeCode) {
        zh: "「{act}」由收件的{office}办理",
        en: "\"{act}\" is for the counter of office {office} where the case was opened",
    }
    not_on_line(office: OfficeCode) {
        zh: "{office}不在本办件的办理链上",
        en: "office {office} is not on the line of this case",
    }
    opening_not_here {
        zh: "办件的建档记录尚未到达",
        en: "the act that opens the case has not arrived",
    }
    decision_is_stale {
        zh: "决定作出后内容有变化，须重新确认",
        en: "the content changed after the decision; it is to be reconfirmed",
    }
    decision_unseen {
        zh: "决定所依据的内容尚未到达本节点",
        en: "the content that the decision names has not arrived here",
    }
    collecting_stays { zh: "收件环节不能移送", en: "collecting cannot be passed on" }
    passed_on_once {
        zh: "已移送一次，受移送的部门不得再行移送，请报上级协调",
        en: "it was passed on once and cannot be passed on again; ask the office above",
    }
    has_stage_already(organ: &str) {
        zh: "{organ}已在办理这一环节",
        en: "organ {organ} has this stage already",
    }
    no_help_asked(help: &str) { zh: "没有以{help}请求协查", en: "no help was asked for by {help}" }
    recorded_by_asker {
        zh: "协查结果由请求协查的部门记录",
        en: "what came of it is recorded by the organ that asked",
    }
}
