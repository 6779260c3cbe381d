//! What cases are judged by: the shipped catalog, calendar and offices, and the notices that were
//! published since.
//!
//! **Invariant.** Notices are a set: they take effect in the order of their clock readings, so that
//! every node which holds the same makes the same law of them, in whatever order they came.

mod effects;
mod serials;

use std::collections::BTreeMap;
use std::sync::Arc;

use daiban_domain::authority::{Authority, Closure, Delegation};
use daiban_domain::calendar::{Calendar, Date};
use daiban_domain::catalog::{Action, Catalog};
use daiban_domain::desk::Desk;
use daiban_domain::notice::Notice;
use daiban_domain::numbering::Numbering;
use daiban_domain::office::directory::OfficeChange;
use daiban_domain::office::{OfficeTree, directory};
use daiban_domain::organ_codes::OrganCodes;
use daiban_domain::shipped;
use daiban_domain::standing::{self, Dictum, Standings};
use daiban_domain::words::{self, Said};
use daiban_sync::id::{Hlc, LogId, Millis, OfficeCode, Tier};
use daiban_sync::run::Tip;

pub use effects::Consequence;
pub(super) use effects::said;
pub(super) use serials::Serials;

/// The law in force at this node.
#[derive(Clone)]
pub struct Law {
    pub catalog: Catalog,
    pub calendar: Calendar,
    /// As they are on [`Law::turn`]'s day.
    pub offices: OfficeTree,
    pub(super) authority: Authority,
    delegations: Vec<Delegation>,
    numbering: Numbering,
    pub(super) codes: OrganCodes,
    standings: Standings,
    changes: Vec<(OfficeCode, OfficeChange)>,
    day: Date,
    issued: BTreeMap<Place, Arc<Issued>>,
}

/// Whether cases may stand otherwise by such a notice.
fn judges(notice: &Notice) -> bool {
    !matches!(notice, Notice::Announcement { .. } | Notice::Numbering(_))
}

/// Where a notice stands among all, by its entry.
pub(super) type Place = (Hlc, LogId, u64);

/// A notice with the log in which an office said it, and why it has no effect, if it has none.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub(super) issuer: OfficeCode,
    tip: Tip,
    pub(super) notice: Notice,
    pub(super) refused: Option<Said>,
}

/// What a notice has done.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Cases may stand otherwise by it.
    pub(super) judges: bool,
    /// It says how a node stands.
    pub(super) disposes: bool,
    /// Of itself, and of others that it has changed.
    pub(super) verdicts: Vec<Verdict>,
}

/// Whether a notice has effect now.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Verdict {
    pub(super) entry: (LogId, u64),
    pub(super) issuer: OfficeCode,
    pub(super) refused: Option<Said>,
    /// It had none before.
    pub(super) was_refused: bool,
}

impl Verdict {
    fn of(&(_, log, seq): &Place, issued: &Issued, was_refused: bool) -> Self {
        let Issued { issuer, refused, .. } = issued;
        Self { entry: (log, seq), issuer: *issuer, refused: refused.clone(), was_refused }
    }
}

impl Default for Law {
    fn default() -> Self {
        Self {
            catalog: shipped::catalog(),
            calendar: shipped::calendar(),
            offices: shipped::offices(),
            authority: Authority::default(),
            delegations: Vec::new(),
            numbering: Numbering::default(),
            codes: shipped::organ_codes(),
            standings: Standings::default(),
            changes: Vec::new(),
            day: Date::at(Millis(0)),
            issued: BTreeMap::new(),
        }
    }
}

