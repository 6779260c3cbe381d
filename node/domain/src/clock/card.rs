//! What a clock says today: days used and left, and cards. Nothing of it is stored.

use daiban_sync::id::OfficeCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Clock, ClockKind, Due};
use crate::calendar::{Calendar, Date};
use crate::organ::OrganCode;
use crate::schema;
use crate::words::{self, Said};

/// 预警 so many working days before a limit ends, unless an item says otherwise.
pub const WARN_BEFORE_DAYS: u16 = 2;

/// 预警与亮牌, the graver the greater.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Card {
    #[default]
    None,
    /// 预警: it is due soon, or an organ is past its own part.
    Warning,
    /// 黄牌: past the promise.
    Yellow,
    /// 红牌: past the law.
    Red,
}

impl Card {
    /// 中文 and English word.
    pub fn words(self) -> Said {
        match self {
            Self::None => words::card_none(),
            Self::Warning => words::card_warning(),
            Self::Yellow => words::card_yellow(),
            Self::Red => words::card_red(),
        }
    }
}

/// What became of a card 申诉.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardFate {
    /// 申诉中
    Appealed,
    /// 维持
    Upheld,
    /// 已撤牌: it counts no more.
    Withdrawn,
}

impl CardFate {
    /// 中文 and English word.
    pub fn words(self) -> Said {
        match self {
            Self::Appealed => words::card_appealed(),
            Self::Upheld => words::card_upheld(),
            Self::Withdrawn => words::card_withdrawn(),
        }
    }
}

/// A yellow or red card that was given. It stays on the case's record, also when it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "GivenCard")]
pub struct Given {
    pub clock: ClockKind,
    /// The clock's short name, by which an appeal points at it.
    pub id: String,
    pub name: Said,
    pub card: Card,
    /// The first day past the limit.
    pub on: Date,
    /// Who got it.
    #[schemars(with = "schema::OfficeCode")]
    pub office: OfficeCode,
    pub organ: Option<OrganCode>,
    pub fate: Option<CardFate>,
}

/// A clock on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Today, or the day on which it was done.
    pub as_of: Date,
    pub used: u16,
    /// `None` where the calendar ends.
    pub left: Option<u16>,
    /// Natural days past the last day.
    pub over: u16,
    pub card: Card,
}

impl Clock {
    /// How it stands; `warn_before` in working days.
    pub fn standing(&self, today: Date, calendar: &Calendar, warn_before: u16) -> Standing {
        let as_of = match self.due {
            Due::Done { done, .. } => done,
            _ => today,
        };
        let used = self.counted_until(as_of);
        let all = self.steps.iter().map(|step| step.total).max().unwrap_or(0);
        let over = self.last_day().map_or(0, |due| as_of.since(due));
        Standing {
            as_of,
            used,
            left: self.rest.map(|rest| rest + all - used),
            over: u16::try_from(over.max(0)).unwrap_or(u16::MAX),
            card: self.card(today, calendar, warn_before),
        }
    }

    fn counted_until(&self, day: Date) -> u16 {
        let days = |step: &super::Step| (step.to.min(day).since(step.from) + 1).max(0);
        let counted = self.steps.iter().filter(|step| step.counts).map(days).sum::<i32>();
        u16::try_from(counted).unwrap_or(u16::MAX)
    }

    fn last_day(&self) -> Option<Date> {
        match self.due {
            Due::On { date } => Some(date),
            Due::Done { due, .. } => Some(due),
            _ => None,
        }
    }

    fn card(&self, today: Date, calendar: &Calendar, warn_before: u16) -> Card {
        match self.due {
            _ if self.due.overdue_on(today).is_some() => match self.fate {
                Some(CardFate::Withdrawn) => Card::None,
                _ => self.kind.late_card(),
            },
            Due::On { date } if date <= soon_until(calendar, today, warn_before) => Card::Warning,
            _ => Card::None,
        }
    }

    /// The card that it has given by this day.
    pub fn given(&self, today: Date) -> Option<Given> {
        let on = self.due.overdue_on(today)?;
        self.kind.gives_card().then(|| Given {
            clock: self.kind.clone(),
            id: self.kind.to_string(),
            name: self.name.clone(),
            card: self.kind.late_card(),
            on,
            office: self.office,
            organ: self.organ,
            fate: self.fate,
        })
    }
}

impl ClockKind {
    /// 黄牌 past a promise, 红牌 past the law. An organ's part is a matter between offices, a
    /// supplement is the applicant's, and no rule says when a question is to be answered: they give a
    /// warning at most.
    pub(crate) fn late_card(&self) -> Card {
        match self {
            Self::Promised | Self::Rectification { .. } | Self::Complaint { .. } => Card::Yellow,
            Self::Acceptance | Self::Statutory => Card::Red,
            Self::Stage { .. } | Self::Supplement { .. } | Self::Question { .. } => Card::Warning,
        }
    }

    /// Whether it gives a card that can be appealed.
    pub fn gives_card(&self) -> bool {
        self.late_card() > Card::Warning
    }
}

/// The last day on which what is due then has at most `days` working days left after today; where
/// the calendar ends, the last day that it knows.
pub fn soon_until(calendar: &Calendar, today: Date, days: u16) -> Date {
    let (mut date, mut left) = (today, days);
    loop {
        let next = date.next();
        match calendar.is_working(next) {
            Ok(true) if left == 0 => return date,
            Ok(working) => left -= u16::from(working),
            Err(_) => return date,
        }
        date = next;
    }
}

/// The gravest card of a case. An organ's own part is a matter between offices and gives none.
pub fn card_of<'a>(standings: impl IntoIterator<Item = (&'a ClockKind, Standing)>) -> Card {
    let of_case =
        standings.into_iter().filter(|(kind, _)| !matches!(kind, ClockKind::Stage { .. }));
    of_case.map(|(_, standing)| standing.card).max().unwrap_or_default()
}
