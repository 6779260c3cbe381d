use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::identity::testing::*;
use crate::transport::tests::support::*;
use crate::transport::*;

#[tokio::test]
async fn lanes_carry_bytes_in_order_both_ways() {
    let mut pair = Pair::new(120, quick()).await;
    let sent: Vec<u8> = (0..300_000_u32).map(|i| u8::try_from(i % 251).unwrap()).collect();
    for piece in sent.chunks(7_001) {
        pair.county.send(pair.at_county, Lane::Bulk, piece);
    }
    assert!(pair.city.bytes(Lane::Bulk, sent.len()).await == sent);
    pair.county.send(pair.at_county, Lane::Control, b"hello");
    assert_eq!(pair.city.bytes(Lane::Control, 5).await, b"hello");
    pair.city.send(pair.at_city, Lane::Control, b"welcome");
    assert_eq!(pair.county.bytes(Lane::Control, 7).await, b"welcome");
}

#[tokio::test]
async fn the_acceptor_may_speak_first() {
    let mut pair = Pair::new(121, quick()).await;
    pair.city.send(pair.at_city, Lane::Control, b"first");
    assert_eq!(pair.county.bytes(Lane::Control, 5).await, b"first");
}

#[tokio::test]
async fn closing_flushes_what_was_sent_and_tells_the_reason() {
    let mut pair = Pair::new(122, quick()).await;
    let link = pair.at_county;
    pair.county.send(link, Lane::Control, &[7; 200_000]);
    pair.county.tell(Command::Close { link, code: 9, reason: "enough".into() });
    pair.county.send(link, Lane::Control, b"too late");
    assert_eq!(pair.city.bytes(Lane::Control, 200_000).await, vec![7; 200_000]);
    assert!(pair.city.closed().await.contains("enough"));
    assert_eq!(pair.county.closed().await, "enough");
    pair.county.tell(Command::Close { link, code: 9, reason: "again".into() });
    pair.county.dial(pair.city.office, pair.city.addr);
    pair.county.connected().await; // and no second Closed before it
}

#[tokio::test]
async fn a_peer_that_never_reads_is_cut_off_at_the_backlog() {
    let mut settings = quick();
    settings.backlog_bytes = 1 << 20;
    settings.window_bytes = 128 << 10;
    let mut pair = Pair::new(123, settings).await;
    // Nobody takes the city's events: sixteen fill the channel, then its window.
    for _ in 0..64 {
        pair.county.send(pair.at_county, Lane::Control, &[0; 100_000]);
    }
    let why = pair.county.closed().await;
    assert!(why.starts_with("peer does not read: ") && why.contains("at most 1048576"), "{why}");
}

#[tokio::test]
async fn a_slow_replica_holds_back_its_peers() {
    let mut settings = quick();
    settings.window_bytes = 128 << 10;
    let mut pair = Pair::new(124, settings).await;
    let sent = vec![1; 6 << 20];
    pair.county.send(pair.at_county, Lane::Control, &sent);
    // The window and the channel's sixteen pieces of at most 64 KiB; the rest waits at the county.
    pair.county.tell(Command::Send { link: pair.at_county, lane: Lane::Bulk, bytes: vec![2] });
    assert_eq!(pair.city.bytes(Lane::Bulk, 1).await, [2], "the other lane is not held up");
    let received = pair.city.transport.stats(pair.at_city).unwrap().received_bytes;
    assert!(received < 4 << 20, "{received}");
}

#[tokio::test]
async fn a_quiet_link_costs_little_after_the_handshake() {
    let mut pair = Pair::new(125, quick()).await;
    pair.county.send(pair.at_county, Lane::Control, b"x");
    pair.city.bytes(Lane::Control, 1).await;
    pair.city.send(pair.at_city, Lane::Control, b"x");
    pair.county.bytes(Lane::Control, 1).await;
    let before = pair.county.transport.stats(pair.at_county).unwrap();
    pair.county.send(pair.at_county, Lane::Control, &[7; 300]);
    pair.city.bytes(Lane::Control, 300).await;
    pair.city.send(pair.at_city, Lane::Control, &[7; 300]);
    pair.county.bytes(Lane::Control, 300).await;
    let after = pair.county.transport.stats(pair.at_county).unwrap();
    let (up, down) =
        (after.sent_bytes - before.sent_bytes, after.received_bytes - before.received_bytes);
    println!("300 bytes each way: {up} up, {down} down; all: {after:?}");
    assert!(up < 600 && down < 600, "{up} up, {down} down");
}

