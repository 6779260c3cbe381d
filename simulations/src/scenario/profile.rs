//! What links are like, by the kind of their last mile.

use super::error::ScenarioError;
use super::table::{Table, document};
use crate::dice::Dice;

/// The model that ships with the simulator.
const SHIPPED: &str = include_str!("../../model/network.toml");

/// The kind of a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    pub name: String,
    /// Of villages, in thousandths.
    pub share: u64,
    pub up_kbps: u64,
    pub down_kbps: u64,
    pub rtt_ms: u64,
    pub jitter_ms: u64,
    /// Lost packets in a million.
    pub loss_ppm: u64,
    /// How much a full queue adds.
    pub queue_ms: u64,
    /// Mean time between outages; 0: none.
    pub outage_every_ms: u64,
    /// Median of an outage.
    pub outage_ms: u64,
    /// UDP does not pass at all.
    pub blocked: bool,
}

/// All kinds, in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Profiles(pub Vec<Profile>);

impl Profiles {
    /// Those that ship.
    ///
    /// # Panics
    /// Never: a test reads the file.
    pub fn shipped() -> Self {
        Self::parse(SHIPPED).expect("a test reads the shipped model")
    }

    /// # Errors
    /// The first thing that is wrong, with its line.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let document = document(text)?;
        let root = Table::new(text, "", document.span(), document.get_ref(), &["profile"])?;
        root.tables("profile", &KEYS)?.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.0.iter().find(|profile| profile.name == name)
    }

    /// One of them, by their shares.
    pub(crate) fn draw(&self, dice: &mut Dice) -> &Profile {
        let shares = self.0.iter().map(|profile| profile.share).sum::<u64>().max(1);
        let mut left = dice.between(0, shares - 1);
        let drawn = self.0.iter().find(|profile| {
            let is_here = left < profile.share;
            left = left.saturating_sub(profile.share);
            is_here
        });
        drawn.unwrap_or(&self.0[0])
    }

    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.iter().map(|profile| profile.name.as_str())
    }
}

const KEYS: [&str; 11] = [
    "name",
    "share",
    "up_kbps",
    "down_kbps",
    "rtt",
    "jitter",
    "loss_ppm",
    "queue",
    "outage_every",
    "outage",
    "blocked",
];

fn read(table: &Table<'_>) -> Result<Profile, ScenarioError> {
    let rate = |key| Ok(table.whole(key, 1..10_000_000)?.unwrap_or(100_000));
    Ok(Profile {
        name: table.required("name", "a name", table.text("name")?)?,
        share: table.whole("share", 0..1_001)?.unwrap_or(0),
        up_kbps: rate("up_kbps")?,
        down_kbps: rate("down_kbps")?,
        rtt_ms: table.span_or("rtt", 2)?,
        jitter_ms: table.span_or("jitter", 0)?,
        loss_ppm: table.whole("loss_ppm", 0..1_000_001)?.unwrap_or(0),
        queue_ms: table.span_or("queue", 0)?,
        outage_every_ms: table.span_or("outage_every", 0)?,
        outage_ms: table.span_or("outage", 0)?,
        blocked: table.flag_or("blocked", false)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_the_shipped_profiles_are_the_whole() {
        let profiles = Profiles::shipped();
        assert_eq!(profiles.0.iter().map(|profile| profile.share).sum::<u64>(), 1_000);
        assert!(profiles.get("lan").is_some() && profiles.get("2g-fallback").is_some());
    }
}
