//! A road between two offices that can be cut: it passes UDP packets on and counts them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// Larger than any UDP packet.
const PACKET_BYTES_MAX: usize = 65_536;
/// The bit of a QUIC packet's first byte that marks the long header of a handshake (RFC 9000, 17.2).
const LONG_HEADER: u8 = 0x80;

/// A relay in front of one office. It ends with its owner.
pub struct Relay {
    address: SocketAddr,
    road: Arc<Road>,
    task: JoinHandle<()>,
}

struct Road {
    socket: UdpSocket,
    target: SocketAddr,
    is_cut: AtomicBool,
    up: AtomicU64,
    down: AtomicU64,
}

impl Relay {
    /// Relays from a free port on loopback to `target`.
    ///
    /// # Errors
    /// Those of the socket.
    pub async fn start(target: SocketAddr) -> std::io::Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        let address = socket.local_addr()?;
        let (is_cut, up, down) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
        let road = Arc::new(Road { socket, target, is_cut, up, down });
        let task = tokio::spawn(pass_up(Arc::clone(&road)));
        Ok(Self { address, road, task })
    }

    /// Where the office is reached through this relay.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts the road (every packet is lost) or mends it.
    pub fn cut(&self, is_cut: bool) {
        self.road.is_cut.store(is_cut, Ordering::Relaxed);
    }

    /// Bytes of packets after the handshake: towards the office, and back from it.
    pub fn bytes_after_handshake(&self) -> (u64, u64) {
        (self.road.up.load(Ordering::Relaxed), self.road.down.load(Ordering::Relaxed))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Road {
    fn passes(&self, packet: &[u8], counter: &AtomicU64) -> bool {
        if self.is_cut.load(Ordering::Relaxed) {
            return false;
        }
        if packet.first().is_some_and(|first| first & LONG_HEADER == 0) {
            counter.fetch_add(packet.len() as u64, Ordering::Relaxed);
        }
        true
    }
}

/// Each caller gets a socket of its own towards the office, so that answers find their way back.
struct Caller {
    socket: Arc<UdpSocket>,
    back: JoinHandle<()>,
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.back.abort();
    }
}

async fn pass_up(road: Arc<Road>) {
    let mut callers: BTreeMap<SocketAddr, Caller> = BTreeMap::new();
    let mut packet = vec![0; PACKET_BYTES_MAX];
    loop {
        // A refused packet of the past is no reason to stop.
        let Ok((len, from)) = road.socket.recv_from(&mut packet).await else { continue };
        if !road.passes(&packet[..len], &road.up) {
            continue;
        }
        if let Entry::Vacant(place) = callers.entry(from) {
            let Ok(socket) = UdpSocket::bind("127.0.0.1:0").await else { continue };
            let socket = Arc::new(socket);
            let back = tokio::spawn(pass_down(Arc::clone(&road), Arc::clone(&socket), from));
            place.insert(Caller { socket, back });
        }
        if let Some(caller) = callers.get(&from) {
            // Lost like any packet.
            let _ = caller.socket.send_to(&packet[..len], road.target).await;
        }
    }
}

async fn pass_down(road: Arc<Road>, socket: Arc<UdpSocket>, to: SocketAddr) {
    let mut packet = vec![0; PACKET_BYTES_MAX];
    loop {
        let Ok((len, _)) = socket.recv_from(&mut packet).await else { continue };
        if road.passes(&packet[..len], &road.down) {
            // Lost like any packet.
            let _ = road.socket.send_to(&packet[..len], to).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn what_is_sent_arrives_while_the_road_is_open() {
        let office = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let relay = Relay::start(office.local_addr().unwrap()).await.unwrap();
        let village = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        village.connect(relay.address()).await.unwrap();
        let mut packet = [0; 16];

        village.send(b"hello").await.unwrap();
        let (len, caller) = office.recv_from(&mut packet).await.unwrap();
        assert_eq!(&packet[..len], b"hello");
        office.send_to(b"back", caller).await.unwrap();
        let len = village.recv(&mut packet).await.unwrap();
        assert_eq!(&packet[..len], b"back");
        assert_eq!(relay.bytes_after_handshake(), (5, 4));

        relay.cut(true);
        village.send(b"lost").await.unwrap();
        let silence =
            tokio::time::timeout(Duration::from_millis(100), office.recv_from(&mut packet));
        assert!(silence.await.is_err());

        relay.cut(false);
        village.send(b"again").await.unwrap();
        let (len, _) = office.recv_from(&mut packet).await.unwrap();
        assert_eq!(&packet[..len], b"again");
    }
}
