//! Who may act 权限: a stage belongs to its organ at its tier on the line of the case's origin,
//! unless a delegation moves it (权责清单 differ by county, so this is data).

use daiban_sync::id::OfficeCode;
use serde::{Deserialize, Serialize};

use crate::calendar::Date;
use crate::catalog::{Action, Item, Stage};
use crate::jurisdiction::Jurisdiction;
use crate::numbering::Numbering;
use crate::organ::OrganCode;
use crate::words::{self, Said};

/// A county (or city) lets another organ or office below it do one stage of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Delegation {
    /// Who delegates: it holds for cases from here and below.
    pub within: OfficeCode,
    pub item: String,
    pub action: Action,
    pub from_organ: OrganCode,
    pub to_office: OfficeCode,
    pub to_organ: OrganCode,
    pub from_day: Date,
}

/// Who may act, and who may give which number.
#[derive(Clone, Debug, Default)]
pub struct Authority {
    delegations: Vec<Delegation>,
    numbering: Numbering,
}

/// The act has no authority.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAllowed(pub Said);

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    pub office: OfficeCode,
    pub organ: Option<OrganCode>,
}

/// What somebody wants to do.
#[derive(Clone, Copy)]
pub struct Step<'a> {
    pub item: &'a Item,
    pub stage: &'a Stage,
    pub of: Jurisdiction,
    pub day: Date,
}

impl Authority {
    pub fn new(mut delegations: Vec<Delegation>) -> Self {
        delegations.sort();
        Self { delegations, numbering: Numbering::default() }
    }

    /// The same, by these leases.
    #[must_use]
    pub fn with_numbering(self, numbering: Numbering) -> Self {
        Self { numbering, ..self }
    }

    /// The leases that numbers come from.
    pub fn numbering(&self) -> &Numbering {
        &self.numbering
    }

    /// Whether `actor` may take the step.
    ///
    /// # Errors
    /// [`NotAllowed`] with whose turn it is instead.
    pub fn may(&self, actor: Actor, step: Step<'_>) -> Result<(), NotAllowed> {
        let stage = step.stage;
        let holder = stage.office(step.of);
        if stage.action == Action::Collect {
            return self.may_collect(actor, holder);
        }
        let direct = actor.office == holder && actor.organ == Some(stage.organ);
        if direct || self.is_delegated(actor, step) {
            return Ok(());
        }
        Err(NotAllowed(words::stage_of_another(stage.action, stage.organ, holder, &who(actor))))
    }

    fn may_collect(&self, actor: Actor, holder: OfficeCode) -> Result<(), NotAllowed> {
        if actor.office == holder && OrganCode::is_counter(actor.organ) {
            return Ok(());
        }
        Err(NotAllowed(words::collected_at_counter(holder, &who(actor))))
    }

    fn is_delegated(&self, actor: Actor, step: Step<'_>) -> bool {
        let Step { item, stage, of, day } = step;
        self.delegations.iter().any(|d| {
            d.item == item.code
                && d.action == stage.action
                && d.from_organ == stage.organ
                && d.to_office == actor.office
                && Some(d.to_organ) == actor.organ
                && d.from_day <= day
                && of.handled_at().is_within(d.within)
                && stage.office(of).is_within(d.within)
                && d.to_office.is_within(d.within)
        })
    }
}

fn who(actor: Actor) -> String {
    match actor.organ {
        Some(organ) => format!("{}/{organ}", actor.office),
        None => actor.office.to_string(),
    }
}
