//! Checks at entry: each error names the field, the fault and the remedy, in both languages.

mod number;
mod value;

use daiban_sync::id::OfficeCode;
use serde::{Deserialize, Serialize};

use crate::calendar::Date;
use crate::catalog::{Derive, Field, FieldType, Item};
use crate::form::{FieldValue, Fields};
use crate::office::OfficeTree;
use crate::words::{self, Said};
pub use number::{CitizenId, IdFault};
pub use number::{NumberFault, bank_card, mobile, uscc};
pub(crate) use number::{id_check, is_province};

/// What a check may know.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    pub offices: &'a OfficeTree,
    pub today: Date,
    /// Training: identities under the impossible province 99 are allowed.
    pub training: bool,
}

/// One field that cannot stand as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FieldError {
    pub field: String,
    pub label: String,
    pub fault: Said,
    pub remedy: Said,
}

impl std::fmt::Display for FieldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}；{}", self.label, self.field, self.fault, self.remedy)
    }
}

/// Cleans what was typed, fills in what can be derived, and checks every value that is given.
///
/// # Errors
/// Every faulty field at once.
pub fn tidy(item: &Item, given: &Fields, entry: Entry<'_>) -> Result<Fields, Vec<FieldError>> {
    let (fields, errors) = tidied(item, given, entry);
    if errors.is_empty() { Ok(fields) } else { Err(errors) }
}

/// As [`tidy`], and nothing that is required is empty.
///
/// # Errors
/// Every faulty and every missing field at once.
pub fn complete(item: &Item, given: &Fields, entry: Entry<'_>) -> Result<Fields, Vec<FieldError>> {
    let (fields, mut errors) = tidied(item, given, entry);
    let is_sound = errors.is_empty();
    // What is read out of a faulty number is missing because of that fault.
    let is_owed = |missing: &FieldError| {
        is_sound || item.field(&missing.field).is_some_and(|field| field.derived.is_none())
    };
    errors.extend(missing(item, &fields).into_iter().filter(is_owed));
    if errors.is_empty() { Ok(fields) } else { Err(errors) }
}

fn tidied(item: &Item, given: &Fields, entry: Entry<'_>) -> (Fields, Vec<FieldError>) {
    let mut fields: Fields = given
        .iter()
        .map(|(key, value)| (key.clone(), value::tidy(item.field(key), value)))
        .collect();
    let mut errors = Vec::new();
    for field in &item.fields {
        derive(field, &mut fields, &mut errors);
    }
    for field in &item.fields {
        let Some(found) = fields.get(&field.key).filter(|value| !value.is_blank()) else {
            continue;
        };
        if let Err((fault, remedy)) = value::check(field, found, &fields, entry) {
            errors.push(error(field, fault, remedy));
        }
    }
    (fields, errors)
}

/// Required fields that are empty.
pub fn missing(item: &Item, fields: &Fields) -> Vec<FieldError> {
    let empty = |field: &&Field| fields.get(&field.key).is_none_or(FieldValue::is_blank);
    let needed = |field: &&Field| {
        field.required
            || field.required_if.as_ref().is_some_and(|condition| condition.holds(fields))
    };
    let lacking = item.fields.iter().filter(needed).filter(empty);
    lacking
        .map(|field| error(field, words::field_empty(), words::fill_in(&field.label, &field.key)))
        .collect()
}

/// JSON to fields by the item's types; keys that the item does not know are kept.
///
/// # Errors
/// [`FieldError`] for each value that is no text, whole number or yes/no.
pub fn fields_from_json(
    item: &Item,
    json: &serde_json::Map<String, serde_json::Value>,
) -> Result<Fields, Vec<FieldError>> {
    let mut fields = Fields::new();
    let mut errors = Vec::new();
    for (key, found) in json {
        match value::from_json(item.field(key), found) {
            Some(value) => _ = fields.insert(key.clone(), value),
            None => errors.push(FieldError {
                field: key.clone(),
                label: item.field(key).map_or_else(|| key.clone(), |field| field.label.clone()),
                fault: words::value_of_no_kind(),
                remedy: words::amounts_in_cents(),
            }),
        }
    }
    if errors.is_empty() { Ok(fields) } else { Err(errors) }
}

fn derive(field: &Field, fields: &mut Fields, errors: &mut Vec<FieldError>) {
    let Some((what, from)) = &field.derived else { return };
    let Some(id) = fields.get(from).and_then(FieldValue::as_str).and_then(CitizenId::peek) else {
        return;
    };
    let derived = match what {
        Derive::Sex => id.sex().to_owned(),
        Derive::Birth => id.birth().to_string(),
    };
    match fields.get(&field.key).filter(|value| !value.is_blank()) {
        Some(given) if given.to_string() != derived => errors.push(error(
            field,
            words::contradicts_id(&derived),
            words::check_id_or_leave_empty(),
        )),
        Some(_) => {}
        None => _ = fields.insert(field.key.clone(), FieldValue::Text(derived)),
    }
}

fn error(field: &Field, fault: Said, remedy: Said) -> FieldError {
    FieldError { field: field.key.clone(), label: field.label.clone(), fault, remedy }
}

/// Whether the code names a place in the tree.
pub(crate) fn is_known_division(offices: &OfficeTree, text: &str) -> bool {
    text.parse::<OfficeCode>().is_ok_and(|code| offices.get(code).is_some())
}

/// Fields that hold people's numbers, for masking on screens.
pub fn is_sensitive(field: &Field) -> bool {
    matches!(field.kind, FieldType::Id18 | FieldType::Bankcard | FieldType::Mobile)
}
