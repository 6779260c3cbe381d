//! Numbering 编号: which serials of a day an office may give to the cases that it accepts.
//!
//! A county (a city, for what it carries out itself) leases blocks of the daily serials to the
//! offices below, once and for every day from then on, so that a number is given without asking
//! anybody. Blocks of one issuer do not overlap: of two that would, the one that was decided first
//! holds. Which leases hold follows from the set of leases alone, not from their order of arrival.

mod block;
mod ledger;

use std::collections::BTreeSet;

use daiban_sync::id::{Incarnation, Millis, OfficeCode, Tier};
use serde::{Deserialize, Serialize};

use crate::calendar::Date;
use crate::case_number::{BasicCode, SERIAL_MAX};
use crate::words::{self, Said};
pub use block::{Block, BlockError};
pub use ledger::{BlockLedger, Given, Ledger, Line};

/// A block of the daily serials for an office that accepts. The order is that of the decisions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Lease {
    /// When it was decided, by the issuer's clock.
    pub decided: Millis,
    pub office: OfficeCode,
    /// For one item only.
    pub item: Option<BasicCode>,
    pub block: Block,
    pub from_day: Date,
    /// The last day, of a block for a season.
    pub until: Option<Date>,
}

impl Lease {
    fn covers(&self, item: BasicCode, day: Date) -> bool {
        self.item.is_none_or(|only| only == item)
            && self.from_day <= day
            && self.until.is_none_or(|until| day <= until)
    }

    /// Whether some number could be given out of both, their blocks aside.
    fn meets(&self, other: &Self) -> bool {
        let items = self.item.is_none() || other.item.is_none() || self.item == other.item;
        let ends = |lease: &Self, other: &Self| lease.until.is_some_and(|day| day < other.from_day);
        items && !ends(self, other) && !ends(other, self)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.meets(other) && self.block.meets(other.block)
    }
}

/// The store of an office knows every number of the office that those above hold. Said once in each
/// life of a store, before it gives any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resumed {
    pub at: Millis,
    pub incarnation: Incarnation,
    /// There was an earlier life, and what it gave in the end is known to nobody: serials of that day
    /// may stand on papers, out of any block that was leased before.
    pub after_loss: bool,
}

/// The lease has no effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LeaseRefused(pub Said);

/// Why there is no serial to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSerial {
    /// Nothing is leased to the office for this item and day.
    NoLease,
    /// As many as were leased are used, or lost with an earlier store.
    UsedUp { leased: usize },
}

/// The leases that an office knows.
#[derive(Clone, Debug, Default)]
pub struct Numbering {
    here: Option<OfficeCode>,
    told: BTreeSet<(OfficeCode, Lease)>,
    in_force: Vec<(OfficeCode, Lease)>,
    losses: BTreeSet<(OfficeCode, Millis)>,
}

/// Who leases the serials of what is carried out at this office: its county, or the city itself.
pub fn issuer(carried_out_at: OfficeCode) -> OfficeCode {
    carried_out_at.at_tier(Tier::County).unwrap_or(carried_out_at)
}

impl Numbering {
    /// The same leases, at an office to which those of its own line come down and no others.
    #[must_use]
    pub fn at(self, here: OfficeCode) -> Self {
        Self { here: Some(here), ..self }
    }

    /// What is known at the same office before any lease comes.
    #[must_use]
    pub fn forgotten(&self) -> Self {
        Self { here: self.here, ..Self::default() }
    }

    /// Takes a lease of `issuer`.
    ///
    /// # Errors
    /// [`LeaseRefused`] if it does not hold.
    pub fn take(&mut self, issuer: OfficeCode, lease: Lease) -> Result<(), LeaseRefused> {
        if !matches!(issuer.tier(), Tier::County | Tier::City) {
            return Err(LeaseRefused(words::leases_come_from_county(issuer)));
        }
        if !lease.office.is_within(issuer) {
            return Err(LeaseRefused(words::lease_outside(issuer, lease.office)));
        }
        if let Some(until) = lease.until.filter(|until| *until < lease.from_day) {
            return Err(LeaseRefused(words::lease_ends_before(lease.from_day, until)));
        }
        self.told.insert((issuer, lease.clone()));
        self.settle();
        let holds = |(of, held): &&(OfficeCode, Lease)| *of == issuer && held.overlaps(&lease);
        match self.in_force.iter().find(holds) {
            Some((_, held)) if *held != lease => {
                let (block, held) = (lease.block.to_string(), held);
                Err(LeaseRefused(words::lease_overlaps(
                    &block,
                    held.office,
                    &held.block.to_string(),
                )))
            }
            _ => Ok(()),
        }
    }

