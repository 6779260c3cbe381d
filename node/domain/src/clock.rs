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

use std::fmt;

use daiban_sync::id::OfficeCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::act::ActId;
use crate::calendar::Date;
use crate::catalog::{Limit, Unit};
use crate::organ::OrganCode;
use crate::words::{self, Said};

pub use basis::Basis;
pub use card::{Card, CardFate, Given, Standing, WARN_BEFORE_DAYS, card_of, soon_until};
pub use course::{Course, Ends, Extension, Stop, Why};
pub use step::{Reason, Step, Steps};

/// One deadline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
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

impl Due {
    /// The day on which it was overdue first, if `day` has come that far.
    pub fn overdue_on(&self, day: Date) -> Option<Date> {
        let last = match *self {
            Self::On { date } => date,
            Self::Done { due, late: true, .. } => due,
            _ => return None,
        };
        Some(last.next()).filter(|first| *first <= day)
    }
}

/// Which clock. Acts name cards by it: the order of the variants is part of the format.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// To accept, to refuse, or to ask once for everything missing 受理.
    Acceptance,
    /// 承诺时限
    Promised,
    /// 法定时限
    Statutory,
    /// An organ's own part.
    Stage { seq: u8, organ: OrganCode },
    /// 容缺后补 of a material, by its key.
    Supplement { key: String },
    /// 整改 of a bad rating.
    Rectification { rating: ActId },
    /// 投诉答复
    Complaint { complaint: ActId },
    /// 咨询答复
    Question { question: ActId },
}

/// The short name by which people point at a clock, such as `promised` or `complaint-1a2b3c4d`.
impl fmt::Display for ClockKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acceptance => f.write_str("acceptance"),
            Self::Promised => f.write_str("promised"),
            Self::Statutory => f.write_str("statutory"),
            Self::Stage { seq, organ } => write!(f, "stage-{seq}-{organ}"),
            Self::Supplement { key } => write!(f, "supplement-{key}"),
            Self::Rectification { rating } => write!(f, "rectification-{}", rating.short()),
            Self::Complaint { complaint } => write!(f, "complaint-{}", complaint.short()),
            Self::Question { question } => write!(f, "question-{}", question.short()),
        }
    }
}

/// A clock with its reckoning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clock {
    pub kind: ClockKind,
    pub name: Said,
    /// Who keeps it, and gets its card; without an organ, the counter.
    pub office: OfficeCode,
    pub organ: Option<OrganCode>,
    pub limit: Limit,
    /// Where the limit comes from: the law, or as the item words it.
    pub source: Said,
    pub due: Due,
    /// Days that are left once all of `steps` has counted: none unless the clock stands still, and
    /// not known where the calendar ends.
    pub rest: Option<u16>,
    pub steps: Vec<Step>,
    /// What became of its card, where somebody appealed or ruled.
    pub fate: Option<CardFate>,
}

impl Limit {
    /// `20个工作日`, `20 working days`.
    pub fn words(self) -> Said {
        let n = self.value;
        match self.unit {
            Unit::WorkingDays => words::limit_working_days(n),
            Unit::NaturalDays => words::limit_natural_days(n),
            Unit::Months => words::limit_months(n),
            Unit::OnTheSpot => words::limit_on_the_spot(),
        }
    }
}
