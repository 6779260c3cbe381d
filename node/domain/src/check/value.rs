//! One value against the rules of its field.

use super::number::{CitizenId, IdFault, NumberFault, bank_card, mobile, uscc};
use super::{Entry, is_known_division};
use crate::calendar::Date;
use crate::catalog::{Field, FieldType};
use crate::form::{FieldValue, Fields};
use crate::words::{self, Said};

type Fault = (Said, Said);

/// What somebody meant: no blanks around, no spaces in numbers, X in capitals.
pub(super) fn tidy(field: Option<&Field>, value: &FieldValue) -> FieldValue {
    let (Some(text), Some(field)) = (value.as_str(), field) else { return value.clone() };
    let text = text.trim();
    let compact = || text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    match field.kind {
        FieldType::LongText => FieldValue::LongText(text.to_owned()),
        FieldType::Id18 | FieldType::Uscc => FieldValue::Text(compact().to_ascii_uppercase()),
        FieldType::Mobile | FieldType::Bankcard | FieldType::Division12 => {
            FieldValue::Text(compact())
        }
        FieldType::Int | FieldType::MoneyCent | FieldType::Percent => {
            text.parse().map_or_else(|_| FieldValue::Text(text.to_owned()), FieldValue::Int)
        }
        FieldType::Bool => {
            text.parse().map_or_else(|_| FieldValue::Text(text.to_owned()), FieldValue::Bool)
        }
        _ => FieldValue::Text(text.to_owned()),
    }
}

pub(super) fn from_json(field: Option<&Field>, json: &serde_json::Value) -> Option<FieldValue> {
    let is_long = field.is_some_and(|field| field.kind == FieldType::LongText);
    match json {
        serde_json::Value::String(text) if is_long => Some(FieldValue::LongText(text.clone())),
        serde_json::Value::String(text) => Some(FieldValue::Text(text.clone())),
        serde_json::Value::Bool(value) => Some(FieldValue::Bool(*value)),
        serde_json::Value::Number(number) => number.as_i64().map(FieldValue::Int),
        serde_json::Value::Null => Some(FieldValue::Text(String::new())),
        // Lists of persons travel as their JSON text: one value, so two edits show as a conflict.
        list => Some(FieldValue::Text(list.to_string())),
    }
}

pub(super) fn check(
    field: &Field,
    value: &FieldValue,
    fields: &Fields,
    entry: Entry<'_>,
) -> Result<(), Fault> {
    by_type(field, value, entry)?;
    let text = value.to_string();
    if text.chars().count() > field.max_chars {
        return Err((words::too_many_characters(field.max_chars), words::shorten()));
    }
    if let Some(pattern) = field.pattern.as_ref().filter(|pattern| !fits(pattern, &text)) {
        return Err((words::pattern_expected(pattern), words::compare_with_document()));
    }
    if let Some(other) =
        field.differs_from.as_ref().filter(|other| fields.get(*other) == Some(value))
    {
        return Err((words::same_as_other(other), words::name_different_persons()));
    }
    Ok(())
}

fn by_type(field: &Field, value: &FieldValue, entry: Entry<'_>) -> Result<(), Fault> {
    let text = value.as_str().unwrap_or_default();
    match field.kind {
        FieldType::Text | FieldType::LongText | FieldType::Address => check_prose(value),
        FieldType::Id18 => {
            CitizenId::parse(text, entry.today, entry.training).map(drop).map_err(id_fault)
        }
        FieldType::Uscc => uscc(text).map_err(|fault| number_fault(fault, words::uscc_shape())),
        FieldType::Mobile => {
            mobile(text).map_err(|fault| number_fault(fault, words::mobile_shape()))
        }
        FieldType::Bankcard => {
            bank_card(text).map_err(|fault| number_fault(fault, words::bank_card_shape()))
        }
        FieldType::Date => check_date(field, text, entry.today),
        FieldType::Int | FieldType::MoneyCent | FieldType::Percent => check_number(field, value),
        FieldType::Enum => check_choice(field, value),
        FieldType::Bool => match value {
            FieldValue::Bool(_) => Ok(()),
            _ => Err((words::yes_or_no_expected(), words::choose_one())),
        },
        FieldType::Division12 if is_known_division(entry.offices, text) => Ok(()),
        FieldType::Division12 => Err((words::division_unknown(), words::choose_village())),
        FieldType::PersonList => check_persons(text, entry),
    }
}

