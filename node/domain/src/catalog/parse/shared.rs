//! What items share: groups of fields and the library of materials.

use std::collections::BTreeMap;

use crate::catalog::Condition;
use crate::catalog::field::{Field, FieldType};
use crate::catalog::item::{MaterialNeed, MaterialRule};
use crate::catalog::reader::Table;

pub(super) const GROUPS: &str = "_groups.toml";
pub(super) const MATERIALS: &str = "_materials.toml";

pub(super) type Groups = BTreeMap<String, Vec<Field>>;
pub(super) type Library = BTreeMap<String, MaterialRule>;

pub(super) fn read_groups(root: &Table<'_>) -> Groups {
    let group = |name: &str| Some((name.to_owned(), fields_of(&root.named(name)?)));
    root.keys().filter_map(group).collect()
}

pub(super) fn fields_of(table: &Table<'_>) -> Vec<Field> {
    table.tables("field").into_iter().map(read_field).collect()
}

fn read_field(table: Table<'_>) -> Field {
    let kind = table.word("type").unwrap_or_else(|| {
        if !table.has("type") {
            table.wrong("type", "it is missing", "add type = \"text\" or another type");
        }
        FieldType::Text
    });
    let derived = table.table("derived").and_then(|derived| {
        let what = derived.word("take")?;
        let from = derived.text("from");
        derived.finish();
        Some((what, from))
    });
    let field = Field {
        key: table.text("key"),
        label: table.text("label"),
        kind,
        required: table.flag("required", false),
        required_if: table.table("required_if").map(read_condition),
        options: table.texts("options"),
        min: table.opt_number("min"),
        max: table.opt_number("max"),
        max_chars: table.opt_number("max_chars").unwrap_or(default_length(kind)),
        pattern: table.opt_text("pattern"),
        not_after_today: table.flag("not_after_today", false),
        differs_from: table.opt_text("differs_from"),
        derived,
        help: table.opt_text("help").unwrap_or_default(),
    };
    if kind == FieldType::Enum && field.options.is_empty() {
        table.wrong("options", "an enum offers no choice", "add options = [\"…\"]");
    }
    table.finish();
    field
}

fn default_length(kind: FieldType) -> usize {
    match kind {
        FieldType::LongText => 4_000,
        FieldType::PersonList => 20_000,
        _ => 200,
    }
}

pub(super) fn read_condition(table: Table<'_>) -> Condition {
    let condition = Condition { field: table.text("field"), values: table.texts("is") };
    table.finish();
    condition
}

pub(super) fn read_library(root: &Table<'_>) -> Library {
    let material = |key: &str| Some((key.to_owned(), read_material(key, root.named(key)?)));
    root.keys().filter_map(material).collect()
}

fn read_material(key: &str, table: Table<'_>) -> MaterialRule {
    let rule = MaterialRule {
        key: key.to_owned(),
        name: table.text("name"),
        need: MaterialNeed::Required,
        copies: 1,
        grade: grade(&table).unwrap_or('C'),
        licence: table.opt_text("licence"),
        reuse_days: table.opt_number("reuse_days"),
        electronic_only: table.flag("electronic_only", false),
    };
    table.opt_text("help");
    table.finish();
    rule
}

fn grade(table: &Table<'_>) -> Option<char> {
    let text = table.opt_text("grade")?;
    let grade = text.chars().next().filter(|c| text.len() == 1 && ('A'..='D').contains(c));
    if grade.is_none() {
        table.wrong(
            "grade",
            format!("expected A, B, C or D, got {text:?}"),
            "see 国办函〔2016〕108号",
        );
    }
    grade
}
