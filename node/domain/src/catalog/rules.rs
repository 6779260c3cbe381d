//! What an item says, rule by rule, as people read it. Two versions are compared by these lines: a
//! part of an item that has none here does not compile.

use serde::Serialize;

use super::condition::Condition;
use super::field::Field;
use super::item::Item;
use super::material::{MaterialNeed, MaterialRule};
use super::stage::Stage;
use super::terms::{BatchWindow, Extension, Fee, Proxy};
use crate::words::{self, Said};

/// A rule by its name, and how it stands.
pub(super) type Rule = (Said, Said);

pub(super) fn of_field(field: &Field) -> Vec<Rule> {
    let Field {
        key: _,
        label,
        kind,
        required,
        required_if,
        options,
        min,
        max,
        max_chars,
        pattern,
        not_after_today,
        differs_from,
        derived,
        help,
    } = field;
    let derived = derived.as_ref().map(|(what, from)| format!("{} ← {from}", coded(what)));
    vec![
        (words::rule_label(), data(label)),
        (words::rule_type(), data(&coded(kind))),
        (words::rule_required(), yes_or_no(*required)),
        (words::rule_required_if(), if_any(required_if.as_ref())),
        (words::rule_options(), list(options)),
        (words::rule_least(), or_none(min.as_ref())),
        (words::rule_most(), or_none(max.as_ref())),
        (words::rule_characters(), data(&max_chars.to_string())),
        (words::rule_pattern(), or_none(pattern.as_ref())),
        (words::rule_not_after_today(), yes_or_no(*not_after_today)),
        (words::rule_differs_from(), or_none(differs_from.as_ref())),
        (words::rule_derived(), or_none(derived.as_ref())),
        (words::rule_help(), data(help)),
    ]
}

pub(super) fn of_material(material: &MaterialRule) -> Vec<Rule> {
    let MaterialRule {
        key: _,
        name,
        need,
        copies,
        grade,
        licence,
        reuse_days,
        holder,
        electronic_only,
        paper,
        note,
    } = material;
    vec![
        (words::rule_label(), data(name)),
        (words::rule_need(), need_of(need)),
        (words::rule_copies(), data(&copies.to_string())),
        (words::rule_grade(), data(&grade.to_string())),
        (words::rule_licence(), or_none(licence.as_ref())),
        (words::rule_reuse_days(), or_none(reuse_days.as_ref())),
        (words::rule_holder(), list(holder)),
        (words::rule_electronic_only(), yes_or_no(*electronic_only)),
        (words::rule_paper(), data(&coded(paper))),
        (words::rule_note(), data(note)),
    ]
}

pub(super) fn of_stage(stage: &Stage) -> Vec<Rule> {
    let Stage {
        seq,
        action: _,
        organ: _,
        tier: _,
        limit,
        counts,
        optional,
        on_silence,
        pauses_others,
        batch_approval,
        join,
        note,
    } = stage;
    vec![
        (words::rule_turn(), data(&seq.to_string())),
        (words::rule_limit(), limit.words()),
        (words::rule_counts(), yes_or_no(*counts)),
        (words::rule_optional(), yes_or_no(*optional)),
        (words::rule_silence(), data(&coded(on_silence))),
        (words::rule_pauses_others(), yes_or_no(*pauses_others)),
        (words::rule_batch_approval(), yes_or_no(*batch_approval)),
        (words::rule_join(), data(&coded(join))),
        (words::rule_note(), data(note)),
    ]
}