/// Any script, rare characters and middle dots included; control characters are not.
fn check_prose(value: &FieldValue) -> Result<(), Fault> {
    match value {
        FieldValue::Text(text) if text.chars().any(char::is_control) => {
            Err((words::control_characters(), words::type_instead()))
        }
        FieldValue::LongText(text)
            if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) =>
        {
            Err((words::control_characters(), words::type_instead()))
        }
        FieldValue::Text(_) | FieldValue::LongText(_) => Ok(()),
        FieldValue::Int(_) | FieldValue::Bool(_) => {
            Err((words::text_expected(), words::give_text()))
        }
    }
}

fn check_date(field: &Field, text: &str, today: Date) -> Result<(), Fault> {
    match text.parse::<Date>() {
        Err(_) => Err((words::no_such_day(), words::write_day_so())),
        Ok(date) if field.not_after_today && date > today => {
            Err((words::day_in_future(), words::check_date()))
        }
        Ok(_) => Ok(()),
    }
}

fn check_number(field: &Field, value: &FieldValue) -> Result<(), Fault> {
    let FieldValue::Int(number) = value else {
        return Err((words::whole_number_expected(), words::give_whole_number()));
    };
    let max = if field.kind == FieldType::Percent { field.max.or(Some(100)) } else { field.max };
    let (low, high) = (field.min.unwrap_or(i64::MIN), max.unwrap_or(i64::MAX));
    if (low..=high).contains(number) {
        return Ok(());
    }
    Err((words::number_out_of_range(low, high), words::check_number()))
}

fn check_choice(field: &Field, value: &FieldValue) -> Result<(), Fault> {
    if field.options.contains(&value.to_string()) {
        return Ok(());
    }
    Err((words::no_such_option(&field.options.join("、")), words::choose_from_list()))
}

fn check_persons(text: &str, entry: Entry<'_>) -> Result<(), Fault> {
    let shape = || Err((words::persons_expected(), words::enter_one_by_one()));
    let Ok(serde_json::Value::Array(persons)) = serde_json::from_str(text) else { return shape() };
    let mut seen = std::collections::BTreeSet::new();
    for person in &persons {
        let text_of = |key: &str| person.get(key).and_then(serde_json::Value::as_str).unwrap_or("");
        if text_of("name").trim().is_empty() {
            return shape();
        }
        let id = text_of("id").to_ascii_uppercase();
        if id.is_empty() {
            continue;
        }
        CitizenId::parse(&id, entry.today, entry.training).map_err(id_fault)?;
        if !seen.insert(id) {
            return Err((words::id_twice(), words::remove_repeated_person()));
        }
    }
    Ok(())
}

/// `9` a digit, `A` a capital letter, anything else itself.
fn fits(pattern: &str, text: &str) -> bool {
    let matches = |(wanted, found): (char, char)| match wanted {
        '9' => found.is_ascii_digit(),
        'A' => found.is_ascii_uppercase(),
        literal => found == literal,
    };
    pattern.chars().count() == text.chars().count()
        && pattern.chars().zip(text.chars()).all(matches)
}

fn id_fault(fault: IdFault) -> Fault {
    match fault {
        IdFault::Shape => (words::id_shape(), words::type_id_again()),
        IdFault::Birth => (words::id_birth(), words::check_digits_of_birth()),
        IdFault::Check => (words::id_check_digit(), words::compare_digits()),
        IdFault::Province => (words::id_province(), words::check_first_digits()),
        IdFault::Training => (words::id_of_training(), words::use_real_number()),
    }
}

fn number_fault(fault: NumberFault, shape: Said) -> Fault {
    match fault {
        NumberFault::Shape => (shape, words::compare_with_original()),
        NumberFault::Check => (words::number_check_digit(), words::compare_with_original()),
    }
}
