//! The desk says no, and what to do about it.

use daiban_sync::id::OfficeCode;

use super::{Said, messages};
use crate::fold::Status;

messages! {
    fields_faulty(count: usize) {
        zh: "有{count}处填写有误",
        en: "{count} fields cannot stand as they are",
    }
    mend_each_field { zh: "请逐项改正后再保存", en: "mend each of them and save again" }
    not_opened {
        zh: "办件的建档记录尚未到达本节点",
        en: "the act that opens the case has not arrived here",
    }
    wait_for_sync { zh: "请等待同步完成", en: "wait until the sync is complete" }
    unknown_item(code: &str, version: u32) {
        zh: "本节点没有事项{code}第{version}版",
        en: "this node has no item {code} version {version}",
    }
    wait_for_catalog {
        zh: "请等待目录通知到达，或更新程序",
        en: "wait for the catalog notice, or update the program",
    }
    text_too_long(found: usize) {
        zh: "内容过长（{found}字节）",
        en: "the text is too long ({found} bytes)",
    }
    shorten_or_attach { zh: "请缩短，或作为附件上传", en: "shorten it, or attach it as a file" }
    case_changed { zh: "您所看到的内容已有变化", en: "what you read is not what the case holds now" }
    read_again { zh: "请重新阅读后再决定", en: "read the case again, then decide" }
    pin_missing { zh: "决定须注明所依据的内容", en: "a decision names what was read" }
    act_with_pin {
        zh: "请在办件页面办理，或附上 case show 给出的 pin",
        en: "act on the case's page, or pass the pin that `case show` prints",
    }
    materials_on_their_way(keys: &str) {
        zh: "材料{keys}尚未传到本节点",
        en: "materials {keys} have not arrived at this node",
    }
    wait_for_materials { zh: "请等待材料传输完成后再决定", en: "decide when they are here" }
    materials_missing(keys: &str) {
        zh: "缺少必要材料{keys}",
        en: "required materials are missing: {keys}",
    }
    attach_or_correct { zh: "请补充材料，或要求补正", en: "attach them, or request a correction" }
    case_ended {
        zh: "本办件已结束，如有需要请另行申请",
        en: "the case has ended; open a new one if needed",
    }
    possible_now(acts: &Said) { zh: "现在可以：{acts}", en: "possible now: {acts}" }
    not_kept(why: &str) { zh: "本节点不能保存这一内容", en: "{why}" }
    tell_operator { zh: "请联系运维人员", en: "tell the operator" }
    file_empty(name: &str, key: &str) { zh: "{name}是空文件", en: "the file for {key} is empty" }
    take_photo_again {
        zh: "请重新拍照或选择文件",
        en: "take the photo again or choose another file",
    }
    item_not_offered(office: OfficeCode, name: &str, code: &str) {
        zh: "{office}不受理「{name}」",
        en: "office {office} does not take {code}",
    }
    apply_elsewhere { zh: "请到受理该事项的窗口申请", en: "apply at an office that takes it" }
    item_not_in_force(name: &str, code: &str) {
        zh: "「{name}」不在有效期内",
        en: "{code} is not in force today",
    }
    check_version_and_date {
        zh: "请核对目录版本和本机日期",
        en: "check the catalog's version and this computer's date",
    }
    case_settled(status: Status) {
        zh: "办件{status}，不能再修改",
        en: "the case is {status} and cannot be edited",
    }
    open_new_case { zh: "如需变更请另行申请", en: "open a new case for a change" }
    material_missing { zh: "缺少材料", en: "the material is missing" }
    attach_material(name: &str, key: &str) { zh: "请拍照或上传{name}", en: "attach {key}" }
    nothing_said { zh: "没有写明内容", en: "nothing was said" }
    say_what_happened {
        zh: "请写明情况、措施或理由",
        en: "say what happened, what was done, or why",
    }
    reasons_missing {
        zh: "应当说明理由（行政许可法第三十八条）",
        en: "reasons are to be given (Administrative Licensing Law, art. 38)",
    }
    give_reasons { zh: "请填写理由或具体内容", en: "state the reasons or what exactly is meant" }
    nothing_asked { zh: "没有待答复的咨询", en: "no question waits for an answer" }
    nothing_complained { zh: "没有待答复的投诉", en: "no complaint waits for an answer" }
    nothing_stale { zh: "没有需要重新确认的决定", en: "no decision needs to be reconfirmed" }
    nothing_to_do { zh: "无需办理", en: "there is nothing to do" }
    handled_elsewhere(item: &str) {
        zh: "「{item}」由异地单位承办",
        en: "{item} is handled by an office on another line",
    }
    name_handler { zh: "请用 --handler 指明承办单位", en: "name the office with --handler" }
    handled_here(item: &str) {
        zh: "「{item}」由本地办理",
        en: "{item} is handled on the line of its origin",
    }
    leave_handler_out { zh: "请去掉承办单位", en: "leave the handler out" }
    no_such_office(office: OfficeCode) { zh: "没有代码为{office}的单位", en: "no office {office}" }
    look_office_up { zh: "请用 daiban office show 查找", en: "`daiban office show` looks it up" }
    on_its_own_line(office: OfficeCode) {
        zh: "{office}与本单位在同一条线上",
        en: "office {office} is on this office's own line",
    }
    act_or_refer { zh: "请直接办理或抄告", en: "act on the case itself, or refer it" }
    in_another_city(office: OfficeCode) {
        zh: "{office}不在本市，节点之间没有通路",
        en: "office {office} is in another city, to which no node leads",
    }
    ask_by_letter { zh: "请以公函协查", en: "ask by letter" }
    no_such_organ(organ: &str) { zh: "没有代码为{organ}的部门", en: "no organ has the code {organ}" }
    look_organs_up {
        zh: "请用 daiban office organs 查看部门代码",
        en: "`daiban office organs` lists them",
    }
}
