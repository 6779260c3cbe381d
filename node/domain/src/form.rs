//! The form 申请表 of a case: an Automerge document, flat, one key per field.
//!
//! Offline edits at village and town merge by field; where two people changed the same field both
//! values are kept and shown ([`Form::conflicts`]). Short values are scalars, long text is `Text`;
//! every container is created in the first change, because two nodes that create the same
//! container apart would hide one of them.

mod actor;
mod adopt;
pub mod guard;
mod history;
mod value;

use std::collections::BTreeMap;

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{
    ActorId, Automerge, AutomergeError, Change, ChangeHash, ObjType, ROOT, ReadDoc, ScalarValue,
    TextEncoding, hydrate,
};
use daiban_sync::id::Millis;

use crate::hexed::hex_id;
pub use actor::{ActorStem, actor_for, stem_of};
pub use adopt::{Adopted, FIELDS_MAX, FormRefused, VALUE_BYTES_MAX};
pub use history::{Coverage, FieldChange, FieldConflict, FieldVersion};
pub use value::{FieldValue, Fields};

hex_id!(
    /// The hash of a change: heads name a state of the form.
    FormHead, 32
);

/// Changes that wait for others.
pub const WAITING_MAX: usize = 64;
/// Bytes of all changes that wait.
pub const WAITING_BYTES_MAX: usize = 1 << 20;

/// The editable content of a case.
#[derive(Clone, Default)]
pub struct Form {
    doc: Automerge,
    waiting: BTreeMap<ChangeHash, Change>,
    late_refusals: Vec<(Vec<u8>, FormRefused)>,
}

/// A stored form that does not load.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("stored form: {problem}; rebuild the case from its entries")]
pub struct FormDamaged {
    problem: String,
}

impl Form {
    /// The first change of a form, with its bytes for the log.
    pub fn create(actor: &ActorId, fields: &Fields, at: Millis) -> (Self, Vec<u8>) {
        let mut form = Self::default();
        let start = initial(fields, form.doc.text_encoding());
        let change = form.commit(actor, at, |tx| tx.init_root_from_hydrate(&start));
        (form, change)
    }

    /// Changes fields; `None` when nothing changes. Choosing one of two values in conflict is a
    /// change even if it is the one that was shown.
    pub fn edit(&mut self, actor: &ActorId, fields: &Fields, at: Millis) -> Option<Vec<u8>> {
        let now = self.fields();
        let in_conflict = self.conflicting_keys();
        let differs = |key: &String, value: &FieldValue| match now.get(key) {
            None => !value.is_blank(),
            Some(old) => old.to_string() != value.to_string() || in_conflict.contains(key),
        };
        let mut todo = Vec::new();
        for (key, value) in fields.iter().filter(|(key, value)| differs(key, value)) {
            todo.push((key, value, self.existing(key)));
        }
        if todo.is_empty() {
            return None;
        }
        Some(self.commit(actor, at, |tx| {
            todo.into_iter().try_for_each(|(key, value, existing)| put(tx, key, value, existing))
        }))
    }

    /// The current values; of values in conflict, the one that every node picks alike.
    pub fn fields(&self) -> Fields {
        history::fields_of(&self.doc, None)
    }

    /// The current value of one field.
    pub fn field(&self, key: &str) -> Option<FieldValue> {
        history::field_of(&self.doc, key)
    }

