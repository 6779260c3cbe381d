//! Fields, and everything that names one.

use std::collections::BTreeSet;

use crate::catalog::condition::Condition;
use crate::catalog::fault::{self, fault};
use crate::catalog::field::{Field, FieldType};
use crate::catalog::item::Item;
use crate::catalog::material::MaterialNeed;
use crate::catalog::reader::Table;

pub(super) fn check(item: &Item, table: &Table<'_>) {
    check_unique(item, table);
    check_rules(item, table);
    check_materials(item, table);
    for key in item.dedupe_key.iter().filter(|key| *key != "code" && item.field(key).is_none()) {
        table.wrong("dedupe_key", fault::no_such_field(key, keys(item)));
    }
}

fn keys(item: &Item) -> impl Iterator<Item = &str> + Clone {
    item.fields.iter().map(|field| field.key.as_str())
}

fn check_unique(item: &Item, table: &Table<'_>) {
    let mut seen = BTreeSet::new();
    for (field, at) in item.fields.iter().zip(places(item, table)) {
        if !seen.insert(field.key.as_str()) {
            at.wrong("key", fault::twice(&field.key));
        }
    }
}

/// The table of each field; a field of a group stands where the groups are named.
fn places<'a>(item: &Item, table: &Table<'a>) -> Vec<Place<'a>> {
    let own = table.tables("field");
    let shared = item.fields.len().saturating_sub(own.len());
    let groups = (0..shared).map(|_| Place::Groups(table.again()));
    groups.chain(own.into_iter().map(Place::Own)).collect()
}

enum Place<'a> {
    Groups(Table<'a>),
    Own(Table<'a>),
}

impl Place<'_> {
    fn wrong(&self, key: &str, fault: fault::Fault) {
        match self {
            Self::Groups(table) => table.wrong("groups", fault),
            Self::Own(table) => table.wrong(key, fault),
        }
    }
}

fn check_rules(item: &Item, table: &Table<'_>) {
    for (field, at) in item.fields.iter().zip(places(item, table)) {
        let named = [
            ("derived", field.derived.as_ref().map(|(_, from)| from)),
            ("differs_from", field.differs_from.as_ref()),
        ];
        for (key, name) in named {
            if let Some(name) = name.filter(|name| item.field(name).is_none()) {
                at.wrong(key, fault::no_such_field(name, keys(item)));
            }
        }
        if let Some(condition) = &field.required_if {
            check_condition(item, condition, |fault| at.wrong("required_if", fault));
        }
    }
}

fn check_condition(item: &Item, condition: &Condition, wrong: impl Fn(fault::Fault)) {
    let Some(field) = item.field(&condition.field) else {
        return wrong(fault::no_such_field(&condition.field, keys(item)));
    };
    let values = condition.values.iter().map(String::as_str);
    let Some(options) = options(field) else {
        let problem = ["条件所指的栏目没有选项", "the condition names a field without options"];
        let remedy = ["请改用 enum 或 bool 栏目", "let it name an enum or a bool"];
        return wrong(fault(problem, remedy));
    };
    for value in values.filter(|value| !options.contains(value)) {
        wrong(fault::not_listed(value, options.iter().copied()));
    }
}

fn options(field: &Field) -> Option<Vec<&str>> {
    match field.kind {
        FieldType::Enum => Some(field.options.iter().map(String::as_str).collect()),
        FieldType::Bool => Some(vec!["true", "false"]),
        _ => None,
    }
}

fn check_materials(item: &Item, table: &Table<'_>) {
    let tables = table.tables("material");
    if tables.len() != item.materials.len() {
        return; // One of them was refused before, so the places do not fit.
    }
    for (at, (material, place)) in item.materials.iter().zip(&tables).enumerate() {
        if item.materials[..at].iter().any(|earlier| earlier.key == material.key) {
            place.wrong("ref", fault::twice(&material.key));
        }
        let condition = match &material.need {
            MaterialNeed::RequiredIf(condition) => Some(condition),
            MaterialNeed::Tolerated { only_if, .. } => only_if.as_ref(),
            _ => None,
        };
        if let Some(condition) = condition {
            check_condition(item, condition, |fault| place.wrong("required_if", fault));
        }
        if let MaterialNeed::MadeAt(action) = material.need
            && !item.stages.iter().any(|stage| stage.action == action)
        {
            let problem = ["本事项没有这个环节", "the item has no such stage"];
            let remedy = ["请写明产生材料的环节", "name the action of the stage that makes it"];
            place.wrong("made_at", fault(problem, remedy));
        }
    }
}
