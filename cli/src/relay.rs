//! A road between two offices: a UDP relay that is as slow, lossy and unreliable as it is told, and
//! that counts what passes.
//!
//! One thread for each road waits for packets and for their hour, with the system's finest timer;
//! `daiban bench link` tells how well it keeps it. What befalls a packet is decided in [`course`],
//! without a clock: the same seed and the same packets at the same times fare the same.

mod course;
mod pump;
mod weather;

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use course::Course;
use pump::Pump;
pub use weather::{Burst, Lane, Weather};

/// Which way a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Towards the office.
    Up,
    /// Back from it.
    Down,
}

/// A relay in front of one office. It ends with its owner.
pub struct Relay {
    address: SocketAddr,
    road: Arc<Road>,
    pump: Option<JoinHandle<()>>,
}

/// What owner and pump share.
struct Road {
    orders: Mutex<Orders>,
    ways: [Counters; 2],
    is_over: AtomicBool,
}

/// What the pump is to do; it looks before each packet.
#[derive(Clone, Copy)]
struct Orders {
    target: SocketAddr,
    weather: Weather,
    is_cut: [bool; 2],
    /// Counts the rebinds.
    mapping: u64,
}

/// What has arrived on one way.
#[derive(Default)]
struct Counters {
    packets: AtomicU64,
    bytes: AtomicU64,
    bytes_after_handshake: AtomicU64,
    lost: AtomicU64,
}

/// What went one way of a road.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Arrived.
    pub packets: u64,
    /// Arrived, of UDP payload.
    pub bytes: u64,
    /// Packets that did not arrive.
    pub lost: u64,
}

impl Relay {
    /// Relays from a free port on loopback to `target`, as well as this machine can.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn start(target: SocketAddr) -> std::io::Result<Self> {
        Self::start_in(target, Weather::CLEAR, 0)
    }

    /// The same in some weather; what is left to chance is drawn from `seed`.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn start_in(target: SocketAddr, weather: Weather, seed: u64) -> std::io::Result<Self> {
        let front = UdpSocket::bind("127.0.0.1:0")?;
        let address = front.local_addr()?;
        let orders = Orders { target, weather, is_cut: [false; 2], mapping: 0 };
        let (ways, is_over) = (Default::default(), AtomicBool::new(false));
        let road = Arc::new(Road { orders: Mutex::new(orders), ways, is_over });
        let pump = Pump::new(Arc::clone(&road), front, seed)?;
        let pump = std::thread::Builder::new().name("road".into()).spawn(move || pump.run())?;
        Ok(Self { address, road, pump: Some(pump) })
    }

    /// Where the office is reached through this relay.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The office is somewhere else from now on, as after a new start.
    pub fn lead_to(&self, target: SocketAddr) {
        self.road.orders().target = target;
    }

    /// Cuts the road (every packet is lost) or mends it.
    pub fn cut(&self, is_cut: bool) {
        self.road.orders().is_cut = [is_cut; 2];
    }

    /// Cuts or mends one way of it.
    pub fn cut_way(&self, way: Way, is_cut: bool) {
        self.road.orders().is_cut[way as usize] = is_cut;
    }

    /// Forgets the mappings, as a NAT does: the next packet of a caller leaves from a new port, and
    /// what is sent to the old one is lost.
    pub fn rebind(&self) {
        self.road.orders().mapping += 1;
    }

    /// Changes the weather for packets from now on.
    pub fn set_weather(&self, weather: Weather) {
        self.road.orders().weather = weather;
    }

    /// What has arrived, and what was lost.
    pub fn traffic(&self, way: Way) -> Traffic {
        let Counters { packets, bytes, lost, .. } = &self.road.ways[way as usize];
        let [packets, bytes, lost] = [packets, bytes, lost].map(|n| n.load(Ordering::Relaxed));
        Traffic { packets, bytes, lost }
    }

    /// Bytes of packets after the handshake: towards the office, and back from it.
    pub fn bytes_after_handshake(&self) -> (u64, u64) {
        let [up, down] = &self.road.ways;
        let [up, down] = [up, down].map(|way| way.bytes_after_handshake.load(Ordering::Relaxed));
        (up, down)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.road.is_over.store(true, Ordering::Relaxed);
        // Any packet wakes the pump; if none gets through, it looks by itself before long.
        if let Ok(socket) = UdpSocket::bind("127.0.0.1:0") {
            let _ = socket.send_to(&[], self.address);
        }
        // A pump that panicked has said so.
        let _ = self.pump.take().map(JoinHandle::join);
    }
}

/// When packets arrive that enter an idle road of this seed at these times, towards the office; and
/// their doubles.
pub(crate) fn forecast(
    lane: &Lane,
    seed: u64,
    packets: impl Iterator<Item = (Duration, usize)>,
) -> Vec<[Option<Duration>; 2]> {
    let mut course = Course::new(&[seed, Way::Up as u64]);
    packets.map(|(at, bytes)| course.pass(lane, at, bytes)).collect()
}

impl Road {
    fn orders(&self) -> MutexGuard<'_, Orders> {
        // Plain values: a panic elsewhere leaves none half written.
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (UdpSocket, Relay, UdpSocket) {
        let office = UdpSocket::bind("127.0.0.1:0").unwrap();
        let relay = Relay::start(office.local_addr().unwrap()).unwrap();
        let village = UdpSocket::bind("127.0.0.1:0").unwrap();
        village.connect(relay.address()).unwrap();
        (office, relay, village)
    }

    fn heard(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
        let mut packet = [0; 16];
        let (len, from) = socket.recv_from(&mut packet).unwrap();
        (packet[..len].to_vec(), from)
    }

    fn is_silent(socket: &UdpSocket) -> bool {
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let silent = socket.recv(&mut [0; 16]).is_err();
        socket.set_read_timeout(None).unwrap();
        silent
    }

    #[test]
    fn what_is_sent_arrives_while_the_road_is_open() {
        let (office, relay, village) = pair();
        village.send(b"hello").unwrap();
        let (said, caller) = heard(&office);
        assert_eq!(said, b"hello");
        office.send_to(b"back", caller).unwrap();
        assert_eq!(heard(&village).0, b"back");
        assert_eq!(relay.bytes_after_handshake(), (5, 4));
        assert_eq!(relay.traffic(Way::Up), Traffic { packets: 1, bytes: 5, lost: 0 });

        relay.cut(true);
        village.send(b"lost").unwrap();
        assert!(is_silent(&office));
        relay.cut(false);
        village.send(b"again").unwrap();
        assert_eq!(heard(&office).0, b"again");
    }

    #[test]
    fn one_way_can_be_cut() {
        let (office, relay, village) = pair();
        relay.cut_way(Way::Down, true);
        village.send(b"hello").unwrap();
        let (_, caller) = heard(&office);
        office.send_to(b"lost", caller).unwrap();
        assert!(is_silent(&village));
    }

    #[test]
    fn a_rebind_gives_a_caller_another_port() {
        let (office, relay, village) = pair();
        village.send(b"one").unwrap();
        let (_, before) = heard(&office);
        relay.rebind();
        village.send(b"two").unwrap();
        let (_, after) = heard(&office);
        assert_ne!(before, after);
        office.send_to(b"lost", before).unwrap();
        office.send_to(b"back", after).unwrap();
        assert_eq!(heard(&village).0, b"back");
    }
}
