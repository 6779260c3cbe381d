//! What each kind of act changes, and what it needs first.

use daiban_sync::id::OfficeCode;

use super::{Correction, Machine, Pause};
use crate::act::{ActId, BlobRef, Handover, Outcome, Pin, SignedAct};
use crate::calendar::Date;
use crate::catalog::{Action, Silence, Stage};
use crate::clock::Due;
use crate::fold::progress::{Answer, Slot, answers, is_review};
use crate::fold::rules::{
    Why, already_answered, impossible, not_allowed, not_yet, too_late, turn_has_not_come,
};
use crate::fold::{Status, deadline, reuse};
use crate::organ::OrganCode;
use crate::words;

impl<'a> Machine<'a> {
    pub(super) fn open(&mut self, act: &'a SignedAct, origin: OfficeCode) -> Result<(), Why> {
        if self.opened.is_some() {
            return Err(already_answered(&act.act.kind));
        }
        if act.office != origin || origin != self.of.origin {
            return Err(not_allowed(words::not_its_origin(act.office, origin)));
        }
        self.opened = Some(act);
        Ok(())
    }

    pub(super) fn check_running(&self) -> Result<(), Why> {
        let ended = self.ended.or(self.closed_at.map(|_| Status::Closed));
        let Some(status) = ended else { return Ok(()) };
        Err(too_late(words::case_is_over(status)))
    }

    /// The first act at the accepting office shows that the case has reached it.
    pub(super) fn note_arrival(&mut self, act: &SignedAct) {
        let accepting = self.progress.accepting();
        if act.office == accepting.office(self.of) {
            self.reached_town_at.get_or_insert(act.at.millis());
        }
    }

    pub(super) fn attach(
        &mut self,
        act: &'a SignedAct,
        key: &str,
        blob: &BlobRef,
    ) -> Result<(), Why> {
        self.check_on_line(act)?;
        if self.law.item.material(key).is_none() {
            return Err(impossible(words::no_such_material(key)));
        }
        // Brought again, it no longer rests on where it was verified.
        let held = self.materials.entry((key.to_owned(), blob.clone())).or_insert(act);
        if reuse::is_reused(held) {
            *held = act;
        }
        Ok(())
    }

    pub(super) fn submit(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        self.check_counter(act)?;
        if self.received_at.is_some() {
            return Err(already_answered(&act.act.kind));
        }
        self.received_at = Some(act.at.millis());
        for (stage, slot) in self.law.item.stages.iter().zip(&mut self.progress.slots) {
            if answers(&act.act.kind, stage.action, false) {
                slot.answer = Some(Answer::of(act));
            }
        }
        Ok(())
    }

    pub(super) fn pre_check(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        self.check_accepting(act)?;
        self.check_received(act)
    }

    pub(super) fn accept(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        let at = self.law.item.accepting_stage();
        let Stage { seq, action, .. } = self.law.item.stages[at];
        self.check_accepting(act)?;
        self.check_received(act)?;
        if !self.progress.is_reached(seq) || self.progress.is_held(at) {
            return Err(turn_has_not_come(&act.act.kind));
        }
        self.progress.accepted_at = Some(act.at.millis());
        self.accepted_by = Some(act.office);
        if answers(&act.act.kind, action, false) {
            self.progress.slots[at].answer = Some(Answer::of(act));
        }
        Ok(())
    }

    pub(super) fn refuse(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        self.check_accepting(act)?;
        self.check_received(act)?;
        self.end(act, Status::NotAccepted)
    }

    pub(super) fn request_correction(
        &mut self,
        act: &'a SignedAct,
        items: &[String],
    ) -> Result<(), Why> {
        let at = self.turn_of(act)?;
        let slot = &mut self.progress.slots[at];
        if slot.has_asked {
            return Err(too_late(words::correction_asked_once()));
        }
        let since = act.at.millis();
        *slot = Slot { correcting_since: Some(since), has_asked: true, ..slot.clone() };
        self.corrections.push(Correction { since, until: None, items: items.to_vec(), stage: at });
        Ok(())
    }

