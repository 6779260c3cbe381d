//! One connection: a stream for each lane and direction, a bounded backlog, one last word.

mod lanes;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use daiban_sync::id::NodeKey;
use quinn::{Connection, ConnectionError, TransportErrorCode, VarInt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::error::code;
use super::shared::Shared;
use super::{Event, Lane, LinkId, LinkStats, Peer};

/// A link that is being closed may take so many round trips to send what it holds, within bounds
/// of time. A peer that is there needs two; one that has died must not hold up a node that stops.
const FLUSH_ROUND_TRIPS: u32 = 8;
const FLUSH_MS_MIN: u64 = 500;
const FLUSH_MS_MAX: u64 = 3_000;

/// `certificate_revoked` (RFC 8446, 6.2).
const REVOKED_ALERT: u8 = 44;

type Queue = mpsc::UnboundedSender<Vec<u8>>;

pub(super) struct Link {
    id: LinkId,
    peer: Peer,
    /// All keys of the peer's chain, its own first.
    keys: Vec<NodeKey>,
    connection: Connection,
    /// `None` once the link is being closed.
    outgoing: Mutex<Option<Outgoing>>,
    queued_bytes: AtomicU64,
    /// Why we ended it, if we did.
    why: OnceLock<String>,
    was_cut_off: AtomicBool,
}

struct Outgoing {
    control: Queue,
    bulk: Queue,
    goodbye: oneshot::Sender<Goodbye>,
}

struct Goodbye {
    code: u32,
    reason: String,
}

/// Registers the link, tells the replica and carries bytes until the connection ends.
pub(super) async fn run(
    shared: Arc<Shared>,
    connection: Connection,
    peer: Peer,
    keys: Vec<NodeKey>,
    dialed: bool,
) {
    let (control, control_queue) = mpsc::unbounded_channel();
    let (bulk, bulk_queue) = mpsc::unbounded_channel();
    let (goodbye, goodbye_said) = oneshot::channel();
    let link = Arc::new(Link {
        id: shared.links.next_id(),
        peer,
        keys,
        connection,
        outgoing: Mutex::new(Some(Outgoing { control, bulk, goodbye })),
        queued_bytes: AtomicU64::new(0),
        why: OnceLock::new(),
        was_cut_off: AtomicBool::new(false),
    });
    shared.links.insert(Arc::clone(&link));
    shared.counters.links.add_one();
    // It may be believed no more since the handshake, before `close_refused` could find the link.
    shared.close_if_refused(&link);
    link.tell_connected(&shared.events, dialed).await;

    let mut readers = JoinSet::new();
    readers.spawn(lanes::read_all(Arc::clone(&link), shared.events.clone()));
    let mut writers = JoinSet::new();
    writers.spawn(lanes::write(Arc::clone(&link), Lane::Control, control_queue));
    writers.spawn(lanes::write(Arc::clone(&link), Lane::Bulk, bulk_queue));

    let why = link.ended(goodbye_said, &mut writers).await;
    if dialed && link.was_revoked_there() {
        let _ = shared.events.send(Event::Revoked { by: peer.office }).await;
    }
    // What the peer sent before it ended is still read, so that `Closed` comes last.
    while readers.join_next().await.is_some() {}
    shared.links.remove(link.id);
    if link.was_cut_off.load(Ordering::Relaxed) {
        shared.counters.cut_off.add_one();
    }
    tracing::info!(link = link.id.0, office = %peer.office, %why, "link closed");
    let _ = shared.events.send(Event::Closed { link: link.id, why }).await;
}

impl Link {
    pub(super) fn id(&self) -> LinkId {
        self.id
    }

    pub(super) fn peer(&self) -> Peer {
        self.peer
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &NodeKey> {
        self.keys.iter()
    }

    pub(super) fn stats(&self) -> LinkStats {
        let stats = self.connection.stats();
        LinkStats {
            rtt_ms: u64::try_from(stats.path.rtt.as_millis()).unwrap_or(u64::MAX),
            sent_packets: stats.path.sent_packets,
            lost_packets: stats.path.lost_packets,
            sent_bytes: stats.udp_tx.bytes,
            received_bytes: stats.udp_rx.bytes,
            cwnd: stats.path.cwnd,
        }
    }

    /// Queues bytes; a peer that lets more than `bound` wait does not read and is cut off.
    pub(super) fn send(&self, lane: Lane, bytes: Vec<u8>, bound: u64) {
        let outgoing = self.lock();
        let Some(outgoing) = outgoing.as_ref() else { return };
        let len = bytes.len() as u64;
        let waiting = self.queued_bytes.fetch_add(len, Ordering::Relaxed) + len;
        if waiting > bound {
            let why =
                format!("peer does not read: {waiting} bytes wait for it, at most {bound} may");
            self.cut_off(code::DOES_NOT_READ, why);
            return;
        }
        let queue = match lane {
            Lane::Control => &outgoing.control,
            Lane::Bulk => &outgoing.bulk,
        };
        // A writer is gone only when the connection is; `Closed` says so.
        let _ = queue.send(bytes);
    }

    /// Ends the link after what was sent has gone out, within [`FLUSH_ROUND_TRIPS`].
    pub(super) fn close_after_flush(&self, code: u32, reason: String) {
        let outgoing = self.lock().take();
        if let Some(Outgoing { goodbye, .. }) = outgoing {
            let _ = goodbye.send(Goodbye { code, reason });
        }
    }

    /// Ends the link at once; the first reason counts.
    pub(super) fn close_now(&self, code: u32, reason: String) {
        let reason = self.why.get_or_init(|| reason);
        self.connection.close(VarInt::from_u32(code), reason.as_bytes());
    }

    /// As [`Link::close_now`], for what the peer has done.
    fn cut_off(&self, code: u32, reason: String) {
        self.was_cut_off.store(true, Ordering::Relaxed);
        self.close_now(code, reason);
    }

    async fn tell_connected(&self, events: &mpsc::Sender<Event>, dialed: bool) {
        let (link, peer) = (self.id, self.peer);
        let remote: SocketAddr = self.connection.remote_address();
        tracing::info!(link = link.0, office = %peer.office, key = %peer.key.short(), %remote, dialed, "link up");
        let _ = events.send(Event::Connected { link, peer, dialed, remote }).await;
    }

    async fn ended(
        &self,
        goodbye: oneshot::Receiver<Goodbye>,
        writers: &mut JoinSet<()>,
    ) -> String {
        let said = tokio::select! {
            error = self.connection.closed() => return self.why_ended(&error),
            said = goodbye => said,
        };
        let Ok(Goodbye { code, reason }) = said else {
            return self.why_ended(&self.connection.closed().await);
        };
        let flush = async { while writers.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(self.flush_limit(), flush).await;
        self.close_now(code, reason);
        self.why_ended(&self.connection.closed().await)
    }

    fn flush_limit(&self) -> Duration {
        let [min, max] = [FLUSH_MS_MIN, FLUSH_MS_MAX].map(Duration::from_millis);
        (self.connection.rtt() * FLUSH_ROUND_TRIPS).clamp(min, max)
    }

    /// Whether the other side ended it because our key is revoked.
    fn was_revoked_there(&self) -> bool {
        match self.connection.close_reason() {
            Some(ConnectionError::ApplicationClosed(closed)) => {
                closed.error_code == VarInt::from_u32(code::REVOKED)
            }
            Some(ConnectionError::ConnectionClosed(closed)) => {
                closed.error_code == TransportErrorCode::crypto(REVOKED_ALERT)
            }
            _ => false,
        }
    }

    fn why_ended(&self, error: &quinn::ConnectionError) -> String {
        self.why.get().cloned().unwrap_or_else(|| error.to_string())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Outgoing>> {
        self.outgoing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
