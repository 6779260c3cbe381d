//! Legal case numbers: given out of the blocks that were leased to this office.
//!
//! A number is stated together with the acceptance where there is one to give. Otherwise the case
//! waits, in the view `p`, and is seen to again when a lease comes, on another day, or when this
//! store has learnt what the office gave before.
//!
//! **Never two equal.** A serial counts as given as soon as an entry says so, whether it took effect
//! or not: the view `x` has a row for each. A store that is new or restored gives none before an
//! office above has told it everything that it holds of this line ([`Hearing`]) and it has said so in
//! a notice ([`Resumed`](daiban_domain::numbering::Resumed)). If the office had another store before, that one may have given serials
//! which never got up: on that day only blocks are used that were leased after the loss, and ledgers
//! show the rest of the older ones as lost. What can still go wrong is a disk image that is put back
//! and used without a network on the same day: when the two histories meet, the later of two cases
//! gets another number in place of its own.

mod resume;

use std::collections::{BTreeMap, BTreeSet};

use daiban_domain::act::{ActKind, CaseId, OfficerRef, SignedAct};
use daiban_domain::calendar::Date;
use daiban_domain::case::Case;
use daiban_domain::case_number::{CaseNumber, ItemCode};
use daiban_domain::desk::{By, Draft};
use daiban_domain::fold::{CaseState, NumberView};
use daiban_domain::numbering::{self, NoSerial};
use daiban_domain::words;
use daiban_sync::id::{Hlc, Incarnation, Millis};

use super::alarm::Alarm;
use super::io::LinkId;
use super::kept::Kept;
use super::{Ahead, Replica, keys};
use crate::store::{ViewBatch, ViewError};
use resume::Hearing;

/// Cases that are seen to before the next input is looked at.
const AT_ONCE: usize = 32;

/// What is remembered of numbers.
#[derive(Default)]
pub(super) struct Numbers {
    /// Serials that cases here have, as far as somebody asked for that item and day.
    taken: BTreeMap<(ItemCode, Date), BTreeSet<u16>>,
    /// To be seen to: the number is owed, or has just come.
    unseen: BTreeSet<CaseId>,
    /// Seen to, and there was none to give.
    waiting: BTreeSet<CaseId>,
    /// When those that wait were last tried.
    tried: Option<Date>,
    above: BTreeMap<LinkId, Hearing>,
    /// The latest incarnation that said so of itself, see [`resume`].
    resumed: Option<Incarnation>,
    told: BTreeSet<Told>,
}

/// What was an alarm once.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    UsedUp(ItemCode, Date),
    Twice(CaseNumber),
}

impl Numbers {
    /// The case is to be seen to.
    pub(super) fn see_to(&mut self, case: CaseId) {
        self.unseen.insert(case);
    }

    /// There may be numbers for those that wait.
    pub(super) fn try_again(&mut self) {
        self.unseen.append(&mut self.waiting);
    }

    /// A number that a case has, from now on or from before.
    pub(super) fn note(&mut self, number: &CaseNumber) {
        if let Some(taken) = self.taken.get_mut(&(number.item(), number.day())) {
            taken.insert(number.serial());
        }
    }

    pub(super) fn lost(&mut self, link: LinkId) {
        self.above.remove(&link);
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len() + self.unseen.len()
    }
}

impl Replica {
    /// The number goes with the acceptance that was just drafted, if there is one to give.
    pub(super) fn number_accepted(&mut self, by: &By, case: &mut Case) -> Option<(Hlc, Draft)> {
        let state = self.law.desk(self.config.training).state_of(case).ok()?;
        if state.number_owed_by != Some(self.config.office) {
            return None;
        }
        let at = self.by(by.at.millis(), by.officer.clone(), by.organ);
        self.draft_number(at, case).ok()?
    }