#[tokio::test]
async fn shutdown_closes_every_link_once_and_ends_the_events() {
    let Pair { city, mut county, at_city, .. } = Pair::new(126, quick()).await;
    city.send(at_city, Lane::Control, b"last words");
    let Node { transport, mut events, .. } = city;
    within(transport.shutdown()).await;
    assert_eq!(county.bytes(Lane::Control, 10).await, b"last words");
    assert!(county.closed().await.contains("shuts down"));
    let mut closed = 0;
    while let Ok(event) = events.try_recv() {
        closed += usize::from(matches!(event, Event::Closed { .. }));
    }
    assert_eq!(closed, 1);
}

#[tokio::test]
async fn shutdown_does_not_wait_for_an_office_that_never_answers() {
    let mut world = World::new(128);
    let [city, county, ..] = world.line();
    let node = Node::start(&world, &county).await;
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    node.dial(city.office(), silent.local_addr().unwrap());
    within(silent.recv(&mut [0; 2_000])).await.unwrap();
    let began = Instant::now();
    node.transport.shutdown().await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn shutdown_does_not_wait_long_for_a_peer_that_has_died() {
    let mut world = World::new(129);
    let [city, county, ..] = world.line();
    let mut at_city = Node::start(&world, &city).await;
    let (office, addr) = (city.office(), at_city.addr);
    let elsewhere = tokio::runtime::Runtime::new().unwrap();
    let dialed = elsewhere.spawn(async move {
        let node = Node::start(&world, &county).await;
        node.dial(office, addr);
        node
    });
    let (link, _) = at_city.connected().await;
    let _dead = dialed.await.unwrap();
    elsewhere.shutdown_background();
    at_city.send(link, Lane::Control, b"nobody reads this");
    let began = Instant::now();
    at_city.transport.shutdown().await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

/// The idle time is far longer than a test's patience.
#[tokio::test]
async fn a_peer_that_died_is_known_to_be_gone_when_it_starts_again() {
    let mut world = World::new(130);
    let [city, county, ..] = world.line();
    let (office, life) = (city.office(), tokio::runtime::Runtime::new().unwrap());
    let world = Arc::new(world);
    let first = {
        let (world, city) = (Arc::clone(&world), city.clone());
        life.spawn(async move { Node::start(&world, &city).await })
    };
    let mut at_city = first.await.unwrap();
    let mut at_county = Node::start(&world, &county).await;
    at_county.dial(office, at_city.addr);
    let (link, _) = at_county.connected().await;
    at_city.connected().await;
    let mut settings = quick();
    settings.listen = at_city.addr;
    let ended = tokio::task::spawn_blocking(|| life.shutdown_timeout(Duration::from_secs(10)));
    ended.await.unwrap();
    drop(at_city);

    let _again = Node::with(&world, &city, settings).await;
    at_county.send(link, Lane::Control, b"are you there?");
    assert!(at_county.closed().await.contains("reset"));
}

#[tokio::test]
async fn a_node_that_connects_again_replaces_its_oldest_link() {
    let mut pair = Pair::new(127, quick()).await;
    pair.county.dial(pair.city.office, pair.city.addr);
    pair.county.connected().await;
    pair.city.connected().await;
    pair.county.dial(pair.city.office, pair.city.addr);
    let mut seen = Vec::new();
    while seen.len() < 2 {
        match pair.city.event().await {
            Event::Connected { link, .. } => seen.push((link, "up")),
            Event::Closed { link, .. } => seen.push((link, "closed")),
            other => panic!("{}", show(&other)),
        }
    }
    assert!(seen.contains(&(pair.at_city, "closed")), "{seen:?}");
    assert_eq!(pair.city.transport.links(), 2);
    assert_eq!(pair.world.now, NOW);
}
