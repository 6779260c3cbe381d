//! What a road is like.

use std::time::Duration;

/// Both ways of a road.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weather {
    pub up: Lane,
    pub down: Lane,
}

/// One way of a road.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    /// What every packet takes.
    pub delay: Duration,
    /// A packet takes at most so much longer; those behind it wait for it.
    pub jitter: Duration,
    /// Bits a millisecond; `None`: as many as there are.
    pub kbps: Option<u64>,
    /// How long a packet waits at most for those before it; one that would wait longer is lost.
    pub queue: Duration,
    /// Packets in a million that are lost.
    pub loss_ppm: u32,
    /// Losses come in bursts (Gilbert and Elliott); `None`: each by itself.
    pub burst: Option<Burst>,
    /// Packets in a million that let the others overtake.
    pub reorder_ppm: u32,
    /// By how much they come later.
    pub reorder_by: Duration,
    /// Packets in a million that arrive twice.
    pub duplicate_ppm: u32,
}

/// A burst of losses. How many are lost in one follows from [`Lane::loss_ppm`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// Packets in a million at which one begins.
    pub begins_ppm: u32,
    /// Packets in a million at which one ends.
    pub ends_ppm: u32,
}

/// Packets that are counted in parts per million.
pub(super) const MILLION: u64 = 1_000_000;
/// A road that nobody described has room for a quarter of a second.
const QUEUE: Duration = Duration::from_millis(250);

impl Weather {
    /// Nothing is lost, and nothing takes longer than it must.
    pub const CLEAR: Self = Self { up: Lane::CLEAR, down: Lane::CLEAR };

    /// The same both ways.
    pub const fn same(lane: Lane) -> Self {
        Self { up: lane, down: lane }
    }
}

impl Lane {
    pub const CLEAR: Self = Self {
        delay: Duration::ZERO,
        jitter: Duration::ZERO,
        kbps: None,
        queue: QUEUE,
        loss_ppm: 0,
        burst: None,
        reorder_ppm: 0,
        reorder_by: Duration::ZERO,
        duplicate_ppm: 0,
    };

    /// How long so many bytes occupy it.
    pub(crate) fn takes(&self, bytes: usize) -> Duration {
        let micros = |kbps: u64| bytes as u64 * 8 * 1_000 / kbps.max(1);
        self.kbps.map_or(Duration::ZERO, |kbps| Duration::from_micros(micros(kbps)))
    }
}

impl Burst {
    /// Packets in a million that are lost within one, so that `loss_ppm` are in the mean.
    pub(super) fn loss_ppm(&self, loss_ppm: u32) -> u64 {
        let (begins, ends) = (u64::from(self.begins_ppm.max(1)), u64::from(self.ends_ppm));
        (u64::from(loss_ppm) * (begins + ends) / begins).min(MILLION)
    }
}
