//! What has happened since the start, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Totals since the transport was bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Totals {
    /// Links that came up, dialed or accepted.
    pub links: u64,
    /// Peers that did not get as far as a link: handshake, certificate, limit.
    pub refused: u64,
    /// Dials that led to no link.
    pub dials_failed: u64,
    /// Links that we ended because of what the peer did.
    pub cut_off: u64,
    /// Requests to join or renew that reached the desk.
    pub enrolments: u64,
}

#[derive(Default)]
pub(super) struct Counters {
    pub(super) links: Counter,
    pub(super) refused: Counter,
    pub(super) dials_failed: Counter,
    pub(super) cut_off: Counter,
    pub(super) enrolments: Counter,
}

#[derive(Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    pub(super) fn totals(&self) -> Totals {
        Totals {
            links: self.links.get(),
            refused: self.refused.get(),
            dials_failed: self.dials_failed.get(),
            cut_off: self.cut_off.get(),
            enrolments: self.enrolments.get(),
        }
    }
}
