//! The desk says no.

use serde::Serialize;

use crate::case::Quarantine;
use crate::check::FieldError;
use crate::fold::{Ignored, NextAct};
use crate::form::FieldChange;
use crate::words::{self, Said};

/// Why a command is refused, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{sentence}；{remedy}{}", listed(.fields))]
pub struct Refused {
    pub sentence: Said,
    pub remedy: Said,
    /// Every faulty field at once.
    pub fields: Vec<FieldError>,
    /// What changed since it was read.
    pub difference: Vec<FieldChange>,
}

fn listed(fields: &[FieldError]) -> String {
    fields.iter().map(|field| format!("\n  {field}")).collect()
}

impl Refused {
    pub(super) fn new(sentence: Said, remedy: Said) -> Self {
        Self { sentence, remedy, fields: Vec::new(), difference: Vec::new() }
    }

    pub(super) fn fields(fields: Vec<FieldError>) -> Self {
        let count = fields.len();
        Self { fields, ..Self::new(words::fields_faulty(count), words::mend_each_field()) }
    }

    pub(super) fn not_opened() -> Self {
        Self::new(words::not_opened(), words::wait_for_sync())
    }

    pub(super) fn unknown_item(code: &str, version: u32) -> Self {
        Self::new(words::unknown_item(code, version), words::wait_for_catalog())
    }

    pub(super) fn too_long(found: usize) -> Self {
        Self::new(words::text_too_long(found), words::shorten_or_attach())
    }

    pub(super) fn read_again(difference: Vec<FieldChange>) -> Self {
        Self { difference, ..Self::new(words::case_changed(), words::read_again()) }
    }

    pub(super) fn pin_missing() -> Self {
        Self::new(words::pin_missing(), words::act_with_pin())
    }

    pub(super) fn materials_on_their_way(keys: &[&str]) -> Self {
        Self::new(words::materials_on_their_way(&keys.join("、")), words::wait_for_materials())
    }

    pub(super) fn materials_missing(keys: &[String]) -> Self {
        Self::new(words::materials_missing(&keys.join("、")), words::attach_or_correct())
    }

    pub(super) fn by_fold(ignored: Ignored, next: &[NextAct]) -> Self {
        let turn = |act: &NextAct| {
            let who = match act.organ {
                Some(organ) => format!("{}/{organ}", act.office),
                None => act.office.to_string(),
            };
            Said::of_data(format!("{who} {}", act.words.zh), format!("{who} {}", act.verb))
        };
        let turns: Vec<_> = next.iter().map(turn).collect();
        let remedy = if next.is_empty() {
            words::case_ended()
        } else {
            words::possible_now(&Said::joined(&turns, ["；", "; "]))
        };
        Self::new(ignored.why, remedy)
    }
}

impl From<Quarantine> for Refused {
    fn from(quarantine: Quarantine) -> Self {
        Self::new(words::not_kept(&quarantine.to_string()), words::tell_operator())
    }
}
