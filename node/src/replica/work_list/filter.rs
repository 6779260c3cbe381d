//! Which cases are on a list, and where they stand for whoever looks.

use std::collections::BTreeSet;

use daiban_domain::calendar::Date;
use daiban_domain::clock::Card;
use daiban_domain::fold::{NextAct, Status};
use daiban_domain::organ::OrganCode;
use daiban_sync::id::OfficeCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::listed::Listed;

/// The applicant may withdraw at any time; that is no work that waits.
pub(super) const WITHDRAW: &str = "withdraw";

/// Which cases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Only cases that stand like this; however they stand, if there are none.
    pub statuses: Vec<Status>,
    /// Only cases of these items; of all, if there are none.
    pub items: BTreeSet<String>,
    /// Where it was opened.
    pub origin: Option<OfficeCode>,
    pub opened_on: Option<Date>,
    /// Whose desk it is that the places are seen from.
    pub desk: Desk,
    /// Only cases in one of these places; in all, if there are none.
    pub places: Vec<Place>,
    /// Only open cases whose day has passed.
    pub overdue: bool,
    /// Only open cases that are due within the days of a warning, or whose day has passed.
    pub soon: bool,
    /// Only open cases that have this card by now.
    pub card: Option<Card>,
}

/// Somebody of this office, by what they may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Desk {
    /// They take applications in and hand results out.
    pub counter: bool,
    pub organ: Option<OrganCode>,
}

impl Desk {
    /// Whether it is asked to do something.
    pub(crate) fn is_asked(self, next: &NextAct, office: OfficeCode) -> bool {
        next.office == office && self.is_seat_of(next.organ) && next.verb != WITHDRAW
    }

    /// What it may say yes to together with other cases.
    pub(crate) fn approves(self, next: &[NextAct], office: OfficeCode) -> Option<&NextAct> {
        next.iter().find(|next| next.in_batch && self.is_asked(next, office))
    }

    pub(super) fn is_seat_of(self, organ: Option<OrganCode>) -> bool {
        match organ {
            None => self.counter,
            organ => self.organ == organ,
        }
    }
}

/// Where a case stands, seen from a desk.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The applicant was asked for something, and the desk brings it.
    ToCorrect,
    /// It is the desk's turn.
    Waiting,
    ToDeliver,
    Draft,
    /// It is somebody else's turn.
    Elsewhere,
    Ended,
}

impl Place {
    /// The places in which the desk has something to do.
    pub const TO_DO: [Self; 4] = [Self::ToCorrect, Self::Waiting, Self::ToDeliver, Self::Draft];

    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::ToCorrect => "to-correct",
            Self::Waiting => "waiting",
            Self::ToDeliver => "to-deliver",
            Self::Draft => "draft",
            Self::Elsewhere => "elsewhere",
            Self::Ended => "ended",
        }
    }
}

/// The days that matter to a list.
#[derive(Clone, Copy)]
pub(super) struct Days {
    pub(super) today: Date,
    /// What is due until then is due soon.
    pub(super) soon: Date,
}

impl Filter {
    /// Open cases that are overdue or, if a card is named, have it by now.
    pub fn late(card: Option<Card>) -> Self {
        Self { overdue: card.is_none(), card, ..Self::default() }
    }

    /// Whether the case may be on the list, wherever it stands.
    pub(super) fn lets(&self, listed: &Listed, Days { today, soon }: Days) -> bool {
        (self.statuses.is_empty() || self.statuses.contains(&listed.status))
            && self.lets_item(listed)
            && self.origin.is_none_or(|office| office == listed.origin)
            && self.opened_on.is_none_or(|day| day == Date::at(listed.opened))
            && (!self.overdue || listed.due.is_some_and(|due| due < today))
            && (!self.soon || listed.due.is_some_and(|due| due <= soon))
            && self.card.is_none_or(|card| listed.has_card(card, today))
    }

    fn lets_item(&self, listed: &Listed) -> bool {
        let item = listed.counted.as_ref().map(|counted| &counted.item);
        self.items.is_empty() || item.is_some_and(|item| self.items.contains(item))
    }
}
