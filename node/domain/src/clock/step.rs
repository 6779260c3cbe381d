//! The steps of a reckoning.

use serde::Serialize;

use super::basis::Basis;
use super::course::{Stop, Why};
use crate::calendar::Date;
use crate::catalog::Limit;
use crate::words::{self, Said};

/// A day, or a stretch of days alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    pub from: Date,
    pub to: Date,
    /// Whether each of its days counts.
    pub counts: bool,
    /// Days that have counted up to its end.
    pub total: u16,
    pub words: Said,
    pub basis: Basis,
}

/// Why a day counts or does not, or why a limit is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason<'a> {
    /// Nobody asked in time for what was missing: accepted on the day of receipt.
    DeemedAccepted,
    /// The day of the event.
    Event,
    OnTheSpot,
    Working,
    Shifted(&'a str),
    Weekend,
    Holiday(&'a str),
    Natural,
    /// The limit in months ends on this day.
    Corresponding(Limit),
    Stopped(Stop<'a>),
    /// What stopped the clock has used up its days.
    Overrun(Stop<'a>),
    /// The last day was a day off.
    LastDayOff,
    Extended(Limit),
    ExtendedTooLate,
    CalendarEnds,
}

impl Reason<'_> {
    /// The sentence, and what it rests on. `licence`: the item is one.
    pub fn said(self, licence: bool) -> (Said, Basis) {
        let licensing = |article| Basis::Licensing { article, by_analogy: !licence };
        match self {
            Self::Stopped(stop) => (stop.why.stopped(), stop.why.basis(licence)),
            Self::Overrun(stop) => (stop.why.overrun(), stop.why.basis(licence)),
            Self::Shifted(name) => (words::step_shifted(name), Basis::Holidays),
            Self::Holiday(name) => (words::step_holiday(name), Basis::Holidays),
            Self::Corresponding(limit) => (words::step_corresponding(limit), Basis::CivilCode(202)),
            Self::Extended(limit) => (words::step_extended(limit), licensing(42)),
            Self::DeemedAccepted => (words::step_deemed_accepted(), licensing(32)),
            Self::Event => (words::step_event(), Basis::CivilCode(201)),
            Self::OnTheSpot => (words::step_on_the_spot(), licensing(34)),
            Self::Working => (words::step_working(), licensing(82)),
            Self::Weekend => (words::step_weekend(), Basis::WorkingHours),
            Self::Natural => (words::step_natural(), Basis::CivilCode(200)),
            Self::LastDayOff => (words::step_last_day_off(), Basis::CivilCode(203)),
            Self::ExtendedTooLate => (words::step_extended_too_late(), licensing(42)),
            Self::CalendarEnds => (words::step_calendar_ends(), Basis::Holidays),
        }
    }
}

impl Why<'_> {
    fn stopped(self) -> Said {
        match self {
            Self::Procedure(name) => words::stopped_for_procedure(name),
            Self::Stage(action) => words::stopped_for_stage(action),
            Self::Correction => words::stopped_for_correction(),
        }
    }

    fn overrun(self) -> Said {
        match self {
            Self::Procedure(name) => words::overrun_procedure(name),
            Self::Stage(action) => words::overrun_stage(action),
            Self::Correction => words::overrun_correction(),
        }
    }

    /// Whether the law itself leaves these days out: 行政许可法 第四十五条 names these procedures
    /// and no others.
    pub fn is_named_by_law(self) -> bool {
        const BY_LAW: [&str; 8] =
            ["听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审"];
        let is_named = |name: &str| BY_LAW.iter().any(|named| name.contains(named));
        match self {
            Self::Procedure(name) => is_named(name),
            Self::Stage(action) => is_named(&action.words().zh),
            Self::Correction => false,
        }
    }

    fn basis(self, licence: bool) -> Basis {
        match self {
            Self::Correction => Basis::Handling,
            _ if self.is_named_by_law() => Basis::Licensing { article: 45, by_analogy: !licence },
            Self::Procedure(_) | Self::Stage(_) => Basis::Item,
        }
    }
}

/// Gathers what is noted day by day; or nothing, where only the day is asked for.
#[derive(Debug)]
pub struct Steps {
    licence: bool,
    wanted: bool,
    total: u16,
    steps: Vec<Step>,
}

impl Steps {
    /// `licence`: the item is one, so that its law is cited as such.
    pub fn wanted(licence: bool) -> Self {
        Self { licence, wanted: true, total: 0, steps: Vec::new() }
    }

    pub fn unwanted() -> Self {
        Self { licence: false, wanted: false, total: 0, steps: Vec::new() }
    }

    pub fn into_vec(self) -> Vec<Step> {
        self.steps
    }

    /// A day that counts.
    pub(super) fn counted(&mut self, date: Date, reason: Reason<'_>) {
        self.total = self.total.saturating_add(1);
        self.day(date, true, reason);
    }

    /// A day that does not, or something to know about it.
    pub fn noted(&mut self, date: Date, reason: Reason<'_>) {
        self.day(date, false, reason);
    }

    fn day(&mut self, date: Date, counts: bool, reason: Reason<'_>) {
        if !self.wanted {
            return;
        }
        let (words, basis) = reason.said(self.licence);
        let total = self.total;
        match self.steps.last_mut() {
            Some(last)
                if last.to.next() == date && last.words == words && last.counts == counts =>
            {
                (last.to, last.total) = (date, total);
            }
            _ => self.steps.push(Step { from: date, to: date, counts, total, words, basis }),
        }
    }
}
