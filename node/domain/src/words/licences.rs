//! 一套材料: why a verified file cannot be reused.

use daiban_sync::id::OfficeCode;

use super::messages;
use crate::calendar::Date;
use crate::catalog::Grade;
use crate::fold::Status;

messages! {
    reuse_not_provided(name: &str) {
        zh: "「{name}」不能复用",
        en: "{name} cannot be reused",
    }
    reuse_of_another_kind(name: &str, needed: &str, found: &str) {
        zh: "「{name}」须为{needed}，不是{found}",
        en: "{name} has to be of the type {needed}, not {found}",
    }
    reuse_grade_too_low(name: &str, needed: Grade, found: Grade) {
        zh: "「{name}」要求{needed}级，所核验的只有{found}级",
        en: "{name} needs grade {needed}; what was verified is of grade {found}",
    }
    reuse_before_verified(on: Date) {
        zh: "{on}才核验，此前不能复用",
        en: "it was verified on {on} and cannot be reused before",
    }
    reuse_expired(name: &str, until: Date) {
        zh: "「{name}」的复用有效期已于{until}届满，请重新拍照或上传",
        en: "{name} could be reused until {until}; attach it anew",
    }
    reuse_from_elsewhere(office: OfficeCode) {
        zh: "该材料在{office}核验，本办件的办理机构不全在其办理链上，不能复用",
        en: "it was verified for office {office}, whose case is not held by all offices of this one",
    }
    nothing_to_reuse(name: &str) {
        zh: "证照库中没有可复用的「{name}」",
        en: "nothing is verified here that could stand for {name}",
    }
    see_materials {
        zh: "请用 daiban case materials 查看本事项的材料",
        en: "`daiban case materials` lists what the item asks for",
    }
    reference_unproved(names: &str) {
        zh: "复用的「{names}」无法与本节点的原核验件核对一致：原件未到、已作废或已删除",
        en: "what {names} refers to is not here, or does not hold any more",
    }
    wait_or_ask_for_file {
        zh: "请等待同步；如仍不能核对，请要求补正，由申请人重新提供",
        en: "wait for the sync; if it cannot be proved then, ask the applicant for the file itself",
    }
    applied_before(receipt: &str, status: Status) {
        zh: "同一事项已申请：{receipt}（{status}）",
        en: "the same was applied for before: {receipt}, which is {status}",
    }
    continue_or_say_why {
        zh: "请继续办理该件；确需另行申请的，请用 --again 写明理由",
        en: "go on with that case; to apply once more all the same, say why with --again",
    }
    reuse_of_another(name: &str) {
        zh: "所核验的「{name}」不是申请表所填的人的",
        en: "the verified {name} is not of whom the form names",
    }
}
