//! The catalog 事项目录: one TOML file per item, made for people to maintain.

mod condition;
mod difference;
mod error;
mod fault;
mod field;
mod item;
mod material;
pub mod nearest;
mod parse;
mod reader;
mod rules;
mod stage;
mod terms;
mod validate;

use std::collections::BTreeMap;
use std::sync::Arc;

use pinyin::{Pinyin, ToPinyin as _};

use crate::calendar::Date;
pub use condition::Condition;
pub use difference::{Change, Is, Part, RuleChange};
pub use error::CatalogError;
pub use field::{Derive, Field, FieldType};
pub use item::{ANSWER_WITHIN, CaseType, Item, MEND_WITHIN};
pub use material::{Grade, MaterialNeed, MaterialRule, Paper};
pub use rules::need_of;
pub use stage::{Action, Join, Limit, Silence, Stage, Unit};
pub use terms::{BatchWindow, Delivery, Extension, Fee, PROCEDURES, Proxy};

/// The items of one publication, by code and version. A copy costs nothing until it is changed.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    items: Arc<BTreeMap<(String, u32), Item>>,
    hash: [u8; 32],
}

impl Catalog {
    /// Reads item files and the shared `_groups.toml` and `_materials.toml`.
    ///
    /// # Errors
    /// Every fault of every file at once.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, Vec<CatalogError>> {
        let items = parse::items(files)?;
        Ok(Self { items: Arc::new(items), hash: hash_of(files) })
    }

    /// Which publication this is: the same for the same files in any order.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// The version that a case pins.
    pub fn get(&self, code: &str, version: u32) -> Option<&Item> {
        self.items.get(&(code.to_owned(), version))
    }

    /// The version that new cases are opened under on this day: the newest in force.
    pub fn in_force(&self, code: &str, day: Date) -> Option<&Item> {
        self.versions(code).rev().find(|item| item.is_valid_on(day))
    }

    /// The newest version, in force or not.
    pub fn latest(&self, code: &str) -> Option<&Item> {
        self.versions(code).next_back()
    }

    fn versions(&self, code: &str) -> impl DoubleEndedIterator<Item = &Item> {
        let range = (code.to_owned(), 0)..=(code.to_owned(), u32::MAX);
        self.items.range(range).map(|(_, item)| item)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    /// Newest versions whose code, name, pinyin or pinyin initials contain what was typed.
    pub fn search<'a>(&'a self, typed: &str) -> impl Iterator<Item = &'a Item> {
        let typed = typed.to_lowercase();
        let (typed, sound) =
            (typed.trim().to_owned(), typed.split_whitespace().collect::<String>());
        self.items
            .values()
            .filter(move |item| {
                let says = |text: &String| text.to_lowercase().contains(&typed);
                [&item.code, &item.name, &item.initials].into_iter().any(says)
                    || spelled(&item.name).contains(&sound)
            })
            .filter(|item| {
                self.latest(&item.code).is_some_and(|latest| latest.version == item.version)
            })
    }

    /// These items and those of `newer`, which wins for equal code and version.
    #[must_use]
    pub fn with(mut self, newer: Self) -> Self {
        self.hash = *blake3::hash(&[self.hash, newer.hash].concat()).as_bytes();
        Arc::make_mut(&mut self.items).extend(Arc::unwrap_or_clone(newer.items));
        self
    }
}

/// A name in pinyin without tones; what has none is left out.
fn spelled(name: &str) -> String {
    name.to_pinyin().flatten().map(Pinyin::plain).collect()
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
    fn forty_items_ship_and_one_that_asks_elsewhere() {
        let catalog = shipped::catalog();
        let of = |field: &str| catalog.iter().filter(|item| item.code.starts_with(field)).count();
        assert_eq!(["CL-JS-", "CL-MZ-", "CL-SB-", "JB-"].map(of), [7, 11, 10, 12]);
        assert_eq!(catalog.iter().count(), 41);
        let elsewhere = catalog.iter().filter(|item| item.elsewhere);
        assert_eq!(elsewhere.map(|item| item.code.as_str()).collect::<Vec<_>>(), ["XC-01"]);
    }

    #[test]
    fn items_are_found_by_initials_and_name() {
        let catalog = shipped::catalog();
        let found =
            |typed: &str| catalog.search(typed).map(|i| i.code.as_str()).collect::<Vec<_>>();
        assert_eq!(found("cxjmjbylbx"), ["CL-SB-01", "CL-SB-05"]);
        assert_eq!(found("CXJMJBYLBXCBDJYDS"), ["CL-SB-05"]);
        assert_eq!(found("选址"), ["JB-04"]);
        assert_eq!(found("jb-1"), ["JB-10", "JB-11", "JB-12"]);
        assert_eq!(found("guer"), ["CL-MZ-08"]);
        assert_eq!(found(" Gu er shi shi"), ["CL-MZ-08"]);
    }

    #[test]
    fn the_hash_names_the_content_not_the_order() {
        let mut files = shipped::CATALOG_FILES.to_vec();
        files.reverse();
        assert_eq!(Catalog::parse(&files).unwrap().hash(), shipped::catalog().hash());
    }
}
