//! What figures know of a case.

use daiban_sync::id::Millis;
use serde::{Deserialize, Serialize};

use crate::calendar::Date;
use crate::clock::{Card, CardFate, ClockKind, Due};
use crate::fold::CaseState;
use crate::organ::OrganCode;

use super::Period;

/// 非常满意, 满意 and 基本满意 count as satisfied (国办发〔2019〕51号).
const SATISFIED_STARS: u8 = 3;

/// The facts of a folded case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    pub received: Option<Date>,
    pub accepted: Option<Date>,
    /// Granted or refused.
    pub decided: Option<Date>,
    pub closed: Option<Date>,
    /// Decided after the promised day or the day by law; `None` when there is no such day.
    pub late: Option<bool>,
    /// The organ that decided.
    pub organ: Option<OrganCode>,
    /// As first rated: what follows a rectification does not unmake it.
    pub stars: Option<u8>,
    /// 网上办理: the office that accepted it is not the one where it was handed in.
    pub online: bool,
    /// 跑动次数: how often the applicant came.
    pub visits: usize,
    /// Files for its materials, and those of them that nobody had to bring 免提交.
    pub materials: usize,
    pub reused: usize,
    /// Each clock that gives a card when it runs out, unless its card was withdrawn.
    pub clocks: Vec<CardClock>,
}

/// A clock that gives a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardClock {
    pub card: Card,
    pub due: Due,
}

impl Facts {
    pub fn of(state: &CaseState) -> Self {
        let day = |moment: Option<Millis>| moment.map(Date::at);
        let late = [&state.deadlines.promised, &state.deadlines.statutory].map(|due| match due {
            Due::Done { late, .. } => Some(*late),
            _ => None,
        });
        let origin = state.opened.as_ref().map(|opened| opened.origin);
        Self {
            received: day(state.times.received),
            accepted: day(state.times.accepted),
            decided: day(state.times.decided),
            closed: day(state.times.closed),
            late: late.into_iter().flatten().reduce(|a, b| a || b),
            organ: state.decision.organ,
            stars: state.redress.ratings.first().map(|rating| rating.stars),
            online: state.accepted_by.is_some() && state.accepted_by != origin,
            visits: state.visits,
            materials: state.materials.len(),
            reused: state.materials.iter().filter(|file| file.reused.is_some()).count(),
            clocks: card_clocks(state),
        }
    }

    pub(super) fn is_satisfied(&self) -> bool {
        self.stars >= Some(SATISFIED_STARS)
    }

    /// Whether anything of the case may count in the period: most cases of a long time do in none.
    pub(super) fn touches(&self, period: Period) -> bool {
        let days =
            || [self.received, self.accepted, self.decided, self.closed].into_iter().flatten();
        let has_begun = days().min().is_none_or(|first| first <= period.to);
        let is_open =
            self.decided.is_none() || days().max().is_some_and(|last| period.from <= last);
        let has_card = |colour| self.has_card(colour, period.from, period.to);
        has_begun && is_open || has_card(Card::Yellow) || has_card(Card::Red)
    }

    /// Whether a card of this colour was given from the one day to the other.
    pub(super) fn has_card(&self, colour: Card, from: Date, to: Date) -> bool {
        let given = |clock: &CardClock| clock.due.overdue_on(to).is_some_and(|day| from <= day);
        self.clocks.iter().any(|clock| clock.card == colour && given(clock))
    }
}

fn card_clocks(state: &CaseState) -> Vec<CardClock> {
    let withdrawn = |kind: &ClockKind| {
        let mut appeals = state.redress.appeals.iter();
        appeals.any(|appeal| appeal.card == *kind && appeal.fate == CardFate::Withdrawn)
    };
    let runs = |due: &Due| matches!(due, Due::On { .. } | Due::Done { late: true, .. });
    let clocks = state.deadlines.with_cards().filter(|(kind, due)| runs(due) && !withdrawn(kind));
    clocks.map(|(kind, due)| CardClock { card: kind.late_card(), due: due.clone() }).collect()
}