    pub(super) fn correct(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        self.check_counter(act)?;
        if !self.is_correcting() {
            return Err(not_yet(words::no_correction_asked()));
        }
        self.corrections.iter_mut().for_each(|c| c.until = c.until.or(Some(act.at.millis())));
        self.progress.slots.iter_mut().for_each(|slot| slot.correcting_since = None);
        Ok(())
    }

    pub(super) fn refer(&mut self, act: &'a SignedAct, organs: &[OrganCode]) -> Result<(), Why> {
        let at = self.stage_for(act)?;
        let after = self.progress.stage(at).seq;
        let is_owed = |stage: &Stage| {
            stage.seq > after
                && is_review(stage.action)
                && !stage.optional
                && !organs.contains(&stage.organ)
        };
        let left_out = self.progress.stages().find(|(_, stage, _)| is_owed(stage));
        if let Some(organ) = left_out.map(|(_, stage, _)| stage.organ) {
            return Err(impossible(words::organ_left_out(organ.as_str())));
        }
        self.progress.slots[at].answer = Some(Answer::of(act));
        Ok(())
    }

    /// 联合踏勘: whoever is named has to have a part in the case.
    pub(super) fn survey_with(
        &mut self,
        act: &'a SignedAct,
        with: &[OrganCode],
    ) -> Result<(), Why> {
        let at = self.stage_for(act)?;
        let lead = self.progress.stage(at).organ;
        let has_part = |organ: &OrganCode| {
            *organ != lead && self.progress.stages().any(|(_, stage, _)| stage.organ == *organ)
        };
        if let Some(stranger) = with.iter().find(|organ| !has_part(organ)) {
            return Err(impossible(words::survey_with_stranger(*stranger)));
        }
        self.progress.slots[at].answer = Some(Answer::of(act));
        Ok(())
    }

    pub(super) fn record_silence(
        &mut self,
        act: &'a SignedAct,
        organ: OrganCode,
    ) -> Result<(), Why> {
        self.check_stage(act, self.law.item.deciding_stage())?;
        let silent = self.progress.stages().find(|(_, stage, _)| {
            stage.organ == organ && stage.on_silence == Silence::DeemedAgreed
        });
        let Some((at, _, slot)) = silent else {
            return Err(impossible(words::silence_is_no_consent(organ.as_str())));
        };
        if slot.answer.is_some() {
            return Err(already_answered(&act.act.kind));
        }
        if !self.progress.is_open(at, false) {
            return Err(turn_has_not_come(&act.act.kind));
        }
        let today = Date::at(act.at.millis());
        if !matches!(deadline::of_stage(self, at), Due::On { date } if today > date) {
            return Err(not_yet(words::limit_not_passed()));
        }
        self.progress.slots[at].answer = Some(Answer::of(act));
        Ok(())
    }

    /// 移送: whoever finds that a stage is another organ's business passes it on within the office.
    /// It is passed on once, as a case is between courts (民事诉讼法 第三十七条), and its limit runs on.
    pub(super) fn transfer(&mut self, act: &'a SignedAct, to: OrganCode) -> Result<(), Why> {
        let at = self.turn_of(act)?;
        let (stage, slot) = (self.progress.stage(at), &self.progress.slots[at]);
        if stage.action == Action::Collect {
            return Err(impossible(words::collecting_stays()));
        }
        if slot.passed_from.is_some() {
            return Err(too_late(words::passed_on_once()));
        }
        let beside = |other: &Stage| other.seq == stage.seq && other.organ == to;
        if self.progress.stages().any(|(_, other, _)| beside(other)) {
            return Err(impossible(words::has_stage_already(to.as_str())));
        }
        self.progress.pass_on(at, to);
        Ok(())
    }

