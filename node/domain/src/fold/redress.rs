//! What follows when somebody is not served well: bad ratings 差评 and their rectification 整改,
//! complaints 投诉, questions 咨询 and their answers, cards 亮牌 and the appeals against them, 督办.

use std::collections::BTreeMap;

use daiban_sync::id::{Millis, OfficeCode};
use serde::Serialize;

use crate::act::{ActId, ActKind, SignedAct};
use crate::clock::{CardFate, ClockKind};
use crate::organ::OrganCode;
use crate::words::{self, Said};

/// Working days to appeal against a card. No national rule says how many; this is ours.
pub(super) const APPEAL_WITHIN_DAYS: u16 = 5;

/// So far.
#[derive(Default)]
pub(super) struct Redress<'a> {
    pub(super) ratings: Vec<Rating<'a>>,
    pub(super) complaints: Vec<Voiced<'a>>,
    pub(super) questions: Vec<Voiced<'a>>,
    pub(super) appeals: BTreeMap<&'a ClockKind, Appeal<'a>>,
    pub(super) notes: Vec<&'a SignedAct>,
}

pub(super) struct Rating<'a> {
    pub(super) act: &'a SignedAct,
    pub(super) stars: u8,
    /// The stage that answers for it.
    pub(super) lead: usize,
    pub(super) rectified: Option<&'a SignedAct>,
}

impl Rating<'_> {
    /// 差评: 不满意 and 非常不满意.
    pub(super) fn is_bad(&self) -> bool {
        self.stars <= 2
    }

    /// It is still to be rectified.
    pub(super) fn is_open(&self) -> bool {
        self.is_bad() && self.rectified.is_none()
    }
}

/// What the applicant has said and is owed an answer to.
pub(super) struct Voiced<'a> {
    pub(super) act: &'a SignedAct,
    /// The stage that answers for it.
    pub(super) lead: usize,
    pub(super) answer: Option<&'a SignedAct>,
}

/// Of one card: it can be withdrawn without an appeal too.
#[derive(Default)]
pub(super) struct Appeal<'a> {
    pub(super) lodged: Option<&'a SignedAct>,
    pub(super) ruling: Option<&'a SignedAct>,
}

impl Appeal<'_> {
    pub(super) fn fate(&self) -> CardFate {
        match self.ruling.map(|act| &act.act.kind) {
            None => CardFate::Appealed,
            Some(ActKind::CardWithdrawn { .. }) => CardFate::Withdrawn,
            Some(_) => CardFate::Upheld,
        }
    }
}

/// Ratings, complaints, questions, appeals and supervision, in the order of their acts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RedressView {
    pub ratings: Vec<RatingView>,
    pub complaints: Vec<VoicedView>,
    pub questions: Vec<VoicedView>,
    pub appeals: Vec<AppealView>,
    /// 督办
    pub supervision: Vec<Statement>,
}

impl RedressView {
    /// The complaint that has waited longest for an answer.
    pub fn first_open_complaint(&self) -> Option<&Statement> {
        first_open(&self.complaints)
    }

    /// The question that has waited longest for an answer.
    pub fn first_open_question(&self) -> Option<&Statement> {
        first_open(&self.questions)
    }
}

fn first_open(voiced: &[VoicedView]) -> Option<&Statement> {
    voiced.iter().find(|known| known.answer.is_none()).map(|known| &known.said)
}

/// A rating 评价.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RatingView {
    pub stars: u8,
    pub words: Said,
    pub said: Statement,
    pub rectified: Option<Statement>,
}

/// A complaint 投诉 or a question 咨询.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VoicedView {
    pub said: Statement,
    pub answer: Option<Statement>,
}

/// An appeal against a card 申诉, or its withdrawal without one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppealView {
    pub card: ClockKind,
    pub fate: CardFate,
    pub lodged: Option<Statement>,
    pub ruling: Option<Statement>,
}

/// What somebody signed, in their own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    pub act: ActId,
    pub at: Millis,
    pub by: String,
    pub office: OfficeCode,
    pub organ: Option<OrganCode>,
    pub text: String,
}

impl Statement {
    pub(super) fn of(act: &SignedAct) -> Self {
        let text = match &act.act.kind {
            ActKind::Rated { comment: text, .. }
            | ActKind::Rectified { measures: text }
            | ActKind::Complained { text }
            | ActKind::ComplaintAnswered { answer: text, .. }
            | ActKind::Asked { text }
            | ActKind::QuestionAnswered { answer: text, .. }
            | ActKind::CardAppealed { reason: text, .. }
            | ActKind::CardWithdrawn { reason: text, .. }
            | ActKind::AppealRefused { reason: text, .. }
            | ActKind::SupervisionNoted { text }
            | ActKind::HelpAsked { question: text, .. }
            | ActKind::HelpRecorded { findings: text, .. }
            | ActKind::AppliedAgain { reason: text, .. } => text.clone(),
            _ => String::new(),
        };
        Self {
            act: act.id,
            at: act.at.millis(),
            by: act.act.officer.name.clone(),
            office: act.office,
            organ: act.act.organ,
            text,
        }
    }
}

pub(super) fn view(redress: &Redress<'_>) -> RedressView {
    let statement = |act: Option<&SignedAct>| act.map(Statement::of);
    let rating = |rating: &Rating<'_>| RatingView {
        stars: rating.stars,
        words: words_of(rating.stars),
        said: Statement::of(rating.act),
        rectified: statement(rating.rectified),
    };
    let voiced = |voiced: &Voiced<'_>| VoicedView {
        said: Statement::of(voiced.act),
        answer: statement(voiced.answer),
    };
    let appeal = |(card, appeal): (&&ClockKind, &Appeal<'_>)| AppealView {
        card: (*card).clone(),
        fate: appeal.fate(),
        lodged: statement(appeal.lodged),
        ruling: statement(appeal.ruling),
    };
    RedressView {
        ratings: redress.ratings.iter().map(rating).collect(),
        complaints: redress.complaints.iter().map(voiced).collect(),
        questions: redress.questions.iter().map(voiced).collect(),
        appeals: redress.appeals.iter().map(appeal).collect(),
        supervision: redress.notes.iter().map(|act| Statement::of(act)).collect(),
    }
}

/// The five levels.
fn words_of(stars: u8) -> Said {
    match stars {
        5 => words::rating_5(),
        4 => words::rating_4(),
        3 => words::rating_3(),
        2 => words::rating_2(),
        _ => words::rating_1(),
    }
}
