//! Ratings, complaints, questions and cards: what each act needs and changes. They may follow after the end.

use daiban_sync::id::{OfficeCode, Tier};

use super::Machine;
use crate::act::{ActId, ActKind, SignedAct};
use crate::calendar::Date;
use crate::catalog::Stage;
use crate::clock::ClockKind;
use crate::fold::deadline;
use crate::fold::redress::{APPEAL_WITHIN_DAYS, Appeal, Rating, Redress, Voiced};
use crate::fold::rules::{
    Why, already_answered, impossible, not_allowed, not_yet, too_late, turn_has_not_come,
};
use crate::organ::OrganCode;
use crate::words::{self, Said};

impl<'a> Machine<'a> {
    /// 评价, and once more 回访 after a bad one was rectified.
    pub(super) fn rate(&mut self, act: &'a SignedAct, stars: u8) -> Result<(), Why> {
        self.check_heard(act)?;
        if !(1..=5).contains(&stars) {
            return Err(impossible(words::stars_out_of_range()));
        }
        if self.decision.is_none() && self.ended.is_none() {
            return Err(turn_has_not_come(&act.act.kind));
        }
        match self.redress.ratings.as_slice() {
            [] => {}
            [first] if first.rectified.is_some() => {}
            [first] if first.is_open() => {
                return Err(too_late(words::rated_before()));
            }
            _ => return Err(already_answered(&act.act.kind)),
        }
        self.redress.ratings.push(Rating { act, stars, lead: self.answerable(), rectified: None });
        Ok(())
    }

    pub(super) fn rectify(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        self.check_answerable(act)?;
        match self.redress.ratings.iter_mut().rfind(|rating| rating.is_bad()) {
            None => Err(not_yet(words::nothing_to_rectify())),
            Some(rating) if rating.is_open() => {
                rating.rectified = Some(act);
                Ok(())
            }
            Some(_) => Err(already_answered(&act.act.kind)),
        }
    }

    pub(super) fn complain(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        let voiced = self.voiced(act)?;
        self.redress.complaints.push(voiced);
        Ok(())
    }

    /// 咨询
    pub(super) fn ask(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        let voiced = self.voiced(act)?;
        self.redress.questions.push(voiced);
        Ok(())
    }