    /// `None` if there is no number to give.
    fn draft_number(&mut self, by: By, case: &mut Case) -> Result<Option<(Hlc, Draft)>, ViewError> {
        let Some(number) = self.next_number(Date::at(by.at.millis()), case)? else {
            return Ok(None);
        };
        // Also one without effect here: offices that cannot tell took it for good.
        let numbered = |act: &&SignedAct| matches!(act.act.kind, ActKind::Numbered { .. });
        let last = case.acts().filter(numbered).max_by_key(|act| (act.at, act.id));
        let instead = last.map(|act| act.id);
        let draft = self.law.desk(self.config.training).number(&by, case, number, instead);
        self.numbers.note(&number);
        // The fold has the last word; what it refuses waits for a law by which it does not.
        Ok(draft.ok().map(|draft| (by.at, draft)))
    }

    fn next_number(&mut self, day: Date, case: &Case) -> Result<Option<CaseNumber>, ViewError> {
        let law = &self.law;
        let item = case.item(&law.catalog, &law.calendar, &law.authority);
        let Some(item) = item.filter(|_| self.knows_its_numbers()) else { return Ok(None) };
        let Ok(code) = self.law.codes.item_code(item, case.of) else { return Ok(None) };
        let issuer = numbering::issuer(item.implementing(case.of).0);
        let item = item.code.clone();
        self.read_taken(code, day)?;
        let taken = &self.numbers.taken[&(code, day)];
        let (office, leases) = (self.config.office, self.law.numbering());
        match leases.next((issuer, office), code.basic(), day, taken) {
            Ok(serial) => Ok(CaseNumber::new(code, day, serial).ok()),
            Err(NoSerial::NoLease) => Ok(None),
            Err(NoSerial::UsedUp { leased }) => {
                if self.numbers.told.insert(Told::UsedUp(code, day)) {
                    self.alarm(Alarm::NumbersUsedUp { item, day, leased });
                }
                Ok(None)
            }
        }
    }

    fn read_taken(&mut self, code: ItemCode, day: Date) -> Result<(), ViewError> {
        if self.numbers.taken.contains_key(&(code, day)) {
            return Ok(());
        }
        let rows = self.store.view_scan(&keys::numbers(code, day), &[], usize::MAX)?;
        let given = rows.iter().filter_map(|(key, _)| keys::numbered(key));
        let mut taken: BTreeSet<u16> = given.map(|(number, _)| number.serial()).collect();
        for Ahead { case, .. } in self.ahead.values() {
            let own = numbers_of(case).filter(|n| (n.item(), n.day()) == (code, day));
            taken.extend(own.map(|number| number.serial()));
        }
        // Yesterday's are asked for no more.
        self.numbers.taken.retain(|(_, known), _| *known >= day);
        self.numbers.taken.insert((code, day), taken);
        Ok(())
    }

    /// Gives numbers that are owed, and others to cases that share one; `true` if there may be more.
    pub(super) fn see_to_numbers(&mut self, now: Millis) -> Result<bool, ViewError> {
        self.resume_numbering(now);
        if self.numbers.tried != Some(Date::at(now)) {
            self.numbers.tried = Some(Date::at(now));
            self.numbers.try_again();
        }
        let is_free = |id: &&CaseId| !self.busy.contains(id);
        let ids: Vec<_> =
            self.numbers.unseen.iter().filter(is_free).take(AT_ONCE).copied().collect();
        if ids.is_empty() || self.is_mending() || self.check_writable(false).is_err() {
            return Ok(false);
        }
        let mut batch = ViewBatch::default();
        for id in ids {
            self.numbers.unseen.remove(&id);
            match self.see_to(now, id)? {
                Seen::Waits => _ = self.numbers.waiting.insert(id),
                Seen::Written => {}
                Seen::InOrder => batch.remove(keys::unnumbered(id)),
            }
        }
        self.store.apply_views(batch, self.store.applied())?;
        Ok(true)
    }

    fn see_to(&mut self, now: Millis, id: CaseId) -> Result<Seen, ViewError> {
        let Some(Kept { channel, mut case, .. }) = self.load(id)? else { return Ok(Seen::InOrder) };
        let Ok(state) = self.law.desk(self.config.training).state_of(&case) else {
            return Ok(Seen::InOrder);
        };
        let is_owed = match (state.number, state.number_owed_by) {
            (None, owed_by) => owed_by == Some(self.config.office),
            (Some(known), _) => self.must_give_way(&case, known)?,
        };
        if !is_owed {
            return Ok(Seen::InOrder);
        }
        let organ = accepted(&case, &state).and_then(|act| act.act.organ);
        let by = self.by(now, officer(), organ);
        let Some(draft) = self.draft_number(by, &mut case)? else {
            return Ok(Seen::Waits);
        };
        let id = self.next_command();
        // Nobody waits for the answer; the case is busy until the views show the number.
        Ok(match self.write_drafts(id, channel, case, vec![draft], None) {
            Ok(()) => Seen::Written,
            Err(_) => Seen::Waits,
        })
    }

