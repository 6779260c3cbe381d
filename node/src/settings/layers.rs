//! Puts the layers on top of each other and knows where each value came from.

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::error::Place;
use super::rules::{check_relations, rule_of};
use super::{Settings, SettingsError};

const ENVIRONMENT_PREFIX: &str = "DAIBAN_";
/// Between section and key: variables without it, such as `DAIBAN_DATA`, are not settings.
const ENVIRONMENT_SEPARATOR: &str = "__";

/// The values so far. Each new value is tried at once, so that an error knows its place.
pub(super) struct Layers {
    values: Table,
}

impl Layers {
    pub(super) fn new() -> Self {
        let values = Table::try_from(Settings::default()).expect(
            "settings hold only strings, numbers, booleans and lists, which TOML can write",
        );
        Self { values }
    }

    pub(super) fn file(&mut self, text: &str) -> Result<(), SettingsError> {
        let syntax = |error: toml::de::Error| SettingsError::Syntax {
            line: line_at(text, error.span().map_or(0, |span| span.start)),
            why: error.message().to_owned(),
        };
        let places = DeTable::parse(text).map_err(syntax)?;
        let values: Table = text.parse().map_err(syntax)?;
        for (section, content) in places.get_ref() {
            let line = line_at(text, section.span().start);
            let name = section.get_ref().as_ref();
            let DeValue::Table(keys) = content.get_ref() else {
                return Err(self.unknown(Place::Line(line), name));
            };
            if !self.values.contains_key(name) {
                return Err(self.unknown(Place::Line(line), name));
            }
            for key in keys.keys() {
                let place = Place::Line(line_at(text, key.span().start));
                let value = values[name][key.get_ref().as_ref()].clone();
                self.set(place, &format!("{name}.{}", key.get_ref()), value)?;
            }
        }
        Ok(())
    }

    pub(super) fn environment(
        &mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(), SettingsError> {
        for (name, text) in variables {
            let Some((section, key)) = name
                .strip_prefix(ENVIRONMENT_PREFIX)
                .and_then(|rest| rest.split_once(ENVIRONMENT_SEPARATOR))
            else {
                continue;
            };
            let key = format!("{section}.{key}").to_ascii_lowercase();
            self.set_text(Place::Environment(name), &key, &text)?;
        }
        Ok(())
    }

    pub(super) fn overrides(&mut self, flags: &[(String, String)]) -> Result<(), SettingsError> {
        flags.iter().try_for_each(|(key, text)| self.set_text(Place::Flag, key, text))
    }

    pub(super) fn finish(self) -> Result<Settings, SettingsError> {
        let settings: Settings =
            self.values.try_into().expect("every value was tried when it was set");
        check_relations(&settings)?;
        Ok(settings)
    }

    fn set_text(&mut self, place: Place, key: &str, text: &str) -> Result<(), SettingsError> {
        let old = self.current(key).ok_or_else(|| self.unknown(place.clone(), key))?;
        let value = read_as(old, text);
        self.set(place, key, value)
    }

    fn set(&mut self, place: Place, key: &str, value: Value) -> Result<(), SettingsError> {
        let old = self.current(key).ok_or_else(|| self.unknown(place.clone(), key))?;
        let refuse = |place: Place, expected: String, found: String| SettingsError::Value {
            place,
            key: key.to_owned(),
            expected,
            found,
        };
        if !old.same_type(&value) || !in_range(key, &value) {
            return Err(refuse(place, expectation(key, old), value.to_string()));
        }
        let expected = expectation(key, old);
        let shown = value.to_string();
        let mut tried = self.values.clone();
        let (section, name) = key.split_once('.').expect("`current` found this key in a section");
        tried[section][name] = value;
        match tried.clone().try_into::<Settings>() {
            Ok(_) => self.values = tried,
            Err(error) => {
                return Err(refuse(place, expected, format!("{shown}: {}", error.message())));
            }
        }
        Ok(())
    }

    fn current(&self, key: &str) -> Option<&Value> {
        let (section, name) = key.split_once('.')?;
        self.values.get(section)?.get(name)
    }

    fn unknown(&self, place: Place, key: &str) -> SettingsError {
        let sections = self.values.keys().cloned();
        let candidates: Vec<_> =
            if key.contains('.') { keys_of(&self.values) } else { sections.collect() };
        let nearest = candidates
            .into_iter()
            .min_by_key(|candidate| distance(candidate, key))
            .unwrap_or_default();
        SettingsError::UnknownKey { place, key: key.to_owned(), nearest }
    }
}

/// Every key as `section.key`.
pub(super) fn keys_of(values: &Table) -> Vec<String> {
    let sections = values.iter().filter_map(|(name, value)| Some((name, value.as_table()?)));
    sections.flat_map(|(name, keys)| keys.keys().map(move |key| format!("{name}.{key}"))).collect()
}

/// Text from outside the file, as the kind of value that is already there.
fn read_as(old: &Value, text: &str) -> Value {
    let as_text = || Value::String(text.to_owned());
    match old {
        Value::Integer(_) => text.parse().map_or_else(|_| as_text(), Value::Integer),
        Value::Boolean(_) => text.parse().map_or_else(|_| as_text(), Value::Boolean),
        Value::Array(_) => Value::Array(items_of(text).into_iter().map(Value::String).collect()),
        _ => as_text(),
    }
}

/// A list as people write it: `a, b`, or as it stands in the file: `["a", "b"]`.
pub fn items_of(text: &str) -> Vec<String> {
    let inside = text.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let items = inside.unwrap_or(text).split(',').map(|item| item.trim().trim_matches('"'));
    items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn in_range(key: &str, value: &Value) -> bool {
    match (rule_of(key), value.as_integer()) {
        (Some(rule), Some(number)) => {
            u64::try_from(number).is_ok_and(|n| (rule.min..=rule.max).contains(&n))
        }
        _ => true,
    }
}

fn expectation(key: &str, old: &Value) -> String {
    match (old, rule_of(key)) {
        (Value::Integer(_), Some(rule)) => {
            format!("a whole number from {} to {}", rule.min, rule.max)
        }
        (Value::Boolean(_), _) => "true or false".to_owned(),
        (Value::Array(_), _) => "a list of texts such as [\"town.example:3816\"]".to_owned(),
        _ => format!("a text such as {old}"),
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

/// The number of letters to insert, remove or change (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (i, b) in right.iter().enumerate() {
            let change = diagonal + usize::from(a != *b);
            diagonal = row[i + 1];
            row[i + 1] = change.min(row[i] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("keepalve_s", "keepalive_s"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abd"), 1);
    }
}
