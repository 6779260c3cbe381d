//! Ratings, complaints and cards: what each act needs and changes. They may follow after the end.

use daiban_sync::id::{OfficeCode, Tier};

use super::Machine;
use crate::act::{ActId, ActKind, SignedAct};
use crate::calendar::Date;
use crate::catalog::Stage;
use crate::clock::ClockKind;
use crate::fold::deadline;
use crate::fold::redress::{APPEAL_WITHIN_DAYS, Appeal, Complaint, Rating};
use crate::fold::rules::{
    Why, already_answered, impossible, not_allowed, not_yet, too_late, turn_has_not_come,
};
use crate::organ::OrganCode;
use crate::words::Said;

impl<'a> Machine<'a> {
    /// 评价, and once more 回访 after a bad one was rectified.
    pub(super) fn rate(&mut self, act: &'a SignedAct, stars: u8) -> Result<(), Why> {
        self.check_counter(act)?;
        if !(1..=5).contains(&stars) {
            return Err(impossible("评价为一至五星", "a rating has one to five stars"));
        }
        if self.decision.is_none() && self.ended.is_none() {
            return Err(turn_has_not_come(&act.act.kind));
        }
        match self.redress.ratings.as_slice() {
            [] => {}
            [first] if first.rectified.is_some() => {}
            [first] if first.is_open() => {
                return Err(too_late(
                    "已作评价；整改完成后可再评价一次",
                    "it was rated; once it is rectified it can be rated once more",
                ));
            }
            _ => return Err(already_answered(&act.act.kind)),
        }
        self.redress.ratings.push(Rating { act, stars, lead: self.answerable(), rectified: None });
        Ok(())
    }

    pub(super) fn rectify(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        self.check_answerable(act)?;
        match self.redress.ratings.iter_mut().rfind(|rating| rating.is_bad()) {
            None => Err(not_yet("没有需要整改的差评", "no bad rating is to be rectified")),
            Some(rating) if rating.is_open() => {
                rating.rectified = Some(act);
                Ok(())
            }
            Some(_) => Err(already_answered(&act.act.kind)),
        }
    }

    pub(super) fn complain(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        self.check_counter(act)?;
        self.check_submitted()?;
        self.redress.complaints.push(Complaint { act, lead: self.answerable(), answer: None });
        Ok(())
    }

    pub(super) fn answer_complaint(
        &mut self,
        act: &'a SignedAct,
        complaint: ActId,
    ) -> Result<(), Why> {
        self.check_answerable(act)?;
        match self.redress.complaints.iter_mut().find(|known| known.act.id == complaint) {
            None => Err(not_yet(
                "要答复的投诉尚未到达",
                "the complaint that it answers has not arrived here",
            )),
            Some(known) if known.answer.is_none() => {
                known.answer = Some(act);
                Ok(())
            }
            Some(_) => Err(already_answered(&act.act.kind)),
        }
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
            return Err(too_late(
                format!("申诉应当在亮牌（{given}）后{APPEAL_WITHIN_DAYS}个工作日内提出"),
                format!(
                    "an appeal is due within {APPEAL_WITHIN_DAYS} working days after the card ({given})"
                ),
            ));
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
            return Err(not_yet("没有对这张牌的申诉", "nobody has appealed against this card"));
        }
        self.redress.appeals.entry(card).or_default().ruling = Some(act);
        Ok(())
    }

    /// 督办
    pub(super) fn supervise(&mut self, act: &'a SignedAct) -> Result<(), Why> {
        if !self.is_supervising(act.office) || !OrganCode::is_counter(act.act.organ) {
            return Err(not_allowed(Said::new(
                "督办由本办件所属县（市、区）或市的政务服务中心进行",
                "supervision is for the service centre of the case's county or city",
            )));
        }
        self.check_submitted()?;
        self.redress.notes.push(act);
        Ok(())
    }

    fn check_submitted(&self) -> Result<(), Why> {
        match self.received_at {
            Some(_) => Ok(()),
            None => Err(not_yet("办件尚未提交", "the case was not submitted yet")),
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
            ClockKind::Complaint { complaint } => {
                let mut complaints = self.redress.complaints.iter();
                complaints.find(|known| known.act.id == *complaint).map(|known| known.lead)
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
            return Err(impossible("这一时限不亮牌", "this clock gives no card"));
        }
        self.holder(card).ok_or_else(no_card)
    }

    /// The day on which the card was given, as the day of the act could tell.
    fn card_given(&self, act: &SignedAct, card: &ClockKind) -> Result<Date, Why> {
        let given = deadline::of_card(self, card).overdue_on(Date::at(act.at.millis()));
        given.ok_or_else(no_card)
    }

    /// 电子监察: the service centre of the county or the city over whoever got the card
    /// (行政许可法 第六十条), and nobody in their own matter.
    fn check_supervisor(&self, act: &SignedAct, judged: usize) -> Result<(), Why> {
        if OrganCode::is_counter(act.act.organ) && self.may_judge(act.office, judged) {
            return Ok(());
        }
        Err(not_allowed(Said::new(
            "撤牌或维持由上级县（市、区）或市的政务服务中心决定，不得自行决定",
            "a card is judged by the service centre of the county or city above, by nobody in \
             their own matter",
        )))
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

fn no_card() -> Why {
    not_yet("这一时限没有亮牌", "this clock has given no card")
}
