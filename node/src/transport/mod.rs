//! QUIC between offices: mutual TLS 1.3 under the city's own root, two lanes of bytes for each link.
//!
//! Everything asynchronous lives here. The replica talks through two channels:
//!
//! ```text
//! commands (unbounded, cheap)  ──▶ Transport ──▶ events (bounded: a slow replica slows the peers)
//! ```
//!
//! A link has one ordered byte stream for each [`Lane`] and direction. [`Event::Bytes`] come in
//! order for each lane, in pieces that have nothing to do with the pieces that were sent.
//! Every [`Event::Connected`] is followed by exactly one [`Event::Closed`].
//!
//! A dialer's `Connected` says that *we* believe the peer. Whether the peer believes us is proven only
//! by its first bytes: TLS 1.3 lets a server refuse a client certificate after the client is done.
//!
//! When to dial again is decided by the replica; this module has no timers but those that end what
//! does not answer.

mod accept;
mod commands;
mod config;
mod counters;
mod dial;
mod enrol;
mod error;
mod link;
mod links;
mod reset;
mod shared;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;

use daiban_sync::id::{Millis, OfficeCode};
use tokio::sync::mpsc;

use crate::identity::{Identity, Registry};
use shared::Shared;

pub use crate::identity::Peer;
pub use config::{Congestion, TransportSettings};
pub use counters::Totals;
pub use enrol::{JoinError, RenewError, join, renew};
pub use error::{BindError, DialError, ExchangeError, PeerError};

/// Names a link for as long as the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

/// Which of a link's two byte streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Entries and all that sessions say.
    Control,
    /// Blobs: sent when the control lane has nothing to send.
    Bulk,
}

/// What happened.
pub enum Event {
    /// The handshake is done; see the module's words on what that proves to a dialer.
    Connected { link: LinkId, peer: Peer, dialed: bool, remote: SocketAddr },
    /// Some bytes of a lane.
    Bytes { link: LinkId, lane: Lane, bytes: Vec<u8> },
    /// The office that we dialled does not believe our key any more. `Closed` follows.
    Revoked { by: OfficeCode },
    /// The last word on a link.
    Closed { link: LinkId, why: String },
    /// A dial that led to no link.
    DialFailed { office: OfficeCode, why: DialError },
}

/// What to do.
pub enum Command {
    /// Answered by one `Connected` or `DialFailed`. Addresses are `host:port`, tried in order.
    Dial { office: OfficeCode, addrs: Vec<String>, congestion: Congestion },
    /// Without effect on a link that is closed.
    Send { link: LinkId, lane: Lane, bytes: Vec<u8> },
    /// What was sent before still goes out, within a bound of time.
    Close { link: LinkId, code: u32, reason: String },
    /// As `Close`, for every link that is up.
    CloseAll { code: u32, reason: String },
    /// The registry has changed: links of nodes that it does not believe end at once.
    CloseRefused,
}

/// How a link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LinkStats {
    pub rtt_ms: u64,
    pub sent_packets: u64,
    pub lost_packets: u64,
    /// UDP payload, with QUIC's headers and the handshake.
    pub sent_bytes: u64,
    /// UDP payload, with QUIC's headers and the handshake.
    pub received_bytes: u64,
    pub cwnd: u64,
}

/// Answers those who join or renew; see [`crate::identity::Desk`]. It may block.
pub trait JoinHandler: Send + Sync {
    fn handle_request(&self, request: &[u8], now: Millis) -> Vec<u8>;
}

/// The node's clock, which judges certificates.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

/// What a transport is made of.
pub struct Parts {
    pub settings: TransportSettings,
    pub identity: Arc<Identity>,
    pub registry: Arc<dyn Registry>,
    pub join_handler: Arc<dyn JoinHandler>,
    pub clock: Clock,
}

/// The node's end of all its links. Dropping it closes them; [`Transport::shutdown`] is kinder.
pub struct Transport {
    shared: Arc<Shared>,
    commands: mpsc::UnboundedSender<Command>,
}

impl Transport {
    /// Binds the UDP socket and begins to accept. Must be called inside a tokio runtime.
    pub async fn bind(
        parts: Parts,
        events: mpsc::Sender<Event>,
    ) -> Result<(Self, mpsc::UnboundedSender<Command>), BindError> {
        let shared = Arc::new(Shared::bind(parts, events)?);
        let (commands, inbox) = mpsc::unbounded_channel();
        tokio::spawn(accept::run(Arc::clone(&shared)));
        tokio::spawn(commands::run(Arc::clone(&shared), inbox));
        Ok((Self { shared, commands: commands.clone() }, commands))
    }

    /// Where we listen.
    pub fn local_addr(&self) -> Result<SocketAddr, BindError> {
        self.shared.local_addr()
    }

    /// How a link does, while it is up.
    pub fn stats(&self, link: LinkId) -> Option<LinkStats> {
        self.shared.links.get(link).map(|link| link.stats())
    }

    /// How every link does.
    pub fn all_stats(&self) -> Vec<(LinkId, Peer, LinkStats)> {
        let links = self.shared.links.all();
        links.iter().map(|link| (link.id(), link.peer(), link.stats())).collect()
    }

    /// How many links are up.
    pub fn links(&self) -> usize {
        self.shared.links.count()
    }

    /// Totals since the start.
    pub fn totals(&self) -> Totals {
        self.shared.counters.totals()
    }

    /// New connections use the new certificates; links that are up stay.
    pub fn replace_identity(&self, identity: Arc<Identity>) -> Result<(), BindError> {
        self.shared.replace_identity(identity)
    }

    /// Closes all links and the socket; what was sent still goes out, within a bound of time.
    pub async fn shutdown(self) {
        let reason = "the node shuts down".to_owned();
        // After all that was commanded before.
        let _ = self.commands.send(Command::CloseAll { code: error::code::DONE, reason });
        self.shared.shutdown().await;
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        self.shared.abandon();
    }
}

#[cfg(test)]
mod tests;
