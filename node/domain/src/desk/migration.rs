//! 换版: what a draft would be under a newer version of its item.

use serde::Serialize;

use super::entry::missing_material;
use super::{Desk, Refused};
use crate::calendar::Date;
use crate::case::Case;
use crate::catalog::{Change, Item};
use crate::check::{self, Entry, FieldError};
use crate::fold::{CaseState, Status};
use crate::form::{FieldValue, Fields};
use crate::words;

/// The differences, and what they mean for what the draft holds. Nothing is lost by going over.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Migration {
    pub item: String,
    pub name: String,
    pub from: u32,
    pub to: u32,
    pub changes: Vec<Change>,
    /// Values that do not fit the newer rules: they stay until somebody mends them.
    pub unfit: Vec<FieldError>,
    /// What the newer rules ask for and the draft does not have yet, fields and materials.
    pub lacking: Vec<FieldError>,
    /// Values that nobody asks for any more: they stay readable.
    pub kept: Vec<Kept>,
}

/// The value of a field that the newer version does not have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kept {
    pub field: String,
    pub label: String,
    pub value: FieldValue,
}

impl<'a> Desk<'a> {
    /// The newer version that a draft may go over to on this day.
    pub fn newer(&self, case: &Case, day: Date) -> Option<&'a Item> {
        let state = self.state_of(case).ok()?;
        let item = self.item_of(case).ok().filter(|_| state.status == Status::Draft)?;
        self.newer_than(item, day, case)
    }

    /// What going over would mean; nothing is done.
    ///
    /// # Errors
    /// [`Refused`] if the case is no draft, or no newer version is in force.
    pub fn migration(&self, case: &Case, day: Date) -> Result<Migration, Refused> {
        let (state, item) = (self.state_of(case)?, self.item_of(case)?);
        if state.status != Status::Draft {
            let why = match state.times.received {
                Some(_) => words::keeps_its_version(item.version),
                None => words::only_drafts_migrate(),
            };
            return Err(Refused::new(why, words::nothing_to_do()));
        }
        let newer = self.newer_than(item, day, case).ok_or_else(|| {
            Refused::new(words::no_newer_version(item.version), words::nothing_to_do())
        })?;
        let fields = case.form().fields();
        let entry = Entry { offices: self.offices, today: day, training: self.training };
        Ok(Migration {
            item: item.code.clone(),
            name: newer.name.clone(),
            from: item.version,
            to: newer.version,
            changes: item.difference(newer),
            unfit: check::tidy(newer, &fields, entry).err().unwrap_or_default(),
            lacking: lacking(newer, &fields, &state),
            kept: kept(item, newer, &fields),
        })
    }

    /// Who hands in a draft hands it in by the rules in force.
    pub(super) fn check_current(&self, case: &Case, item: &Item, day: Date) -> Result<(), Refused> {
        let Some(newer) = self.newer_than(item, day, case) else { return Ok(()) };
        let replaced = words::rules_replaced(&item.name, item.version, newer.version);
        Err(Refused::new(replaced, words::migrate_first()))
    }

    fn newer_than(&self, item: &Item, day: Date, case: &Case) -> Option<&'a Item> {
        let newest = self.catalog.in_force(&item.code, day)?;
        let fits = newest.version > item.version
            && newest.is_offered_at(case.of.origin)
            && newest.elsewhere == item.elsewhere;
        fits.then_some(newest)
    }
}

fn lacking(newer: &Item, fields: &Fields, state: &CaseState) -> Vec<FieldError> {
    let held = |key: &str| state.materials.iter().any(|material| material.key == key);
    let owed = newer.materials.iter().filter(|rule| rule.is_owed(fields, |_| false));
    let owed = owed.filter(|rule| !held(&rule.key)).map(|rule| missing_material(newer, &rule.key));
    check::missing(newer, fields).into_iter().chain(owed).collect()
}

fn kept(item: &Item, newer: &Item, fields: &Fields) -> Vec<Kept> {
    let gone = item.fields.iter().filter(|field| newer.field(&field.key).is_none());
    let kept = gone.filter_map(|field| {
        let value = fields.get(&field.key).filter(|value| !value.is_blank())?;
        Some(Kept { field: field.key.clone(), label: field.label.clone(), value: value.clone() })
    });
    kept.collect()
}
