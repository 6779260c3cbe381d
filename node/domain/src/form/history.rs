//! What a form held when, and who wrote what.

use std::collections::{BTreeMap, BTreeSet};

use automerge::iter::MapRangeItem;
use automerge::{Automerge, ChangeHash, ObjId, ROOT, ReadDoc, ScalarValueRef, Value, ValueRef};
use daiban_sync::id::Millis;
use serde::Serialize;

use super::{ActorStem, FieldValue, Fields, Form, FormHead};

/// How a pinned state relates to what the form holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every change was seen.
    Whole,
    /// These fields have changed since, or nothing visible has (an empty list).
    Behind(Vec<FieldChange>),
    /// It names changes that are not here yet.
    Unknown,
}

/// One field before and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    pub field: String,
    pub before: Option<FieldValue>,
    pub now: Option<FieldValue>,
}

/// A field that people wrote at the same time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldConflict {
    pub field: String,
    pub versions: Vec<FieldVersion>,
}

/// One of several values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldVersion {
    pub value: FieldValue,
    /// Who wrote it; [`crate::case::Case::writer`] knows their office.
    #[serde(skip)]
    pub by: Option<ActorStem>,
    /// When, by the writer's clock, to the second.
    #[serde(skip)]
    pub at: Millis,
    pub change: Option<FormHead>,
}

impl Form {
    /// Whether the change is here.
    pub fn contains(&self, head: FormHead) -> bool {
        self.doc.get_change_meta_by_hash(&ChangeHash(head.0)).is_some()
    }

    /// Whether all these changes are here.
    pub fn contains_heads(&self, heads: &[FormHead]) -> bool {
        heads.iter().all(|head| self.contains(*head))
    }

    /// Bytes of the changes that those heads have not seen.
    pub fn changes_since(&self, heads: &[FormHead]) -> Vec<Vec<u8>> {
        let changes = self.doc.get_changes(&hashes(heads));
        changes.iter().map(|change| change.raw_bytes().to_vec()).collect()
    }

    /// The fields that differ between those heads and now.
    pub fn difference_since(&self, heads: &[FormHead]) -> Vec<FieldChange> {
        let before = self.fields_at(heads);
        let now = self.fields();
        let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        keys.into_iter()
            .filter(|key| before.get(*key) != now.get(*key))
            .map(|key| FieldChange {
                field: key.clone(),
                before: before.get(key).cloned(),
                now: now.get(key).cloned(),
            })
            .collect()
    }

    /// The values as those heads saw them.
    pub fn fields_at(&self, heads: &[FormHead]) -> Fields {
        fields_of(&self.doc, Some(&hashes(heads)))
    }

    /// The values as the first change gave them, if there are others since.
    pub fn fields_at_first(&self) -> Option<Fields> {
        if let [only] = self.doc.get_heads()[..]
            && self.doc.get_change_meta_by_hash(&only).is_some_and(|meta| meta.deps.is_empty())
        {
            return None;
        }
        let changes = self.doc.get_changes_meta(&[]);
        let begun = changes.iter().filter(|change| change.deps.is_empty());
        let first = begun.min_by_key(|change| (change.timestamp, change.hash));
        first.map(|first| self.fields_at(&[FormHead(first.hash.0)]))
    }

    /// Whether who read the form at `heads` has seen all of it.
    pub fn coverage(&self, heads: &[FormHead]) -> Coverage {
        if !self.contains_heads(heads) {
            return Coverage::Unknown;
        }
        if heads == self.heads() || self.doc.get_changes_meta(&hashes(heads)).is_empty() {
            return Coverage::Whole;
        }
        Coverage::Behind(self.difference_since(heads))
    }

    /// What these changes set, as their writers saw it; where several set a field, the last.
    pub fn set_by(&self, changes: &[FormHead]) -> Fields {
        let known = |head: &FormHead| self.doc.get_change_meta_by_hash(&ChangeHash(head.0));
        let mut changes: Vec<_> = changes.iter().filter_map(known).collect();
        changes.sort_by_key(|change| (change.max_op, change.hash));
        let mut set = Fields::new();
        for change in changes {
            let before = fields_of(&self.doc, Some(&change.deps));
            let after = fields_of(&self.doc, Some(&[change.hash])).into_iter();
            set.extend(after.filter(|(key, value)| before.get(key) != Some(value)));
        }
        set
    }

