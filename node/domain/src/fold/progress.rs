//! How far each stage is, and when the next may begin.

use std::borrow::Cow;

use daiban_sync::id::{Millis, OfficeCode};

use crate::act::{ActId, ActKind, Opinion, SignedAct};
use crate::catalog::{Action, Item, Join, Stage};
use crate::jurisdiction::Jurisdiction;
use crate::organ::OrganCode;

/// What one organ has done.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    pub(super) answer: Option<Answer>,
    /// A correction that the applicant still owes.
    pub(super) correcting_since: Option<Millis>,
    /// It has asked for a correction: it may ask once (行政许可法 第三十二条).
    pub(super) has_asked: bool,
    /// The organ that passed it on, which only the first may do.
    pub(super) passed_from: Option<OrganCode>,
}

/// An organ's answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) act: ActId,
    pub(super) at: Millis,
    pub(super) by: String,
    pub(super) office: OfficeCode,
    pub(super) opinion: Option<Opinion>,
    pub(super) silent: bool,
    /// The organs that surveyed together with this one.
    pub(super) with: Vec<OrganCode>,
}

impl Answer {
    pub(super) fn of(act: &SignedAct) -> Self {
        let (opinion, silent) = match &act.act.kind {
            ActKind::Reviewed { opinion } => (Some(opinion.clone()), false),
            ActKind::SilenceRecorded { .. } => (None, true),
            _ => (None, false),
        };
        Self {
            act: act.id,
            at: act.at.millis(),
            by: act.act.officer.name.clone(),
            office: act.office,
            opinion,
            silent,
            with: match &act.act.kind {
                ActKind::SurveyedTogether { with, .. } => with.clone(),
                _ => Vec::new(),
            },
        }
    }

    fn forwards(&self) -> bool {
        matches!(self.opinion, Some(Opinion::AgreeForward))
    }

    fn disagrees(&self) -> bool {
        matches!(self.opinion, Some(Opinion::Disagree { .. }))
    }
}

/// Whether this kind of act answers a stage of this action.
pub(super) fn answers(kind: &ActKind, action: Action, decides: bool) -> bool {
    match kind {
        ActKind::Submitted => action == Action::Collect,
        ActKind::Accepted => action == Action::Accept,
        ActKind::FirstChecked { .. } => action == Action::FirstCheck,
        ActKind::Referred { .. } => action == Action::Refer,
        ActKind::Surveyed { .. } | ActKind::SurveyedTogether { .. } => action == Action::Survey,
        ActKind::Publicised { .. } => action == Action::Publicity,
        ActKind::Reviewed { .. } => is_review(action),
        ActKind::Decided { .. } => decides,
        ActKind::Confirmed { .. } => action == Action::Confirm && !decides,
        ActKind::Issued { .. } => action == Action::Issue,
        ActKind::Paid { .. } => action == Action::Pay,
        _ => false,
    }
}

pub(super) fn is_review(action: Action) -> bool {
    matches!(action, Action::Review | Action::JointReview | Action::Appraise | Action::Forward)
}

/// A counter's stage belongs to the counter of whichever office it falls to.
fn at_its_counter(stage: &Stage, of: Jurisdiction) -> Cow<'_, Stage> {
    let counter = OrganCode::counter_of(stage.office(of));
    let is_other = OrganCode::is_counter(Some(stage.organ)) && stage.organ != counter;
    if is_other && stage.action != Action::Collect {
        return Cow::Owned(Stage { organ: counter, ..stage.clone() });
    }
    Cow::Borrowed(stage)
}

