//! Commands on blocks of numbers: leasing them, and telling what became of each serial.

use daiban_domain::calendar::Date;
use daiban_domain::case::Summary;
use daiban_domain::case_number::{BasicCode, CaseNumber, ItemCode};
use daiban_domain::jurisdiction::Jurisdiction;
use daiban_domain::notice::Notice;
use daiban_domain::numbering::{self, Block, Given, Lease, Ledger};
use daiban_domain::organ_codes::NoCode;
use daiban_domain::words;
use daiban_sync::id::{Millis, OfficeCode};
use serde::Serialize;

use super::answer::Answer;
use super::cases::no_such_item;
use super::command::Command;
use super::io::CommandId;
use super::notices::faulty;
use super::refusal::{Refusal, RefusalKind};
use super::{Replica, keys};
use crate::store::ViewError;

/// A lease with who gave it and the item as people know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeaseView {
    pub issuer: OfficeCode,
    /// The code in the catalog, such as `CL-SB-01`.
    pub item_code: Option<String>,
    #[serde(flatten)]
    pub lease: Lease,
}

/// What became of the serials of an item and day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerView {
    /// 实施编码
    pub code: ItemCode,
    pub invented: bool,
    pub day: Date,
    pub ledger: Ledger,
}

impl Replica {
    pub(super) fn lease(
        &mut self,
        now: Millis,
        id: CommandId,
        command: Command,
    ) -> Result<(), Refusal> {
        let Command::LeaseNumbers { office, item, block, count, from, until } = command else {
            return Err(Refusal::internal("a command that leases nothing"));
        };
        let issuer = self.config.office;
        let item = item.map(|code| self.basic_code(&code)).transpose()?;
        let from_day = from.unwrap_or(Date::at(now));
        let any = Block::new(1, 1).map_err(Refusal::internal)?;
        let lease = Lease { decided: now, office, item, block: any, from_day, until };
        let block = match (block, count) {
            (Some(block), None) => block,
            (None, Some(count)) => {
                let free = self.law.numbering().free(issuer, &lease, count);
                free.ok_or_else(|| no_block_left(count))?
            }
            _ => return Err(block_or_count()),
        };
        let lease = Lease { block, ..lease };
        let leases = vec![self.lease_view(issuer, &lease)];
        let notice = Notice::Lease(lease);
        self.law.check(issuer, &notice).map_err(|why| faulty(&why))?;
        self.issue(now, id, &notice, Answer::Leases { leases })
    }

    pub(super) fn leases(&self) -> Answer {
        let held = self.law.numbering().in_force();
        Answer::Leases { leases: held.map(|(of, lease)| self.lease_view(*of, lease)).collect() }
    }

    fn lease_view(&self, issuer: OfficeCode, lease: &Lease) -> LeaseView {
        let named = |basic: BasicCode| {
            let mut items = self.law.catalog.iter();
            let item = items.find(|item| item.basic_code == Some(basic));
            item.map_or_else(|| basic.to_string(), |item| item.code.clone())
        };
        LeaseView { issuer, item_code: lease.item.map(named), lease: lease.clone() }
    }

    fn basic_code(&self, item: &str) -> Result<BasicCode, Refusal> {
        let item = self.law.catalog.latest(item).ok_or_else(|| no_such_item(item))?;
        item.basic_code.ok_or_else(|| no_code(NoCode::Item))
    }

    /// Every serial of an item and day. `office` carries the item out; without it the one on this
    /// office's own line.
    pub(super) fn ledger(
        &self,
        item: &str,
        day: Date,
        office: Option<OfficeCode>,
    ) -> Result<Answer, Refusal> {
        let item = self.law.catalog.latest(item).ok_or_else(|| no_such_item(item))?;
        let of = Jurisdiction::local(office.unwrap_or(self.config.office));
        let code = self.law.codes.item_code(item, of).map_err(no_code)?;
        let issuer = numbering::issuer(item.implementing(of).0);
        let leases = self.law.numbering().of(issuer, code.basic(), day);
        let given = self.given(code, day).map_err(Refusal::internal)?;
        let is_lost = |lease: &Lease| self.law.numbering().is_lost(lease, day);
        let ledger = Ledger::of(&leases, &given, is_lost);
        let invented = code.is_invented();
        Ok(Answer::Ledger(Box::new(LedgerView { code, invented, day, ledger })))
    }

    fn given(&self, code: ItemCode, day: Date) -> Result<Vec<Given>, ViewError> {
        let mut given = Vec::new();
        for (key, _) in self.store.view_scan(&keys::numbers(code, day), &[], usize::MAX)? {
            let Some((number, case)) = keys::numbered(&key) else { continue };
            let Some(kept) = self.load(case)? else { continue };
            let state = self.law.desk(self.config.training).state_of(&kept.case).ok();
            let Summary { receipt, status, number: now, .. } = kept.case.summary(state.as_ref());
            let (serial, stands) = (number.serial(), now == Some(number));
            given.push(Given { serial, case, receipt, status, stands });
        }
        Ok(given)
    }

    /// The case that has this number, or else one that had it.
    pub(super) fn numbered_case(
        &self,
        number: &CaseNumber,
    ) -> Result<Option<daiban_domain::act::CaseId>, ViewError> {
        let given = self.given(number.item(), number.day())?;
        let mut known: Vec<_> =
            given.into_iter().filter(|one| one.serial == number.serial()).collect();
        known.sort_by_key(|one| !one.stands);
        Ok(known.first().map(|one| one.case))
    }
}

fn no_code(why: NoCode) -> Refusal {
    let sentence = match why {
        NoCode::Item => words::item_has_no_code(),
        NoCode::Organ { office, organ } => words::organ_has_no_code(office, organ),
    };
    Refusal::new(RefusalKind::NotFound, sentence, words::name_another_item_or_office())
}

fn no_block_left(count: u16) -> Refusal {
    Refusal::new(RefusalKind::NotAllowed, words::no_block_left(count), words::lease_fewer())
}

fn block_or_count() -> Refusal {
    Refusal::new(RefusalKind::Input, words::block_or_count(), words::give_block_or_count())
}
