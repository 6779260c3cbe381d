//! One item as a page and as JSON.

use daiban_domain::catalog::{
    BatchWindow, Condition, Field, Item, Join, Limit, MaterialNeed, MaterialRule, Paper, Silence,
    Stage, Unit,
};
use serde_json::{Value, json};

use crate::office::tier_word;
use crate::say::{Lang, table};

/// For other programs: what is said by a word stays that word.
pub(super) fn json(item: &Item) -> Value {
    json!({
        "item": item.code, "version": item.version, "name": item.name, "serves": item.serves,
        "task_type": item.task_type, "case_type": item.case_type,
        "accept_tiers": item.accept_tiers, "decide_tier": item.decide_tier,
        "applies_in": item.applies_in,
        "valid_from": item.valid_from.to_string(),
        "valid_until": item.valid_until.map(|day| day.to_string()),
        "promised": item.promised, "statutory": item.statutory,
        "extension": item.extension.as_ref().map(|e| json!({ "limit": e.limit, "basis": e.basis })),
        "special_procedures": item.special_procedures,
        "season": item.season, "batch_window": item.batch_window.map(window_json),
        "mend_within": item.mend_within, "answer_within": item.answer_within, "visits": item.visits, "delivery": item.delivery, "dedupe_key": item.dedupe_key,
        "fee": item.fee.amount_cent.map(|cents| json!({
            "amount_cent": cents, "payee": item.fee.payee, "basis": item.fee.basis,
        })),
        "fields": item.fields.iter().map(field_json).collect::<Vec<_>>(),
        "materials": item.materials.iter().map(material_json).collect::<Vec<_>>(),
        "stages": item.stages.iter().map(stage_json).collect::<Vec<_>>(),
        "source": item.source,
    })
}

fn window_json(window: BatchWindow) -> Value {
    match window {
        BatchWindow::Months(from, to) => json!({ "months": [from, to] }),
        BatchWindow::Days(from, to) => json!({ "days": [from, to] }),
    }
}

fn condition_json(condition: &Condition) -> Value {
    json!({ "field": condition.field, "is": condition.values })
}

fn field_json(f: &Field) -> Value {
    json!({
        "key": f.key, "label": f.label, "type": f.kind, "required": f.required,
        "required_if": f.required_if.as_ref().map(condition_json),
        "options": f.options, "help": f.help,
    })
}

fn material_json(m: &MaterialRule) -> Value {
    let (condition, tolerated, made_at) = match &m.need {
        MaterialNeed::RequiredIf(condition) => (Some(condition), None, None),
        MaterialNeed::Tolerated { within_days, only_if } => {
            (only_if.as_ref(), Some(within_days), None)
        }
        MaterialNeed::MadeAt(action) => (None, None, Some(action)),
        MaterialNeed::Required | MaterialNeed::Optional => (None, None, None),
    };
    json!({
        "key": m.key, "name": m.name, "required": m.need == MaterialNeed::Required,
        "required_if": condition.map(condition_json), "tolerated_days": tolerated,
        "made_at": made_at, "grade": m.grade, "licence": m.licence, "reuse_days": m.reuse_days,
        "holder": m.holder,
        "copies": m.copies, "paper": (!m.electronic_only).then_some(m.paper), "note": m.note,
    })
}

fn stage_json(s: &Stage) -> Value {
    json!({
        "seq": s.seq, "action": s.action, "organ": s.organ, "tier": s.tier, "limit": s.limit,
        "optional": s.optional, "counts": s.counts, "on_silence": s.on_silence, "join": s.join,
        "pauses_others": s.pauses_others, "batch_approval": s.batch_approval, "note": s.note,
    })
}

/// For people.
pub(super) fn page(lang: Lang, item: &Item) -> String {
    format!(
        "{} v{} {}\n{}\n── {}\n{}\n── {}\n{}\n── {}\n{}",
        item.code,
        item.version,
        item.name,
        table(&terms(lang, item)),
        lang.word("栏目（*必填）", "fields (* required)"),
        table(&item.fields.iter().map(|field| field_row(lang, field)).collect::<Vec<_>>()),
        lang.word("材料", "materials"),
        table(&item.materials.iter().map(|m| material_row(lang, item, m)).collect::<Vec<_>>()),
        lang.word("环节（同号并行）", "stages (equal numbers in parallel)"),
        table(&item.stages.iter().map(|stage| stage_row(lang, stage)).collect::<Vec<_>>()),
    )
}

