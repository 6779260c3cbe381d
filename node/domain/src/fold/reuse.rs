//! 一套材料: a file that stands for a material because it was verified before, and 重复申请.

use serde::Serialize;

use super::machine::Machine;
use super::redress::Statement;
use super::rules::{Why, already_answered, impossible, not_allowed, not_yet};
use crate::act::{ActKind, BlobRef, SignedAct};
use crate::calendar::Date;
use crate::catalog::MaterialRule;
use crate::licence::Verified;
use crate::receipt_number::ReceiptNumber;
use crate::words;

/// Where a reused file was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReusedView {
    pub verified: Verified,
    /// The last day on which it may be reused; `None` if the version that the case went over to
    /// does not provide for it.
    pub until: Option<Date>,
}

/// 重复申请: the same was applied for before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgainView {
    /// Unless an office that holds this case must not know of it.
    pub before: Option<ReceiptNumber>,
    pub said: Statement,
}

impl<'a> Machine<'a> {
    /// A reference counts only on a day on which it is valid, for the person whom the form names.
    pub(super) fn reuse(
        &mut self,
        act: &'a SignedAct,
        key: &str,
        blob: &BlobRef,
        verified: &Verified,
    ) -> Result<(), Why> {
        self.check_on_line(act)?;
        let Some(rule) = self.law.item.material(key) else {
            return Err(impossible(words::no_such_material(key)));
        };
        rule.takes(verified, Date::at(act.at.millis())).map_err(impossible)?;
        if !verified.of.is_known_to_all_of(self.of) {
            return Err(not_allowed(words::reuse_from_elsewhere(verified.of.origin)));
        }
        // The form may still change, or be on its way.
        if rule.holder(&self.fields) != Some(verified.holder) {
            return Err(not_yet(words::reuse_of_another(&rule.name)));
        }
        self.materials.entry((key.to_owned(), blob.clone())).or_insert(act);
        Ok(())
    }

    /// 重复申请 with its reason, by the counter that took it.
    pub(super) fn apply_again(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        self.check_counter(act)?;
        if self.again.is_some() {
            return Err(already_answered(&act.act.kind));
        }
        self.again = Some(act);
        Ok(())
    }
}

pub(super) fn is_reused(act: &SignedAct) -> bool {
    matches!(act.act.kind, ActKind::MaterialReused { .. })
}

pub(super) fn reused(rule: Option<&MaterialRule>, act: &SignedAct) -> Option<ReusedView> {
    let ActKind::MaterialReused { verified, .. } = &act.act.kind else { return None };
    let until = rule.and_then(|rule| rule.reusable_until(verified.on));
    Some(ReusedView { verified: verified.clone(), until })
}

pub(super) fn again(machine: &Machine<'_>) -> Option<AgainView> {
    let act = machine.again?;
    let ActKind::AppliedAgain { before, .. } = act.act.kind else { return None };
    Some(AgainView { before, said: Statement::of(act) })
}
