use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use quinn::{ClientConfig, Connection, ConnectionError, Endpoint};

use crate::identity::testing::*;
use crate::identity::{Identity, KnownStandings};
use crate::transport::config::transport_config;
use crate::transport::tests::support::*;
use crate::transport::tls::{JOIN, Judge, SYNC, Trust, client_config};
use crate::transport::*;

/// A client of our own making, for doing what nodes do not do.
struct Client {
    endpoint: Endpoint,
    config: ClientConfig,
}

impl Client {
    fn new(root: &Identity, protocol: &[u8], own: Option<&Identity>) -> Self {
        let root = root.root().to_vec();
        let trust = if protocol == JOIN {
            Trust::Shown(crate::identity::Fingerprint::of(&root))
        } else {
            Trust::Root(root)
        };
        let judge = Arc::new(Judge::new(trust, None, Arc::new(KnownStandings::default())));
        let tls = client_config(protocol, own, judge, &clock_at(NOW)).unwrap();
        let mut config = ClientConfig::new(Arc::new(tls));
        config.transport_config(transport_config(&quick(), Congestion::Cubic, true).unwrap());
        let endpoint = Endpoint::client(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        Self { endpoint, config }
    }

    async fn connect(&self, addr: SocketAddr) -> Result<Connection, ConnectionError> {
        let connecting = self.endpoint.connect_with(self.config.clone(), addr, "any").unwrap();
        within(connecting).await
    }

    /// The reason with which the server ends the connection.
    async fn refused(&self, addr: SocketAddr) -> String {
        match self.connect(addr).await {
            Err(error) => error.to_string(),
            Ok(connection) => within(connection.closed()).await.to_string(),
        }
    }
}

async fn check_alive(node: &mut Node, root: &Identity, county: &Identity) {
    let good = Client::new(root, SYNC, Some(county));
    let _connection = good.connect(node.addr).await.unwrap();
    assert_eq!(node.connected().await.1.office, county.office());
}

#[tokio::test]
async fn without_a_certificate_no_byte_is_heard() {
    let mut world = World::new(140);
    let [city, county, ..] = world.line();
    let mut node = Node::start(&world, &city).await;
    let client = Client::new(&city, SYNC, None);
    let connection = client.connect(node.addr).await.unwrap();
    if let Ok(mut stream) = connection.open_uni().await {
        let _ = stream.write_all(b"\x01let me in").await;
    }
    let why = within(connection.closed()).await.to_string();
    assert!(why.contains("needs a client certificate"), "{why}");
    assert_eq!(node.transport.totals().refused, 1);
    check_alive(&mut node, &city, &county).await;
}

#[tokio::test]
async fn a_certificate_signed_sideways_is_refused_as_client_and_as_server() {
    let mut world = World::new(141);
    let [city, _, town, village] = world.line();
    let forged = forge(&town, &village, OTHER_VILLAGE);
    let node = Node::start(&world, &city).await;
    let why = Client::new(&city, SYNC, Some(&forged)).refused(node.addr).await;
    assert!(why.contains("outside the subtree"), "{why}");

    let as_server = Node::start(&world, &forged).await;
    let why = Client::new(&city, SYNC, Some(&city)).refused(as_server.addr).await;
    assert!(why.contains("outside the subtree"), "{why}");
    let mut dialer = Node::start(&world, &city).await;
    dialer.dial(code(OTHER_VILLAGE), as_server.addr);
    let error = dialer.dial_failed().await.to_string();
    assert!(error.contains("outside the subtree"), "{error}");
}

/// `village` as another office, signed by `town`.
fn forge(town: &Identity, village: &Identity, office: &str) -> Identity {
    village.forged_by(town, code(office), NOW)
}

#[tokio::test]
async fn other_protocols_and_versions_are_refused() {
    let mut world = World::new(142);
    let [city, county, ..] = world.line();
    let mut node = Node::start(&world, &city).await;
    for protocol in [&b"daiban/0"[..], b"h3", b"daiban/2"] {
        let why = Client::new(&city, protocol, Some(&county)).refused(node.addr).await;
        assert!(why.contains("ALPN") || why.contains("protocol"), "{why}");
    }
    check_alive(&mut node, &city, &county).await;
}

#[tokio::test]
async fn garbage_datagrams_are_dropped() {
    let mut world = World::new(143);
    let [city, county, ..] = world.line();
    let mut node = Node::start(&world, &city).await;
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for i in 0..2_000_u32 {
        let mut datagram = blake3::hash(&i.to_le_bytes()).as_bytes().repeat(40);
        datagram.truncate(usize::try_from(i % 1_250).unwrap());
        if i % 3 == 0 && datagram.len() > 5 {
            datagram[..5].copy_from_slice(&[0xc0, 0, 0, 0, 1]); // looks like an Initial
        }
        socket.send_to(&datagram, node.addr).unwrap();
    }
    check_alive(&mut node, &city, &county).await;
}

#[tokio::test]
async fn streams_beyond_the_lanes_end_the_link() {
    let mut world = World::new(144);
    let [city, county, ..] = world.line();
    let mut node = Node::start(&world, &city).await;
    let client = Client::new(&city, SYNC, Some(&county));
    for first in [&[3][..], &[0], b"\x01"] {
        let connection = client.connect(node.addr).await.unwrap();
        node.connected().await;
        let mut one = connection.open_uni().await.unwrap();
        one.write_all(first).await.unwrap();
        if first == b"\x01" {
            let mut two = connection.open_uni().await.unwrap();
            two.write_all(b"\x01").await.unwrap();
        }
        let why = node.closed().await;
        assert!(why.starts_with("peer misused its streams"), "{why}");
    }
    let connection = client.connect(node.addr).await.unwrap();
    node.connected().await;
    let mut opened = 0;
    while let Ok(mut stream) = connection.open_uni().await {
        if stream.reset(1_u8.into()).is_err() || opened > 1_000 {
            break;
        }
        opened += 1;
    }
    assert!(node.closed().await.starts_with("peer misused its streams"));
    assert!(opened < 1_000, "{opened} streams");
    assert_eq!(node.transport.totals().cut_off, 4);
    check_alive(&mut node, &city, &county).await;
}

#[tokio::test]
async fn a_join_that_says_nothing_or_too_much_ends() {
    let mut world = World::new(145);
    let [city, county, ..] = world.line();
    let mut settings = quick();
    settings.handshake_ms = 300;
    let mut node = Node::with(&world, &city, settings).await;
    let client = Client::new(&city, JOIN, None);
    let silent = client.connect(node.addr).await.unwrap();
    let why = within(silent.closed()).await.to_string();
    assert!(why.contains("no request"), "{why}");

    let connection = client.connect(node.addr).await.unwrap();
    let (mut to, _from) = connection.open_bi().await.unwrap();
    let _ = to.write_all(&[0; 100_000]).await;
    let _ = to.finish();
    let why = within(connection.closed()).await.to_string();
    assert!(why.contains("too long"), "{why}");
    check_alive(&mut node, &city, &county).await;
}

#[tokio::test]
async fn beyond_the_limit_of_links_others_are_told_to_come_back() {
    let mut world = World::new(146);
    let [city, county, town, _] = world.line();
    let mut settings = quick();
    settings.links_max = 1;
    let mut node = Node::with(&world, &city, settings).await;
    let first = Client::new(&city, SYNC, Some(&county));
    let _first = first.connect(node.addr).await.unwrap();
    node.connected().await;
    let why = Client::new(&city, SYNC, Some(&town)).refused(node.addr).await;
    assert!(why.contains("refused") || why.contains("come back"), "{why}");
}