/// The item's terms, line by line; what does not apply has no line.
fn terms(lang: Lang, item: &Item) -> Vec<Vec<String>> {
    let tiers: Vec<_> = item.accept_tiers.iter().map(|tier| tier_word(lang, *tier)).collect();
    let decided = item.stages[item.deciding_stage()].tier;
    let until = item.valid_until.map_or_else(String::new, |day| day.to_string());
    let ways = item.delivery.iter().map(|way| lang.of(&way.words()).to_owned());
    let lines = [
        (["承诺", "promised"], with_basis(limit(lang, item.promised), &item.promised_basis)),
        (["法定", "by law"], with_basis(limit(lang, item.statutory), &item.statutory_basis)),
        (["延期", "extension"], extension(lang, item)),
        (["特别程序", "special procedures"], item.special_procedures.join(" ")),
        (["受理层级", "taken at"], tiers.join(" ")),
        (["决定层级", "decided at"], tier_word(lang, decided).to_owned()),
        (["有效期", "in force"], format!("{} – {until}", item.valid_from)),
        (["季节", "season"], item.season.clone().unwrap_or_default()),
        (
            ["集中办理", "in batches"],
            item.batch_window.map_or_else(String::new, |w| window(lang, w)),
        ),
        (["整改和投诉答复", "to mend and to answer complaints"], limit(lang, item.mend_within)),
        (["咨询答复", "to answer questions"], limit(lang, item.answer_within)),
        (["跑动次数", "visits"], item.visits.map_or_else(String::new, |times| times.to_string())),
        (["送达", "delivery"], ways.collect::<Vec<_>>().join(lang.word("、", ", "))),
        (["收费", "fee"], fee(lang, item)),
        (["代办", "agents"], agents(lang, item)),
        (["查重", "same request if"], item.dedupe_key.join(" ")),
        (["来源", "source"], item.source.clone()),
    ];
    let shown = lines.into_iter().filter(|(_, text)| !text.is_empty());
    shown.map(|([zh, en], text)| vec![format!("  {}", lang.word(zh, en)), text]).collect()
}

fn with_basis(limit: String, basis: &str) -> String {
    if basis.is_empty() { limit } else { format!("{limit} ({basis})") }
}

fn extension(lang: Lang, item: &Item) -> String {
    let said = item.extension.as_ref().map(|e| with_basis(limit(lang, e.limit), &e.basis));
    said.unwrap_or_default()
}

fn window(lang: Lang, window: BatchWindow) -> String {
    match window {
        BatchWindow::Months(from, to) => {
            format!("{from}–{to} {}", lang.word("月", "(months of the year)"))
        }
        BatchWindow::Days(from, to) => {
            format!("{} {from}–{to} {}", lang.word("每月", "days"), lang.word("日", "of the month"))
        }
    }
}

fn fee(lang: Lang, item: &Item) -> String {
    let Some(cents) = item.fee.amount_cent else {
        return lang.word("不收费", "none").to_owned();
    };
    let yuan = format!("{}.{:02}", cents / 100, cents % 100);
    let (payee, basis) = (&item.fee.payee, &item.fee.basis);
    format!("{yuan} {} → {payee} ({basis})", lang.word("元", "yuan"))
}

fn agents(lang: Lang, item: &Item) -> String {
    let words = [
        (item.proxy.allowed, "可代办", "may apply"),
        (item.proxy.needs_poa, "须委托书", "with a power of attorney"),
        (item.proxy.home_visit, "可上门", "visit homes"),
    ];
    let said = words.into_iter().filter(|(yes, ..)| *yes).map(|(_, zh, en)| lang.word(zh, en));
    said.collect::<Vec<_>>().join(lang.word("、", ", "))
}

fn field_row(lang: Lang, field: &Field) -> Vec<String> {
    let mark = match (&field.required_if, field.required) {
        (Some(_), _) => "?",
        (None, true) => "*",
        (None, false) => " ",
    };
    let kind = serde_json::to_value(field.kind).unwrap_or_default();
    let when = field.required_if.as_ref().map(|condition| {
        format!("{} {}={}", lang.word("当", "if"), condition.field, condition.values.join("/"))
    });
    vec![
        format!("  {mark}{}", field.key),
        field.label.clone(),
        kind.as_str().unwrap_or_default().to_owned(),
        field.options.join(" "),
        [when.as_deref().unwrap_or_default(), &field.help].join(" ").trim().to_owned(),
    ]
}

fn material_row(lang: Lang, item: &Item, material: &MaterialRule) -> Vec<String> {
    let is_reused = material.holder.iter().any(|key| item.field(key).is_some());
    let reuse = material.licence.as_ref().zip(material.reuse_days).filter(|_| is_reused);
    let reuse = reuse.map(|(licence, days)| {
        format!("{} {licence} {days} {}", lang.word("可复用", "reused from"), days_word(lang))
    });
    let paper = match (material.electronic_only, material.paper) {
        (true, _) => lang.word("电子", "electronic").to_owned(),
        (false, Paper::CheckedCopy) => {
            format!("{} {}", lang.word("复印件（验原件）", "copy, checked"), material.copies)
        }
        (false, Paper::Original) => {
            format!("{} {}", lang.word("原件", "original"), material.copies)
        }
    };
    vec![
        format!("  {}", material.key),
        material.name.clone(),
        need(lang, item, &material.need),
        material.grade.to_string(),
        paper,
        reuse.unwrap_or_default(),
        material.note.clone(),
    ]
}