    /// The store of `office` began anew.
    pub fn resume(&mut self, office: OfficeCode, resumed: &Resumed) {
        if resumed.after_loss {
            self.losses.insert((office, resumed.at));
        }
    }

    /// Whether serials of this lease and day may have been lost with a store: they are not given
    /// again, and the next day they are new.
    pub fn is_lost(&self, lease: &Lease, day: Date) -> bool {
        let since = self.losses.range((lease.office, lease.decided)..);
        let mut own = since.take_while(|(office, _)| *office == lease.office);
        own.any(|(_, at)| Date::at(*at) == day)
    }

    fn settle(&mut self) {
        self.in_force.clear();
        for (issuer, lease) in &self.told {
            let clashes = |(of, held): &(OfficeCode, Lease)| of == issuer && held.overlaps(lease);
            if !self.in_force.iter().any(clashes) {
                self.in_force.push((*issuer, lease.clone()));
            }
        }
    }

    /// The leases that hold, with who gave them.
    pub fn in_force(&self) -> impl Iterator<Item = &(OfficeCode, Lease)> {
        self.in_force.iter()
    }

    /// Whether this lease is one of them.
    pub fn holds(&self, issuer: OfficeCode, lease: &Lease) -> bool {
        self.in_force().any(|(of, held)| *of == issuer && held == lease)
    }

    /// Those of one issuer for an item on a day, by their blocks.
    pub fn of(&self, issuer: OfficeCode, item: BasicCode, day: Date) -> Vec<&Lease> {
        let those = self.in_force.iter().filter(|(of, l)| *of == issuer && l.covers(item, day));
        let mut those: Vec<_> = those.map(|(_, lease)| lease).collect();
        those.sort_by_key(|lease| lease.block);
        those
    }

    /// The office that may give this serial.
    ///
    /// # Errors
    /// `None` where nobody may, as far as this office can tell.
    pub fn holder(
        &self,
        issuer: OfficeCode,
        item: BasicCode,
        day: Date,
        serial: u16,
    ) -> Option<OfficeCode> {
        let leases = self.of(issuer, item, day);
        leases.iter().find(|lease| lease.block.contains(serial)).map(|lease| lease.office)
    }

    /// Whether leases of `issuer` come here. Elsewhere the accepting office is taken at its word,
    /// and two equal numbers are seen when they meet.
    pub fn hears(&self, issuer: OfficeCode) -> bool {
        self.here.is_some_and(|here| here.is_within(issuer))
    }

    /// Whether all leases of `issuer` are known here.
    pub fn is_issued_here(&self, issuer: OfficeCode) -> bool {
        self.here == Some(issuer)
    }

    /// The lowest serial that `office` may still give.
    ///
    /// # Errors
    /// [`NoSerial`].
    pub fn next(
        &self,
        (issuer, office): (OfficeCode, OfficeCode),
        item: BasicCode,
        day: Date,
        taken: &BTreeSet<u16>,
    ) -> Result<u16, NoSerial> {
        let leases = self.of(issuer, item, day);
        let own = leases.iter().filter(|lease| lease.office == office);
        let mut leased = 0;
        for lease in own {
            let is_free = |serial: &u16| !taken.contains(serial) && !self.is_lost(lease, day);
            if let Some(serial) = lease.block.serials().find(is_free) {
                return Ok(serial);
            }
            leased += lease.block.serials().count();
        }
        Err(if leased == 0 { NoSerial::NoLease } else { NoSerial::UsedUp { leased } })
    }

    /// The lowest stretch of `count` serials that a lease like this one could have.
    pub fn free(&self, issuer: OfficeCode, like: &Lease, count: u16) -> Option<Block> {
        let met = self.in_force.iter().filter(|(of, held)| *of == issuer && held.meets(like));
        let mut blocks: Vec<_> = met.map(|(_, held)| held.block).collect();
        blocks.sort_unstable();
        let mut first = 1;
        for block in blocks {
            if block.first().checked_sub(first).is_some_and(|gap| gap >= count) {
                break;
            }
            first = first.max(block.last() + 1);
        }
        let last = first.checked_add(count.checked_sub(1)?).filter(|last| *last <= SERIAL_MAX)?;
        Block::new(first, last).ok()
    }
}

#[cfg(test)]
mod tests;