impl Law {
    /// What commands are checked against.
    pub fn desk(&self, training: bool) -> Desk<'_> {
        Desk {
            catalog: &self.catalog,
            calendar: &self.calendar,
            authority: &self.authority,
            offices: &self.offices,
            training,
        }
    }

    /// The law as it is known at an office.
    #[must_use]
    pub(super) fn at(mut self, here: OfficeCode) -> Self {
        self.numbering = std::mem::take(&mut self.numbering).at(here);
        self.place_authority();
        self
    }

    /// What is known to become of offices, whatever the day.
    pub fn office_changes(&self) -> impl Iterator<Item = &OfficeChange> {
        self.changes.iter().map(|(_, change)| change)
    }

    pub(super) fn numbering(&self) -> &Numbering {
        &self.numbering
    }

    /// Which nodes are believed, and how far.
    pub(super) fn standings(&self) -> &Standings {
        &self.standings
    }

    /// Another day: offices are what they are then.
    pub(super) fn turn(&mut self, day: Date) {
        if day != self.day {
            self.day = day;
            self.place_offices();
        }
    }

    /// Takes a notice of the log `tip`. What came before it may have effect no longer, or only now.
    pub(super) fn take(&mut self, place: Place, tip: &Tip, notice: Notice) -> Taken {
        if self.issued.contains_key(&place) {
            return Taken::default();
        }
        let disposes = standing::disposes(&notice);
        let judges = judges(&notice);
        let is_last = self.issued.last_key_value().is_none_or(|(last, _)| *last < place);
        let mut issued = Issued { issuer: tip.office, tip: *tip, notice, refused: None };
        let verdicts = if is_last && !disposes {
            issued.refused = self.judge(place, &issued).err();
            let verdict = Verdict::of(&place, &issued, false);
            self.issued.insert(place, Arc::new(issued));
            vec![verdict]
        } else {
            let before = self.issued.clone();
            self.issued.insert(place, Arc::new(issued));
            self.fold_again();
            self.judged_since(&before)
        };
        let is_idle = match verdicts.as_slice() {
            [own] => own.refused.is_some() || disposes,
            _ => false,
        };
        Taken { judges: judges && !is_idle, disposes, verdicts }
    }

    /// Forgets the notices of a log from number `from` on: the log was taken back.
    pub(super) fn take_back(&mut self, log: LogId, from: u64) -> Taken {
        let before = self.issued.clone();
        self.issued.retain(|(_, of, seq), _| *of != log || *seq < from);
        if self.issued.len() == before.len() {
            return Taken::default();
        }
        self.fold_again();
        let gone = before.iter().filter(|(place, _)| !self.issued.contains_key(place));
        let gone: Vec<_> = gone.map(|(_, issued)| &issued.notice).collect();
        Taken {
            judges: gone.iter().any(|notice| judges(notice)),
            disposes: gone.iter().any(|notice| standing::disposes(notice)),
            verdicts: self.judged_since(&before),
        }
    }

    /// What is judged otherwise than before.
    fn judged_since(&self, before: &BTreeMap<Place, Arc<Issued>>) -> Vec<Verdict> {
        let judged = self.issued.iter().filter_map(|(place, issued)| {
            let was = before.get(place).map(|before| &before.refused);
            let was_refused = was.is_some_and(Option::is_some);
            (was != Some(&issued.refused)).then(|| Verdict::of(place, issued, was_refused))
        });
        judged.collect()
    }

    /// Whether a notice of this office would have effect; nothing is changed.
    pub(super) fn check(&self, issuer: OfficeCode, notice: &Notice) -> Result<(), Said> {
        self.clone().apply(issuer, notice)
    }

    /// Every notice that has effect, the latest first.
    pub(super) fn in_force(&self) -> impl Iterator<Item = (Hlc, &Issued)> {
        let newest = self.issued.iter().rev().map(|((at, ..), issued)| (*at, issued.as_ref()));
        newest.filter(|(_, issued)| self.is_in_force(issued))
    }

    fn is_in_force(&self, Issued { issuer, notice, refused, .. }: &Issued) -> bool {
        match notice {
            // Which of two holds is the decision's day's to say, not the notice's place.
            Notice::Lease(lease) => self.numbering.holds(*issuer, lease),
            _ => refused.is_none(),
        }
    }

    /// Gives a notice its effect, unless its author is not believed so far.
    fn judge(&mut self, (_, log, seq): Place, issued: &Issued) -> Result<(), Said> {
        if !self.standings.accepts(log, seq, &issued.tip) {
            return Err(words::beyond_revocation());
        }
        self.apply(issued.issuer, &issued.notice)
    }

    fn fold_again(&mut self) {
        let issued = std::mem::take(&mut self.issued);
        let dicta = issued.iter().map(|((_, log, seq), issued)| {
            let Issued { tip, notice, .. } = issued.as_ref();
            Dictum { log: *log, seq: *seq, tip, notice }
        });
        let standings = Standings::of(dicta);
        let (day, numbering) = (self.day, self.numbering.forgotten());
        *self = Self { day, numbering, standings, ..Self::default() };
        for (place, known) in issued {
            let refused = self.judge(place, &known).err();
            let known = Issued { refused, ..Arc::unwrap_or_clone(known) };
            self.issued.insert(place, Arc::new(known));
        }
        self.place_offices();
        self.place_authority();
    }

    fn apply(&mut self, issuer: OfficeCode, notice: &Notice) -> Result<(), Said> {
        match notice {
            Notice::Catalog { files } => self.add_items(issuer, files),
            Notice::Calendar { csv } => {
                for_the_whole_line(issuer)?;
                let unreadable = |error: &dyn std::fmt::Display| of_file(&error.to_string());
                let newer = Calendar::parse(csv).map_err(|error| unreadable(&error))?;
                self.calendar = self.calendar.with(newer).map_err(|error| unreadable(&error))?;
                Ok(())
            }
            Notice::Delegation(delegation) => self.delegate(issuer, delegation),
            Notice::Directory { csv } => self.change_offices(issuer, csv),
            Notice::Lease(lease) => {
                // One that does not hold is known all the same: it may hold once another is known.
                let taken = self.numbering.take(issuer, lease.clone());
                self.place_authority();
                taken.map_err(|refused| refused.0)
            }
            Notice::OrganCodes { csv } => self.name_organs(issuer, csv),
            Notice::Numbering(resumed) => {
                self.numbering.resume(issuer, resumed);
                Ok(())
            }
            Notice::Announcement { from, .. } if *from != issuer => {
                Err(words::announced_for_another(issuer, *from))
            }
            // Whom they are about is settled before any notice has effect.
            Notice::Revoked { .. } | Notice::Suspended { .. } | Notice::Reinstated { .. } => Ok(()),
            Notice::Announcement { .. } => Ok(()),
        }
    }

    /// A version means the same for ever: cases pin it.
    fn add_items(&mut self, issuer: OfficeCode, files: &[(String, String)]) -> Result<(), Said> {
        for_the_whole_line(issuer)?;
        let files: Vec<_> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        let newer = Catalog::parse(&files).map_err(|errors| {
            let said: Vec<_> = errors.iter().map(ToString::to_string).collect();
            of_file(&said.join("; "))
        })?;
        for item in newer.iter() {
            let known = self.catalog.get(&item.code, item.version);
            if known.is_some_and(|known| !known.difference(item).is_empty()) {
                return Err(words::version_is_taken(&item.code, item.version));
            }
        }
        self.catalog = std::mem::take(&mut self.catalog).with(newer);
        Ok(())
    }

    fn delegate(&mut self, issuer: OfficeCode, delegation: &Delegation) -> Result<(), Said> {
        let Delegation { within, item, action, from_organ, to_office, to_organ, .. } = delegation;
        if !within.is_within(issuer) {
            return Err(words::delegated_beyond(issuer, *within));
        }
        if !to_office.is_within(*within) {
            return Err(words::delegated_out(*to_office, *within));
        }
        if *action == Action::Collect {
            return Err(words::counters_are_not_delegated());
        }
        let Some(item) = self.catalog.latest(item) else {
            return Err(words::no_such_item(item));
        };
        let has_stage = item.stages.iter().any(|s| s.action == *action && s.organ == *from_organ);
        if !has_stage {
            return Err(words::no_stage_to_delegate(&item.code, *action, *from_organ));
        }
        if !to_organ.is_known() {
            return Err(words::no_such_organ(to_organ.as_str()));
        }
        self.delegations.push(delegation.clone());
        self.place_authority();
        Ok(())
    }

    fn change_offices(&mut self, issuer: OfficeCode, csv: &str) -> Result<(), Said> {
        let all = |faults: Vec<directory::DirectoryFault>| {
            let said: Vec<_> = faults.iter().map(ToString::to_string).collect();
            of_file(&said.join("; "))
        };
        let rows = directory::parse(csv).map_err(all)?;
        let known: Vec<_> = self.office_changes().cloned().collect();
        let faults = directory::check(&rows, &shipped::offices(), &known, issuer);
        if !faults.is_empty() {
            return Err(all(faults));
        }
        self.changes.extend(rows.into_iter().map(|(_, change)| (issuer, change)));
        self.place_offices();
        self.place_authority();
        Ok(())
    }

    fn name_organs(&mut self, issuer: OfficeCode, csv: &str) -> Result<(), Said> {
        let newer = OrganCodes::parse(csv).map_err(|error| of_file(&error.to_string()))?;
        if let Some(other) = newer.offices().find(|office| !office.is_within(issuer)) {
            return Err(words::organs_of_another(issuer, other));
        }
        self.codes = std::mem::take(&mut self.codes).with(newer);
        Ok(())
    }

    fn place_offices(&mut self) {
        let changes = self.changes.iter().map(|(_, change)| change);
        self.offices = shipped::offices().on(self.day, changes);
    }

    fn place_authority(&mut self) {
        let ended = self.changes.iter().filter(|(_, change)| change.becomes.ends());
        let closures = ended.map(|(issuer, OfficeChange { code, from, .. })| {
            (*code, Closure { from: *from, known_within: *issuer })
        });
        self.authority = Authority::new(self.delegations.clone())
            .with_closures(closures.collect())
            .with_numbering(self.numbering.clone());
    }
}

/// An item and a day have to mean the same to every office that holds a case.
fn for_the_whole_line(issuer: OfficeCode) -> Result<(), Said> {
    if issuer.tier() == Tier::City { Ok(()) } else { Err(words::published_by_the_city(issuer)) }
}

fn of_file(fault: &str) -> Said {
    Said::of_data(fault, fault)
}

#[cfg(test)]
mod tests;
