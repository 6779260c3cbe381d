//! Which forms ask for the same thing.

use crate::catalog::Item;
use crate::form::Fields;
use crate::hexed::hex_id;

hex_id!(
    /// What a request is looked up by: [`request_of`], blinded by the office's key.
    RequestId, 16
);

/// What two applications have in common that ask for the same: the item and its `dedupe_key`, or
/// all of the form where the item has no such key or the form leaves a part of it empty. The
/// version is no part of it. Holds citizen's data: blind it before it becomes a key.
pub fn request_of(item: &Item, fields: &Fields) -> Vec<u8> {
    let mut request = Vec::new();
    part(&mut request, &item.code);
    match dedupe_key(item, fields) {
        Some(values) => values.into_iter().for_each(|(key, value)| {
            part(&mut request, key);
            part(&mut request, &value);
        }),
        None => {
            for (key, value) in content(fields) {
                part(&mut request, key);
                part(&mut request, &value);
            }
        }
    }
    request
}

/// What the item says makes two applications the same; `None` if it says nothing, or the form leaves
/// a part of it empty.
pub fn dedupe_key<'a>(item: &'a Item, fields: &Fields) -> Option<Vec<(&'a str, String)>> {
    let keys = item.dedupe_key.iter().filter(|key| *key != "code");
    let said = |key: &String| fields.get(key).filter(|value| !value.is_blank());
    let key: Option<Vec<_>> =
        keys.map(|key| Some((key.as_str(), said(key)?.to_string()))).collect();
    key.filter(|values| !values.is_empty())
}

/// Whether both say the same; an empty field says nothing.
pub fn is_same_content(one: &Fields, other: &Fields) -> bool {
    content(one).eq(content(other))
}

/// The fields in which two forms differ.
pub fn differing<'a>(one: &'a Fields, other: &'a Fields) -> Vec<&'a str> {
    let said = |fields: &Fields, key: &str| {
        fields.get(key).filter(|value| !value.is_blank()).map(ToString::to_string)
    };
    let mut keys: Vec<&str> = one.keys().chain(other.keys()).map(String::as_str).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| said(one, key) != said(other, key));
    keys
}

fn content(fields: &Fields) -> impl Iterator<Item = (&str, String)> {
    let said = fields.iter().filter(|(_, value)| !value.is_blank());
    said.map(|(key, value)| (key.as_str(), value.to_string()))
}

/// Its length goes before it, so that no two lists of parts are written alike.
fn part(request: &mut Vec<u8>, text: &str) {
    request.extend((text.len() as u64).to_le_bytes());
    request.extend(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::FieldValue;
    use crate::shipped;

    fn form(fields: &[(&str, &str)]) -> Fields {
        fields.iter().map(|(key, value)| ((*key).to_owned(), FieldValue::from(*value))).collect()
    }

    #[test]
    fn the_dedupe_key_decides_and_without_it_the_whole_form() {
        let catalog = shipped::catalog();
        let item = catalog.latest("CL-SB-01").unwrap();
        let request = |fields: &[(&str, &str)]| request_of(item, &form(fields));
        let one = request(&[("apply_cardnumber", "1"), ("grade", "300")]);
        assert_eq!(one, request(&[("apply_cardnumber", "1"), ("grade", "500")]));
        assert_ne!(one, request(&[("apply_cardnumber", "2"), ("grade", "300")]));
        let keyless = request(&[("apply_cardnumber", " "), ("grade", "300")]);
        assert_eq!(keyless, request(&[("grade", "300"), ("remark", "")]));
        assert_ne!(keyless, request(&[("grade", "500")]));
    }

    #[test]
    fn an_empty_field_says_nothing_and_long_text_is_text() {
        let mut stored = form(&[("grade", "300")]);
        stored.insert("remark".into(), FieldValue::LongText(String::new()));
        assert!(is_same_content(&stored, &form(&[("grade", "300")])));
        assert_eq!(differing(&stored, &form(&[("grade", "500"), ("sex", "")])), ["grade"]);
    }

    #[test]
    fn no_two_lists_of_parts_are_written_alike() {
        let catalog = shipped::catalog();
        let item = catalog.latest("CL-JS-01").unwrap();
        assert_ne!(
            request_of(item, &form(&[("a", "bc"), ("d", "e")])),
            request_of(item, &form(&[("a", "b"), ("cd", "e")])),
        );
    }
}
