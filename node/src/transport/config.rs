//! QUIC's parameters.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use quinn::congestion::{BbrConfig, CubicConfig};
use quinn::{IdleTimeout, TransportConfig, VarInt};

use super::BindError;
use crate::settings::Settings;

/// One stream for each lane; a link that opens more is closed.
pub(super) const LANES: u8 = 2;
/// Joining and renewing take one.
const BIDI_STREAMS: u8 = 1;

/// What an operator may choose of the transport.
#[derive(Clone, Debug)]
pub struct TransportSettings {
    pub listen: SocketAddr,
    pub idle_ms: u64,
    pub keepalive_ms: u64,
    pub handshake_ms: u64,
    /// What a peer may send before the replica has taken it.
    pub window_bytes: u64,
    /// What may wait to be sent to one peer.
    pub backlog_bytes: u64,
    pub socket_buffer_bytes: u64,
    pub links_max: u64,
}

impl From<&Settings> for TransportSettings {
    fn from(settings: &Settings) -> Self {
        let sync = &settings.sync;
        Self {
            listen: settings.node.listen,
            idle_ms: 1_000 * sync.idle_s,
            keepalive_ms: 1_000 * sync.keepalive_s,
            handshake_ms: 1_000 * sync.handshake_s,
            window_bytes: 1_024 * sync.window_kb,
            backlog_bytes: 1_024 * sync.backlog_kb,
            socket_buffer_bytes: 1_024 * sync.socket_buffer_kb,
            links_max: sync.max_sessions,
        }
    }
}

impl TransportSettings {
    pub(super) fn handshake(&self) -> Duration {
        Duration::from_millis(self.handshake_ms)
    }
}

/// How the sender reacts to loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Congestion {
    /// Gentle with slow links.
    #[default]
    Cubic,
    /// For long and lossy links: at 5 % loss and 600 ms it was 15 times as fast.
    Bbr,
}

/// Parameters of one side. Only the dialer keeps the link alive: one packet serves both.
pub(super) fn transport_config(
    settings: &TransportSettings,
    congestion: Congestion,
    keepalive: bool,
) -> Result<Arc<TransportConfig>, BindError> {
    let wrong = |what: &str| BindError::Settings { why: format!("{what} is too large for QUIC") };
    let idle = IdleTimeout::try_from(Duration::from_millis(settings.idle_ms))
        .map_err(|_| wrong("sync.idle_s"))?;
    let window = VarInt::from_u64(settings.window_bytes).map_err(|_| wrong("sync.window_kb"))?;
    let half = VarInt::from_u64(settings.window_bytes / 2).map_err(|_| wrong("sync.window_kb"))?;
    let mut config = TransportConfig::default();
    config
        .max_concurrent_uni_streams(VarInt::from(LANES))
        .max_concurrent_bidi_streams(VarInt::from(BIDI_STREAMS))
        .max_idle_timeout(Some(idle))
        .keep_alive_interval(keepalive.then(|| Duration::from_millis(settings.keepalive_ms)))
        // Half for a stream: one lane that is not taken up must not stop the other.
        .stream_receive_window(half)
        .receive_window(window)
        .send_window(settings.window_bytes)
        .datagram_receive_buffer_size(None)
        // Probes of 1,452 bytes would cost more than a session that has nothing new to say.
        .mtu_discovery_config(None);
    match congestion {
        Congestion::Cubic => config.congestion_controller_factory(Arc::new(CubicConfig::default())),
        Congestion::Bbr => config.congestion_controller_factory(Arc::new(BbrConfig::default())),
    };
    Ok(Arc::new(config))
}