/// Limits first, then the other terms.
pub(super) fn of_item(item: &Item) -> [Vec<Rule>; 2] {
    let Item {
        code: _,
        version: _,
        fields: _,
        materials: _,
        stages: _,
        basic_code,
        name,
        initials,
        domain,
        task_type,
        case_type,
        serves,
        accept_tiers,
        decide_tier,
        promised,
        statutory,
        promised_basis,
        statutory_basis,
        special_procedures,
        extension,
        mend_within,
        answer_within,
        visits,
        delivery,
        fee,
        proxy,
        dedupe_key,
        season,
        batch_window,
        valid_from,
        valid_until,
        applies_in,
        elsewhere,
        source,
    } = item;
    let deliveries: Vec<_> = delivery.iter().map(|way| way.words()).collect();
    let limits = vec![
        (words::rule_promised(), promised.words()),
        (words::rule_promised_basis(), data(promised_basis)),
        (words::rule_statutory(), statutory.words()),
        (words::rule_statutory_basis(), data(statutory_basis)),
        (words::rule_procedures(), list(special_procedures)),
        (words::rule_extension(), extension_of(extension.as_ref())),
        (words::rule_mend_within(), mend_within.words()),
        (words::rule_answer_within(), answer_within.words()),
    ];
    let terms = vec![
        (words::rule_label(), data(name)),
        (words::rule_basic_code(), or_none(basic_code.as_ref())),
        (words::rule_initials(), data(initials)),
        (words::rule_domain(), data(domain)),
        (words::rule_task_type(), data(task_type)),
        (words::rule_case_type(), data(&coded(case_type))),
        (words::rule_serves(), data(serves)),
        (words::rule_taken_at(), data(&coded(accept_tiers))),
        (words::rule_decided_at(), data(&coded(decide_tier))),
        (words::rule_visits(), or_none(visits.as_ref())),
        (words::rule_delivery(), Said::joined(&deliveries, ["、", ", "])),
        (words::rule_fee(), fee_of(fee)),
        (words::rule_proxy(), proxy_of(*proxy)),
        (words::rule_dedupe(), list(dedupe_key)),
        (words::rule_season(), or_none(season.as_ref())),
        (words::rule_window(), or_none(batch_window.map(window_of).as_ref())),
        (words::rule_valid_from(), data(&valid_from.to_string())),
        (words::rule_valid_until(), or_none(valid_until.as_ref())),
        (words::rule_applies_in(), data(&coded(applies_in))),
        (words::rule_elsewhere(), yes_or_no(*elsewhere)),
        (words::rule_source(), data(source)),
    ];
    [limits, terms]
}

fn data(text: &str) -> Said {
    if text.is_empty() { words::rule_none() } else { Said::of_data(text, text) }
}

/// As the item file words it.
pub(super) fn coded(value: &impl Serialize) -> String {
    match serde_json::to_value(value).expect("plain data is JSON") {
        serde_json::Value::String(word) => word,
        other => other.to_string(),
    }
}

fn list(texts: &[String]) -> Said {
    data(&texts.join("、"))
}

fn or_none(value: Option<&impl ToString>) -> Said {
    data(&value.map_or_else(String::new, ToString::to_string))
}

fn yes_or_no(yes: bool) -> Said {
    if yes { words::rule_yes() } else { words::rule_no() }
}

fn if_any(condition: Option<&Condition>) -> Said {
    condition.map_or_else(words::rule_none, |condition| {
        let Condition { field, values } = condition;
        data(&format!("{field} = {}", values.join("/")))
    })
}

/// Whether a material has to be there, in words.
pub fn need_of(need: &MaterialNeed) -> Said {
    match need {
        MaterialNeed::Required => words::need_required(),
        MaterialNeed::RequiredIf(condition) => words::need_required_if(&if_any(Some(condition))),
        MaterialNeed::Optional => words::need_optional(),
        MaterialNeed::Tolerated { within_days, only_if: None } => {
            words::need_tolerated(*within_days)
        }
        MaterialNeed::Tolerated { within_days, only_if: Some(condition) } => {
            words::need_tolerated_if(*within_days, &if_any(Some(condition)))
        }
        MaterialNeed::MadeAt(action) => words::need_made_at(*action),
    }
}

fn extension_of(extension: Option<&Extension>) -> Said {
    extension.map_or_else(words::rule_none, |Extension { limit, basis }| {
        Said::joined(&[limit.words(), data(basis)], [" ", " "])
    })
}

fn fee_of(fee: &Fee) -> Said {
    let Fee { charge, amount_cent, payee, basis } = fee;
    match amount_cent {
        _ if !charge => words::rule_no(),
        None => words::fee_by_scale(payee, basis),
        Some(cents) => words::fee_of(*cents, payee, basis),
    }
}

fn proxy_of(proxy: Proxy) -> Said {
    let Proxy { allowed, needs_poa, home_visit } = proxy;
    let said = [
        (allowed, words::proxy_allowed()),
        (needs_poa, words::proxy_needs_poa()),
        (home_visit, words::proxy_home_visit()),
    ];
    let said: Vec<_> = said.into_iter().filter(|(holds, _)| *holds).map(|(_, said)| said).collect();
    if said.is_empty() { words::rule_no() } else { Said::joined(&said, ["、", ", "]) }
}

fn window_of(window: BatchWindow) -> String {
    match window {
        BatchWindow::Months(from, to) => format!("months {from}–{to}"),
        BatchWindow::Days(from, to) => format!("days {from}–{to}"),
    }
}
