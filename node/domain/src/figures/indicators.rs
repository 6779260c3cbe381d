//! The figures, each by what it counts of a case.

use crate::calendar::Date;
use crate::clock::Card;
use crate::words::{self, Said};

use super::{Facts, Period};

/// The days that figures look at.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) period: Period,
    /// No day of the future gives a card.
    pub(super) until: Date,
}

/// How often a case counts in a figure, of how often it could.
#[derive(Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) count: usize,
    pub(super) of: usize,
}

pub(super) struct Indicator {
    pub(super) key: &'static str,
    pub(super) words: fn() -> Said,
    pub(super) count: fn(&Facts, Window) -> Count,
}

pub(super) const INDICATORS: [Indicator; 9] = [
    Indicator {
        key: "accepted",
        words: words::share_accepted,
        count: |facts, window| {
            once(window.has(facts.received), || window.has_by_end(facts.accepted))
        },
    },
    Indicator {
        key: "completed",
        words: words::share_completed,
        count: |facts, window| {
            once(window.has(facts.accepted), || window.has_by_end(facts.decided))
        },
    },
    Indicator {
        key: "on-time",
        words: words::share_on_time,
        count: |facts, window| {
            let is_counted = window.has(facts.decided) && facts.late.is_some();
            once(is_counted, || facts.late == Some(false))
        },
    },
    Indicator {
        key: "satisfied",
        words: words::share_satisfied,
        count: |facts, window| {
            let is_counted = window.has(facts.decided) && facts.stars.is_some();
            once(is_counted, || facts.is_satisfied())
        },
    },
    Indicator {
        key: "online",
        words: words::share_online,
        count: |facts, window| once(window.has(facts.accepted), || facts.online),
    },
    Indicator {
        key: "one-visit",
        words: words::share_one_visit,
        count: |facts, window| once(window.has(facts.closed), || facts.visits <= 1),
    },
    Indicator {
        key: "materials-saved",
        words: words::share_materials_saved,
        count: saved_materials,
    },
    Indicator {
        key: "yellow",
        words: words::share_yellow,
        count: |facts, window| cards(facts, window, Card::Yellow),
    },
    Indicator {
        key: "red",
        words: words::share_red,
        count: |facts, window| cards(facts, window, Card::Red),
    },
];

impl Window {
    fn has(self, day: Option<Date>) -> bool {
        self.period.contains(day)
    }

    fn has_by_end(self, day: Option<Date>) -> bool {
        day.is_some_and(|day| day <= self.period.to)
    }
}

fn once(is_counted: bool, holds: impl FnOnce() -> bool) -> Count {
    Count { count: usize::from(is_counted && holds()), of: usize::from(is_counted) }
}

/// 免提交材料: a case counts once for each of its materials.
fn saved_materials(facts: &Facts, window: Window) -> Count {
    if !window.has(facts.received) {
        return Count::default();
    }
    Count { count: facts.reused, of: facts.materials }
}

/// 亮牌: of the cases that were under way in the period or got a card in it.
fn cards(facts: &Facts, window: Window, colour: Card) -> Count {
    let Window { period, until } = window;
    let has_card = facts.has_card(colour, period.from, until);
    let was_under_way = facts.received.is_some_and(|day| day <= until)
        && facts.decided.is_none_or(|day| period.from <= day);
    once(was_under_way || has_card, || has_card)
}