    fn voiced(&self, act: &'a SignedAct) -> Result<Voiced<'a>, Why> {
        self.check_heard(act)?;
        self.check_submitted()?;
        Ok(Voiced { act, lead: self.answerable(), answer: None })
    }

    pub(super) fn answer_complaint(
        &mut self,
        act: &'a SignedAct,
        complaint: ActId,
    ) -> Result<(), Why> {
        self.check_answerable(act)?;
        answer(&mut self.redress.complaints, act, complaint, words::complaint_not_here)
    }

    pub(super) fn answer_question(
        &mut self,
        act: &'a SignedAct,
        question: ActId,
    ) -> Result<(), Why> {
        self.check_answerable(act)?;
        answer(&mut self.redress.questions, act, question, words::question_not_here)
    }

    /// 申诉 by whoever got the card.
    pub(super) fn appeal(&mut self, act: &'a SignedAct, card: &'a ClockKind) -> Result<(), Why> {
        let holder = self.holder_of_card(card)?;
        self.check_stage(act, holder)?;
        let given = self.card_given(act, card)?;
        if self.redress.appeals.contains_key(card) {
            return Err(already_answered(&act.act.kind));
        }
        let last = self.law.calendar.add_working_days(given, APPEAL_WITHIN_DAYS);
        if last.is_ok_and(|last| Date::at(act.at.millis()) > last) {
            return Err(too_late(words::appeal_too_late(given, APPEAL_WITHIN_DAYS)));
        }
        self.redress.appeals.insert(card, Appeal { lodged: Some(act), ruling: None });
        Ok(())
    }

    /// A card is withdrawn, or an appeal against it refused: once, by whoever supervises.
    pub(super) fn rule(&mut self, act: &'a SignedAct, card: &'a ClockKind) -> Result<(), Why> {
        let holder = self.holder_of_card(card)?;
        self.check_supervisor(act, holder)?;
        self.card_given(act, card)?;
        let known = self.redress.appeals.get(card);
        if known.is_some_and(|appeal| appeal.ruling.is_some()) {
            return Err(already_answered(&act.act.kind));
        }
        if known.is_none() && matches!(act.act.kind, ActKind::AppealRefused { .. }) {
            return Err(not_yet(words::nobody_appealed()));
        }
        self.redress.appeals.entry(card).or_default().ruling = Some(act);
        Ok(())
    }

    /// 督办
    pub(super) fn supervise(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        if !self.is_supervising(act.office) || !OrganCode::is_counter(act.act.organ) {
            return Err(not_allowed(words::supervision_from_above()));
        }
        self.check_submitted()?;
        self.redress.notes.push(act);
        Ok(())
    }

    /// Where the applicant is heard: at the counter, or at the service centre of the county or the
    /// city, whose pages are open to everybody.
    fn check_heard(&self, act: &SignedAct) -> Result<(), Why> {
        match self.is_supervising(act.office) && OrganCode::is_counter(act.act.organ) {
            true => Ok(()),
            false => self.check_counter(act),
        }
    }

    fn check_submitted(&self) -> Result<(), Why> {
        match self.received_at {
            Some(_) => Ok(()),
            None => Err(not_yet(words::not_submitted())),
        }
    }

    /// The stage that answers for the case now: the deciding one, or before acceptance the accepting.
    fn answerable(&self) -> usize {
        match self.progress.accepted_at {
            Some(_) => self.law.item.deciding_stage(),
            None => self.law.item.accepting_stage(),
        }
    }

    /// The stage whose organ keeps a clock of the case and gets its card.
    pub(in crate::fold) fn holder(&self, clock: &ClockKind) -> Option<usize> {
        match clock {
            ClockKind::Acceptance => Some(self.law.item.accepting_stage()),
            ClockKind::Promised | ClockKind::Statutory => Some(self.law.item.deciding_stage()),
            ClockKind::Rectification { rating } => {
                let mut ratings = self.redress.ratings.iter();
                ratings.find(|known| known.act.id == *rating).map(|known| known.lead)
            }
            ClockKind::Complaint { complaint: said } | ClockKind::Question { question: said } => {
                let Redress { complaints, questions, .. } = &self.redress;
                let mut voiced = complaints.iter().chain(questions);
                voiced.find(|known| known.act.id == *said).map(|known| known.lead)
            }
            ClockKind::Stage { seq, organ } => {
                let mut stages = self.progress.stages();
                let held = |stage: &Stage| stage.seq == *seq && stage.organ == *organ;
                stages.find(|(_, stage, _)| held(stage)).map(|(at, ..)| at)
            }
            ClockKind::Supplement { .. } => None,
        }
    }

    fn holder_of_card(&self, card: &ClockKind) -> Result<usize, Why> {
        if !card.gives_card() {
            return Err(impossible(words::clock_gives_no_card()));
        }
        self.holder(card).ok_or_else(no_card)
    }

    /// The day on which the card was given, as the day of the act could tell.
    fn card_given(&self, act: &SignedAct, card: &ClockKind) -> Result<Date, Why> {
        let given = deadline::of_clock(self, card).overdue_on(Date::at(act.at.millis()));
        given.ok_or_else(no_card)
    }

    /// 电子监察: the service centre of the county or the city over whoever got the card
    /// (行政许可法 第六十条), and nobody in their own matter.
    fn check_supervisor(&self, act: &SignedAct, judged: usize) -> Result<(), Why> {
        if OrganCode::is_counter(act.act.organ) && self.may_judge(act.office, judged) {
            return Ok(());
        }
        Err(not_allowed(words::card_judged_from_above()))
    }

    fn may_judge(&self, office: OfficeCode, judged: usize) -> bool {
        let stage = self.progress.stage(judged);
        let holder = stage.office(self.of);
        let own = office == holder && OrganCode::is_counter(Some(stage.organ));
        self.is_supervising(office) && holder.is_within(office) && !own
    }

    fn is_supervising(&self, office: OfficeCode) -> bool {
        matches!(office.tier(), Tier::County | Tier::City) && self.of.includes(office)
    }

    /// The nearest office that may judge a card.
    pub(in crate::fold) fn supervisor(&self, card: &ClockKind) -> Option<OfficeCode> {
        let judged = self.holder(card)?;
        self.of.handled_at().line().find(|office| self.may_judge(*office, judged))
    }
}

/// The answer to one of these; it waits for what it answers.
fn answer<'a>(
    voiced: &mut [Voiced<'a>],
    act: &'a SignedAct,
    said: ActId,
    absent: fn() -> Said,
) -> Result<(), Why> {
    match voiced.iter_mut().find(|known| known.act.id == said) {
        None => Err(not_yet(absent())),
        Some(known) if known.answer.is_none() => {
            known.answer = Some(act);
            Ok(())
        }
        Some(_) => Err(already_answered(&act.act.kind)),
    }
}

fn no_card() -> Why {
    not_yet(words::no_card_given())
}
