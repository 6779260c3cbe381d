//! What a node tells the offices above of its health.

use daiban_sync::id::Millis;
use serde::{Deserialize, Serialize};

use super::Replica;
use super::io::LinkId;

/// A node's health in a few bytes; the latest replaces the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beacon {
    pub entries: u64,
    pub cases: u64,
    /// Entries that the office above has not signed for.
    pub unsent: u64,
    pub blobs_wanted: u64,
    pub quarantined: u64,
    pub latched: bool,
    pub now: Millis,
}

impl Replica {
    pub(super) fn beacon(&self, now: Millis) -> Vec<u8> {
        let unsent = self.config.office.parent().map_or(0, |parent| self.signed_by(parent).missing);
        let beacon = Beacon {
            entries: self.store.tips().values().map(|tip| tip.head.len).sum(),
            cases: self.case_count,
            unsent,
            blobs_wanted: self.wants.len() as u64,
            quarantined: self.quarantine_count,
            latched: self.writes_nothing().is_some(),
            now,
        };
        postcard::to_stdvec(&beacon).expect("numbers always encode")
    }

    pub(super) fn send_beacons(&mut self, now: Millis) {
        if now.since(self.beacon_at) < self.config.timing.beacon_ms {
            return;
        }
        self.beacon_at = now;
        let beacon = self.beacon(now);
        let ours = self.config.office;
        for peer in self.links.values_mut().filter(|peer| peer.office.tier() < ours.tier()) {
            peer.session.send_beacon(beacon.clone());
        }
    }

    pub(super) fn take_beacon(&mut self, link: LinkId, beacon: Vec<u8>) {
        // An older or newer program's report is no reason to part.
        if let (Some(peer), Ok(beacon)) = (self.links.get(&link), postcard::from_bytes(&beacon)) {
            self.beacons.insert(peer.office, beacon);
        }
    }
}
