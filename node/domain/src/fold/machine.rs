//! Acts taking effect one after another.

mod checks;
mod effects;
mod migration;
mod number;
mod redress;

use std::collections::BTreeMap;

use daiban_sync::id::{Millis, OfficeCode};

use super::help::Help;
use super::progress::Progress;
use super::redress::Redress;
use super::rules::{Cause, Why, not_yet};
use super::{Law, NumberView, Status};
use crate::act::{ActId, ActKind, BlobRef, Handover, Pin, SignedAct};
use crate::calendar::Date;
use crate::catalog::{Limit, Unit};
use crate::clock::{self, Stop};
use crate::form::Fields;
use crate::jurisdiction::Jurisdiction;
use crate::receipt_number::ReceiptNumber;
use crate::words;

/// The case so far.
pub(super) struct Machine<'a> {
    pub(super) law: Law<'a>,
    /// The version that the case went over to and that is not here.
    pub(super) lacks_version: Option<u32>,
    pub(super) progress: Progress<'a>,
    pub(super) fields: Fields,
    pub(super) opened: Option<&'a SignedAct>,
    pub(super) of: Jurisdiction,
    pub(super) received_at: Option<Millis>,
    pub(super) reached_town_at: Option<Millis>,
    /// The office that accepted it.
    pub(super) accepted_by: Option<OfficeCode>,
    /// 办件编号
    pub(super) number: Option<NumberView>,
    pub(super) decision: Option<&'a SignedAct>,
    pub(super) delivered: Option<&'a Handover>,
    pub(super) closed_at: Option<Millis>,
    /// How it ended early, if it did.
    pub(super) ended: Option<Status>,
    pub(super) ended_at: Option<Millis>,
    pub(super) corrections: Vec<Correction>,
    pub(super) pauses: Vec<Pause<'a>>,
    pub(super) extended_at: Option<Millis>,
    pub(super) materials: BTreeMap<(String, BlobRef), &'a SignedAct>,
    /// 重复申请
    pub(super) again: Option<&'a SignedAct>,
    pub(super) reconfirmed: BTreeMap<ActId, Vec<&'a Pin>>,
    /// 异地协查, by the receipt of the case that asks.
    pub(super) help: BTreeMap<ReceiptNumber, Help<'a>>,
    pub(super) redress: Redress<'a>,
    pub(super) ignored: Vec<(&'a SignedAct, Why)>,
}

/// What the applicant was asked for.
pub(super) struct Correction {
    pub(super) since: Millis,
    pub(super) until: Option<Millis>,
    pub(super) items: Vec<String>,
    /// The stage that asked.
    pub(super) stage: usize,
}

impl Correction {
    pub(super) fn stop<'a>(&self) -> Stop<'a> {
        let (from, until) = (Date::at(self.since), self.until.map(Date::at));
        Stop { from, until, at_most: None, why: clock::Why::Correction }
    }
}

/// A special procedure 特别程序, for its declared working days at most.
pub(super) struct Pause<'a> {
    pub(super) since: Millis,
    pub(super) until: Option<Millis>,
    pub(super) procedure: &'a str,
    pub(super) declared_days: u16,
}

impl<'a> Pause<'a> {
    pub(super) fn stop(&self) -> Stop<'a> {
        let (from, until) = (Date::at(self.since), self.until.map(Date::at));
        let declared = Limit { value: self.declared_days, unit: Unit::WorkingDays };
        Stop { from, until, at_most: Some(declared), why: clock::Why::Procedure(self.procedure) }
    }
}

/// Folds acts that are in order.
pub(super) fn run<'a>(
    law: Law<'a>,
    of: Jurisdiction,
    fields: &Fields,
    ordered: &[&'a SignedAct],
) -> Machine<'a> {
    let mut machine = Machine::new(law, of, fields.clone());
    let mut waiting: Vec<(&SignedAct, Why)> = Vec::new();
    for act in ordered {
        match machine.take(act) {
            Ok(()) => machine.retry(&mut waiting),
            Err(why) if why.cause == Cause::NotYet => waiting.push((act, why)),
            Err(why) => machine.ignored.push((act, why)),
        }
    }
    machine.ignored.append(&mut waiting);
    machine.ignored.sort_by_key(|(act, _)| (act.at, act.id));
    machine
}