    /// The current values as a JSON object.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self.fields()).expect("strings, numbers and booleans are JSON")
    }

    /// The bytes to store.
    pub fn save(&self) -> Vec<u8> {
        self.doc.save_nocompress()
    }

    /// What is waiting for changes that are not here yet, as change bytes.
    pub fn waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.waiting.values().map(Change::raw_bytes)
    }

    /// Which of them this author wrote.
    pub fn waiting_of(&self, author: ActorStem) -> Vec<FormHead> {
        let is_theirs =
            |change: &&Change| ActorStem::in_actor(change.actor_id().to_bytes()) == Some(author);
        let waiting = self.waiting.values().filter(is_theirs);
        waiting.map(|change| FormHead(change.hash().0)).collect()
    }

    /// Reads what [`Form::save`] wrote. The bytes are trusted: they come from this node's store.
    ///
    /// # Errors
    /// [`FormDamaged`] if they are not a form.
    pub fn load(bytes: &[u8]) -> Result<Self, FormDamaged> {
        let doc = Automerge::load(bytes).map_err(|e| FormDamaged { problem: e.to_string() })?;
        Ok(Self { doc, ..Self::default() })
    }

    /// Names of the newest changes, sorted.
    pub fn heads(&self) -> Vec<FormHead> {
        let mut heads: Vec<_> = self.doc.get_heads().into_iter().map(|h| FormHead(h.0)).collect();
        heads.sort_unstable();
        heads
    }

    /// Whether there is no change yet.
    pub fn is_empty(&self) -> bool {
        self.doc.get_heads().is_empty()
    }

    fn existing(&self, key: &str) -> Existing {
        match self.doc.get(ROOT, key) {
            Ok(Some((automerge::Value::Object(ObjType::Text), id))) => Existing::Text(id),
            _ => Existing::Scalar,
        }
    }

    fn commit(
        &mut self,
        actor: &ActorId,
        at: Millis,
        write: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>,
    ) -> Vec<u8> {
        self.doc.set_actor(actor.clone());
        let mut tx = self.doc.transaction();
        write(&mut tx).expect("scalars and text go into the root map of our own document");
        let seconds = i64::try_from(at.0 / 1_000).unwrap_or(i64::MAX);
        tx.commit_with(CommitOptions::default().with_time(seconds));
        let change = self.doc.get_last_local_change().map(|c| c.raw_bytes().to_vec());
        change.unwrap_or_default()
    }
}

/// The content of the first change, in one batch: three times as fast as key by key.
#[allow(clippy::disallowed_types, reason = "automerge asks for it and sorts what it writes")]
fn initial(fields: &Fields, encoding: TextEncoding) -> hydrate::Map {
    let value = |value: &FieldValue| match value {
        FieldValue::Bool(value) => ScalarValue::Boolean(*value).into(),
        FieldValue::Int(value) => (*value).into(),
        FieldValue::Text(text) => text.as_str().into(),
        FieldValue::LongText(text) => hydrate::Text::new(encoding, text).into(),
    };
    let values = fields.iter().map(|(key, field)| (key.as_str(), value(field)));
    values.collect::<std::collections::HashMap<&str, hydrate::Value>>().into()
}

/// What stands at a key before it is written.
enum Existing {
    /// Nothing or a scalar.
    Scalar,
    Text(automerge::ObjId),
}

