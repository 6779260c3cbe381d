//! Ports that no two tests share, in whatever process they run.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The system gives these to nobody who asks for any port.
const PORTS: Range<u16> = 12_000..32_000;
/// Whoever has a port of loopback holds the same one here, as long as its process lives.
const HOLD: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

static HELD: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());

/// A port of loopback for an office: UDP or TCP, and again after a restart.
pub fn free_port() -> u16 {
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let len = usize::from(PORTS.end - PORTS.start);
    // Processes begin in different places, so that they seldom meet.
    let first = std::process::id() as usize * 101 + held.len();
    let ports = PORTS.cycle().skip(first % len).take(len);
    let taken = ports.filter_map(|port| hold(port).map(|hold| (port, hold))).next();
    let (port, hold) = taken.expect("loopback has a free port");
    held.push(hold);
    port
}

fn hold(port: u16) -> Option<UdpSocket> {
    let hold = UdpSocket::bind((HOLD, port)).ok()?;
    let is_free = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
        && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    is_free.then_some(hold)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_port_is_given_once() {
        let ports: BTreeSet<u16> = (0..50).map(|_| free_port()).collect();
        assert_eq!(ports.len(), 50);
        for port in ports {
            assert!(UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok());
            assert!(UdpSocket::bind((HOLD, port)).is_err());
        }
    }
}
