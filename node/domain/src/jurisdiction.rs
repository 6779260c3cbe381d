//! Jurisdiction 管辖: where a case was taken, and on whose line it is handled.

use daiban_sync::channel::Channel;
use daiban_sync::id::OfficeCode;
use serde::{Deserialize, Serialize};

/// The lines of offices that a case belongs to. It says the same as the case's channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Jurisdiction {
    /// The office whose counter took it.
    pub origin: OfficeCode,
    /// 异地: the office of another line that handles it. Everything but what the counter does is
    /// then done there.
    pub handler: Option<OfficeCode>,
}

impl Jurisdiction {
    /// Handled on the line of its origin.
    pub fn local(origin: OfficeCode) -> Self {
        Self { origin, handler: None }
    }

    /// `None` for a channel that holds no cases.
    pub fn of(channel: &Channel) -> Option<Self> {
        match *channel {
            Channel::Cases { origin, handler } => Some(Self { origin, handler }),
            Channel::Notices { .. } => None,
        }
    }

    /// The channel of its entries.
    pub fn channel(self) -> Channel {
        Channel::Cases { origin: self.origin, handler: self.handler }
    }

    /// The lowest office of the line on which it is handled.
    pub fn handled_at(self) -> OfficeCode {
        self.handler.unwrap_or(self.origin)
    }

    /// Whether every office that holds a case of `other` holds the cases of these.
    pub fn is_known_to_all_of(self, other: Self) -> bool {
        // Whoever is above a holder is a holder.
        self.includes(other.origin) && other.handler.is_none_or(|office| self.includes(office))
    }

    /// Whether `office` holds the case.
    pub fn includes(self, office: OfficeCode) -> bool {
        self.channel().is_held_by(office)
    }
}

impl From<OfficeCode> for Jurisdiction {
    fn from(origin: OfficeCode) -> Self {
        Self::local(origin)
    }
}