    /// Fields with more than one value, and who wrote which.
    pub fn conflicts(&self) -> Vec<FieldConflict> {
        let versions_of = |field: String| FieldConflict { versions: self.versions(&field), field };
        self.conflicting_keys().into_iter().map(versions_of).collect()
    }

    pub(super) fn conflicting_keys(&self) -> BTreeSet<String> {
        self.doc
            .map_range(ROOT, ..)
            .filter(|item| item.conflict)
            .map(|item| item.key.into_owned())
            .collect()
    }

    fn versions(&self, field: &str) -> Vec<FieldVersion> {
        let all = self.doc.get_all(ROOT, field).unwrap_or_default();
        all.into_iter()
            .filter_map(|(value, id)| {
                let value = value_at(&self.doc, &value, &id)?;
                let change = self.doc.hash_for_opid(&id);
                let meta = change.and_then(|hash| self.doc.get_change_meta_by_hash(&hash));
                Some(FieldVersion {
                    value,
                    by: meta.as_ref().and_then(|m| ActorStem::in_actor(m.actor.to_bytes())),
                    at: Millis(meta.map_or(0, |m| {
                        u64::try_from(m.timestamp).unwrap_or(0).saturating_mul(1_000)
                    })),
                    change: change.map(|hash| FormHead(hash.0)),
                })
            })
            .collect()
    }
}

pub(super) fn hashes(heads: &[FormHead]) -> Vec<ChangeHash> {
    heads.iter().map(|head| ChangeHash(head.0)).collect()
}

pub(super) fn fields_of(doc: &Automerge, heads: Option<&[ChangeHash]>) -> Fields {
    let read = |item: MapRangeItem<'_>| Some((item.key.to_string(), value_of(doc, heads, &item)?));
    match heads {
        None => doc.map_range(ROOT, ..).filter_map(read).collect(),
        Some(heads) => {
            doc.map_range_at(ROOT, .., heads).filter_map(read).collect::<BTreeMap<_, _>>()
        }
    }
}

pub(super) fn field_of(doc: &Automerge, key: &str) -> Option<FieldValue> {
    let (value, id) = doc.get(ROOT, key).ok()??;
    value_at(doc, &value, &id)
}

fn value_at(doc: &Automerge, value: &Value<'_>, id: &ObjId) -> Option<FieldValue> {
    match value {
        Value::Scalar(scalar) => scalar_value(scalar),
        Value::Object(_) => Some(FieldValue::LongText(doc.text(id).ok()?)),
    }
}

fn value_of(
    doc: &Automerge,
    heads: Option<&[ChangeHash]>,
    item: &MapRangeItem<'_>,
) -> Option<FieldValue> {
    match &item.value {
        ValueRef::Scalar(ScalarValueRef::Str(text)) => Some(FieldValue::Text(text.to_string())),
        ValueRef::Scalar(ScalarValueRef::Int(value)) => Some(FieldValue::Int(*value)),
        ValueRef::Scalar(ScalarValueRef::Boolean(value)) => Some(FieldValue::Bool(*value)),
        ValueRef::Scalar(_) => None,
        ValueRef::Object(_) => {
            let text = match heads {
                None => doc.text(item.id()),
                Some(heads) => doc.text_at(item.id(), heads),
            };
            text.ok().map(FieldValue::LongText)
        }
    }
}

fn scalar_value(scalar: &automerge::ScalarValue) -> Option<FieldValue> {
    match scalar {
        automerge::ScalarValue::Str(text) => Some(FieldValue::Text(text.to_string())),
        automerge::ScalarValue::Int(value) => Some(FieldValue::Int(*value)),
        automerge::ScalarValue::Boolean(value) => Some(FieldValue::Bool(*value)),
        _ => None,
    }
}
