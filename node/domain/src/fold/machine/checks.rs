//! Whose turn it is, and who may.

use super::Machine;
use crate::act::{ActKind, Outcome, SignedAct};
use crate::authority::{Actor, Step};
use crate::calendar::Date;
use crate::fold::progress::answers;
use crate::fold::rules::{
    Cause, Why, already_answered, impossible, not_allowed, not_yet, too_late, turn_has_not_come,
};
use crate::organ::OrganCode;
use crate::words;

impl<'a> Machine<'a> {
    /// The stage that this act answers and whose turn it is.
    pub(super) fn stage_for(&self, act: &SignedAct) -> Result<usize, Why> {
        let deciding = self.law.item.deciding_stage();
        let fits =
            |at: &usize| answers(&act.act.kind, self.law.item.stages[*at].action, *at == deciding);
        let candidates: Vec<usize> = (0..self.law.item.stages.len()).filter(fits).collect();
        let mut refusal = impossible(words::no_such_stage());
        let mut mine = Vec::new();
        for at in candidates {
            match self.check_stage(act, at) {
                Ok(()) => mine.push(at),
                Err(why) => refusal = why,
            }
        }
        let open = |at: &&usize| {
            self.progress.is_open(**at, self.is_granted()) && !self.progress.is_held(**at)
        };
        if let Some(at) = mine.iter().find(open) {
            return Ok(*at);
        }
        match mine.first() {
            None => Err(refusal),
            Some(_) if mine.iter().all(|at| self.progress.slots[*at].answer.is_some()) => {
                Err(already_answered(&act.act.kind))
            }
            Some(_)
                if self.progress.is_decided()
                    && mine.iter().all(|at| self.progress.is_before_decision(*at)) =>
            {
                Err(too_late(words::decided_without_stage()))
            }
            Some(_) => Err(turn_has_not_come(&act.act.kind)),
        }
    }

    /// Any stage of this author whose turn it is, for acts that suspend it; of several one that has
    /// not asked for a correction yet.
    pub(in crate::fold) fn turn_of(&self, act: &SignedAct) -> Result<usize, Why> {
        let accepting = self.law.item.accepting_stage();
        let mut refusal = not_yet(words::no_stage_has_turn());
        let mut mine = None;
        for at in 0..self.law.item.stages.len() {
            let waits_for_acceptance = at == accepting
                && self.received_at.is_some()
                && self.progress.accepted_at.is_none();
            match self.check_stage(act, at) {
                Ok(()) if waits_for_acceptance || self.progress.is_open(at, self.is_granted()) => {
                    if !self.progress.slots[at].has_asked {
                        return Ok(at);
                    }
                    mine = mine.or(Some(at));
                }
                Ok(()) => refusal = turn_has_not_come(&act.act.kind),
                Err(why) if refusal.cause == Cause::NotYet && at == 0 => refusal = why,
                Err(_) => {}
            }
        }
        mine.ok_or(refusal)
    }

    pub(super) fn check_stage(&self, act: &SignedAct, at: usize) -> Result<(), Why> {
        let actor = Actor { office: act.office, organ: act.act.organ };
        let (item, day) = (self.law.item, Date::at(act.at.millis()));
        let step = Step { item, stage: self.progress.stage(at), of: self.of, day };
        let allowed = self.law.authority.may(actor, step);
        allowed.map_err(|refusal| not_allowed(refusal.0))
    }

    pub(super) fn check_accepting(&self, act: &SignedAct) -> Result<(), Why> {
        self.check_stage(act, self.law.item.accepting_stage())
    }

    /// 谁办理、谁负责: the organ that accepts, or the one that decides.
    pub(super) fn check_answerable(&self, act: &SignedAct) -> Result<(), Why> {
        self.check_accepting(act).or_else(|_| self.check_stage(act, self.law.item.deciding_stage()))
    }

    /// Received and not yet accepted.
    pub(super) fn check_received(&self, act: &SignedAct) -> Result<(), Why> {
        if self.progress.accepted_at.is_some() {
            return Err(too_late(words::accepted_before()));
        }
        if self.received_at.is_none() {
            return Err(turn_has_not_come(&act.act.kind));
        }
        Ok(())
    }

    /// The counter where the case was opened.
    pub(in crate::fold) fn check_counter(&self, act: &SignedAct) -> Result<(), Why> {
        let (origin, day) = (self.of.origin, Date::at(act.at.millis()));
        let instead = self.law.authority.in_place_of(origin, self.of, day);
        let here = act.office == origin || act.office == instead;
        if here && OrganCode::is_counter(act.act.organ) {
            return Ok(());
        }
        Err(not_allowed(words::for_its_counter(&act.act.kind, self.of.origin)))
    }

    /// The counter, the accepting or the deciding organ, or one that issues or pays.
    pub(super) fn check_handler(&self, act: &SignedAct) -> Result<(), Why> {
        let at_counter = self.check_counter(act);
        let has_stage = (0..self.law.item.stages.len()).any(|at| self.check_stage(act, at).is_ok());
        if has_stage { Ok(()) } else { at_counter }
    }

    pub(in crate::fold) fn check_on_line(&self, act: &SignedAct) -> Result<(), Why> {
        if self.of.includes(act.office) {
            return Ok(());
        }
        Err(not_allowed(words::not_on_line(act.office)))
    }

    pub(in crate::fold) fn is_correcting(&self) -> bool {
        self.corrections.iter().any(|correction| correction.until.is_none())
    }

    pub(in crate::fold) fn is_paused(&self) -> bool {
        self.pauses.iter().any(|pause| pause.until.is_none())
    }

    pub(in crate::fold) fn outcome(&self) -> Option<&'a Outcome> {
        match &self.decision?.act.kind {
            ActKind::Decided { outcome, .. } => Some(outcome),
            _ => None,
        }
    }

    pub(in crate::fold) fn is_granted(&self) -> bool {
        self.outcome() == Some(&Outcome::Granted)
    }

    /// Everything is done: after a refusal the delivery of its reasons is all there is.
    pub(in crate::fold) fn may_close(&self) -> bool {
        let delivered = self.delivered.is_some() || self.law.item.delivery.is_empty();
        delivered
            && match self.outcome() {
                Some(Outcome::Granted) => self.progress.is_over(),
                Some(Outcome::Refused { .. }) => true,
                None => false,
            }
    }
}
