//! One item's file.

use super::library::{Groups, Library, Shared, condition, fields_of};
use super::stage::{self, limit};
use super::{GROUPS, MATERIALS};
use crate::calendar::Date;
use crate::catalog::fault::{self, fault};
use crate::catalog::field::Field;
use crate::catalog::item::{ANSWER_WITHIN, CaseType, Item, MEND_WITHIN};
use crate::catalog::material::{MaterialNeed, MaterialRule, Paper};
use crate::catalog::reader::Table;
use crate::catalog::stage::Limit;
use crate::catalog::terms::{BatchWindow, Extension, Fee, Proxy};

pub(super) fn read(table: &Table<'_>, shared: &Shared) -> Item {
    let valid_from = table.parse::<Date>("valid_from", "\"2024-01-01\"");
    Item {
        code: table.text("code"),
        version: table.number("version"),
        basic_code: table.parse("basic_code", "\"990511001000\""),
        name: table.text("name"),
        initials: table.text("initials"),
        domain: table.text("domain"),
        task_type: table.text("task_type"),
        case_type: table
            .needed("case_type", "\"promised\"", table.word("case_type"))
            .unwrap_or(CaseType::Promised),
        serves: table.text("serves"),
        accept_tiers: table.words("accept_tiers"),
        decide_tier: table.word("decide_tier"),
        fields: fields(table, &shared.groups),
        materials: table
            .tables("material")
            .into_iter()
            .filter_map(|m| material(m, &shared.materials))
            .collect(),
        stages: stage::read_all(table),
        promised: limit(table, "promised"),
        statutory: limit(table, "statutory"),
        promised_basis: table.opt_text("promised_basis").unwrap_or_default(),
        statutory_basis: table.opt_text("statutory_basis").unwrap_or_default(),
        special_procedures: table.texts("special_procedures"),
        extension: table.table("extension").map(extension),
        mend_within: limit_or(table, "mend_within", MEND_WITHIN),
        answer_within: limit_or(table, "answer_within", ANSWER_WITHIN),
        visits: table.opt_number("visits"),
        delivery: table.words("delivery"),
        fee: table.table("fee").map(fee).unwrap_or_default(),
        proxy: table.table("proxy").map(proxy).unwrap_or_default(),
        dedupe_key: table.texts("dedupe_key"),
        season: table.opt_text("season"),
        batch_window: table.table("batch_window").and_then(batch_window),
        valid_from: table.needed("valid_from", "\"2024-01-01\"", valid_from).unwrap_or_default(),
        valid_until: table.parse("valid_until", "\"2026-12-31\""),
        applies_in: divisions(table),
        elsewhere: table.flag("elsewhere", false),
        source: table.text("source"),
    }
}

fn limit_or(table: &Table<'_>, key: &'static str, usual: Limit) -> Limit {
    if table.has(key) { limit(table, key) } else { usual }
}

fn divisions(table: &Table<'_>) -> Vec<u32> {
    let read = |text: &String| {
        let six = text.parse::<u32>().ok().filter(|six| (110_000..1_000_000).contains(six));
        if six.is_none() {
            table.wrong(
                "applies_in",
                fault::unreadable(text, "it is no six-digit division", "\"330382\""),
            );
        }
        six
    };
    table.texts("applies_in").iter().filter_map(read).collect()
}

fn fields(table: &Table<'_>, groups: &Groups) -> Vec<Field> {
    let mut fields = Vec::new();
    for name in table.texts("groups") {
        match groups.get(&name) {
            Some(group) => fields.extend(group.iter().cloned()),
            None => table.wrong("groups", not_shared(&name, GROUPS, groups.keys())),
        }
    }
    fields.extend(fields_of(table));
    fields
}

fn not_shared<'a>(
    name: &str,
    file: &str,
    known: impl Iterator<Item = &'a String> + Clone,
) -> fault::Fault {
    let listed = fault::not_listed(name, known.map(String::as_str));
    let remedy = [
        format!("{}；或在 {file} 中加上 [{name}]", listed.remedy.zh),
        format!("{}; or define [{name}] in {file}", listed.remedy.en),
    ];
    fault([&listed.problem.zh, &listed.problem.en], [&remedy[0], &remedy[1]])
}