impl<'a> Machine<'a> {
    fn new(law: Law<'a>, of: Jurisdiction, fields: Fields) -> Self {
        Self {
            law,
            lacks_version: None,
            progress: Progress::new(law.item, of),
            fields,
            opened: None,
            of,
            received_at: None,
            reached_town_at: None,
            accepted_by: None,
            number: None,
            decision: None,
            delivered: None,
            closed_at: None,
            ended: None,
            ended_at: None,
            corrections: Vec::new(),
            pauses: Vec::new(),
            extended_at: None,
            materials: BTreeMap::new(),
            again: None,
            reconfirmed: BTreeMap::new(),
            help: BTreeMap::new(),
            redress: Redress::default(),
            ignored: Vec::new(),
        }
    }

    /// Tries the waiting acts again until none of them takes effect.
    fn retry(&mut self, waiting: &mut Vec<(&'a SignedAct, Why)>) {
        let mut index = 0;
        while index < waiting.len() {
            let (act, _) = waiting[index];
            match self.take(act) {
                Ok(()) => {
                    waiting.remove(index);
                    index = 0;
                }
                Err(why) if why.cause == Cause::NotYet => {
                    waiting[index].1 = why;
                    index += 1;
                }
                Err(why) => {
                    self.ignored.push((act, why));
                    waiting.remove(index);
                }
            }
        }
    }

    /// Lets one act take effect, or says why not and changes nothing.
    fn take(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        let kind = &act.act.kind;
        if let ActKind::Opened { origin, .. } = kind {
            return self.open(act, *origin);
        }
        if self.opened.is_none() {
            return Err(not_yet(words::opening_not_here()));
        }
        if let Some(version) = self.lacks_version {
            return Err(not_yet(words::version_not_here(version)));
        }
        if !kind.outlives_case() {
            self.check_running()?;
        }
        let was_received = self.received_at.is_some();
        self.apply(act)?;
        if was_received {
            self.note_arrival(act);
        }
        Ok(())
    }

    fn apply(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        match &act.act.kind {
            ActKind::Opened { .. } => unreachable!("handled above"),
            ActKind::MaterialAttached { key, blob } => self.attach(act, key, blob),
            ActKind::MaterialReused { key, blob, verified } => self.reuse(act, key, blob, verified),
            ActKind::AppliedAgain { .. } => self.apply_again(act),
            ActKind::Submitted => self.submit(act),
            ActKind::PreChecked { .. } => self.pre_check(act),
            ActKind::Accepted => self.accept(act),
            ActKind::Refused { .. } => self.refuse(act),
            ActKind::CorrectionRequested { items } => self.request_correction(act, items),
            ActKind::Corrected { .. } => self.correct(act),
            ActKind::Referred { organs } => self.refer(act, organs),
            ActKind::SurveyedTogether { with, .. } => self.survey_with(act, with),
            ActKind::SilenceRecorded { organ } => self.record_silence(act, *organ),
            ActKind::Paused { procedure, declared_days } => {
                self.pause(act, procedure, *declared_days)
            }
            ActKind::Resumed => self.resume(act),
            ActKind::Transferred { to, .. } => self.transfer(act, *to),
            ActKind::HelpAsked { help, handler, .. } => self.ask_for_help(act, *help, *handler),
            ActKind::HelpRecorded { help, .. } => self.record_help(act, *help),
            ActKind::Extended { .. } => self.extend(act),
            ActKind::Decided { outcome, .. } => self.decide(act, outcome),
            ActKind::Reconfirmed { decision, pinned } => self.reconfirm(act, *decision, pinned),
            ActKind::Delivered { how } => self.deliver(act, how),
            ActKind::Closed => self.close(act),
            ActKind::Withdrawn { .. } => self.withdraw(act),
            ActKind::Voided { .. } => self.void(act),
            ActKind::Rated { stars, .. } => self.rate(act, *stars),
            ActKind::Rectified { .. } => self.rectify(act),
            ActKind::Complained { .. } => self.complain(act),
            ActKind::ComplaintAnswered { complaint, .. } => self.answer_complaint(act, *complaint),
            ActKind::Asked { .. } => self.ask(act),
            ActKind::QuestionAnswered { question, .. } => self.answer_question(act, *question),
            ActKind::CardAppealed { card, .. } => self.appeal(act, card),
            ActKind::CardWithdrawn { card, .. } | ActKind::AppealRefused { card, .. } => {
                self.rule(act, card)
            }
            ActKind::SupervisionNoted { .. } => self.supervise(act),
            ActKind::Numbered { number, instead } => self.number(act, number, *instead),
            ActKind::Migrated { version } => self.migrate(act, *version),
            ActKind::FirstChecked { .. }
            | ActKind::Surveyed { .. }
            | ActKind::Reviewed { .. }
            | ActKind::Publicised { .. }
            | ActKind::Confirmed { .. }
            | ActKind::Issued { .. }
            | ActKind::Paid { .. } => self.answer(act),
        }
    }
}
