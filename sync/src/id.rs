//! Names of things: offices, nodes, logs, hashes and times.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Fixed-size bytes that print as hex.
macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// The first eight hex digits, for logs and screens.
            pub fn short(&self) -> String {
                hex::encode(&self.0[..4])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut digits = [0; 2 * $len];
                hex::encode_to_slice(self.0, &mut digits).expect("two digits a byte");
                f.write_str(std::str::from_utf8(&digits).expect("hex digits are ASCII"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let mut bytes = [0; $len];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| IdError::Hex {
                    what: stringify!($name),
                    digits: 2 * $len,
                    found: text.chars().take(80).collect(),
                })?;
                Ok(Self(bytes))
            }
        }
    };
}

bytes_id!(
    /// An Ed25519 public key: the identity of one installation.
    NodeKey, 32
);
bytes_id!(
    /// `BLAKE3(author key, incarnation, channel)`: the name of a log.
    LogId, 32
);
bytes_id!(
    /// The hash of an entry's header, and so of the chain up to it.
    EntryHash, 32
);
bytes_id!(
    /// The name of a material: it commits to the size and to every chunk (see [`crate::blob`]).
    BlobId, 32
);

impl EntryHash {
    /// What the first entry of a log names as its predecessor.
    pub const ZERO: Self = Self([0; 32]);
}

/// A random number made when a store is created or restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Incarnation(pub u64);

/// Why a name could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// A hex name of the wrong length or alphabet.
    #[error("{what}: expected {digits} hex digits, got {found:?}")]
    Hex { what: &'static str, digits: usize, found: String },
    /// Not a division code.
    #[error("office code: expected 12 digits such as 330382001001 (not a province), got {found:?}")]
    Office { found: String },
}

/// The level of an office in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// 市
    City,
    /// 县
    County,
    /// 乡镇、街道
    Town,
    /// 村、社区
    Village,
}

/// A 12-digit division code (统计用区划代码): two digits each for province, city and county,
/// three each for town and village. The code names the office and its place in the tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct OfficeCode(u64);

impl OfficeCode {
    const TOWN: u64 = 1_000;
    const COUNTY: u64 = 1_000_000;
    const CITY: u64 = 100_000_000;
    const PROVINCE: u64 = 10_000_000_000;

    /// # Errors
    /// [`IdError::Office`] unless the number has 12 digits and names a city or something below one.
    pub fn new(code: u64) -> Result<Self, IdError> {
        let in_range = (11 * Self::PROVINCE..100 * Self::PROVINCE).contains(&code);
        if in_range && !code.is_multiple_of(Self::PROVINCE) {
            Ok(Self(code))
        } else {
            Err(IdError::Office { found: code.to_string() })
        }
    }

    /// The level, read from the trailing zeros.
    pub fn tier(self) -> Tier {
        if !self.0.is_multiple_of(Self::TOWN) {
            Tier::Village
        } else if !self.0.is_multiple_of(Self::COUNTY) {
            Tier::Town
        } else if !self.0.is_multiple_of(Self::CITY) {
            Tier::County
        } else {
            Tier::City
        }
    }

    fn span(self) -> u64 {
        match self.tier() {
            Tier::Village => 1,
            Tier::Town => Self::TOWN,
            Tier::County => Self::COUNTY,
            Tier::City => Self::CITY,
        }
    }

    /// The office above; a city has none.
    pub fn parent(self) -> Option<Self> {
        let above = match self.tier() {
            Tier::Village => Self::TOWN,
            Tier::Town => Self::COUNTY,
            Tier::County => Self::CITY,
            Tier::City => return None,
        };
        Some(Self(self.0 - self.0 % above))
    }

    /// This office and those above it, nearest first.
    pub fn line(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |office| office.parent())
    }

    /// The ancestor (or self) at `tier`, if this office is at or below it.
    pub fn at_tier(self, tier: Tier) -> Option<Self> {
        self.line().find(|office| office.tier() == tier)
    }

    /// Whether this office is `ancestor` or below it.
    pub fn is_within(self, ancestor: Self) -> bool {
        ancestor.subtree().contains(&self)
    }

    /// The codes of this office and of everything below it: one contiguous range.
    pub fn subtree(self) -> std::ops::RangeInclusive<Self> {
        self..=Self(self.0 + self.span() - 1)
    }

    /// The six leading digits (县级区划代码).
    pub fn division6(self) -> u32 {
        u32::try_from(self.0 / Self::COUNTY).expect("a 12-digit number over 10^6 has 6 digits")
    }
}

impl TryFrom<u64> for OfficeCode {
    type Error = IdError;
    fn try_from(code: u64) -> Result<Self, IdError> {
        Self::new(code)
    }
}

impl From<OfficeCode> for u64 {
    fn from(office: OfficeCode) -> u64 {
        office.0
    }
}

impl FromStr for OfficeCode {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError::Office { found: text.chars().take(40).collect() };
        if text.len() != 12 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        Self::new(text.parse().map_err(|_| wrong())?)
    }
}

impl fmt::Display for OfficeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for OfficeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Milliseconds since the Unix epoch (UTC).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Millis(pub u64);

impl Millis {
    /// `self` later by `ms` milliseconds.
    pub fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`, or zero.
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A hybrid logical clock reading: 48 bits of milliseconds since the Unix epoch, 16 bits of counter.
///
/// It orders what one node saw; nothing is refused because of it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Hlc(pub u64);

impl Hlc {
    /// The next reading after `self` at wall time `now`.
    #[must_use]
    pub fn tick(self, now: Millis) -> Self {
        Self(self.0.saturating_add(1).max(now.0.saturating_mul(1 << 16)))
    }

    /// The wall part.
    pub fn millis(self) -> Millis {
        Millis(self.0 >> 16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office(code: u64) -> OfficeCode {
        OfficeCode::new(code).unwrap()
    }

    #[test]
    fn the_code_tells_tier_and_line() {
        let village = office(330_382_001_001);
        let line: Vec<_> = village.line().map(|o| (o.to_string(), o.tier())).collect();
        assert_eq!(
            line,
            [
                ("330382001001".into(), Tier::Village),
                ("330382001000".into(), Tier::Town),
                ("330382000000".into(), Tier::County),
                ("330300000000".into(), Tier::City),
            ]
        );
    }

    #[test]
    fn a_subtree_is_a_range() {
        let town = office(330_382_001_000);
        assert!(office(330_382_001_999).is_within(town));
        assert!(town.is_within(town));
        assert!(!office(330_382_002_001).is_within(town));
        assert!(!office(330_382_000_000).is_within(town));
    }

    #[test]
    fn provinces_and_nonsense_are_refused() {
        for text in ["330000000000", "33038200100", "33038200100x", "000000000001", ""] {
            assert!(text.parse::<OfficeCode>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_clock_never_goes_back() {
        let first = Hlc::default().tick(Millis(1_000));
        let second = first.tick(Millis(500));
        assert!(second > first);
        assert_eq!(second.millis(), Millis(1_000));
    }
}
