//! 异地协查: what an organ asks an office on another line for a case, and what it was told. The asking
//! travels as a case of its own, so that the other office sees only the question.

use daiban_sync::id::OfficeCode;
use serde::Serialize;

use super::machine::Machine;
use super::redress::Statement;
use super::rules::{Why, already_answered, not_allowed, not_yet};
use crate::act::SignedAct;
use crate::receipt_number::ReceiptNumber;
use crate::words;

/// One question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Help<'a> {
    handler: OfficeCode,
    asked: &'a SignedAct,
    answered: Option<&'a SignedAct>,
}

/// One question, as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HelpView {
    /// The case by which it was asked.
    pub receipt: ReceiptNumber,
    /// The office that was asked.
    pub handler: OfficeCode,
    pub asked: Statement,
    pub answer: Option<Statement>,
}

impl<'a> Machine<'a> {
    /// By an organ whose turn it is; once for each asking.
    pub(super) fn ask_for_help(
        &mut self,
        act: &'a SignedAct,
        help: ReceiptNumber,
        handler: OfficeCode,
    ) -> Result<(), Why> {
        self.turn_of(act)?;
        if self.help.contains_key(&help) {
            return Err(already_answered(&act.act.kind));
        }
        self.help.insert(help, Help { handler, asked: act, answered: None });
        Ok(())
    }

    /// By whoever asked.
    pub(super) fn record_help(
        &mut self,
        act: &'a SignedAct,
        help: ReceiptNumber,
    ) -> Result<(), Why> {
        let Some(known) = self.help.get_mut(&help) else {
            return Err(not_yet(words::no_help_asked(&help.to_string())));
        };
        let asked = known.asked;
        if (asked.office, asked.act.organ) != (act.office, act.act.organ) {
            return Err(not_allowed(words::recorded_by_asker()));
        }
        if known.answered.is_some() {
            return Err(already_answered(&act.act.kind));
        }
        known.answered = Some(act);
        Ok(())
    }
}

pub(super) fn view(machine: &Machine<'_>) -> Vec<HelpView> {
    let view = |(&receipt, help): (&ReceiptNumber, &Help<'_>)| HelpView {
        receipt,
        handler: help.handler,
        asked: Statement::of(help.asked),
        answer: help.answered.map(Statement::of),
    };
    machine.help.iter().map(view).collect()
}
