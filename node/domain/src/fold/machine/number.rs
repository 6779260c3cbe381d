//! The legal case number: who may give which, and when.

use daiban_sync::id::OfficeCode;

use super::Machine;
use crate::act::{ActId, SignedAct};
use crate::calendar::Date;
use crate::case_number::CaseNumber;
use crate::fold::NumberView;
use crate::fold::rules::{
    Why, already_answered, impossible, not_allowed, not_yet, turn_has_not_come,
};
use crate::numbering;
use crate::words;

impl<'a> Machine<'a> {
    /// 编号 by the office that accepted, out of its own block: once, or in place of one that cannot
    /// stand because another case has it.
    pub(super) fn number(
        &mut self,
        act: &'a SignedAct,
        number: &CaseNumber,
        instead: Option<ActId>,
    ) -> Result<(), Why> {
        let Some(office) = self.accepted_by else {
            return Err(turn_has_not_come(&act.act.kind));
        };
        if act.office != office {
            return Err(not_allowed(words::numbered_by_accepting(office)));
        }
        if self.number.as_ref().is_some_and(|known| instead != Some(known.act)) {
            return Err(already_answered(&act.act.kind));
        }
        self.check_number(act, number)?;
        self.number = Some(NumberView { number: *number, act: act.id });
        Ok(())
    }

    fn check_number(&self, act: &SignedAct, number: &CaseNumber) -> Result<(), Why> {
        let Some(basic) = self.law.item.basic_code else {
            return Err(impossible(words::item_has_no_code()));
        };
        let (implementing, _) = self.law.item.implementing(self.of);
        if !number.item().is_of(implementing.tier(), basic) {
            return Err(impossible(words::number_of_another_item()));
        }
        let today = Date::at(act.at.millis());
        if number.day() != today {
            return Err(impossible(words::number_of_another_day(today)));
        }
        let (issuer, serial) = (numbering::issuer(implementing), number.serial());
        let numbering = self.law.authority.numbering();
        if !numbering.hears(issuer) {
            return Ok(());
        }
        match numbering.holder(issuer, basic, today, serial) {
            Some(holder) if holder == act.office => Ok(()),
            Some(holder) => Err(not_allowed(words::serial_of_another(serial, holder))),
            None if numbering.is_issued_here(issuer) => {
                Err(not_allowed(words::serial_not_leased(serial)))
            }
            None => Err(not_yet(words::lease_not_here(serial))),
        }
    }

    /// Who accepted, while the case is without the number that its item calls for.
    pub(in crate::fold) fn owes_number(&self) -> Option<OfficeCode> {
        let is_owed = self.number.is_none() && self.law.item.basic_code.is_some();
        self.accepted_by.filter(|_| is_owed)
    }
}