fn days_word(lang: Lang) -> &'static str {
    lang.word("天", "days")
}

fn need(lang: Lang, item: &Item, need: &MaterialNeed) -> String {
    let when = |condition: &Condition| {
        let label = item.field(&condition.field).map_or("", |field| field.label.as_str());
        format!("{} {label}={}", lang.word("当", "if"), condition.values.join("/"))
    };
    match need {
        MaterialNeed::Required => lang.word("必要", "required").to_owned(),
        MaterialNeed::RequiredIf(condition) => when(condition),
        MaterialNeed::Optional => lang.word("可选", "optional").to_owned(),
        MaterialNeed::Tolerated { within_days, only_if } => {
            let later = lang.word("容缺后补，工作日", "later, working days");
            let when = only_if.as_ref().map(when).unwrap_or_default();
            format!("{when} {later} {within_days}").trim().to_owned()
        }
        MaterialNeed::MadeAt(action) => {
            format!("{}{}", lang.word("办理中产生：", "made at: "), lang.of(&action.words()))
        }
    }
}

fn stage_row(lang: Lang, stage: &Stage) -> Vec<String> {
    let join = match stage.join {
        Join::All => String::new(),
        Join::Lead => lang.word("主办裁定", "the lead decides").to_owned(),
        Join::Quorum(needed) => format!("{} {needed}", lang.word("同意数", "agreeing")),
    };
    let silent = stage.on_silence == Silence::DeemedAgreed;
    let marks = [
        (stage.optional, lang.word("可省", "optional")),
        (!stage.counts, lang.word("不计时", "off the clock")),
        (
            silent,
            lang.word("逾期视为同意（由主办记录）", "silence agrees once the lead records it"),
        ),
        (stage.pauses_others, lang.word("补正暂停其他部门", "its correction pauses the others")),
        (stage.batch_approval, lang.word("可批量审批", "approved in batches")),
        (!join.is_empty(), &join),
        (!stage.note.is_empty(), &stage.note),
    ];
    let said: Vec<_> = marks.into_iter().filter(|(yes, _)| *yes).map(|(_, word)| word).collect();
    vec![
        format!("  {}", stage.seq),
        lang.of(&stage.action.words()).to_owned(),
        format!("{}/{} {}", tier_word(lang, stage.tier), stage.organ, stage.organ.name()),
        limit(lang, stage.limit),
        said.join(lang.word("，", ", ")),
    ]
}

pub(super) fn limit(lang: Lang, limit: Limit) -> String {
    let (zh, en) = match limit.unit {
        Unit::WorkingDays => ("工作日", "working days"),
        Unit::NaturalDays => ("天", "days"),
        Unit::Months => ("个月", "months"),
        Unit::OnTheSpot => return lang.word("当场", "on the spot").to_owned(),
    };
    format!("{} {}", limit.value, lang.word(zh, en))
}

#[cfg(test)]
mod tests {
    use super::*;
    use daiban_domain::shipped;

    fn check(code: &str, parts: &[&str]) {
        let catalog = shipped::catalog();
        let page = page(Lang::Zh, catalog.latest(code).unwrap());
        for part in parts {
            assert!(page.contains(part), "{part} is not in\n{page}");
        }
    }

    #[test]
    fn a_page_says_all_that_an_item_says() {
        check(
            "JB-04",
            &["统一社会信用代码", "LANDMAP", "抄告", "县/ZR", "逾期视为同意", "主办裁定"],
        );
        check("CL-JS-06", &["150.00 元 → 医疗机构", "不计时", "ICD-10前3位"]);
        check("CL-JS-04", &["1–3 月", "办理中产生：公示", "当 婚姻状况=在婚"]);
        check("CL-SB-02", &["每月 1–20 日", "可复用 居民身份证 3650 天"]);
        check("CL-MZ-01", &["当 致困原因=因病 容缺后补，工作日 10", "15 工作日 (情况复杂)"]);
        check("CL-MZ-10", &["原件 4", "决定层级"]);
        check("CL-JS-02", &["2015-01-01 – 2021-12-31", "可代办、须委托书、可上门"]);
    }

    #[test]
    fn every_item_has_a_page_and_its_json_in_both_languages() {
        for item in shipped::catalog().iter() {
            assert!(page(Lang::En, item).lines().count() > 20, "{}", item.code);
            assert_eq!(json(item)["stages"].as_array().unwrap().len(), item.stages.len());
        }
    }
}
