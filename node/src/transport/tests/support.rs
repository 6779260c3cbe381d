//! Nodes on the loopback with a clock that stands where the test puts it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use daiban_sync::id::{Millis, OfficeCode};
use tokio::sync::mpsc;

use crate::identity::testing::{NOW, World};
use crate::identity::{Desk, Identity, KnownStandings};
use crate::settings::Settings;
use crate::transport::*;

/// Nothing here takes this long; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Node {
    pub(super) transport: Transport,
    pub(super) commands: mpsc::UnboundedSender<Command>,
    pub(super) events: mpsc::Receiver<Event>,
    pub(super) addr: SocketAddr,
    pub(super) office: OfficeCode,
    pub(super) desk: Arc<Mutex<Desk>>,
    pub(super) registry: Arc<KnownStandings>,
    time: Arc<AtomicU64>,
}

/// Settings that end what hangs within a test's patience.
pub(super) fn quick() -> TransportSettings {
    let mut settings = TransportSettings::from(&Settings::default());
    settings.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    settings.handshake_ms = 3_000;
    settings
}

impl Node {
    pub(super) async fn start(world: &World, identity: &Identity) -> Self {
        Self::with(world, identity, quick()).await
    }

    pub(super) async fn with(
        world: &World,
        identity: &Identity,
        settings: TransportSettings,
    ) -> Self {
        let time = Arc::new(AtomicU64::new(NOW.0));
        let registry = Arc::new(KnownStandings::default());
        let desk = Arc::new(Mutex::new(world.desk(identity)));
        let (events_in, events) = mpsc::channel(16);
        let parts = Parts {
            settings,
            identity: Arc::new(identity.clone()),
            registry: Arc::clone(&registry) as _,
            join_handler: Arc::clone(&desk) as _,
            clock: clock_of(&time),
        };
        let (transport, commands) = Transport::bind(parts, events_in).await.unwrap();
        let addr = transport.local_addr().unwrap();
        let office = identity.office();
        Self { transport, commands, events, addr, office, desk, registry, time }
    }

    pub(super) fn set_time(&self, now: Millis) {
        self.time.store(now.0, Ordering::Relaxed);
    }

    pub(super) fn dial(&self, office: OfficeCode, addr: SocketAddr) {
        let addrs = vec![addr.to_string()];
        self.tell(Command::Dial { office, addrs, congestion: Congestion::Cubic });
    }

    pub(super) fn send(&self, link: LinkId, lane: Lane, bytes: &[u8]) {
        self.tell(Command::Send { link, lane, bytes: bytes.to_vec() });
    }

    pub(super) fn tell(&self, command: Command) {
        assert!(self.commands.send(command).is_ok());
    }

    pub(super) async fn event(&mut self) -> Event {
        within(self.events.recv()).await.expect("the transport has ended")
    }

    pub(super) async fn connected(&mut self) -> (LinkId, Peer) {
        match self.event().await {
            Event::Connected { link, peer, .. } => (link, peer),
            other => panic!("expected Connected, got {}", show(&other)),
        }
    }

    pub(super) async fn closed(&mut self) -> String {
        loop {
            match self.event().await {
                Event::Closed { why, .. } => return why,
                Event::Bytes { .. } => {}
                other => panic!("expected Closed, got {}", show(&other)),
            }
        }
    }

    pub(super) async fn revoked_by(&mut self) -> OfficeCode {
        loop {
            match self.event().await {
                Event::Revoked { by } => return by,
                Event::Bytes { .. } => {}
                other => panic!("expected Revoked, got {}", show(&other)),
            }
        }
    }

    pub(super) async fn dial_failed(&mut self) -> DialError {
        match self.event().await {
            Event::DialFailed { why, .. } => why,
            other => panic!("expected DialFailed, got {}", show(&other)),
        }
    }

    /// The next `count` bytes of a lane.
    pub(super) async fn bytes(&mut self, wanted: Lane, count: usize) -> Vec<u8> {
        let mut all = Vec::new();
        while all.len() < count {
            match self.event().await {
                Event::Bytes { lane, bytes, .. } if lane == wanted => all.extend(bytes),
                Event::Bytes { .. } => {}
                other => panic!("expected Bytes, got {}", show(&other)),
            }
        }
        all
    }
}

/// A dialer and an acceptor with a link between them.
pub(super) struct Pair {
    pub(super) world: World,
    pub(super) city: Node,
    pub(super) county: Node,
    pub(super) at_city: LinkId,
    pub(super) at_county: LinkId,
}

impl Pair {
    pub(super) async fn new(seed: u64, settings: TransportSettings) -> Self {
        let mut world = World::new(seed);
        let [city, county, ..] = world.line();
        let mut city = Node::with(&world, &city, settings.clone()).await;
        let mut county = Node::with(&world, &county, settings).await;
        county.dial(city.office, city.addr);
        let (at_county, _) = county.connected().await;
        let (at_city, _) = city.connected().await;
        Self { world, city, county, at_city, at_county }
    }
}

pub(super) fn clock_of(time: &Arc<AtomicU64>) -> Clock {
    let time = Arc::clone(time);
    Arc::new(move || Millis(time.load(Ordering::Relaxed)))
}

pub(super) fn clock_at(now: Millis) -> Clock {
    clock_of(&Arc::new(AtomicU64::new(now.0)))
}

pub(super) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("took longer than a test's patience")
}

pub(super) fn show(event: &Event) -> String {
    match event {
        Event::Connected { peer, .. } => format!("Connected {peer:?}"),
        Event::Bytes { lane, bytes, .. } => format!("{} bytes on {lane:?}", bytes.len()),
        Event::Revoked { by } => format!("Revoked by {by}"),
        Event::Closed { why, .. } => format!("Closed: {why}"),
        Event::DialFailed { why, .. } => format!("DialFailed: {why}"),
    }
}