    /// Whether another case has this number with more right, and it was given here. Two cases with
    /// one number are an alarm wherever they meet.
    fn must_give_way(&mut self, case: &Case, known: NumberView) -> Result<bool, ViewError> {
        let mine = case.acts().find(|act| act.id == known.act).map(|act| (act.at, act.id));
        let mut gives_way = false;
        let prefix = keys::number(&known.number);
        for (key, _) in self.store.view_scan(&prefix, &[], usize::MAX)? {
            let other = keys::numbered(&key).map(|(_, id)| id).filter(|id| *id != case.id);
            let Some(other) = other.map(|id| self.load(id)).transpose()?.flatten() else {
                continue;
            };
            let state = self.law.desk(self.config.training).state_of(&other.case).ok();
            let theirs = state.and_then(|state| state.number).filter(|n| n.number == known.number);
            let Some(theirs) = theirs else { continue };
            let theirs = other.case.acts().find(|act| act.id == theirs.act);
            gives_way |= theirs.map(|act| (act.at, act.id)) < mine;
            if self.numbers.told.insert(Told::Twice(known.number)) {
                let of = [case.receipt(), other.case.receipt()];
                let [one, other] = of.map(|of| of.map_or_else(String::new, Into::into));
                self.alarm(Alarm::NumberTwice { number: known.number, one, other });
            }
        }
        let given_here =
            case.acts().any(|act| act.id == known.act && act.office == self.config.office);
        Ok(gives_way && given_here)
    }

    /// What the views say of the numbers of a case.
    pub(super) fn put_numbers(
        &mut self,
        case: &Case,
        state: Option<&CaseState>,
        batch: &mut ViewBatch,
    ) -> Result<(), ViewError> {
        let mut is_new = false;
        for number in numbers_of(case) {
            let key = keys::numbered_by(case.id, &number);
            if self.store.view_get(&key)?.is_none() {
                is_new = true;
                self.see_to_all_with(&number, batch)?;
            }
            batch.put(key, None, Vec::new());
            self.numbers.note(&number);
        }
        let owed = state.and_then(|state| state.number_owed_by) == Some(self.config.office);
        if is_new || owed {
            batch.put(keys::unnumbered(case.id), None, Vec::new());
            self.numbers.see_to(case.id);
        }
        Ok(())
    }

    /// Those that have a number already when another case comes with it.
    fn see_to_all_with(
        &mut self,
        number: &CaseNumber,
        batch: &mut ViewBatch,
    ) -> Result<(), ViewError> {
        for (key, _) in self.store.view_scan(&keys::number(number), &[], usize::MAX)? {
            if let Some((_, id)) = keys::numbered(&key) {
                batch.put(keys::unnumbered(id), None, Vec::new());
                self.numbers.see_to(id);
            }
        }
        Ok(())
    }
}

/// What came of seeing to a case.
enum Seen {
    InOrder,
    Written,
    Waits,
}

fn numbers_of(case: &Case) -> impl Iterator<Item = CaseNumber> {
    case.acts().filter_map(|act| match act.act.kind {
        ActKind::Numbered { number, .. } => Some(number),
        _ => None,
    })
}

/// The acceptance in force: the stage says who, the act by which organ.
fn accepted<'a>(case: &'a Case, state: &CaseState) -> Option<&'a SignedAct> {
    let at = state.times.accepted?;
    let accepts = |act: &&SignedAct| matches!(act.act.kind, ActKind::Accepted);
    case.acts().filter(accepts).find(|act| act.at.millis() == at)
}

/// The node itself, where nobody sat at the counter when the number came.
fn officer() -> OfficerRef {
    OfficerRef { name: words::officer_of_numbers().zh.into(), id: "numbers".into() }
}
