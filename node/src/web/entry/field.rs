//! One field of a form: its input, and what was typed into it.

use daiban_domain::catalog::{Field, FieldType};
use daiban_domain::check::FieldError;
use daiban_domain::form::FieldValue;
use daiban_domain::words;
use daiban_sync::id::{OfficeCode, Tier};
use maud::{Markup, html};

use crate::web::frame::Frame;
use crate::web::show;

/// More choices than fit on the screen become a list that opens.
const CHOICES_MAX: usize = 6;

/// Label, help, fault and input.
pub(super) fn input(
    frame: &Frame<'_>,
    field: &Field,
    value: Option<&FieldValue>,
    fault: Option<&FieldError>,
) -> Markup {
    let key = &field.key;
    let choices = choices(frame, field);
    let asks_by_radio = !choices.is_empty() && choices.len() <= CHOICES_MAX;
    let text = value.map_or_else(String::new, |value| shown(field, value));
    let hints = html! {
        @if !field.help.is_empty() { p.hint id={ (key) "-help" } { (field.help) } }
        @if field.derived.is_some() { p.hint { (frame.say(&words::field_derived())) } }
        @if let Some(fault) = fault {
            p.fault id={ (key) "-fault" } { (frame.say(&fault.fault)) "；" (frame.say(&fault.remedy)) }
        }
    };
    let optional = (!field.required).then(|| frame.say(&words::field_optional()));
    let title = html! {
        (show::label(field)) @if let Some(optional) = &optional { " " span.hint { (optional) } }
    };
    if asks_by_radio {
        return html! {
            fieldset id=(key) aria-describedby=[fault.map(|_| format!("{key}-fault"))] {
                legend { (title) }
                (hints)
                @for (at, (value, words)) in choices.iter().enumerate() {
                    span.option {
                        input id={ (key) "-" (at) } type="radio" name=(key) value=(value) checked[*value == text];
                        label for={ (key) "-" (at) } { (words) }
                    }
                }
            }
        };
    }
    html! {
        label for=(key) { (title) }
        (hints)
        (control(frame, field, (&text, &choices), fault.is_some()))
    }
}

/// An office by its code: this one unless another is named, with those around it to choose from.
fn division(
    frame: &Frame<'_>,
    field: &Field,
    text: &str,
    (invalid, described): (Option<&str>, Option<String>),
) -> Markup {
    let (key, web) = (&field.key, frame.web);
    let own = web.office.to_string();
    let text = if text.is_empty() && field.required { &own } else { text };
    let around = match web.office.tier() {
        Tier::Village => web.office.parent().unwrap_or(web.office),
        _ => web.office,
    };
    let is_near = |code: OfficeCode| code == around || code.parent() == Some(around);
    let offices = web.offices.iter().filter(|office| is_near(office.code));
    html! {
        input id=(key) name=(key) type="text" inputmode="numeric" value=(text) autocomplete="off"
            list={ (key) "-places" } aria-invalid=[invalid] aria-describedby=[described];
        p.hint { (web.place(text)) }
        datalist id={ (key) "-places" } {
            @for office in offices { option value=(office.code) { (office.name) } }
        }
    }
}

fn control(
    frame: &Frame<'_>,
    field: &Field,
    (text, choices): (&str, &[(String, String)]),
    is_faulty: bool,
) -> Markup {
    let key = &field.key;
    let invalid = is_faulty.then_some("true");
    let described = is_faulty.then(|| format!("{key}-fault"));
    if !choices.is_empty() {
        return html! {
            select id=(key) name=(key) aria-invalid=[invalid] aria-describedby=[described] {
                option value="" {}
                @for (value, words) in choices {
                    option value=(value) selected[value == text] { (words) }
                }
            }
        };
    }
    if matches!(field.kind, FieldType::LongText | FieldType::PersonList) {
        return html! {
            textarea id=(key) name=(key) rows="4" aria-invalid=[invalid] aria-describedby=[described] { (text) }
        };
    }
    if field.kind == FieldType::Division12 {
        return division(frame, field, text, (invalid, described));
    }
    let (kind, mode) = match field.kind {
        FieldType::Date => ("date", None),
        FieldType::Mobile => ("tel", None),
        FieldType::Int | FieldType::Percent | FieldType::Bankcard => ("text", Some("numeric")),
        FieldType::MoneyCent => ("text", Some("decimal")),
        _ => ("text", None),
    };
    html! {
        input id=(key) name=(key) type=(kind) inputmode=[mode] value=(text) autocomplete="off"
            readonly[field.derived.is_some()] aria-invalid=[invalid] aria-describedby=[described];
    }
}

fn choices(frame: &Frame<'_>, field: &Field) -> Vec<(String, String)> {
    match field.kind {
        FieldType::Enum => field.options.iter().map(|o| (o.clone(), o.clone())).collect(),
        FieldType::Bool => vec![
            ("true".to_owned(), frame.say(&words::yes())),
            ("false".to_owned(), frame.say(&words::no())),
        ],
        _ => Vec::new(),
    }
}

/// A value as it is typed: amounts in yuan, persons a line each.
fn shown(field: &Field, value: &FieldValue) -> String {
    let text = value.to_string();
    match field.kind {
        FieldType::MoneyCent => show::yuan(&text),
        FieldType::PersonList => persons_shown(&text).unwrap_or(text),
        _ => text,
    }
}

/// What was typed, as the form holds it. What cannot be read stays as it is, for the check to name.
pub(super) fn typed(field: &Field, text: &str) -> FieldValue {
    let text = text.replace("\r\n", "\n");
    match field.kind {
        FieldType::MoneyCent => {
            let cents = show::cents(&text).ok().flatten();
            cents.map_or(FieldValue::Text(text), FieldValue::Int)
        }
        FieldType::LongText => FieldValue::LongText(text),
        FieldType::PersonList => FieldValue::Text(persons_typed(&text)),
        _ => FieldValue::Text(text),
    }
}

/// `姓名 证件号码 关系`, a line each.
fn persons_typed(text: &str) -> String {
    if text.trim().is_empty() || text.trim_start().starts_with('[') {
        return text.to_owned();
    }
    let person = |line: &str| {
        let mut words = line.split_whitespace();
        let mut person = serde_json::Map::new();
        for key in ["name", "id", "relation"] {
            if let Some(word) = words.next() {
                person.insert(key.into(), word.into());
            }
        }
        serde_json::Value::Object(person)
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    serde_json::Value::Array(lines.map(person).collect()).to_string()
}

/// `None` for a list that says more than these pages can show on a line.
fn persons_shown(json: &str) -> Option<String> {
    let persons: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_str(json).ok()?;
    let line = |person: &serde_json::Map<String, serde_json::Value>| {
        let word = |key: &str| person.get(key).and_then(|word| word.as_str()).map(str::to_owned);
        let words: Vec<_> = ["name", "id", "relation"].into_iter().filter_map(word).collect();
        (words.len() == person.len()).then(|| words.join(" "))
    };
    persons.iter().map(line).collect::<Option<Vec<_>>>().map(|lines| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_are_a_line_each() {
        let json =
            persons_typed("阿卜杜拉·买买提 99038219900101123X 配偶\n\n李四 990382201501011237\n");
        assert_eq!(
            persons_shown(&json).unwrap(),
            "阿卜杜拉·买买提 99038219900101123X 配偶\n李四 990382201501011237"
        );
        assert_eq!(persons_shown(r#"[{"name":"李四","income_cent":3}]"#), None);
    }
}
