//! What a story does to its offices.

use super::place::Place;

/// Something happens at some offices.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// After the beginning.
    pub at_ms: u64,
    /// Each of the offices within this time, in its own moment.
    pub spread_ms: u64,
    pub place: Place,
    /// How many of them.
    pub count: Count,
    pub fault: Fault,
}

/// How many of the offices at a place; which ones, the seed says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    All,
    Percent(u64),
    Some(usize),
}

/// What happens to an office.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The process dies (kill -9) and starts again after this time.
    Kill { for_ms: u64 },
    /// The machine loses power: its disk forgets what was not synced.
    PowerCut { for_ms: u64 },
    /// The machine is switched off in order.
    Off { for_ms: u64 },
    /// Every link resets, as when a mapping of a NAT is forgotten.
    Reset,
    /// The line to the office right above fails; those farther up are reached.
    Cut { for_ms: u64 },
    /// It reaches nobody and nobody reaches it.
    Dark { for_ms: u64 },
    /// What it says does not arrive; what it is told does.
    Mute { for_ms: u64 },
    /// UDP does not pass: no link comes up.
    UdpBlocked { for_ms: u64 },
    /// A bundle is carried to the office above, and another one back.
    Carry,
    /// The data directory is copied aside.
    Copy,
    /// The copy replaces the data directory and is used for a while before anybody is reached.
    Restore { alone_ms: u64 },
    /// The data directory is gone; the office joins again with a new key.
    Lose,
    /// The clock jumps, and runs too fast from then on.
    Clock { jump_ms: i64, drift_ppm: u64 },
    /// Bits turn around on the disk while the machine is off for a moment.
    FlipBits { count: u64 },
    /// The disk takes no more bytes.
    DiskFull { for_ms: u64 },
    /// The disk fails to write; then it is mended and the node starts again.
    DiskFails { for_ms: u64 },
    /// Its node lies from now on.
    Hostile { lie: Lie },
    /// Its node is revoked and goes on talking.
    Revoke,
    /// It publishes a newer version of an item.
    Catalog { item: String },
}

/// How a node lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// Bytes that mean nothing.
    Garbage,
    /// Genuine frames, as many as it can send.
    Flood,
    /// Two histories of one log.
    Fork,
    /// Logs of channels that the peer does not hold.
    WrongChannel,
}

impl Fault {
    /// What a scenario calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Kill { .. } => "kill",
            Self::PowerCut { .. } => "power-cut",
            Self::Off { .. } => "off",
            Self::Reset => "reset",
            Self::Cut { .. } => "cut",
            Self::Dark { .. } => "dark",
            Self::Mute { .. } => "mute",
            Self::UdpBlocked { .. } => "udp-blocked",
            Self::Carry => "carry",
            Self::Copy => "copy",
            Self::Restore { .. } => "restore",
            Self::Lose => "lose",
            Self::Clock { .. } => "clock",
            Self::FlipBits { .. } => "flip-bits",
            Self::DiskFull { .. } => "disk-full",
            Self::DiskFails { .. } => "disk-fails",
            Self::Hostile { .. } => "hostile",
            Self::Revoke => "revoke",
            Self::Catalog { .. } => "catalog",
        }
    }

    /// The alarms that it gives rightly, by the names of scenarios.
    pub fn alarms(&self) -> &'static [&'static str] {
        match self {
            Self::Restore { .. } | Self::Lose => &["rolled-back", "fork-mended", "equivocation"],
            Self::Clock { .. } => &["clock-error"],
            Self::FlipBits { .. } => &["damaged", "rolled-back", "fork-mended", "equivocation"],
            Self::DiskFull { .. } => &["latched", "no-room"],
            Self::DiskFails { .. } => &["latched", "damaged"],
            Self::Hostile { .. } => &["peer-refused", "equivocation", "quarantined", "clock-error"],
            Self::Revoke => {
                &["revoked", "quarantined", "rolled-back", "fork-mended", "equivocation"]
            }
            _ => &[],
        }
    }
}
