//! What the parts of an item owe each other.

use std::collections::BTreeSet;

use super::Unit;
use super::item::{Action, Item, MaterialNeed};
use super::reader::Table;

pub(super) fn check(item: &Item, table: &Table<'_>, file: &str) {
    if file.strip_suffix(".toml").is_none_or(|stem| !stem.starts_with(item.code.as_str())) {
        table.wrong(
            "code",
            format!("file {file} holds item {}", item.code),
            "name the file after the code",
        );
    }
    if item.version == 0 {
        table.wrong("version", "versions begin with 1", "set version = 1");
    }
    check_fields(item, table);
    check_stages(item, table);
    check_limits(item, table);
}

fn check_fields(item: &Item, table: &Table<'_>) {
    let mut keys = BTreeSet::new();
    for field in &item.fields {
        if !keys.insert(field.key.as_str()) {
            table.wrong(
                "field",
                format!("field {:?} is there twice", field.key),
                "remove one, also look into the groups",
            );
        }
    }
    let named = item.fields.iter().flat_map(|field| {
        let condition = field.required_if.as_ref().map(|c| c.field.as_str());
        let derived = field.derived.as_ref().map(|(_, from)| from.as_str());
        [condition, derived, field.differs_from.as_deref()]
    });
    let by_materials = item.materials.iter().map(|material| match &material.need {
        MaterialNeed::RequiredIf(condition) => Some(condition.field.as_str()),
        _ => None,
    });
    let by_key = item.dedupe_key.iter().map(|key| Some(key.as_str()).filter(|key| *key != "code"));
    for name in
        named.chain(by_materials).chain(by_key).flatten().filter(|name| !keys.contains(name))
    {
        table.wrong(
            "field",
            format!("a rule names field {name:?}, which the item has not"),
            "add the field or mend the rule",
        );
    }
}

fn check_stages(item: &Item, table: &Table<'_>) {
    let deciding: Vec<_> = item.stages.iter().filter(|s| s.action == Action::Decide).collect();
    let confirming = item.stages.iter().filter(|s| s.action == Action::Confirm).count();
    if deciding.len() > 1 || (deciding.is_empty() && confirming == 0) {
        table.wrong(
            "stage",
            format!("{} stages decide", deciding.len()),
            "let exactly one stage have action = \"decide\", or the last be \"confirm\"",
        );
        return;
    }
    if item.stages.first().is_none_or(|stage| stage.action != Action::Collect) {
        table.wrong("stage", "the first stage does not collect", "begin with action = \"collect\"");
        return;
    }
    let accepting = &item.stages[item.accepting_stage()];
    let decision = &item.stages[item.deciding_stage()];
    if decision.optional || accepting.optional {
        table.wrong("stage", "accepting and deciding are not optional", "remove optional = true");
    }
    if item.stages.iter().any(|s| s.seq == decision.seq && *s != *decision)
        && decision.action == Action::Decide
    {
        table.wrong(
            "stage",
            "another stage runs beside the decision",
            "give the decision a seq of its own",
        );
    }
    for pair in item
        .stages
        .windows(2)
        .filter(|pair| pair[0].seq == pair[1].seq && pair[0].join != pair[1].join)
    {
        table.wrong(
            "stage",
            format!("the stages of seq {} join differently", pair[0].seq),
            "give all of them the same join",
        );
    }
}

/// The stages on the clock, taking the longest of those in parallel, fit into the promise, and
/// the promise into the law.
fn check_limits(item: &Item, table: &Table<'_>) {
    let days = |unit: Unit, value: u16| if unit == Unit::WorkingDays { value } else { 0 };
    let seqs: BTreeSet<u8> = item.stages.iter().map(|stage| stage.seq).collect();
    let longest = |seq: u8| {
        let counted = item.stages.iter().filter(|s| s.seq == seq && s.counts && !s.optional);
        counted.map(|s| days(s.limit.unit, s.limit.value)).max().unwrap_or(0)
    };
    let sum: u16 = seqs.into_iter().map(longest).sum();
    if item.promised.unit == Unit::WorkingDays && sum > item.promised.value {
        table.wrong(
            "promised",
            format!("the stages need {sum} working days, the promise is {}", item.promised.value),
            "shorten the stages or promise less",
        );
    }
    if item.promised.unit == item.statutory.unit && item.promised.value > item.statutory.value {
        table.wrong(
            "promised",
            "the promise is longer than the law allows",
            "promise at most the statutory limit",
        );
    }
}
