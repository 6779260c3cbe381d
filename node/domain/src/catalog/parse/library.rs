//! What items share: groups of fields and the library of materials.

use std::collections::BTreeMap;

use crate::catalog::condition::Condition;
use crate::catalog::fault::{self, fault};
use crate::catalog::field::{Field, FieldType};
use crate::catalog::material::{Grade, MaterialNeed, MaterialRule, Paper};
use crate::catalog::reader::Table;

pub(super) type Groups = BTreeMap<String, Vec<Field>>;
pub(super) type Library = BTreeMap<String, MaterialRule>;

/// The shared files.
pub(super) struct Shared {
    pub(super) groups: Groups,
    pub(super) materials: Library,
}

pub(super) fn groups(root: &Table<'_>) -> Groups {
    let group = |name: &str| {
        let table = root.named(name)?;
        let fields = fields_of(&table);
        table.finish();
        Some((name.to_owned(), fields))
    };
    root.keys().filter_map(group).collect()
}

pub(super) fn fields_of(table: &Table<'_>) -> Vec<Field> {
    table.tables("field").into_iter().map(read_field).collect()
}

fn read_field(table: Table<'_>) -> Field {
    let kind = table.needed("type", "\"text\"", table.word("type")).unwrap_or(FieldType::Text);
    let derived = table.table("derived").and_then(|derived| {
        let what = derived.needed("take", "\"birth\"", derived.word("take"));
        let from = derived.text("from");
        derived.finish();
        Some((what?, from))
    });
    let field = Field {
        key: table.text("key"),
        label: table.text("label"),
        kind,
        required: table.flag("required", false),
        required_if: table.table("required_if").map(condition),
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
    check_field(&field, &table);
    table.finish();
    field
}

/// What can be said of a field without knowing the others.
fn check_field(field: &Field, table: &Table<'_>) {
    if (field.kind == FieldType::Enum) == field.options.is_empty() {
        let problem = ["选项与类型不符", "options and type contradict each other"];
        let remedy = [
            "enum 须有 options，其他类型不得有",
            "give an enum options = [\"…\"], and others none",
        ];
        table.wrong("options", fault(problem, remedy));
    }
    for (at, option) in field.options.iter().enumerate() {
        if field.options[..at].contains(option) {
            table.wrong("options", fault::twice(option));
        }
    }
    if field.min.zip(field.max).is_some_and(|(min, max)| min > max) {
        let problem = ["最小值大于最大值", "min is greater than max"];
        table.wrong("min", fault(problem, ["请对调", "swap them"]));
    }
    if field.required && field.required_if.is_some() {
        let problem = ["既总是必填，又按条件必填", "it is required both always and on a condition"];
        let remedy =
            ["请保留 required 或 required_if 之一", "keep one of required and required_if"];
        table.wrong("required_if", fault(problem, remedy));
    }
}

fn default_length(kind: FieldType) -> usize {
    match kind {
        FieldType::LongText => 4_000,
        FieldType::PersonList => 20_000,
        _ => 200,
    }
}

pub(super) fn condition(table: Table<'_>) -> Condition {
    let condition = Condition { field: table.text("field"), values: table.texts("is") };
    if condition.values.is_empty() {
        table.wrong("is", fault::missing("is = [\"…\"]"));
    }
    table.finish();
    condition
}

pub(super) fn materials(root: &Table<'_>) -> Library {
    let material = |key: &str| Some((key.to_owned(), read_material(key, root.named(key)?)));
    root.keys().filter_map(material).collect()
}

fn read_material(key: &str, table: Table<'_>) -> MaterialRule {
    let rule = MaterialRule {
        key: key.to_owned(),
        name: table.text("name"),
        need: MaterialNeed::Required,
        copies: 1,
        grade: table.needed("grade", "\"C\"", table.word("grade")).unwrap_or(Grade::D),
        licence: table.opt_text("licence"),
        reuse_days: table.opt_number("reuse_days"),
        holder: table.texts("holder"),
        electronic_only: table.flag("electronic_only", false),
        paper: Paper::default(),
        note: table.opt_text("help").unwrap_or_default(),
    };
    let said = [rule.licence.is_some(), rule.reuse_days.is_some(), !rule.holder.is_empty()];
    if said.contains(&true) && said.contains(&false) {
        let problem = [
            "复用须同时有证照类型、有效天数和持证人栏目",
            "reuse needs a licence type, days and the fields that name the holder",
        ];
        let remedy = [
            "请同时填写 licence、reuse_days 和 holder",
            "give licence, reuse_days and holder, or none of them",
        ];
        table.wrong("reuse_days", fault(problem, remedy));
    }
    table.finish();
    rule
}
