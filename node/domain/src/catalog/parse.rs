//! Files to items.

mod shared;

use std::collections::BTreeMap;

use daiban_sync::id::Tier;

use super::error::CatalogError;
use super::field::Field;
use super::item::{
    Extension, Fee, Item, Join, Limit, MaterialNeed, MaterialRule, Proxy, Silence, Stage, Unit,
};
use super::reader::{Sink, Table};
use super::validate;
use crate::organ::OrganCode;
use shared::{
    GROUPS, Groups, Library, MATERIALS, fields_of, read_condition, read_groups, read_library,
};

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
