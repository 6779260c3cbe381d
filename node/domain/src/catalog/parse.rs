//! Files to items.

use std::collections::BTreeMap;

use daiban_sync::id::Tier;

use super::error::CatalogError;
use super::field::{Field, FieldType};
use super::item::{
    Extension, Fee, Item, Join, Limit, MaterialNeed, MaterialRule, Proxy, Silence, Stage, Unit,
};
use super::reader::{Sink, Table};
use super::{Condition, validate};
use crate::organ::OrganCode;

const GROUPS: &str = "_groups.toml";
const MATERIALS: &str = "_materials.toml";

type Groups = BTreeMap<String, Vec<Field>>;
type Library = BTreeMap<String, MaterialRule>;

pub(super) fn items(
    files: &[(&str, &str)],
) -> Result<BTreeMap<(String, u32), Item>, Vec<CatalogError>> {
    let mut errors = Vec::new();
    let groups = shared(files, GROUPS, read_groups, &mut errors);
    let library = shared(files, MATERIALS, read_library, &mut errors);
    let mut items = BTreeMap::new();
    for (file, text) in files.iter().filter(|(file, _)| !file.starts_with('_')) {
        let sink = Sink::new(file, text);
        if let Some(document) = sink.document() {
            let table = Table::new(&sink, "", document.span(), document.get_ref());
            let item = read_item(&table, &groups, &library);
            validate::check(&item, &table, file);
            if items.contains_key(&(item.code.clone(), item.version)) {
                table.wrong(
                    "version",
                    "another file has this code and version",
                    "raise the version",
                );
            }
            items.insert((item.code.clone(), item.version), item);
            table.finish();
        }
        errors.extend(sink.into_errors());
    }
    errors.sort();
    if errors.is_empty() { Ok(items) } else { Err(errors) }
}

