//! Channels: which offices hold an entry, and who may write it.
//!
//! **Invariant.** This file is the only place that answers "may this office have it".

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{OfficeCode, Tier};

/// A set of offices that hold the same logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Channel {
    /// Cases taken in at `origin`; `handler` is set when another branch must act (异地可办, 协查).
    Cases { origin: OfficeCode, handler: Option<OfficeCode> },
    /// What `issuer` tells everybody below: catalog, calendar, directory, revocation. Those above hold
    /// it too, because they judge the same cases by it.
    Notices { issuer: OfficeCode },
}

impl Channel {
    /// The channel of cases that stay on the line of `origin`.
    pub fn cases(origin: OfficeCode) -> Self {
        Self::Cases { origin, handler: None }
    }

    /// Whether `office` keeps a copy.
    pub fn is_held_by(&self, office: OfficeCode) -> bool {
        match *self {
            Self::Cases { origin, handler } => {
                origin.is_within(office) || handler.is_some_and(|h| h.is_within(office))
            }
            Self::Notices { issuer } => office.is_within(issuer) || issuer.is_within(office),
        }
    }

    /// Whether `office` may write.
    pub fn may_be_written_by(&self, office: OfficeCode) -> bool {
        match *self {
            Self::Cases { .. } => self.is_held_by(office),
            Self::Notices { issuer } => office == issuer,
        }
    }

    /// Whether `ancestor`'s receipt for this channel says anything: it must hold it from above.
    pub fn is_receipted_by(&self, ancestor: OfficeCode) -> bool {
        matches!(self, Self::Cases { .. })
            && ancestor.tier() < Tier::Village
            && self.is_held_by(ancestor)
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cases { origin, handler: None } => write!(f, "cases/{origin}"),
            Self::Cases { origin, handler: Some(handler) } => write!(f, "cases/{origin}/{handler}"),
            Self::Notices { issuer } => write!(f, "notices/{issuer}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office(code: u64) -> OfficeCode {
        OfficeCode::new(code).unwrap()
    }

    const VILLAGE: u64 = 330_382_001_001;
    const NEIGHBOUR: u64 = 330_382_001_002;
    const TOWN: u64 = 330_382_001_000;
    const OTHER_TOWN: u64 = 330_382_002_000;
    const COUNTY: u64 = 330_382_000_000;

    fn holders(channel: Channel, among: &[u64]) -> Vec<u64> {
        among.iter().copied().filter(|&o| channel.is_held_by(office(o))).collect()
    }

    #[test]
    fn a_case_is_held_on_its_line_only() {
        let all = [VILLAGE, NEIGHBOUR, TOWN, OTHER_TOWN, COUNTY];
        assert_eq!(holders(Channel::cases(office(VILLAGE)), &all), [VILLAGE, TOWN, COUNTY]);
        let wider = Channel::Cases { origin: office(VILLAGE), handler: Some(office(OTHER_TOWN)) };
        assert_eq!(holders(wider, &all), [VILLAGE, TOWN, OTHER_TOWN, COUNTY]);
    }

    #[test]
    fn notices_go_down_and_up_and_only_the_issuer_writes() {
        let channel = Channel::Notices { issuer: office(TOWN) };
        assert!(channel.is_held_by(office(VILLAGE)));
        assert!(channel.is_held_by(office(COUNTY)) && !channel.is_held_by(office(OTHER_TOWN)));
        assert!(channel.may_be_written_by(office(TOWN)));
        assert!(!channel.may_be_written_by(office(VILLAGE)));
    }
}
