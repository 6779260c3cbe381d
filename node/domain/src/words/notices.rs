//! Notices: what they change, and why one has no effect.

use daiban_sync::id::OfficeCode;

use super::{Said, messages};
use crate::calendar::Date;
use crate::catalog::Action;
use crate::organ::OrganCode;

messages! {
    published_by_the_city(issuer: OfficeCode) {
        zh: "{issuer}不能发布目录和日历：事项和工作日须全市一致，由市级发布（只适用于一地的事项在applies_in中写明）",
        en: "office {issuer} cannot publish a catalog or a calendar: items and working days mean the \
             same to every office of a city, which publishes them (an item for one county says so in \
             applies_in)",
    }
    version_is_taken(code: &str, version: u32) {
        zh: "{code}第{version}版已有，内容不同；已发布的版本不再变动，请升高version",
        en: "{code} has another version {version} already; a version never changes, so raise `version`",
    }
    delegated_beyond(issuer: OfficeCode, within: OfficeCode) {
        zh: "{issuer}不能在{within}范围内授权，请由{within}或其上级发布",
        en: "office {issuer} cannot delegate within {within}; have {within} or an office above publish it",
    }
    delegated_out(to: OfficeCode, within: OfficeCode) {
        zh: "受委托的{to}不在{within}范围内",
        en: "office {to} is not within {within}, where the delegation holds",
    }
    no_stage_to_delegate(item: &str, action: Action, organ: OrganCode) {
        zh: "事项{item}没有由{organ}办理的「{action}」，请用 daiban catalog show 查看环节",
        en: "item {item} has no stage \"{action}\" of organ {organ}; `daiban catalog show` prints its stages",
    }
    counters_are_not_delegated {
        zh: "收件窗口不能委托：办件由收件的窗口办到底",
        en: "a counter is not delegated: a case stays with the counter that took it",
    }
    announced_for_another(issuer: OfficeCode, from: OfficeCode) {
        zh: "{issuer}不能以{from}的名义发布公告",
        en: "office {issuer} cannot announce in the name of {from}",
    }
    notice_too_long(found: usize, most: usize) {
        zh: "通知过长（{found}字节，最多{most}字节），请分成几份发布",
        en: "the notice is too long ({found} bytes, at most {most}); publish it in parts",
    }
    item_new(code: &str, name: &str, version: u32, from: Date) {
        zh: "新增事项{code} {name}第{version}版，{from}起施行",
        en: "new item {code} {name} version {version}, in force from {from}",
    }
    item_newer(code: &str, name: &str, old: u32, new: u32, from: Date) {
        zh: "{code} {name}第{old}版 → 第{new}版，{from}起施行；草稿须换版，已收件的沿用原版",
        en: "{code} {name} version {old} → version {new}, in force from {from}; drafts go over, what was handed in keeps its version",
    }
    year_known(year: i32, off: usize, shifted: usize) {
        zh: "{year}年日历：放假{off}天，调休上班{shifted}天",
        en: "the calendar of {year}: {off} days off, {shifted} weekend days worked",
    }
    day_changed(day: Date, was: &Said, is: &Said) {
        zh: "{day}：原为{was}，改为{is}",
        en: "{day}: was {was}, is {is}",
    }
    day_working { zh: "工作日", en: "a working day" }
    day_shifted(name: &str) { zh: "调休上班（{name}）", en: "a weekend day worked for {name}" }
    day_weekend { zh: "休息日", en: "a weekend" }
    day_holiday(name: &str) { zh: "放假（{name}）", en: "off for {name}" }
    delegated(
        item: &str,
        action: Action,
        from_organ: OrganCode,
        within: OfficeCode,
        to_office: OfficeCode,
        to_organ: OrganCode,
        from_day: Date,
    ) {
        zh: "{within}范围内，{item}的「{action}」自{from_day}起可由{to_office}的{to_organ}代{from_organ}办理",
        en: "within {within}, {action} of {item} may be done by organ {to_organ} of office {to_office} for {from_organ} from {from_day}",
    }
    leased(block: &str, office: OfficeCode, items: &Said, days: &Said) {
        zh: "编号段{block}归{office}（{items}，{days}）",
        en: "numbers {block} are of office {office} ({items}, {days})",
    }
    lease_for_all { zh: "所有事项", en: "every item" }
    lease_from(from: Date) { zh: "{from}起", en: "from {from}" }
    lease_between(from: Date, until: Date) { zh: "{from}至{until}", en: "{from} to {until}" }
    announced(title: &str, text: &str) { zh: "公告：{title}　{text}", en: "announcement: {title}: {text}" }
    notice_of_items(items: &str) { zh: "目录：{items}", en: "catalog: {items}" }
    notice_of_days(years: &str) { zh: "日历：{years}", en: "calendar: {years}" }
    notice_of_organ_codes(count: usize) {
        zh: "部门统一社会信用代码{count}个",
        en: "unified social credit codes of {count} organs",
    }
    organ_code_is(office: OfficeCode, organ: OrganCode, code: &str) {
        zh: "{office}的{organ}的统一社会信用代码为{code}",
        en: "organ {organ} of office {office} has the unified social credit code {code}",
    }
    organs_of_another(issuer: OfficeCode, office: OfficeCode) {
        zh: "{issuer}不能发布{office}的部门代码，请由{office}或其上级发布",
        en: "office {issuer} cannot name the organs of {office}; have {office} or an office above publish it",
    }
    notice_of_offices(count: usize) { zh: "机构变动{count}项", en: "{count} changes of offices" }
}