fn shared<T: Default>(
    files: &[(&str, &str)],
    wanted: &str,
    read: fn(&Table<'_>) -> T,
    errors: &mut Vec<CatalogError>,
) -> T {
    let Some((file, text)) = files.iter().find(|(file, _)| *file == wanted) else {
        return T::default();
    };
    let sink = Sink::new(file, text);
    let found = sink
        .document()
        .map(|document| read(&Table::new(&sink, "", document.span(), document.get_ref())));
    errors.extend(sink.into_errors());
    found.unwrap_or_default()
}

fn read_groups(root: &Table<'_>) -> Groups {
    let group = |name: &str| Some((name.to_owned(), fields_of(&root.named(name)?)));
    root.keys().filter_map(group).collect()
}

fn fields_of(table: &Table<'_>) -> Vec<Field> {
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

fn read_condition(table: Table<'_>) -> Condition {
    let condition = Condition { field: table.text("field"), values: table.texts("is") };
    table.finish();
    condition
}

fn read_library(root: &Table<'_>) -> Library {
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

fn read_item(table: &Table<'_>, groups: &Groups, library: &Library) -> Item {
    let valid_from = table.parse("valid_from");
    if valid_from.is_none() && !table.has("valid_from") {
        table.wrong("valid_from", "it is missing", "add valid_from = \"2024-01-01\"");
    }
    Item {
        code: table.text("code"),
        version: table.number("version"),
        name: table.text("name"),
        initials: table.text("initials"),
        domain: table.text("domain"),
        task_type: table.text("task_type"),
        case_type: table.word("case_type").unwrap_or(super::CaseType::Promised),
        serves: table.text("serves"),
        accept_tiers: tiers(table),
        fields: item_fields(table, groups),
        materials: table
            .tables("material")
            .into_iter()
            .filter_map(|m| item_material(m, library))
            .collect(),
        stages: read_stages(table),
        promised: limit(table, "promised"),
        statutory: limit(table, "statutory"),
        promised_basis: table.opt_text("promised_basis").unwrap_or_default(),
        statutory_basis: table.opt_text("statutory_basis").unwrap_or_default(),
        special_procedures: table.texts("special_procedures"),
        extension: table.table("extension").map(read_extension),
        delivery: table.texts("delivery"),
        fee: table.table("fee").map(read_fee).unwrap_or_default(),
        proxy: table.table("proxy").map(read_proxy).unwrap_or_default(),
        dedupe_key: table.texts("dedupe_key"),
        season: table.opt_text("season"),
        valid_from: valid_from.unwrap_or_default(),
        valid_until: table.parse("valid_until"),
        applies_in: divisions(table),
        source: table.opt_text("source").unwrap_or_default(),
    }
}

fn tiers(table: &Table<'_>) -> Vec<Tier> {
    let read = |text: &String| {
        let tier = serde_json::from_value(serde_json::Value::String(text.clone()));
        table.parsed("accept_tiers", tier, "use village, town, county or city")
    };
    table.texts("accept_tiers").iter().filter_map(read).collect()
}

fn divisions(table: &Table<'_>) -> Vec<u32> {
    let read = |text: &String| {
        table.parsed("applies_in", text.parse(), "write six digits such as \"330382\"")
    };
    table.texts("applies_in").iter().filter_map(read).collect()
}

fn item_fields(table: &Table<'_>, groups: &Groups) -> Vec<Field> {
    let mut fields = Vec::new();
    for name in table.texts("groups") {
        match groups.get(&name) {
            Some(group) => fields.extend(group.iter().cloned()),
            None => table.wrong(
                "groups",
                format!("there is no group {name:?}"),
                format!("define [{name}] in {GROUPS}"),
            ),
        }
    }
    fields.extend(fields_of(table));
    fields
}

fn item_material(table: Table<'_>, library: &Library) -> Option<MaterialRule> {
    let key = table.text("ref");
    let condition = table.table("required_if").map(read_condition);
    let tolerated = table.opt_number("tolerated_days");
    let required = table.flag("required", condition.is_none() && tolerated.is_none());
    let need = match (condition, tolerated, required) {
        (Some(condition), ..) => MaterialNeed::RequiredIf(condition),
        (None, Some(within_days), _) => MaterialNeed::Tolerated { within_days },
        (None, None, true) => MaterialNeed::Required,
        (None, None, false) => MaterialNeed::Optional,
    };
    let copies = table.opt_number("copies").unwrap_or(1);
    let rule = library.get(&key).map(|rule| MaterialRule { need, copies, ..rule.clone() });
    if rule.is_none() {
        table.wrong(
            "ref",
            format!("there is no material {key:?}"),
            format!("define [{key}] in {MATERIALS}"),
        );
    }
    table.opt_text("note");
    table.finish();
    rule
}

fn read_stages(table: &Table<'_>) -> Vec<Stage> {
    let mut stages: Vec<_> = table.tables("stage").into_iter().filter_map(read_stage).collect();
    stages.sort_by_key(|stage| stage.seq);
    stages
}

fn read_stage(table: Table<'_>) -> Option<Stage> {
    for key in ["action", "organ", "tier"].iter().filter(|key| !table.has(key)) {
        table.wrong(key, "it is missing", "a stage names its action, organ and tier");
    }
    let (action, organ, tier) = (table.word("action"), table.parse("organ"), table.word("tier"));
    if let Some(organ) = organ.filter(|organ: &OrganCode| !organ.is_known()) {
        table.wrong("organ", format!("{organ} is not on the list of organs"), "use a listed code");
    }
    let (seq, limit, counts) =
        (table.number("seq"), limit(&table, "limit"), table.flag("counts", true));
    let (optional, pauses_others) =
        (table.flag("optional", false), table.flag("pauses_others", false));
    let on_silence = table.word("on_silence").unwrap_or(Silence::Waits);
    let join = join(&table);
    let note = table.opt_text("note").unwrap_or_default();
    table.finish();
    Some(Stage {
        seq,
        action: action?,
        organ: organ?,
        tier: tier?,
        limit,
        counts,
        optional,
        on_silence,
        pauses_others,
        join,
        note,
    })
}

fn join(table: &Table<'_>) -> Join {
    let quorum = table.opt_number("quorum");
    match (table.opt_text("join").as_deref(), quorum) {
        (None | Some("all"), None) => Join::All,
        (Some("lead"), None) => Join::Lead,
        (Some("quorum"), Some(needed)) => Join::Quorum(needed),
        (other, _) => {
            let problem = format!("expected all, lead, or quorum with quorum = n, got {other:?}");
            table.wrong("join", problem, "see _README of the catalog");
            Join::All
        }
    }
}

fn limit(table: &Table<'_>, key: &'static str) -> Limit {
    let none = Limit { value: 0, unit: Unit::OnTheSpot };
    let Some(limit) = table.table(key) else {
        table.wrong(
            key,
            "it is missing",
            format!("add {key} = {{ value = 5, unit = \"working_days\" }}"),
        );
        return none;
    };
    let (value, unit) = (limit.number("value"), limit.word("unit"));
    limit.finish();
    unit.map_or(none, |unit| Limit { value, unit })
}

fn read_extension(table: Table<'_>) -> Extension {
    let extension = Extension { limit: limit(&table, "limit"), basis: table.text("basis") };
    table.finish();
    extension
}

fn read_fee(table: Table<'_>) -> Fee {
    let fee = Fee {
        charge: table.flag("charge", false),
        amount_cent: table.opt_number("amount_cent"),
        payee: table.opt_text("payee").unwrap_or_default(),
        basis: table.opt_text("basis").unwrap_or_default(),
    };
    table.finish();
    fee
}

fn read_proxy(table: Table<'_>) -> Proxy {
    let proxy = Proxy {
        allowed: table.flag("allowed", false),
        needs_poa: table.flag("needs_poa", false),
        home_visit: table.flag("home_visit", false),
    };
    table.finish();
    proxy
}