    pub(super) fn pause(
        &mut self,
        act: &'a SignedAct,
        procedure: &'a str,
        declared_days: u16,
    ) -> Result<(), Why> {
        self.turn_of(act)?;
        if !self.law.item.special_procedures.iter().any(|p| p == procedure) {
            return Err(impossible(words::no_such_procedure(procedure)));
        }
        if self.progress.accepted_at.is_none() || self.is_paused() {
            return Err(turn_has_not_come(&act.act.kind));
        }
        let since = act.at.millis();
        self.pauses.push(Pause { since, until: None, procedure, declared_days });
        Ok(())
    }

    pub(super) fn resume(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        self.turn_of(act)?;
        let Some(pause) = self.pauses.iter_mut().find(|pause| pause.until.is_none()) else {
            return Err(not_yet(words::not_paused()));
        };
        pause.until = Some(act.at.millis());
        Ok(())
    }

    pub(super) fn extend(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        self.check_stage(act, self.law.item.deciding_stage())?;
        if self.law.item.extension.is_none() {
            return Err(impossible(words::no_extension()));
        }
        if self.extended_at.is_some() || self.decision.is_some() {
            return Err(already_answered(&act.act.kind));
        }
        if self.progress.accepted_at.is_none() {
            return Err(turn_has_not_come(&act.act.kind));
        }
        self.extended_at = Some(act.at.millis());
        Ok(())
    }

    pub(super) fn decide(&mut self, act: &'a SignedAct, outcome: &Outcome) -> Result<(), Why> {
        let at = self.stage_for(act)?;
        if self.is_paused() {
            return Err(not_yet(words::procedure_runs()));
        }
        if *outcome == Outcome::Granted && !self.progress.allows_granting() {
            return Err(impossible(words::organ_disagrees()));
        }
        self.progress.slots[at].answer = Some(Answer::of(act));
        self.decision = Some(act);
        Ok(())
    }

    pub(super) fn reconfirm(
        &mut self,
        act: &'a SignedAct,
        decision: ActId,
        pinned: &'a Pin,
    ) -> Result<(), Why> {
        let slot = self
            .progress
            .stages()
            .find(|(_, _, slot)| slot.answer.as_ref().is_some_and(|a| a.act == decision));
        let Some((at, ..)) = slot else {
            return Err(not_yet(words::decision_not_here()));
        };
        self.check_stage(act, at)?;
        self.reconfirmed.entry(decision).or_default().push(pinned);
        Ok(())
    }

    pub(super) fn deliver(&mut self, act: &'a SignedAct, how: &'a Handover) -> Result<(), Why> {
        self.check_handler(act)?;
        if matches!(how, Handover::Post { tracking } if !is_tracking_number(tracking)) {
            return Err(impossible(words::tracking_number_missing()));
        }
        if self.decision.is_none() {
            return Err(turn_has_not_come(&act.act.kind));
        }
        if self.delivered.is_some() {
            return Err(already_answered(&act.act.kind));
        }
        self.delivered = Some(how);
        Ok(())
    }

    pub(super) fn close(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        self.check_handler(act)?;
        if !self.may_close() {
            return Err(turn_has_not_come(&act.act.kind));
        }
        self.closed_at = Some(act.at.millis());
        Ok(())
    }

    pub(super) fn withdraw(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        self.check_counter(act)?;
        if self.decision.is_some() {
            return Err(too_late(words::decided_not_withdrawn()));
        }
        self.end(act, Status::Withdrawn)
    }

    pub(super) fn void(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        self.check_answerable(act)?;
        self.end(act, Status::Voided)
    }

    fn end(&mut self, act: &SignedAct, status: Status) -> Result<(), Why> {
        (self.ended, self.ended_at) = (Some(status), Some(act.at.millis()));
        Ok(())
    }

    pub(super) fn answer(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        let at = self.stage_for(act)?;
        self.progress.slots[at].answer = Some(Answer::of(act));
        Ok(())
    }
}

fn is_tracking_number(text: &str) -> bool {
    (8..=30).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
