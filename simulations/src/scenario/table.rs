//! Reads a TOML table key by key; a fault knows its line.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ScenarioError, ScenarioFault, remedy};
use super::span;

pub(super) type Read<T> = Result<T, ScenarioError>;

/// A table in which every key is known.
pub(super) struct Table<'a> {
    text: &'a str,
    path: String,
    at: usize,
    content: &'a DeTable<'a>,
}

/// The whole file.
pub(super) fn document(text: &str) -> Read<Spanned<DeTable<'_>>> {
    DeTable::parse(text).map_err(|error| {
        let fault = ScenarioFault::Syntax { why: error.message().to_owned() };
        fault_at(text, error.span().map_or(0, |span| span.start), fault)
    })
}

impl<'a> Table<'a> {
    /// # Errors
    /// A key that is not among `keys`.
    pub(super) fn new(
        text: &'a str,
        path: &str,
        span: Range<usize>,
        content: &'a DeTable<'a>,
        keys: &[&'static str],
    ) -> Read<Self> {
        let table = Self { text, path: path.to_owned(), at: span.start, content };
        match content.keys().find(|key| !keys.contains(&key.get_ref().as_ref())) {
            None => Ok(table),
            Some(unknown) => {
                let word = unknown.get_ref();
                let fault = ScenarioFault::UnknownKey {
                    key: table.name(word),
                    remedy: remedy(word, keys.iter().copied()),
                };
                Err(fault_at(text, unknown.span().start, fault))
            }
        }
    }

    pub(super) fn text(&self, key: &str) -> Read<Option<String>> {
        self.typed(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn text_or(&self, key: &str, default: &str) -> Read<String> {
        Ok(self.text(key)?.unwrap_or_else(|| default.to_owned()))
    }

    pub(super) fn texts(&self, key: &str) -> Read<Option<Vec<String>>> {
        self.typed(key, "a list of texts", |value| {
            let items = value.as_array()?.iter();
            items.map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
        })
    }

    pub(super) fn flag_or(&self, key: &str, default: bool) -> Read<bool> {
        Ok(self.typed(key, "true or false", DeValue::as_bool)?.unwrap_or(default))
    }

    /// A whole number within `range`.
    pub(super) fn whole(&self, key: &str, range: Range<u64>) -> Read<Option<u64>> {
        let expected = format!("a whole number from {} to {}", range.start, range.end - 1);
        self.typed(key, &expected, |value| integer(value).filter(|number| range.contains(number)))
    }

    /// A list of whole numbers.
    pub(super) fn wholes(&self, key: &str) -> Read<Option<Vec<u64>>> {
        self.typed(key, "a list of whole numbers", |value| {
            value.as_array()?.iter().map(|item| integer(item.get_ref())).collect()
        })
    }

    /// A number that is not negative.
    pub(super) fn number_or(&self, key: &str, default: f64) -> Read<f64> {
        let read = self.typed(key, "a number of 0 or more", |value| {
            let number = match value {
                DeValue::Float(float) => float.as_str().parse().ok(),
                other => integer(other).and_then(|whole| u32::try_from(whole).ok()).map(f64::from),
            };
            number.filter(|number: &f64| *number >= 0.0 && number.is_finite())
        });
        Ok(read?.unwrap_or(default))
    }

    /// Milliseconds.
    pub(super) fn span(&self, key: &str) -> Read<Option<u64>> {
        self.typed(key, span::EXPECTED, |value| span::parse(value.as_str()?))
    }

    pub(super) fn span_or(&self, key: &str, default: u64) -> Read<u64> {
        Ok(self.span(key)?.unwrap_or(default))
    }

    /// Milliseconds, perhaps negative.
    pub(super) fn signed_span(&self, key: &str) -> Read<Option<i64>> {
        let expected = format!("{}, or \"-3d\"", span::EXPECTED);
        self.typed(key, &expected, |value| span::parse_signed(value.as_str()?))
    }

    /// One of the words.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Read<Option<T>> {
        let Some(word) = self.text(key)? else { return Ok(None) };
        match words.iter().find(|(known, _)| *known == word) {
            Some((_, meaning)) => Ok(Some(*meaning)),
            None => Err(self.wrong(key, remedy(&word, words.iter().map(|(known, _)| *known)))),
        }
    }

    /// What `read` makes of a text.
    pub(super) fn parsed<T>(
        &self,
        key: &str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Read<Option<T>> {
        self.typed(key, expected, |value| read(value.as_str()?))
    }

    pub(super) fn required<T>(&self, key: &str, expected: &str, read: Option<T>) -> Read<T> {
        read.ok_or_else(|| {
            let (key, expected) = (self.name(key), expected.to_owned());
            fault_at(self.text, self.at, ScenarioFault::Missing { key, expected })
        })
    }

    /// A table below this one, empty if it is not there.
    pub(super) fn table(&self, key: &str, keys: &[&'static str]) -> Read<Option<Self>> {
        let found = self.typed(key, "a table", DeValue::as_table)?;
        let at = self.content.get(key).map_or(self.at..self.at, Spanned::span);
        found.map(|content| Self::new(self.text, &self.name(key), at, content, keys)).transpose()
    }

    /// The tables of a list.
    pub(super) fn tables(&self, key: &str, keys: &[&'static str]) -> Read<Vec<Self>> {
        let Some(list) = self.typed(key, "tables", DeValue::as_array)? else {
            return Ok(Vec::new());
        };
        let read = |item: &'a Spanned<DeValue<'a>>| {
            let content = item.get_ref().as_table().ok_or_else(|| self.wrong(key, "tables"))?;
            Self::new(self.text, &self.name(key), item.span(), content, keys)
        };
        list.iter().map(read).collect()
    }

    /// A fault of what stands at a key.
    pub(super) fn wrong(&self, key: &str, expected: impl Into<String>) -> ScenarioError {
        let value = self.content.get(key);
        let at = value.map_or(self.at, |value| value.span().start);
        let found = value.map_or_else(|| "nothing".to_owned(), |value| shown(value.get_ref()));
        let fault = ScenarioFault::Value { key: self.name(key), expected: expected.into(), found };
        fault_at(self.text, at, fault)
    }

    fn typed<T>(
        &self,
        key: &str,
        expected: &str,
        read: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Read<Option<T>> {
        let Some(value) = self.content.get(key) else { return Ok(None) };
        match read(value.get_ref()) {
            None => Err(self.wrong(key, expected)),
            some => Ok(some),
        }
    }

    fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

fn integer(value: &DeValue<'_>) -> Option<u64> {
    value.as_integer().and_then(|number| number.as_str().parse().ok())
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        other => format!("a {}", other.type_str()),
    }
}

fn fault_at(text: &str, at: usize, fault: ScenarioFault) -> ScenarioError {
    let line = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    ScenarioError { line, fault }
}
