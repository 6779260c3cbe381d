//! Files to items.

mod item;
mod library;
mod stage;

use std::collections::BTreeMap;

use super::error::CatalogError;
use super::fault;
use super::item::Item;
use super::reader::{Sink, Table};
use super::validate;
use library::Shared;

const GROUPS: &str = "_groups.toml";
const MATERIALS: &str = "_materials.toml";

pub(super) fn items(
    files: &[(&str, &str)],
) -> Result<BTreeMap<(String, u32), Item>, Vec<CatalogError>> {
    let mut errors = Vec::new();
    let shared = Shared {
        groups: read(files, GROUPS, library::groups, &mut errors),
        materials: read(files, MATERIALS, library::materials, &mut errors),
    };
    let mut items = BTreeMap::new();
    for (file, text) in files.iter().filter(|(file, _)| !file.starts_with('_')) {
        let sink = Sink::new(file, text);
        if let Some(document) = sink.document() {
            let table = Table::new(&sink, "", document.span(), document.get_ref());
            take(file, table, &shared, &mut items);
        }
        errors.extend(sink.into_errors());
    }
    errors.sort();
    errors.dedup();
    if errors.is_empty() { Ok(items) } else { Err(errors) }
}

fn take(file: &str, table: Table<'_>, shared: &Shared, items: &mut BTreeMap<(String, u32), Item>) {
    let item = item::read(&table, shared);
    validate::check(&item, &table, file);
    let key = (item.code.clone(), item.version);
    if items.contains_key(&key) {
        let (problem, remedy) = (
            ["另一个文件已有这个代码和版本", "another file has this code and version"],
            ["请升高版本号，或删去其中一个文件", "raise the version, or remove one of the files"],
        );
        table.wrong("version", fault::fault(problem, remedy));
    }
    let beside = items.values().find(|other| {
        item.basic_code.is_some() && other.basic_code == item.basic_code && other.code != item.code
    });
    if let Some(other) = beside {
        let problem = [
            format!("事项 {} 已用这个基本编码", other.code),
            format!("item {} has this basic code", other.code),
        ];
        let remedy = [
            "一个编码只属于一个事项，请改正其一",
            "a code belongs to one item: mend one of the two",
        ];
        table.wrong("basic_code", fault::fault([&problem[0], &problem[1]], remedy));
    }
    items.insert(key, item);
    table.finish();
}

fn read<T: Default>(
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
