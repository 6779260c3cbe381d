//! What lists and figures look at of a case.

use daiban_domain::calendar::Date;
use daiban_domain::case::Summary;
use daiban_domain::clock::Card;
use daiban_domain::figures::{Counted, Facts};
use daiban_domain::fold::{Due, NextAct, Status};
use daiban_domain::organ::OrganCode;
use daiban_sync::id::{Millis, OfficeCode};

use super::filter::{Desk, Place, WITHDRAW};

#[derive(Debug)]
pub(super) struct Listed {
    pub(super) status: Status,
    pub(super) origin: OfficeCode,
    pub(super) opened: Millis,
    pub(super) due: Option<Date>,
    /// The cards that it gets, each after its day.
    pub(super) cards: Box<[(Card, Date)]>,
    pub(super) turns: Box<[Turn]>,
    /// What figures count; a case without its opening act has no facts yet.
    pub(super) counted: Option<Counted>,
}

#[derive(Debug)]
pub(super) struct Turn {
    pub(super) office: OfficeCode,
    pub(super) organ: Option<OrganCode>,
    pub(super) from: Option<Date>,
    pub(super) delivers: bool,
}

impl Listed {
    pub(super) fn of(summary: &Summary) -> Self {
        let turns = summary.next.iter().filter(|next| next.verb != WITHDRAW);
        let turn = |next: &NextAct| Turn {
            office: next.office,
            organ: next.organ,
            from: next.from,
            delivers: matches!(&*next.verb, "deliver" | "close"),
        };
        Self {
            status: summary.status,
            origin: summary.origin,
            opened: summary.opened.unwrap_or_default(),
            due: day_of(&summary.due),
            cards: summary.facts.iter().flat_map(cards).collect(),
            turns: turns.map(turn).collect(),
            counted: Counted::of(summary),
        }
    }

    /// Whether a clock that is still running has given it.
    pub(super) fn has_card(&self, card: Card, today: Date) -> bool {
        self.cards.iter().any(|(given, day)| *given == card && *day < today)
    }

    pub(super) fn place(&self, desk: Desk, office: OfficeCode, today: Date) -> Place {
        let mut mine = self.turns.iter().filter(|turn| turn.is_for(desk, office, today)).peekable();
        let is_mine = mine.peek().is_some();
        match self.status {
            Status::Draft if is_mine => Place::Draft,
            Status::Correction if is_mine => Place::ToCorrect,
            _ if mine.any(|turn| turn.delivers) => Place::ToDeliver,
            _ if is_mine => Place::Waiting,
            status if status.is_final() => Place::Ended,
            _ => Place::Elsewhere,
        }
    }
}

impl Turn {
    fn is_for(&self, desk: Desk, office: OfficeCode, today: Date) -> bool {
        let has_begun = self.from.is_none_or(|day| day <= today);
        self.office == office && desk.is_seat_of(self.organ) && has_begun
    }
}

/// Until when, while it runs.
fn day_of(due: &Due) -> Option<Date> {
    match due {
        Due::On { date } => Some(*date),
        _ => None,
    }
}

fn cards(facts: &Facts) -> impl Iterator<Item = (Card, Date)> {
    facts.clocks.iter().filter_map(|clock| Some((clock.card, day_of(&clock.due)?)))
}
