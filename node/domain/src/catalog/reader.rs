//! Reads TOML tables key by key and collects every fault with its line.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::de::{DeserializeOwned, value::StrDeserializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::CatalogError;
use super::fault::{self, Fault};

/// The faults of one file.
pub(super) struct Sink<'a> {
    file: &'a str,
    text: &'a str,
    errors: RefCell<Vec<CatalogError>>,
}

impl<'a> Sink<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, errors: RefCell::default() }
    }

    fn report(&self, at: usize, field: &str, fault: Fault) {
        let before = self.text.get(..at).unwrap_or(self.text);
        self.errors.borrow_mut().push(CatalogError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            field: field.to_owned(),
            problem: fault.problem,
            remedy: fault.remedy,
        });
    }

    pub(super) fn into_errors(self) -> Vec<CatalogError> {
        self.errors.into_inner()
    }

    /// The whole file as a table; `None` if it is no TOML.
    pub(super) fn document(&'a self) -> Option<Spanned<DeTable<'a>>> {
        DeTable::parse(self.text)
            .map_err(|e| {
                let at = e.span().map_or(0, |span| span.start);
                self.report(at, "(file)", fault::not_toml(e.message()));
            })
            .ok()
    }
}

/// One table, of which every key must be asked for.
pub(super) struct Table<'a> {
    sink: &'a Sink<'a>,
    path: String,
    at: usize,
    values: BTreeMap<&'a str, &'a Spanned<DeValue<'a>>>,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Table<'a> {
    pub(super) fn new(
        sink: &'a Sink<'a>,
        path: &str,
        span: Range<usize>,
        table: &'a DeTable<'a>,
    ) -> Self {
        let values = table.iter().map(|(key, value)| (key.get_ref().as_ref(), value)).collect();
        Self { sink, path: path.to_owned(), at: span.start, values, asked: RefCell::default() }
    }

    /// The same table once more, of which nothing has been asked for.
    pub(super) fn again(&self) -> Self {
        Self {
            sink: self.sink,
            path: self.path.clone(),
            at: self.at,
            values: self.values.clone(),
            asked: RefCell::default(),
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.values.keys().copied()
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Reports a fault at a key (or at the table, where the key is missing).
    pub(super) fn wrong(&self, key: &str, fault: Fault) {
        let at = self.values.get(key).map_or(self.at, |value| value.span().start);
        self.sink.report(at, &self.name(key), fault);
    }

    fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().insert(key);
        self.values.get(key).copied()
    }

    fn typed<T>(
        &self,
        key: &'static str,
        expected: [&str; 2],
        read: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let read = read(value.get_ref());
        if read.is_none() {
            self.wrong(key, fault::wrong_type(expected, &kind_of(value.get_ref())));
        }
        read
    }

    /// What an optional key holds; a fault with an example where it is missing.
    pub(super) fn needed<T>(
        &self,
        key: &'static str,
        example: &str,
        found: Option<T>,
    ) -> Option<T> {
        if found.is_none() && !self.has(key) {
            self.wrong(key, fault::missing(&format!("{key} = {example}")));
        }
        found
    }

    pub(super) fn opt_text(&self, key: &'static str) -> Option<String> {
        self.typed(key, ["引号中的文字", "text in quotes"], |value| {
            value.as_str().map(ToOwned::to_owned)
        })
    }

    pub(super) fn text(&self, key: &'static str) -> String {
        self.needed(key, "\"…\"", self.opt_text(key)).unwrap_or_default()
    }

    pub(super) fn opt_number<N: TryFrom<i64>>(&self, key: &'static str) -> Option<N> {
        self.typed(key, ["范围内的整数", "a whole number in range"], number)
    }

    pub(super) fn number<N: TryFrom<i64> + Default>(&self, key: &'static str) -> N {
        self.needed(key, "1", self.opt_number(key)).unwrap_or_default()
    }

    /// Two numbers, the first not greater than the second.
    pub(super) fn range(&self, key: &'static str) -> Option<(u8, u8)> {
        let expected = ["两个整数，先小后大", "two whole numbers, the smaller one first"];
        self.typed(key, expected, |value| {
            let numbers: Option<Vec<u8>> =
                value.as_array()?.iter().map(|v| number(v.get_ref())).collect();
            match numbers?[..] {
                [from, to] if from <= to => Some((from, to)),
                _ => None,
            }
        })
    }

    pub(super) fn flag(&self, key: &'static str, otherwise: bool) -> bool {
        self.typed(key, ["true 或 false", "true or false"], DeValue::as_bool).unwrap_or(otherwise)
    }

    pub(super) fn texts(&self, key: &'static str) -> Vec<String> {
        let read = |value: &DeValue<'_>| {
            value.as_array()?.iter().map(|v| v.get_ref().as_str().map(ToOwned::to_owned)).collect()
        };
        self.typed(key, ["文字的列表", "a list of texts"], read).unwrap_or_default()
    }

    /// One of the words that `T` knows, such as `working_days`.
    pub(super) fn word<T: DeserializeOwned>(&self, key: &'static str) -> Option<T> {
        self.as_word(key, &self.opt_text(key)?)
    }

    /// A list of such words.
    pub(super) fn words<T: DeserializeOwned>(&self, key: &'static str) -> Vec<T> {
        self.texts(key).iter().filter_map(|text| self.as_word(key, text)).collect()
    }

    fn as_word<T: DeserializeOwned>(&self, key: &'static str, text: &str) -> Option<T> {
        let read = T::deserialize(StrDeserializer::<Choices>::new(text));
        read.map_err(|Choices(known)| {
            self.wrong(key, fault::not_listed(text, known.iter().copied()));
        })
        .ok()
    }

    /// A text that parses, such as a date.
    pub(super) fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        key: &'static str,
        example: &str,
    ) -> Option<T> {
        let text = self.opt_text(key)?;
        let read = text.parse::<T>();
        read.map_err(|e| self.wrong(key, fault::unreadable(&text, &e.to_string(), example))).ok()
    }

    pub(super) fn table(&self, key: &'static str) -> Option<Table<'a>> {
        let table = self.typed(key, ["{ 键 = 值 }", "{ key = value }"], DeValue::as_table)?;
        let span = self.values.get(key)?.span();
        Some(Table::new(self.sink, &self.name(key), span, table))
    }

    /// A table under a name that the file chooses.
    pub(super) fn named(&self, key: &'a str) -> Option<Table<'a>> {
        let value = self.values.get(key)?;
        let Some(table) = value.get_ref().as_table() else {
            let expected = ["一个 [表]", "a [table]"];
            self.wrong(key, fault::wrong_type(expected, &kind_of(value.get_ref())));
            return None;
        };
        Some(Table::new(self.sink, &self.name(key), value.span(), table))
    }

    pub(super) fn tables(&self, key: &'static str) -> Vec<Table<'a>> {
        let expected = ["若干 [[表]]", "[[tables]]"];
        let Some(list) = self.typed(key, expected, DeValue::as_array) else { return Vec::new() };
        let each = |(at, entry): (usize, &'a Spanned<DeValue<'a>>)| {
            let Some(table) = entry.get_ref().as_table() else {
                self.wrong(key, fault::wrong_type(expected, &kind_of(entry.get_ref())));
                return None;
            };
            Some(Table::new(self.sink, &format!("{}[{at}]", self.name(key)), entry.span(), table))
        };
        list.iter().enumerate().filter_map(each).collect()
    }

    /// Reports keys that nobody asked for.
    pub(super) fn finish(self) {
        let asked = self.asked.borrow();
        for key in self.values.keys().filter(|key| !asked.contains(**key)) {
            self.wrong(key, fault::unknown_key(key, asked.iter().copied()));
        }
    }
}

fn number<N: TryFrom<i64>>(value: &DeValue<'_>) -> Option<N> {
    let integer = value.as_integer()?;
    N::try_from(i64::from_str_radix(integer.as_str(), integer.radix()).ok()?).ok()
}

fn kind_of(value: &DeValue<'_>) -> String {
    match value.as_str() {
        Some(text) => format!("{text:?}"),
        None => value.type_str().to_owned(),
    }
}

/// The words that would have been understood.
#[derive(Debug)]
struct Choices(&'static [&'static str]);

impl std::fmt::Display for Choices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

impl std::error::Error for Choices {}

impl serde::de::Error for Choices {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self(&[])
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(expected)
    }
}
