//! Which offices are behind long and lossy links.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use daiban_sync::id::OfficeCode;

use super::SharedTransport;
use crate::transport::{Congestion, LinkStats, Transport};

/// A link is long and lossy beyond these.
const LOSSY_PERCENT: u64 = 1;
const LONG_MS: u64 = 150;
/// How often the links are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Packets before a loss rate says anything.
const PACKETS_MIN: u64 = 200;

/// Which offices are behind long and lossy links: Cubic would crawl there.
#[derive(Clone, Default)]
pub(super) struct Congestions(Arc<Mutex<BTreeMap<OfficeCode, Congestion>>>);

impl Congestions {
    pub(super) fn of(&self, office: OfficeCode) -> Congestion {
        self.0.lock().ok().and_then(|known| known.get(&office).copied()).unwrap_or_default()
    }

    /// Looks at the links for as long as the node runs.
    pub(super) async fn watch(self, transport: SharedTransport) {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        loop {
            ticks.tick().await;
            let stats = transport.lock().ok().and_then(|t| t.as_ref().map(Transport::all_stats));
            for (_, peer, stats) in stats.unwrap_or_default() {
                self.learn(peer.office, &stats);
            }
        }
    }

    /// Learns from a link for the next dial.
    fn learn(&self, office: OfficeCode, stats: &LinkStats) {
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
