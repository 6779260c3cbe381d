//! Records of `--from`: one JSON object, an array, or one object a line.

use std::collections::BTreeMap;
use std::path::PathBuf;

use daiban_domain::form::{FieldValue, Fields};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::unreadable;
use crate::exit::Done;

/// One application to be entered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) item: Option<String>,
    #[serde(default)]
    pub(super) version: Option<u32>,
    pub(super) fields: Map<String, Value>,
    /// Files by material; paths are relative to the folder of `--from`.
    #[serde(default)]
    pub(super) materials: BTreeMap<String, Files>,
    #[serde(default)]
    pub(super) submit: bool,
    /// Materials that were verified before.
    #[serde(default)]
    pub(super) reuse: Vec<String>,
    /// Why it is applied for once more.
    #[serde(default)]
    pub(super) again: Option<String>,
}

/// One file or several for one material.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Files {
    One(PathBuf),
    Several(Vec<PathBuf>),
}

/// Where a record stands, for messages.
pub(super) struct Placed {
    pub(super) place: String,
    pub(super) record: Done<Record>,
}

/// Reads all records. A line that is none is kept with its fault, and the others go on.
pub(super) fn read(text: &str, default_item: Option<&str>) -> Vec<Placed> {
    let text = text.trim_start_matches('\u{feff}');
    if let Ok(whole) = serde_json::from_str::<Value>(text) {
        return match whole {
            Value::Array(records) => (1..)
                .zip(records)
                .map(|(n, value)| placed(format!("第{n}条 record {n}"), Ok(value), default_item))
                .collect(),
            one => vec![placed("第1行 line 1".into(), Ok(one), default_item)],
        };
    }
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(n, line)| {
            let place = format!("第{n}行 line {n}");
            placed(place, serde_json::from_str(line), default_item)
        })
        .collect()
}

fn placed(place: String, value: serde_json::Result<Value>, default_item: Option<&str>) -> Placed {
    let record = value.and_then(|value| {
        let bare = default_item.is_some() && value.get("fields").is_none();
        match value {
            // A form by itself, when the item is named on the command line.
            Value::Object(fields) if bare => Ok(Record {
                item: None,
                version: None,
                fields,
                materials: BTreeMap::new(),
                submit: false,
                reuse: Vec::new(),
                again: None,
            }),
            other => serde_json::from_value(other),
        }
    });
    let record = record.map_err(unreadable).and_then(|mut record| {
        record.item = record.item.or_else(|| default_item.map(str::to_owned));
        if record.item.is_some() { Ok(record) } else { Err(unreadable("`item` is missing")) }
    });
    Placed { place, record }
}

/// JSON as people write it: texts, whole numbers, yes and no; lists travel as their JSON text.
pub(super) fn fields(json: Map<String, Value>) -> Done<Fields> {
    let mut fields = Fields::new();
    for (key, value) in json {
        let value = match value {
            Value::Null => continue,
            Value::Bool(value) => FieldValue::Bool(value),
            Value::String(text) => FieldValue::Text(text),
            Value::Number(number) => match number.as_i64() {
                Some(number) => FieldValue::Int(number),
                None => {
                    let why =
                        format!("{key}: expected a whole number (amounts in 分), got {number}");
                    return Err(unreadable(why));
                }
            },
            list => FieldValue::Text(list.to_string()),
        };
        fields.insert(key, value);
    }
    Ok(fields)
}

impl Files {
    pub(super) fn paths(&self) -> &[PathBuf] {
        match self {
            Self::One(path) => std::slice::from_ref(path),
            Self::Several(paths) => paths,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<(String, bool)> {
        read(text, None).into_iter().map(|p| (p.place, p.record.is_ok())).collect()
    }

    #[test]
    fn one_object_an_array_and_lines_are_records() {
        let one = r#"{"item":"A","fields":{"x":1}}"#;
        assert_eq!(places(one), [("第1行 line 1".into(), true)]);
        assert_eq!(places(&format!("[{one},{one}]"))[1].0, "第2条 record 2");
        assert_eq!(places(&format!("{one}\n\n{one}\n"))[1], ("第3行 line 3".into(), true));
    }

    #[test]
    fn a_faulty_line_is_named_and_the_others_go_on() {
        let found = places(
            "{\"item\":\"A\",\"fields\":{}}\n{oops\n{\"item\":\"A\",\"fields\":{},\"feilds\":1}\n{\"fields\":{}}",
        );
        assert_eq!(
            found.iter().map(|(_, ok)| *ok).collect::<Vec<_>>(),
            [true, false, false, false]
        );
        assert_eq!(found[1].0, "第2行 line 2");
    }

    #[test]
    fn a_form_by_itself_takes_the_item_of_the_command_line() {
        let records = read(r#"{"applyname":"王"}"#, Some("CL-SB-01"));
        let record = records[0].record.as_ref().unwrap();
        assert_eq!((record.item.as_deref(), record.fields.len()), (Some("CL-SB-01"), 1));
    }

    #[test]
    fn numbers_are_whole_and_lists_are_text() {
        let json = serde_json::json!({ "a": 1, "b": true, "c": null, "d": [{ "name": "王" }] });
        let read = fields(json.as_object().unwrap().clone()).unwrap();
        assert_eq!(read["a"], FieldValue::Int(1));
        assert_eq!(read["d"], FieldValue::Text(r#"[{"name":"王"}]"#.into()));
        assert!(!read.contains_key("c"));
        let fraction = serde_json::json!({ "a": 1.5 });
        assert!(fields(fraction.as_object().unwrap().clone()).is_err());
    }
}