fn put(
    tx: &mut Transaction<'_>,
    key: &str,
    value: &FieldValue,
    existing: Existing,
) -> Result<(), AutomergeError> {
    match (value, existing) {
        (FieldValue::LongText(text) | FieldValue::Text(text), Existing::Text(id)) => {
            tx.update_text(&id, text)
        }
        (FieldValue::LongText(text) | FieldValue::Text(text), _) => {
            tx.put(ROOT, key, text.as_str())
        }
        (FieldValue::Int(value), _) => tx.put(ROOT, key, *value),
        (FieldValue::Bool(value), _) => tx.put(ROOT, key, *value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::CaseId;
    use daiban_sync::id::{Incarnation, NodeKey};

    fn actor(node: u8) -> ActorId {
        actor_for(NodeKey([node; 32]), CaseId([7; 16]), Incarnation(1))
    }

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().map(|(key, text)| ((*key).to_owned(), FieldValue::from(*text))).collect()
    }

    fn adopt(form: &mut Form, node: u8, change: &[u8]) -> Result<Adopted, FormRefused> {
        form.adopt(change, stem_of(NodeKey([node; 32]), CaseId([7; 16])))
    }

    #[test]
    fn an_edit_that_changes_nothing_makes_no_change() {
        let (mut form, _) = Form::create(&actor(1), &fields(&[("applyname", "王秀兰")]), Millis(1));
        assert_eq!(
            form.edit(&actor(1), &fields(&[("applyname", "王秀兰"), ("new", "")]), Millis(2)),
            None
        );
        assert!(form.edit(&actor(1), &fields(&[("applyname", "王秀蘭")]), Millis(2)).is_some());
        assert_eq!(form.to_json()["applyname"], "王秀蘭");
    }

    #[test]
    fn two_values_for_one_field_are_both_shown_until_one_is_chosen() {
        let (mut village, first) =
            Form::create(&actor(1), &fields(&[("address", "一组")]), Millis(1));
        let mut town = Form::default();
        assert_eq!(adopt(&mut town, 1, &first), Ok(Adopted::Applied));
        let a = village.edit(&actor(1), &fields(&[("address", "二组")]), Millis(2_000)).unwrap();
        let b = town.edit(&actor(2), &fields(&[("address", "三组")]), Millis(3_000)).unwrap();
        adopt(&mut village, 2, &b).unwrap();
        adopt(&mut town, 1, &a).unwrap();
        assert_eq!((village.heads(), village.to_json()), (town.heads(), town.to_json()));
        let conflicts = village.conflicts();
        assert_eq!(conflicts.len(), 1);
        let shown: Vec<_> = conflicts[0].versions.iter().map(|v| v.value.to_string()).collect();
        assert_eq!((shown.contains(&"二组".into()), shown.contains(&"三组".into())), (true, true));
        let winner = village.fields()["address"].to_string();
        village.edit(&actor(1), &fields(&[("address", &winner)]), Millis(4_000)).unwrap();
        assert!(village.conflicts().is_empty());
    }

    #[test]
    fn long_text_merges_by_character() {
        let prose = |text: &str| Fields::from([("why".into(), FieldValue::LongText(text.into()))]);
        let (mut village, first) = Form::create(&actor(1), &prose("因病致贫"), Millis(1));
        let mut town = Form::default();
        adopt(&mut town, 1, &first).unwrap();
        let a = village.edit(&actor(1), &prose("因病因灾致贫"), Millis(2)).unwrap();
        let b = town.edit(&actor(2), &prose("因病致贫。属实"), Millis(3)).unwrap();
        adopt(&mut village, 2, &b).unwrap();
        adopt(&mut town, 1, &a).unwrap();
        assert_eq!(village.to_json()["why"], "因病因灾致贫。属实");
        assert_eq!(village.to_json(), town.to_json());
    }

    #[test]
    fn what_was_written_on_top_of_a_lost_change_is_known() {
        let (mut village, first) =
            Form::create(&actor(1), &fields(&[("address", "一组"), ("why", "病")]), Millis(1));
        let mut town = Form::default();
        adopt(&mut town, 1, &first).unwrap();
        let lost = town.edit(&actor(2), &fields(&[("address", "三组")]), Millis(2)).unwrap();
        adopt(&mut village, 2, &lost).unwrap();
        let mut edit = |text| {
            village.edit(&actor(1), &fields(&[("why", text), ("phone", "1")]), Millis(3)).unwrap()
        };
        let own = [edit("因病"), edit("因病致贫")];

        let mut without = Form::default();
        assert_eq!(adopt(&mut without, 1, &first), Ok(Adopted::Applied));
        assert!(own.iter().all(|own| adopt(&mut without, 1, own) == Ok(Adopted::Waiting)));
        let stem = |node| stem_of(NodeKey([node; 32]), CaseId([7; 16]));
        assert_eq!(without.waiting_of(stem(2)), []);
        let waiting = without.waiting_of(stem(1));
        let set = village.set_by(&waiting);
        assert_eq!(set, fields(&[("why", "因病致贫"), ("phone", "1")]));
    }

    #[test]
    fn a_stored_form_loads() {
        let (form, _) =
            Form::create(&actor(1), &fields(&[("applyname", "阿依古丽·买买提𬱖")]), Millis(1));
        let loaded = Form::load(&form.save()).unwrap();
        assert_eq!((loaded.heads(), loaded.fields()), (form.heads(), form.fields()));
        assert!(Form::load(b"nonsense").is_err());
    }
}
