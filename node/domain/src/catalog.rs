//! The catalog 事项目录: one TOML file per item, made for people to maintain.

mod condition;
mod error;
mod field;
mod item;
mod parse;
mod reader;
mod validate;

use std::collections::BTreeMap;

pub use condition::Condition;
pub use error::CatalogError;
pub use field::{Derive, Field, FieldType};
pub use item::{
    Action, CaseType, Extension, Fee, Item, Join, Limit, MaterialNeed, MaterialRule, Proxy,
    Silence, Stage, Unit,
};

/// The items of one publication, by code and version.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    items: BTreeMap<(String, u32), Item>,
    hash: [u8; 32],
}

impl Catalog {
    /// Reads item files and the shared `_groups.toml` and `_materials.toml`.
    ///
    /// # Errors
    /// Every fault of every file at once.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, Vec<CatalogError>> {
        let items = parse::items(files)?;
        Ok(Self { items, hash: hash_of(files) })
    }

    /// Which publication this is: the same for the same files in any order.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// The version that a case pins.
    pub fn get(&self, code: &str, version: u32) -> Option<&Item> {
        self.items.get(&(code.to_owned(), version))
    }

    /// The newest version, for new cases.
    pub fn latest(&self, code: &str) -> Option<&Item> {
        let range = (code.to_owned(), 0)..=(code.to_owned(), u32::MAX);
        self.items.range(range).next_back().map(|(_, item)| item)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    /// Newest versions whose code, name or pinyin initials contain what was typed.
    pub fn search<'a>(&'a self, typed: &str) -> impl Iterator<Item = &'a Item> {
        let typed = typed.trim().to_lowercase();
        self.items
            .values()
            .filter(move |item| {
                [&item.code, &item.name, &item.initials]
                    .iter()
                    .any(|text| text.to_lowercase().contains(&typed))
            })
            .filter(|item| {
                self.latest(&item.code).is_some_and(|latest| latest.version == item.version)
            })
    }

    /// These items and those of `newer`, which wins for equal code and version.
    #[must_use]
    pub fn with(mut self, newer: Self) -> Self {
        self.hash = *blake3::hash(&[self.hash, newer.hash].concat()).as_bytes();
        self.items.extend(newer.items);
        self
    }
}

fn hash_of(files: &[(&str, &str)]) -> [u8; 32] {
    let sorted: BTreeMap<&str, &str> = files.iter().copied().collect();
    let mut hasher = blake3::Hasher::new_derive_key("daiban 2026 catalog");
    for (name, text) in sorted {
        for part in [name, text] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped;

    #[test]
    fn five_items_ship() {
        let codes: Vec<_> = shipped::catalog().iter().map(|item| item.code.clone()).collect();
        assert_eq!(codes, ["CL-MZ-05", "CL-SB-01", "CL-SB-10", "JB-04", "JB-08"]);
    }

    #[test]
    fn items_are_found_by_initials_and_name() {
        let catalog = shipped::catalog();
        let found =
            |typed: &str| catalog.search(typed).map(|i| i.code.as_str()).collect::<Vec<_>>();
        assert_eq!(found("cxjm"), ["CL-SB-01"]);
        assert_eq!(found("选址"), ["JB-04"]);
        assert_eq!(found("jb-0"), ["JB-04", "JB-08"]);
    }

    #[test]
    fn the_hash_names_the_content_not_the_order() {
        let mut files = shipped::CATALOG_FILES.to_vec();
        files.reverse();
        assert_eq!(Catalog::parse(&files).unwrap().hash(), shipped::catalog().hash());
    }

    #[test]
    fn all_faults_are_reported_with_their_lines() {
        let faults = |edit: fn(String) -> String| {
            let mut files: Vec<(&str, String)> = shipped::CATALOG_FILES
                .iter()
                .map(|(name, text)| (*name, (*text).to_owned()))
                .collect();
            let item = files.iter_mut().find(|(name, _)| *name == "CL-MZ-05.toml").unwrap();
            item.1 = edit(std::mem::take(&mut item.1));
            let borrowed: Vec<_> =
                files.iter().map(|(name, text)| (*name, text.as_str())).collect();
            Catalog::parse(&borrowed).unwrap_err()
        };
        let several = faults(|text| {
            text.replace("version = 1\n", "version = \"one\"\n")
                .replacen("ref = \"ID\"", "ref = \"IDX\"", 1)
                .replacen("organ = \"CL\"", "organ = \"QQ\"", 1)
                .replacen("unit = \"natural_days\"", "unit = \"moons\"", 1)
                .replacen("serves =", "servs =", 1)
        });
        let shown: Vec<_> = several.iter().map(|e| (e.line > 1, e.field.as_str())).collect();
        for field in
            ["version", "material[0].ref", "stage[2].organ", "stage[4].limit.unit", "servs"]
        {
            assert!(shown.contains(&(true, field)), "{field} is not in {several:#?}");
        }
        assert!(several.iter().all(|e| !e.problem.is_empty() && !e.remedy.is_empty()));
        let broken = faults(|text| text.replacen("name = ", "name ", 1));
        assert_eq!(
            (broken.len(), broken[0].file.as_str(), broken[0].line),
            (1, "CL-MZ-05.toml", 5)
        );
        let greedy =
            faults(|text| text.replace("promised = { value = 13", "promised = { value = 3"));
        assert!(greedy[0].problem.contains("13 working days"), "{greedy:?}");
    }
}
