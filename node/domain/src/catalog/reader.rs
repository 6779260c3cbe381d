//! Reads TOML tables key by key and collects every fault with its line.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::CatalogError;

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

    pub(super) fn report(
        &self,
        at: usize,
        field: &str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let before = self.text.get(..at).unwrap_or(self.text);
        self.errors.borrow_mut().push(CatalogError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            field: field.to_owned(),
            problem: problem.into(),
            remedy: remedy.into(),
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
                self.report(at, "(file)", e.message(), "mend the TOML");
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
    pub(super) fn wrong(&self, key: &str, problem: impl Into<String>, remedy: impl Into<String>) {
        let at = self.values.get(key).map_or(self.at, |value| value.span().start);
        self.sink.report(at, &self.name(key), problem, remedy);
    }

    fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().insert(key);
        self.values.get(key).copied()
    }

    fn typed<T>(
        &self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let read = read(value.get_ref());
        if read.is_none() {
            self.wrong(
                key,
                format!("expected {expected}, got {}", kind_of(value.get_ref())),
                "write it as in the other items",
            );
        }
        read
    }

    pub(super) fn opt_text(&self, key: &'static str) -> Option<String> {
        self.typed(key, "text in quotes", |value| value.as_str().map(ToOwned::to_owned))
    }

    pub(super) fn text(&self, key: &'static str) -> String {
        if !self.has(key) {
            self.wrong(key, "it is missing", format!("add {key} = \"…\""));
        }
        self.opt_text(key).unwrap_or_default()
    }

    pub(super) fn opt_number<N: TryFrom<i64>>(&self, key: &'static str) -> Option<N> {
        self.typed(key, "a whole number in range", |value| {
            let integer = value.as_integer()?;
            N::try_from(i64::from_str_radix(integer.as_str(), integer.radix()).ok()?).ok()
        })
    }

    pub(super) fn number<N: TryFrom<i64> + Default>(&self, key: &'static str) -> N {
        if !self.has(key) {
            self.wrong(key, "it is missing", format!("add {key} = 1"));
        }
        self.opt_number(key).unwrap_or_default()
    }

    pub(super) fn flag(&self, key: &'static str, otherwise: bool) -> bool {
        self.typed(key, "true or false", DeValue::as_bool).unwrap_or(otherwise)
    }

    pub(super) fn texts(&self, key: &'static str) -> Vec<String> {
        let read = |value: &DeValue<'_>| {
            value.as_array()?.iter().map(|v| v.get_ref().as_str().map(ToOwned::to_owned)).collect()
        };
        self.typed(key, "a list of texts", read).unwrap_or_default()
    }

    /// One of the words that `T` deserializes from, such as `working_days`.
    pub(super) fn word<T: serde::de::DeserializeOwned>(&self, key: &'static str) -> Option<T> {
        let text = self.opt_text(key)?;
        self.parsed(
            key,
            serde_json::from_value(serde_json::Value::String(text)),
            "use one of the words above",
        )
    }

    /// A text that parses, such as a date or an organ.
    pub(super) fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        key: &'static str,
    ) -> Option<T> {
        let text = self.opt_text(key)?;
        self.parsed(key, text.parse(), "mend the value")
    }

    pub(super) fn parsed<T, E: std::fmt::Display>(
        &self,
        key: &str,
        result: Result<T, E>,
        remedy: &str,
    ) -> Option<T> {
        result.map_err(|e| self.wrong(key, e.to_string(), remedy)).ok()
    }

    pub(super) fn table(&self, key: &'static str) -> Option<Table<'a>> {
        let value = self.value(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(
                key,
                format!("expected a table, got {}", kind_of(value.get_ref())),
                "write { key = value }",
            );
            return None;
        };
        Some(Table::new(self.sink, &self.name(key), value.span(), table))
    }

    /// A table under a name that the file chooses.
    pub(super) fn named(&self, key: &'a str) -> Option<Table<'a>> {
        let value = self.values.get(key)?;
        let table = value.get_ref().as_table()?;
        Some(Table::new(self.sink, &self.name(key), value.span(), table))
    }

    pub(super) fn tables(&self, key: &'static str) -> Vec<Table<'a>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(list) = value.get_ref().as_array() else {
            self.wrong(
                key,
                format!("expected tables, got {}", kind_of(value.get_ref())),
                format!("write [[{key}]]"),
            );
            return Vec::new();
        };
        let each = |(at, entry): (usize, &'a Spanned<DeValue<'a>>)| {
            let table = entry.get_ref().as_table()?;
            Some(Table::new(self.sink, &format!("{}[{at}]", self.name(key)), entry.span(), table))
        };
        list.iter().enumerate().filter_map(each).collect()
    }

    /// Reports keys that nobody asked for.
    pub(super) fn finish(self) {
        let asked = self.asked.borrow();
        for key in self.values.keys().filter(|key| !asked.contains(**key)) {
            let known: Vec<_> = asked.iter().copied().collect();
            self.wrong(key, "unknown key", format!("known here: {}", known.join(", ")));
        }
    }
}

fn kind_of(value: &DeValue<'_>) -> String {
    match value.as_str() {
        Some(text) => format!("{text:?}"),
        None => value.type_str().to_owned(),
    }
}
