//! Which offices something is about.

use std::fmt;
use std::str::FromStr;

use daiban_sync::id::{OfficeCode, Tier};

/// Some offices: `all`, a tier (`villages`), one office by its code, or the offices of a tier below
/// one (`341602000000/villages`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub within: Option<OfficeCode>,
    pub tier: Option<Tier>,
}

pub(super) const EXPECTED: &str = "offices: \"all\", \"villages\", \"towns\", \"counties\", \"city\", a 12-digit code, or \"CODE/villages\"";

const TIERS: [(&str, Tier); 4] = [
    ("villages", Tier::Village),
    ("towns", Tier::Town),
    ("counties", Tier::County),
    ("city", Tier::City),
];

impl Place {
    pub const ALL: Self = Self { within: None, tier: None };

    /// One office.
    pub fn office(code: OfficeCode) -> Self {
        Self { within: Some(code), tier: Some(code.tier()) }
    }

    pub fn of_tier(tier: Tier) -> Self {
        Self { within: None, tier: Some(tier) }
    }

    pub fn contains(&self, office: OfficeCode) -> bool {
        self.within.is_none_or(|above| office.is_within(above))
            && self.tier.is_none_or(|tier| office.tier() == tier)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let tier = |word: &str| TIERS.iter().find(|(name, _)| *name == word).map(|(_, tier)| *tier);
        if text == "all" {
            return Ok(Self::ALL);
        }
        if let Some(tier) = tier(text) {
            return Ok(Self::of_tier(tier));
        }
        match text.split_once('/') {
            Some((code, word)) => {
                let within = Some(code.parse().map_err(|_| ())?);
                Ok(Self { within, tier: Some(tier(word).ok_or(())?) })
            }
            None => Ok(Self::office(text.parse().map_err(|_| ())?)),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tier = self.tier.and_then(|tier| TIERS.iter().find(|(_, other)| *other == tier));
        match (self.within, tier) {
            (Some(office), _) if *self == Self::office(office) => write!(f, "{office}"),
            (Some(office), Some((name, _))) => write!(f, "{office}/{name}"),
            (Some(office), None) => write!(f, "{office} and below"),
            (None, Some((name, _))) => f.write_str(name),
            (None, None) => f.write_str("all"),
        }
    }
}
