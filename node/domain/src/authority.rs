//! Who may act 权限: a stage belongs to its organ at its tier on the line of the case's origin,
//! unless a delegation moves it (权责清单 differ by county, so this is data).

use std::collections::BTreeMap;

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
    closures: BTreeMap<OfficeCode, Closure>,
}

/// An office is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closure {
    pub from: Date,
    /// Everybody below this office, and those above it, has heard of it.
    pub known_within: OfficeCode,
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
        Self { delegations, ..Self::default() }
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

    #[must_use]
    pub fn with_closures(self, closures: BTreeMap<OfficeCode, Closure>) -> Self {
        Self { closures, ..self }
    }

    /// Who does what is owed by `office`: itself, or once it is no more the nearest open office
    /// above, which holds its cases.
    pub fn in_place_of(&self, office: OfficeCode, of: Jurisdiction, day: Date) -> OfficeCode {
        let is_open = |at: &OfficeCode| self.ends(*at, of).is_none_or(|from| day < from);
        office.line().find(is_open).unwrap_or(office)
    }

    /// The office that is to do what `office` owes, if it will be no more, and from which day on.
    pub fn successor(&self, office: OfficeCode, of: Jurisdiction) -> Option<(OfficeCode, Date)> {
        let closed: Vec<_> = office.line().map_while(|at| self.ends(at, of)).collect();
        let open = office.line().nth(closed.len())?;
        closed.into_iter().max().map(|from| (open, from))
    }

    fn ends(&self, office: OfficeCode, of: Jurisdiction) -> Option<Date> {
        let closure = self.closures.get(&office)?;
        is_known_to_all(closure.known_within, of).then_some(closure.from)
    }

    /// Whether `actor` may take the step.
    ///
    /// # Errors
    /// [`NotAllowed`] with whose turn it is instead.
    pub fn may(&self, actor: Actor, step: Step<'_>) -> Result<(), NotAllowed> {
        let stage = step.stage;
        let holder = stage.office(step.of);
        let instead = self.in_place_of(holder, step.of, step.day);
        if stage.action == Action::Collect {
            return self.may_collect(actor, [holder, instead]);
        }
        let direct = actor.office == holder && actor.organ == Some(stage.organ);
        let for_it = actor.office == instead && actor.organ == Some(stage.organ.at(instead));
        if direct || for_it || self.is_delegated(actor, step) {
            return Ok(());
        }
        Err(NotAllowed(words::stage_of_another(stage.action, stage.organ, holder, &who(actor))))
    }

    fn may_collect(&self, actor: Actor, holders: [OfficeCode; 2]) -> Result<(), NotAllowed> {
        if holders.contains(&actor.office) && OrganCode::is_counter(actor.organ) {
            return Ok(());
        }
        Err(NotAllowed(words::collected_at_counter(holders[0], &who(actor))))
    }

    fn is_delegated(&self, actor: Actor, step: Step<'_>) -> bool {
        let mut delegates = self.delegates(step.item, step.stage, step.of);
        delegates.any(|(delegate, from)| delegate == actor && from <= step.day)
    }

    /// Who may do the stage besides its organ, and from which day on.
    pub fn delegates(
        &self,
        item: &Item,
        stage: &Stage,
        of: Jurisdiction,
    ) -> impl Iterator<Item = (Actor, Date)> {
        let known = self.delegations.iter().filter(move |d| {
            d.item == item.code
                && d.action == stage.action
                && d.from_organ == stage.organ
                && is_known_to_all(d.within, of)
                && stage.office(of).is_within(d.within)
                && d.to_office.is_within(d.within)
                && of.includes(d.to_office)
        });
        known.map(|d| (Actor { office: d.to_office, organ: Some(d.to_organ) }, d.from_day))
    }
}

/// A notice of an office reaches those below it and those above: everybody who holds the case.
pub(crate) fn is_known_to_all(within: OfficeCode, of: Jurisdiction) -> bool {
    of.origin.is_within(within) && of.handled_at().is_within(within)
}

fn who(actor: Actor) -> String {
    match actor.organ {
        Some(organ) => format!("{}/{organ}", actor.office),
        None => actor.office.to_string(),
    }
}
