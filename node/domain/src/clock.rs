//! Clocks 时限: when a case is due, and how that day is reckoned.
//!
//! A [`Course`] says what starts, stops and lengthens one clock. It is reckoned day by day; every
//! stretch of days is a [`Step`] with its reason and the article or rule behind it. Only signed
//! times, the item and the calendar enter, so that every node finds the same day. What day it is
//! today matters to a [`Standing`] alone: days left, and cards.

mod basis;
mod card;
mod course;
mod step;

use serde::Serialize;

use crate::calendar::Date;
use crate::catalog::{Limit, Unit};
use crate::organ::OrganCode;
use crate::words::Said;

pub use basis::Basis;
pub use card::{Card, Standing, WARN_BEFORE_DAYS, card_of};
pub use course::{Course, Ends, Extension, Stop, Why};
pub use step::{Reason, Step, Steps};

/// One deadline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Due {
    /// Open, and due on this day.
    On { date: Date },
    /// The calendar of that time is not known until a notice brings it.
    CalendarUnknown { beyond: Date },
    /// The applicant owes a correction.
    Suspended,
    /// Done on a day; `late` if it was due before.
    Done { due: Date, done: Date, late: bool },
    /// It has not begun, or ended without counting.
    NotRunning,
}

/// Which clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum ClockKind {
    /// To accept, to refuse, or to ask once for everything missing 受理.
    Acceptance,
    /// 承诺时限
    Promised,
    /// 法定时限
    Statutory,
    /// An organ's own part.
    Stage { seq: u8, organ: OrganCode },
}

/// A clock with its reckoning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clock {
    #[serde(flatten)]
    pub kind: ClockKind,
    pub name: Said,
    pub limit: Limit,
    /// Where the limit comes from: the law, or as the item words it.
    pub source: Said,
    pub due: Due,
    /// Days that are left once all of `steps` has counted: none unless the clock stands still, and
    /// not known where the calendar ends.
    pub rest: Option<u16>,
    pub steps: Vec<Step>,
}

impl Limit {
    /// `20个工作日`, `20 working days`.
    pub fn words(self) -> Said {
        let n = self.value;
        match self.unit {
            Unit::WorkingDays => Said::new(format!("{n}个工作日"), format!("{n} working days")),
            Unit::NaturalDays => Said::new(format!("{n}日（自然日）"), format!("{n} natural days")),
            Unit::Months => Said::new(format!("{n}个月"), format!("{n} months")),
            Unit::OnTheSpot => Said::new("当场", "on the spot"),
        }
    }
}
