//! Small facts about the offices around that the shell keeps.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use daiban_sync::id::OfficeCode;

use crate::transport::{Congestion, LinkStats};

/// A link is long and lossy beyond these.
const LOSSY_PERCENT: u64 = 1;
const LONG_MS: u64 = 150;
/// Packets before a loss rate says anything.
const PACKETS_MIN: u64 = 200;

/// Which offices are behind long and lossy links: Cubic would crawl there.
#[derive(Clone, Default)]
pub(super) struct Congestions(Arc<Mutex<BTreeMap<OfficeCode, Congestion>>>);

impl Congestions {
    pub(super) fn of(&self, office: OfficeCode) -> Congestion {
        self.0.lock().ok().and_then(|known| known.get(&office).copied()).unwrap_or_default()
    }

    /// Learns from a link for the next dial.
    pub(super) fn learn(&self, office: OfficeCode, stats: &LinkStats) {
        if stats.sent_packets < PACKETS_MIN {
            return;
        }
        let is_lossy = stats.lost_packets * 100 > stats.sent_packets * LOSSY_PERCENT;
        let next = match is_lossy && stats.rtt_ms > LONG_MS {
            true => Congestion::Bbr,
            false => Congestion::Cubic,
        };
        if let Ok(mut known) = self.0.lock() {
            known.insert(office, next);
        }
    }
}
