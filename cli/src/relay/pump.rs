//! The thread between the sockets of a road.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::course::Course;
use super::{Orders, Road, Way};

/// Larger than any UDP packet.
const PACKET_BYTES_MAX: usize = 65_536;
/// The bit of a QUIC packet's first byte that marks the long header of a handshake (RFC 9000, 17.2).
const LONG_HEADER: u8 = 0x80;
/// Callers that are remembered; of more, the one that was silent longest is forgotten.
const CALLERS_MAX: usize = 256;
/// Packets that are taken from one socket before the others and the clock have their turn.
const PACKETS_AT_ONCE: usize = 64;
/// How long to wait at most: nobody is forgotten to be told that the road is over.
const WAIT_MAX: Duration = Duration::from_millis(200);

/// The front, and for each caller a socket of its own towards the office, so that answers find
/// their way back.
pub(super) struct Pump {
    road: Arc<Road>,
    front: UdpSocket,
    callers: BTreeMap<SocketAddr, Caller>,
    courses: [Course; 2],
    /// On the way, the next to arrive on top.
    flying: BinaryHeap<Reverse<Flying>>,
    count: u64,
    began: Instant,
}

struct Caller {
    socket: UdpSocket,
    mapping: u64,
    heard: Instant,
}

/// A packet on its way; of two with the same hour the first that was sent arrives first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Flying {
    arrival: Duration,
    number: u64,
    is_up: bool,
    caller: SocketAddr,
    packet: Vec<u8>,
}

impl Pump {
    pub(super) fn new(road: Arc<Road>, front: UdpSocket, seed: u64) -> io::Result<Self> {
        front.set_nonblocking(true)?;
        let courses = [Way::Up, Way::Down].map(|way| Course::new(&[seed, way as u64]));
        let (callers, flying) = (BTreeMap::new(), BinaryHeap::new());
        Ok(Self { road, front, callers, courses, flying, count: 0, began: Instant::now() })
    }

    pub(super) fn run(mut self) {
        let mut packet = vec![0; PACKET_BYTES_MAX];
        while !self.road.is_over.load(Ordering::Relaxed) {
            // A wait that is broken off is followed by the next.
            let _ = self.wait();
            self.land();
            self.take_up(&mut packet);
            self.take_down(&mut packet);
            self.land();
        }
    }

    /// Until a packet comes, or until one on its way is due.
    fn wait(&self) -> io::Result<()> {
        let due = self.flying.peek().map(|Reverse(next)| next.arrival);
        let left = due.map_or(WAIT_MAX, |due| due.saturating_sub(self.began.elapsed()));
        let sockets = std::iter::once(&self.front).chain(self.callers.values().map(|c| &c.socket));
        let mut ears: Vec<_> = sockets.map(|socket| PollFd::new(socket, PollFlags::IN)).collect();
        let left = Timespec::try_from(left.min(WAIT_MAX)).expect("less than a second");
        poll(&mut ears, Some(&left))?;
        Ok(())
    }

    /// Gives what is due to whom it is for.
    fn land(&mut self) {
        while let Some(Reverse(next)) = self.flying.peek()
            && next.arrival <= self.began.elapsed()
        {
            let Some(Reverse(next)) = self.flying.pop() else { return };
            let Flying { is_up, caller, packet, .. } = next;
            let road = match (is_up, self.callers.get(&caller)) {
                (true, Some(caller)) => (&caller.socket, self.road.orders().target),
                (true, None) => continue,
                (false, _) => (&self.front, caller),
            };
            // First, so that whoever hears it finds it counted.
            self.count_arrived(if is_up { Way::Up } else { Way::Down }, &packet);
            // What the system does not take is lost like any packet.
            let _ = road.0.send_to(&packet, road.1);
        }
    }

    fn take_up(&mut self, packet: &mut [u8]) {
        for _ in 0..PACKETS_AT_ONCE {
            // A refused packet of the past is no reason to stop.
            let Ok((len, from)) = self.front.recv_from(packet) else { return };
            let orders = *self.road.orders();
            if len > 0 && self.knows(from, &orders) {
                self.send(Way::Up, &orders, from, &packet[..len]);
            }
        }
    }

    fn take_down(&mut self, packet: &mut [u8]) {
        let callers: Vec<SocketAddr> = self.callers.keys().copied().collect();
        for caller in callers {
            for _ in 0..PACKETS_AT_ONCE {
                let Some(known) = self.callers.get(&caller) else { break };
                let Ok((len, _)) = known.socket.recv_from(packet) else { break };
                let orders = *self.road.orders();
                self.send(Way::Down, &orders, caller, &packet[..len]);
            }
        }
    }

    /// Whether the caller has a socket of the present mapping, which it gets if it has none.
    fn knows(&mut self, caller: SocketAddr, orders: &Orders) -> bool {
        let now = Instant::now();
        if let Some(known) = self.callers.get_mut(&caller)
            && known.mapping == orders.mapping
        {
            known.heard = now;
            return true;
        }
        let socket = UdpSocket::bind("127.0.0.1:0").and_then(|socket| {
            socket.set_nonblocking(true)?;
            Ok(socket)
        });
        let Ok(socket) = socket else { return false };
        let mapping = orders.mapping;
        self.callers.insert(caller, Caller { socket, mapping, heard: now });
        if self.callers.len() > CALLERS_MAX {
            let silent = self.callers.iter().min_by_key(|(_, c)| c.heard).map(|(from, _)| *from);
            silent.map(|silent| self.callers.remove(&silent));
        }
        true
    }

    fn send(&mut self, way: Way, orders: &Orders, caller: SocketAddr, packet: &[u8]) {
        let lane = if way == Way::Up { &orders.weather.up } else { &orders.weather.down };
        let now = self.began.elapsed();
        let arrivals = match orders.is_cut[way as usize] {
            true => [None; 2],
            false => self.courses[way as usize].pass(lane, now, packet.len()),
        };
        if arrivals[0].is_none() {
            self.road.ways[way as usize].lost.fetch_add(1, Ordering::Relaxed);
        }
        for arrival in arrivals.into_iter().flatten() {
            self.count += 1;
            let (number, is_up, packet) = (self.count, way == Way::Up, packet.to_vec());
            self.flying.push(Reverse(Flying { arrival, number, is_up, caller, packet }));
        }
    }

    fn count_arrived(&self, way: Way, packet: &[u8]) {
        let (counters, bytes) = (&self.road.ways[way as usize], packet.len() as u64);
        counters.packets.fetch_add(1, Ordering::Relaxed);
        counters.bytes.fetch_add(bytes, Ordering::Relaxed);
        if packet.first().is_some_and(|first| first & LONG_HEADER == 0) {
            counters.bytes_after_handshake.fetch_add(bytes, Ordering::Relaxed);
        }
    }
}
