use crate::identity::testing::*;
use crate::identity::{ChainError, Lifetimes};
use crate::transport::tests::support::*;
use crate::transport::*;

#[tokio::test]
async fn both_sides_learn_the_other_from_its_certificate() {
    let mut world = World::new(100);
    let [city, county, ..] = world.line();
    let mut at_city = Node::start(&world, &city).await;
    let mut at_county = Node::start(&world, &county).await;
    at_county.dial(city.office(), at_city.addr);
    let (_, peer) = at_county.connected().await;
    assert_eq!((peer.office, peer.key), (city.office(), city.key()));
    let (_, peer) = at_city.connected().await;
    assert_eq!((peer.office, peer.key), (county.office(), county.key()));
}

#[tokio::test]
async fn another_office_at_the_address_is_not_taken_for_the_one_dialed() {
    let mut world = World::new(101);
    let [city, county, town, _] = world.line();
    let mut at_city = Node::start(&world, &city).await;
    let mut at_town = Node::start(&world, &town).await;
    at_town.dial(county.office(), at_city.addr);
    let error = at_town.dial_failed().await;
    let expected = PeerError::OtherOffice { expected: county.office(), found: city.office() };
    check_peer_error(&error, &expected);
    at_town.dial(city.office(), at_city.addr);
    at_town.connected().await;
    assert_eq!(at_city.connected().await.1.office, town.office());
}

fn check_peer_error(error: &DialError, expected: &PeerError) {
    match error {
        DialError::Exchange(ExchangeError::Peer { source, .. }) => assert_eq!(source, expected),
        other => panic!("expected {expected}, got {other}"),
    }
}

#[tokio::test]
async fn another_citys_nodes_are_strangers() {
    let mut world = World::new(102);
    let [city, _, _, village] = world.line();
    let [other_city, other_county, ..] = world.line();
    let at_city = Node::start(&world, &city).await;
    let mut at_other = Node::start(&world, &other_county).await;
    at_other.dial(city.office(), at_city.addr);
    check_peer_error(&at_other.dial_failed().await, &PeerError::Chain(ChainError::WrongRoot));
    drop((other_city, village));
}

#[tokio::test]
async fn an_expired_client_is_told_which_clock_says_so() {
    let mut world = World::new(103);
    let [city, county, ..] = world.line();
    let later = NOW.plus(91 * 24 * 3_600_000);
    let renewed = city.renewed_city(later, &Lifetimes::default()).unwrap().unwrap();
    let mut at_city = Node::start(&world, &renewed).await;
    at_city.set_time(later);
    let mut at_county = Node::start(&world, &county).await;
    at_county.set_time(later);
    at_county.dial(city.office(), at_city.addr);
    at_county.connected().await;
    let why = at_county.closed().await;
    assert!(why.contains("2026-05-30") && why.contains("2026-05-31"), "{why}");
    assert!(at_city.events.try_recv().is_err(), "the city has not seen a link");
}

#[tokio::test]
async fn an_expired_server_is_refused_with_both_times() {
    let mut world = World::new(104);
    let [city, county, ..] = world.line();
    let at_city = Node::start(&world, &city).await;
    let mut at_county = Node::start(&world, &county).await;
    at_county.set_time(NOW.plus(91 * 24 * 3_600_000));
    at_county.dial(city.office(), at_city.addr);
    let error = at_county.dial_failed().await.to_string();
    assert!(error.contains("2026-05-30") && error.contains("2026-05-31"), "{error}");
}

#[tokio::test]
async fn a_revoked_key_is_refused_and_its_live_link_closed() {
    let mut pair = Pair::new(105, quick()).await;
    let key = pair.city.transport.shared.links.get(pair.at_city).unwrap().peer().key;
    revoke(&pair.city.registry, CITY, key);
    pair.city.commands.send(Command::CloseRefused).unwrap();
    let why = pair.city.closed().await;
    assert!(why.contains("revoked"), "{why}");
    assert_eq!(pair.county.revoked_by().await, pair.city.office);
    assert!(pair.county.closed().await.contains("revoked"));

    pair.county.dial(pair.city.office, pair.city.addr);
    pair.county.connected().await;
    assert_eq!(pair.county.revoked_by().await, pair.city.office);
    let why = pair.county.closed().await;
    assert!(why.contains("Revoked"), "{why}");
    assert_eq!(pair.city.transport.links(), 0);
}

#[tokio::test]
async fn a_revoked_server_is_not_dialed() {
    let mut world = World::new(106);
    let [_, county, town, _] = world.line();
    let at_county = Node::start(&world, &county).await;
    let mut at_town = Node::start(&world, &town).await;
    revoke(&at_town.registry, CITY, county.key());
    at_town.dial(county.office(), at_county.addr);
    let expected = PeerError::Revoked { office: county.office(), key: county.key() };
    check_peer_error(&at_town.dial_failed().await, &expected);
}

#[tokio::test]
async fn new_certificates_serve_new_connections() {
    let mut world = World::new(107);
    let [city, county, ..] = world.line();
    let mut at_city = Node::start(&world, &city).await;
    let mut at_county = Node::start(&world, &county).await;
    let later = NOW.plus(100 * 24 * 3_600_000);
    at_city.set_time(later);
    at_county.set_time(later);
    let city = city.renewed_city(later, &Lifetimes::default()).unwrap().unwrap();
    at_city.transport.replace_identity(Arc::new(city.clone())).unwrap();
    let request = crate::identity::renewal_request(&county);
    let reply = world.desk(&city).handle_request(&request, later);
    let county = crate::identity::accept_renewal(&county, &reply, later).unwrap();
    at_county.transport.replace_identity(Arc::new(county)).unwrap();
    at_county.dial(city.office(), at_city.addr);
    at_county.connected().await;
    at_city.connected().await;
}

#[tokio::test]
async fn nobody_there_and_no_name_are_told_apart() {
    let mut world = World::new(108);
    let [city, county, ..] = world.line();
    let mut settings = quick();
    settings.handshake_ms = 300;
    let mut node = Node::with(&world, &county, settings).await;
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    node.dial(city.office(), silent.local_addr().unwrap());
    let error = node.dial_failed().await;
    assert!(matches!(error, DialError::Exchange(ExchangeError::Timeout { limit_ms: 300, .. })));
    let dial = |addrs: Vec<String>| Command::Dial {
        office: city.office(),
        addrs,
        congestion: Congestion::Bbr,
    };
    node.tell(dial(vec!["no port".into()]));
    let error = node.dial_failed().await;
    assert!(matches!(error, DialError::Exchange(ExchangeError::Resolve { .. })), "{error}");
    node.tell(dial(vec![]));
    let error = node.dial_failed().await;
    assert!(matches!(error, DialError::NoAddress { .. }), "{error}");
}
