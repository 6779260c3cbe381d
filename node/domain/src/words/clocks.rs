//! Clocks: their names, their limits, and why a day counts or not.

use super::messages;
use crate::act::ActId;
use crate::catalog::{Action, Limit};
use crate::organ::OrganCode;

messages! {
    limit_working_days(n: u16) { zh: "{n}个工作日", en: "{n} working days" }
    limit_natural_days(n: u16) { zh: "{n}日（自然日）", en: "{n} natural days" }
    limit_months(n: u16) { zh: "{n}个月", en: "{n} months" }
    limit_on_the_spot { zh: "当场", en: "on the spot" }

    clock_acceptance { zh: "受理时限", en: "acceptance" }
    clock_promised { zh: "承诺时限", en: "promised limit" }
    clock_statutory { zh: "法定时限", en: "limit by law" }
    clock_stage(seq: u8, action: Action, organ: OrganCode) {
        zh: "环节{seq} {action} {organ}",
        en: "stage {seq} {action} {organ}",
    }
    clock_lost_stage(seq: u8, organ: OrganCode) {
        zh: "环节{seq} 环节 {organ}",
        en: "stage {seq} stage {organ}",
    }
    clock_supplement(name: &str, key: &str) { zh: "容缺后补 {name}", en: "supplement {key}" }
    clock_rectification(rating: ActId) { zh: "整改 {rating}", en: "rectification {rating}" }
    clock_complaint(complaint: ActId) {
        zh: "投诉答复 {complaint}",
        en: "answer to complaint {complaint}",
    }
    clock_question(question: ActId) { zh: "咨询答复 {question}", en: "answer to question {question}" }
    source_of_answer {
        zh: "行政许可法 第三十条第二款：应当说明、解释；天数为本系统默认",
        en: "Administrative Licensing Law, article 30: to be explained; the number of days is the default here",
    }
    source_of_redress {
        zh: "国办发〔2019〕51号：限期整改、反馈；天数为本系统默认",
        en: "State Council General Office 〔2019〕 No. 51: to be mended and answered within a limit; the number of days is the default here",
    }

    basis_licensing(numeral: &str, article: u8) {
        zh: "行政许可法 第{numeral}条",
        en: "Administrative Licensing Law, art. {article}",
    }
    basis_licensing_by_analogy(numeral: &str, article: u8) {
        zh: "参照行政许可法 第{numeral}条",
        en: "by analogy with Administrative Licensing Law, art. {article}",
    }
    basis_civil_code(numeral: &str, article: u8) {
        zh: "民法典 第{numeral}条",
        en: "Civil Code, art. {article}",
    }
    basis_working_hours {
        zh: "国务院关于职工工作时间的规定 第七条",
        en: "State Council, Provisions on Working Hours, art. 7",
    }
    basis_holidays {
        zh: "全国年节及纪念日放假办法；国务院办公厅当年放假安排",
        en: "Regulation on Public Holidays; the State Council's arrangement for the year",
    }
    basis_item { zh: "事项规定", en: "the item" }
    basis_handling { zh: "办理规则", en: "rule of handling" }

    step_deemed_accepted {
        zh: "逾期未告知补正，自收到材料之日起即为受理",
        en: "nobody asked in time for what was missing: accepted on the day of receipt",
    }
    step_event { zh: "当日不计入", en: "the day of the event does not count" }
    step_on_the_spot { zh: "当场办结", en: "settled on the spot" }
    step_working { zh: "工作日", en: "working day" }
    step_weekend { zh: "周休息日", en: "weekend" }
    step_natural { zh: "自然日", en: "natural day" }
    step_last_day_off {
        zh: "期间最后一日是休假日，顺延至休假日结束的次日",
        en: "the last day was a day off: the next working day is the last",
    }
    step_extended_too_late {
        zh: "延期在期限届满后作出，不延长本时限",
        en: "extended after the limit had ended: this limit stays as it was",
    }
    step_calendar_ends {
        zh: "放假安排尚未通知，不推算",
        en: "the calendar of this day is not known: nothing is guessed",
    }
    step_shifted(name: &str) { zh: "调休上班（{name}）", en: "weekend that is worked ({name})" }
    step_holiday(name: &str) { zh: "放假（{name}）", en: "public holiday ({name})" }
    step_corresponding(limit: Limit) {
        zh: "{limit}后的对应日，无对应日的为月末日",
        en: "the same day after {limit}, or the last of that month",
    }
    step_extended(limit: Limit) { zh: "延期{limit}（一次）", en: "extended once by {limit}" }
    stopped_for_procedure(name: &str) {
        zh: "特别程序「{name}」，所需时间不计入",
        en: "special procedure \"{name}\" is not counted",
    }
    stopped_for_stage(action: Action) {
        zh: "「{action}」不计时",
        en: "\"{action}\" is off the clock",
    }
    stopped_for_correction { zh: "申请人补正期间不计入", en: "the applicant owes a correction" }
    overrun_procedure(name: &str) {
        zh: "计入：「{name}」的天数已满",
        en: "counted: \"{name}\" has used up its days",
    }
    overrun_stage(action: Action) {
        zh: "计入：「{action}」的天数已满",
        en: "counted: \"{action}\" has used up its days",
    }
    overrun_correction {
        zh: "计入：「补正」的天数已满",
        en: "counted: \"correction\" has used up its days",
    }
}
