//! What a case says, with numbers of people cut to their ends.

use std::sync::Arc;

use daiban_domain::act::{ActKind, BlobRef};
use daiban_domain::catalog::{FieldType, Item};
use daiban_domain::form::FieldValue;
use daiban_domain::words::Said;
use serde_json::Value;

use crate::replica::CaseView;
use crate::web::lang::Lang;
use crate::web::show;

/// A case with the version of its item that it pins, once that is here.
pub(in crate::web) struct Found {
    pub(in crate::web) view: Box<CaseView>,
    pub(in crate::web) item: Option<Arc<Item>>,
}

/// A case as it is told; `whole` for a reason that stands in the audit.
#[derive(Clone, Copy)]
pub(in crate::web) struct Masked<'a> {
    pub(super) view: &'a CaseView,
    pub(super) item: Option<&'a Item>,
    pub(super) whole: bool,
}

impl<'a> Masked<'a> {
    pub(in crate::web) fn of(found: &'a Found, whole: bool) -> Self {
        Self { view: &found.view, item: found.item.as_deref(), whole }
    }

    /// What the form says, in the order of the item; what the item does not know comes last.
    pub(in crate::web) fn filled(self) -> Vec<(&'a str, &'a Value)> {
        let fields = self.view.form.as_object().into_iter().flatten();
        let filled = fields.map(|(key, value)| (key.as_str(), value));
        let is_blank = |value: &Value| value.is_null() || value.as_str() == Some("");
        let mut filled: Vec<_> = filled.filter(|(_, value)| !is_blank(value)).collect();
        let place = |key: &str| self.item.and_then(|i| i.fields.iter().position(|f| f.key == key));
        filled.sort_by_key(|(key, _)| place(key).unwrap_or(usize::MAX));
        filled
    }

    /// A value as pages show it.
    pub(super) fn text(self, key: &str, text: &str) -> String {
        show::value(self.item.and_then(|item| item.field(key)), text, self.whole)
    }

    /// A value as it is stored, unless it has to be masked.
    pub(in crate::web) fn value(self, key: &str, value: &Value) -> Value {
        let field = self.item.and_then(|item| item.field(key));
        let text = plain(value);
        let shown = match field.is_some_and(|field| field.kind == FieldType::MoneyCent) {
            true => text.clone(),
            false => show::value(field, &text, self.whole),
        };
        if shown == text { value.clone() } else { shown.into() }
    }

    /// What an act says beyond its kind; of a file, which material it is.
    pub(in crate::web) fn said_by(self, kind: &ActKind) -> Said {
        match kind {
            ActKind::MaterialAttached { key, .. } | ActKind::MaterialReused { key, .. } => {
                let label = self.view.labels.get(key).unwrap_or(key).as_str();
                Said::of_data(label, label)
            }
            _ => {
                let said = |lang| show::value(None, &show::said_by(lang, kind), self.whole);
                Said::of_data(said(Lang::Zh), said(Lang::En))
            }
        }
    }
}

/// A value as text.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl CaseView {
    /// The file of a material.
    pub(in crate::web) fn file(&self, blob: &str) -> Option<&BlobRef> {
        let materials = self.state.iter().flat_map(|state| &state.materials);
        materials.map(|material| &material.blob).find(|held| held.id.to_string() == blob)
    }

    /// One of several values that were written at the same time.
    pub(in crate::web) fn version_of(&self, field: &str, at: usize) -> Option<FieldValue> {
        let conflicts = self.state.iter().flat_map(|state| &state.conflicts);
        let mut conflicts = conflicts.filter(|conflict| conflict.field == field);
        conflicts.find_map(|conflict| conflict.versions.get(at)).map(|found| found.value.clone())
    }
}