fn material(table: Table<'_>, library: &Library) -> Option<MaterialRule> {
    let key = table.text("ref");
    let need = need(&table);
    let copies = table.opt_number("copies").unwrap_or(1);
    let paper: Option<Paper> = table.word("paper");
    let note = table.opt_text("note");
    let is_reused = table.flag("reused", true);
    let shared = library.get(&key);
    if shared.is_none() {
        table.wrong("ref", not_shared(&key, MATERIALS, library.keys()));
    }
    if paper.is_some() && shared.is_some_and(|rule| rule.electronic_only) {
        let problem = ["这份材料没有纸质", "this material has no paper"];
        table.wrong("paper", fault(problem, ["请删去 paper", "remove the key"]));
    }
    table.finish();
    let holder = |rule: &MaterialRule| if is_reused { rule.holder.clone() } else { Vec::new() };
    shared.map(|rule| MaterialRule {
        need,
        holder: holder(rule),
        copies,
        paper: paper.unwrap_or_default(),
        note: note.unwrap_or_else(|| rule.note.clone()),
        ..rule.clone()
    })
}

fn need(table: &Table<'_>) -> MaterialNeed {
    let only_if = table.table("required_if").map(condition);
    let tolerated = table.opt_number("tolerated_days");
    let (made_at, required) = (table.word("made_at"), table.flag("required", true));
    let others = [only_if.is_some() || tolerated.is_some(), made_at.is_some(), !required];
    if others.into_iter().filter(|given| *given).count() > 1 {
        let problem =
            ["材料的必要性相互矛盾", "it is said in two ways whether the material is needed"];
        let remedy = [
            "required = false、made_at 只能单独使用",
            "let required = false or made_at stand alone",
        ];
        table.wrong(if required { "made_at" } else { "required" }, fault(problem, remedy));
    }
    match (only_if, tolerated, made_at) {
        (_, _, Some(action)) => MaterialNeed::MadeAt(action),
        (only_if, Some(within_days), _) => MaterialNeed::Tolerated { within_days, only_if },
        (Some(condition), None, _) => MaterialNeed::RequiredIf(condition),
        (None, None, None) if required => MaterialNeed::Required,
        (None, None, None) => MaterialNeed::Optional,
    }
}

fn extension(table: Table<'_>) -> Extension {
    let extension = Extension { limit: limit(&table, "limit"), basis: table.text("basis") };
    table.finish();
    extension
}

fn fee(table: Table<'_>) -> Fee {
    let fee = Fee {
        charge: table.flag("charge", false),
        amount_cent: table.opt_number("amount_cent").filter(|cents: &i64| *cents > 0),
        payee: table.opt_text("payee").unwrap_or_default(),
        basis: table.opt_text("basis").unwrap_or_default(),
    };
    let (all, none) = (
        fee.amount_cent.is_some() && !fee.payee.is_empty() && !fee.basis.is_empty(),
        !table.has("amount_cent") && fee.payee.is_empty() && fee.basis.is_empty(),
    );
    if !if fee.charge { all } else { none } {
        let problem = ["收费不完整或自相矛盾", "the fee is incomplete or contradicts itself"];
        let remedy = [
            "收费须有 amount_cent（分，大于0）、payee 和 basis；不收费只写 charge = false",
            "a charge needs amount_cent (cents, above 0), payee and basis; else write charge = false alone",
        ];
        table.wrong("charge", fault(problem, remedy));
    }
    table.finish();
    fee
}

fn proxy(table: Table<'_>) -> Proxy {
    let proxy = Proxy {
        allowed: table.flag("allowed", false),
        needs_poa: table.flag("needs_poa", false),
        home_visit: table.flag("home_visit", false),
    };
    table.finish();
    proxy
}

fn batch_window(table: Table<'_>) -> Option<BatchWindow> {
    let months =
        table.range("months").map(|(from, to)| (BatchWindow::Months(from, to), from, to, 12));
    let days = table.range("days").map(|(from, to)| (BatchWindow::Days(from, to), from, to, 31));
    let (window, from, to, last) = match (months, days) {
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) if table.has("months") || table.has("days") => return None,
        _ => {
            table.wrong("months", fault::missing("months = [1, 3] / days = [1, 20]"));
            return None;
        }
    };
    if from == 0 || to > last {
        let problem = [format!("应在1至{last}之间"), format!("expected 1 to {last}")];
        let remedy =
            ["请写成 months = [1, 3] 或 days = [1, 20]", "write months = [1, 3] or days = [1, 20]"];
        let key = if last == 12 { "months" } else { "days" };
        table.wrong(key, fault([&problem[0], &problem[1]], remedy));
    }
    table.finish();
    Some(window)
}
