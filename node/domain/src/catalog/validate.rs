//! What the parts of an item owe each other.

mod fields;
mod limits;
mod stages;

use super::fault::{self, fault};
use super::item::Item;
use super::reader::Table;
use super::terms::PROCEDURES;
use crate::case_number::BasicCode;
use crate::check::is_province;

/// 行使权力的种类, as the national list words them.
const TASK_TYPES: &[&str] = &[
    "01行政许可",
    "05行政给付",
    "07行政确认",
    "08行政奖励",
    "09行政裁决",
    "10其他行政权力",
    "20公共服务",
];
const SERVES: &[&str] = &["自然人", "法人", "自然人/法人"];

pub(super) fn check(item: &Item, table: &Table<'_>, file: &str) {
    check_names(item, table, file);
    check_days(item, table);
    fields::check(item, table);
    if stages::check(item, table) {
        limits::check(item, table);
    }
}

fn check_names(item: &Item, table: &Table<'_>, file: &str) {
    if file.strip_suffix(".toml").is_none_or(|stem| !stem.starts_with(item.code.as_str())) {
        let problem = [
            format!("文件 {file} 写的是事项 {}", item.code),
            format!("file {file} holds item {}", item.code),
        ];
        let remedy = ["请用代码作文件名", "name the file after the code"];
        table.wrong("code", fault([&problem[0], &problem[1]], remedy));
    }
    if item.version == 0 && table.has("version") {
        let remedy = ["请写 version = 1", "set version = 1"];
        table.wrong("version", fault(["版本从1开始", "versions begin with 1"], remedy));
    }
    if item.initials.is_empty() || !item.initials.chars().all(|c| c.is_ascii_alphanumeric()) {
        let problem = ["不是拼音首字母", "these are no pinyin initials"];
        table.wrong("initials", fault(problem, ["请写成 \"cxjm\"", "write it like \"cxjm\""]));
    }
    if let Some(basic) = item.basic_code {
        check_code(item, basic, table);
    }
    for (key, found, known) in
        [("task_type", &item.task_type, TASK_TYPES), ("serves", &item.serves, SERVES)]
    {
        if table.has(key) && !known.contains(&found.as_str()) {
            table.wrong(key, fault::not_listed(found, known.iter().copied()));
        }
    }
    let unknown = item.special_procedures.iter().filter(|p| !PROCEDURES.contains(&p.as_str()));
    for procedure in unknown {
        let fault = fault::not_listed(procedure, PROCEDURES.iter().copied());
        table.wrong("special_procedures", fault);
    }
    for (key, example) in [
        ("accept_tiers", "[\"village\"]"),
        ("applies_in", "[\"330382\"]"),
        ("dedupe_key", "[\"code\", \"…\"]"),
    ] {
        if !table.has(key) {
            table.wrong(key, fault::missing(&format!("{key} = {example}")));
        }
    }
}

/// The parts of a basic code that the item says besides, and where it can have been listed.
fn check_code(item: &Item, basic: BasicCode, table: &Table<'_>) {
    if !item.task_type.starts_with(basic.kind()) {
        let problem = [
            format!("第3、4位 {} 与 task_type 不符", basic.kind()),
            format!("digits 3 and 4 are {}, which is not the task_type", basic.kind()),
        ];
        let remedy =
            ["请与 task_type 开头两位一致", "write the two digits that task_type begins with"];
        table.wrong("basic_code", fault([&problem[0], &problem[1]], remedy));
    }
    if !(basic.lister() == "00" || basic.is_invented() || is_province(basic.lister())) {
        let problem = [
            format!("{} 不是国家（00）或省级代码", basic.lister()),
            format!("{} is neither the nation (00) nor a province", basic.lister()),
        ];
        let remedy = [
            "请照抄基本目录；自编的以 99 开头",
            "copy it from the national list; invented ones begin with 99",
        ];
        table.wrong("basic_code", fault([&problem[0], &problem[1]], remedy));
    }
}

fn check_days(item: &Item, table: &Table<'_>) {
    if item.valid_until.is_some_and(|until| until < item.valid_from) {
        let problem = ["在生效之前就已失效", "it ends before it begins"];
        let remedy = ["请核对 valid_from 和 valid_until", "check valid_from and valid_until"];
        table.wrong("valid_until", fault(problem, remedy));
    }
}
