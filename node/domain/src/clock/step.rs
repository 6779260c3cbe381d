//! The steps of a reckoning.

use serde::Serialize;

use super::basis::Basis;
use super::course::{Stop, Why};
use crate::calendar::Date;
use crate::catalog::Limit;
use crate::words::Said;

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
        let (zh, en, basis) = match self {
            Self::Stopped(stop) => return (stop.why.stopped(), stop.why.basis(licence)),
            Self::Overrun(stop) => return (stop.why.overrun(), stop.why.basis(licence)),
            Self::Shifted(name) => return (shifted(name), Basis::Holidays),
            Self::Holiday(name) => return (holiday(name), Basis::Holidays),
            Self::Corresponding(limit) => return (corresponding(limit), Basis::CivilCode(202)),
            Self::Extended(limit) => return (extended(limit), licensing(42)),
            Self::DeemedAccepted => (
                "逾期未告知补正，自收到材料之日起即为受理",
                "nobody asked in time for what was missing: accepted on the day of receipt",
                licensing(32),
            ),
            Self::Event => {
                ("当日不计入", "the day of the event does not count", Basis::CivilCode(201))
            }
            Self::OnTheSpot => ("当场办结", "settled on the spot", licensing(34)),
            Self::Working => ("工作日", "working day", licensing(82)),
            Self::Weekend => ("周休息日", "weekend", Basis::WorkingHours),
            Self::Natural => ("自然日", "natural day", Basis::CivilCode(200)),
            Self::LastDayOff => (
                "期间最后一日是休假日，顺延至休假日结束的次日",
                "the last day was a day off: the next working day is the last",
                Basis::CivilCode(203),
            ),
            Self::ExtendedTooLate => (
                "延期在期限届满后作出，不延长本时限",
                "extended after the limit had ended: this limit stays as it was",
                licensing(42),
            ),
            Self::CalendarEnds => (
                "放假安排尚未通知，不推算",
                "the calendar of this day is not known: nothing is guessed",
                Basis::Holidays,
            ),
        };
        (Said::new(zh, en), basis)
    }
}

fn shifted(name: &str) -> Said {
    Said::new(format!("调休上班（{name}）"), format!("weekend that is worked ({name})"))
}

fn holiday(name: &str) -> Said {
    Said::new(format!("放假（{name}）"), format!("public holiday ({name})"))
}

fn corresponding(limit: Limit) -> Said {
    let words = limit.words();
    Said::new(
        format!("{}后的对应日，无对应日的为月末日", words.zh),
        format!("the same day after {}, or the last of that month", words.en),
    )
}

fn extended(limit: Limit) -> Said {
    let words = limit.words();
    Said::new(format!("延期{}（一次）", words.zh), format!("extended once by {}", words.en))
}

impl Why<'_> {
    fn stopped(self) -> Said {
        match self {
            Self::Procedure(name) => Said::new(
                format!("特别程序「{name}」，所需时间不计入"),
                format!("special procedure \"{name}\" is not counted"),
            ),
            Self::Stage(action) => {
                let (zh, en) = action.words();
                Said::new(format!("「{zh}」不计时"), format!("\"{en}\" is off the clock"))
            }
            Self::Correction => {
                Said::new("申请人补正期间不计入", "the applicant owes a correction")
            }
        }
    }

    fn overrun(self) -> Said {
        let (zh, en) = match self {
            Self::Procedure(name) => (name, name),
            Self::Stage(action) => action.words(),
            Self::Correction => ("补正", "correction"),
        };
        Said::new(
            format!("计入：「{zh}」的天数已满"),
            format!("counted: \"{en}\" has used up its days"),
        )
    }

    /// Whether the law itself leaves these days out: 行政许可法 第四十五条 names these procedures
    /// and no others.
    pub fn is_named_by_law(self) -> bool {
        const BY_LAW: [&str; 8] =
            ["听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审"];
        let name = match self {
            Self::Procedure(name) => name,
            Self::Stage(action) => action.words().0,
            Self::Correction => return false,
        };
        BY_LAW.iter().any(|named| name.contains(named))
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