/// The stages of a case.
#[derive(Clone, Debug)]
pub(super) struct Progress<'a> {
    item: &'a Item,
    /// As the item has them, each with the organ that holds it now.
    stages: Vec<Cow<'a, Stage>>,
    pub(super) slots: Vec<Slot>,
    pub(super) accepted_at: Option<Millis>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(item: &'a Item, of: Jurisdiction) -> Self {
        let stages: Vec<_> = item.stages.iter().map(|stage| at_its_counter(stage, of)).collect();
        let slots = vec![Slot::default(); stages.len()];
        Self { item, stages, slots, accepted_at: None }
    }

    pub(super) fn stage(&self, at: usize) -> &Stage {
        &self.stages[at]
    }

    pub(super) fn accepting(&self) -> &Stage {
        self.stage(self.item.accepting_stage())
    }

    pub(super) fn deciding(&self) -> &Stage {
        self.stage(self.item.deciding_stage())
    }

    pub(super) fn stages(&self) -> impl Iterator<Item = (usize, &Stage, &Slot)> {
        let stages = self.stages.iter().zip(&self.slots).enumerate();
        stages.map(|(at, (stage, slot))| (at, stage.as_ref(), slot))
    }

    /// 移送: the stage is another organ's from here on.
    pub(super) fn pass_on(&mut self, at: usize, to: OrganCode) {
        let stage = self.stages[at].to_mut();
        self.slots[at].passed_from = Some(std::mem::replace(&mut stage.organ, to));
    }

    fn group(&self, seq: u8) -> impl Iterator<Item = (&Stage, &Slot)> {
        self.stages()
            .filter(move |(_, stage, _)| stage.seq == seq && self.is_owed(stage))
            .map(|(_, s, slot)| (s, slot))
    }

    /// Whether the stage may not be left out. 同意但需转报: what may be, is owed once its organ has
    /// agreed on condition that it goes there.
    pub(super) fn is_owed(&self, stage: &Stage) -> bool {
        let forwards = |(_, earlier, slot): (usize, &Stage, &Slot)| {
            earlier.organ == stage.organ
                && earlier.seq < stage.seq
                && slot.answer.as_ref().is_some_and(Answer::forwards)
        };
        !stage.optional || self.stages().any(forwards)
    }

    /// Whether what this number asks for has been answered.
    pub(super) fn is_complete(&self, seq: u8) -> bool {
        let everyone = self.group(seq).all(|(_, slot)| slot.answer.is_some());
        everyone || self.quorum(seq).is_some_and(|needed| self.agreeing(seq) >= needed)
    }

    fn quorum(&self, seq: u8) -> Option<usize> {
        self.group(seq).find_map(|(stage, _)| match stage.join {
            Join::Quorum(needed) => Some(usize::from(needed)),
            Join::All | Join::Lead => None,
        })
    }

    fn agreeing(&self, seq: u8) -> usize {
        self.group(seq)
            .filter(|(_, slot)| slot.answer.as_ref().is_some_and(|a| !a.disagrees()))
            .count()
    }

    /// Whether everything before this number is complete.
    pub(super) fn is_reached(&self, seq: u8) -> bool {
        self.seqs().filter(|earlier| *earlier < seq).all(|earlier| self.is_complete(earlier))
    }

    /// Whether everything is complete.
    pub(super) fn is_over(&self) -> bool {
        self.seqs().all(|seq| self.is_complete(seq))
    }

    fn seqs(&self) -> impl Iterator<Item = u8> {
        self.stages.iter().map(|stage| stage.seq)
    }

    /// Whether it is this stage's turn. `granted`: the case was decided in favour. What was left out
    /// before the decision is not made up for after it.
    pub(super) fn is_open(&self, at: usize, granted: bool) -> bool {
        let (stage, accepting) = (self.stage(at), self.accepting());
        let before_acceptance = stage.seq < accepting.seq || stage.action == Action::Accept;
        let in_time = if self.is_before_decision(at) { !self.is_decided() } else { granted };
        self.slots[at].answer.is_none()
            && (before_acceptance || self.accepted_at.is_some())
            && self.is_reached(stage.seq)
            && in_time
    }

    /// Whether this stage serves the decision, or is it.
    pub(super) fn is_before_decision(&self, at: usize) -> bool {
        self.stage(at).seq <= self.deciding().seq
    }

    pub(super) fn is_decided(&self) -> bool {
        self.slots[self.item.deciding_stage()].answer.is_some()
    }

    /// When this number's turn came: with the last answer before it, or with acceptance.
    pub(super) fn since(&self, seq: u8) -> Option<Millis> {
        let before = self.stages().filter(|(_, stage, _)| stage.seq < seq);
        let answered =
            before.filter_map(|(_, _, slot)| slot.answer.as_ref()).map(|answer| answer.at).max();
        let accepting = self.accepting();
        if seq < accepting.seq || (seq == accepting.seq && self.accepted_at.is_none()) {
            return answered;
        }
        answered.max(self.accepted_at)
    }

    /// Whether the organs that were asked allow granting: with "all" nobody may disagree, with a
    /// quorum enough must agree, with "lead" it is the decider's own judgement.
    pub(super) fn allows_granting(&self) -> bool {
        let deciding = self.deciding().seq;
        self.stages().filter(|(_, stage, _)| stage.seq < deciding && is_review(stage.action)).all(
            |(_, stage, slot)| match stage.join {
                Join::Lead => true,
                Join::All => !slot.answer.as_ref().is_some_and(Answer::disagrees),
                Join::Quorum(needed) => self.agreeing(stage.seq) >= usize::from(needed),
            },
        )
    }

    /// Whether this stage must wait for the applicant: it asked itself, or one beside it did whose
    /// question pauses the others.
    pub(super) fn is_held(&self, at: usize) -> bool {
        let stage = self.stage(at);
        self.stages().any(|(other, beside, slot)| {
            slot.correcting_since.is_some()
                && (other == at || beside.pauses_others || beside.seq < stage.seq)
        })
    }
}
