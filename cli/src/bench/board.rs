//! The board of a city with its 1,400 offices, through the real pages: four counties report over
//! QUIC of everybody below them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use daiban_domain::office::OfficeTree;
use daiban_domain::shipped;
use daiban_node::accounts::Role;
use daiban_node::identity::{Identity, KnownStandings, Lifetimes, admit_beside, system_rng};
use daiban_node::replica::{Answer, Backlog, Command, Health, Report, Reports};
use daiban_node::shell::{Handle, Node};
use daiban_node::transport::{self, Event, JoinHandler, Lane, Parts, Transport, TransportSettings};
use daiban_sync::frame::{Frame, Hello};
use daiban_sync::frontier::{Buckets, Digest};
use daiban_sync::id::{Incarnation, Millis, OfficeCode, Tier};
use daiban_sync::wire::{Compression, Encoder};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::browser::{Browser, Loads};
use super::stage::settings;
use super::{BenchError, millis, percentile};
use crate::office::now;
use crate::process::free_port;

/// 亳州: 4 counties, 96 towns, 1,360 villages.
const CITY: u64 = 341_600_000_000;
const NOWHERE: &str = "127.0.0.1:9";
/// Reports in one message: fewer than its bytes hold.
const REPORTS_AT_ONCE: usize = 16;
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn run(loads: usize) -> Result<Value, BenchError> {
    let folder = tempfile::tempdir()?;
    let (city, counties) = enrolled(folder.path())?;
    let port = free_port()?;
    let data = data_of(folder.path(), city);
    let node = Node::start(&data, settings(port, None)).await.map_err(BenchError::other)?;
    let handle = node.handle();
    let tree = shipped::offices();
    let mut peers = Vec::new();
    for county in counties {
        peers.push(reported(county, city, ([127, 0, 0, 1], port).into(), &tree).await?);
    }
    let offices = heard(&handle, &tree).await?;
    let asked = time_board(&handle, loads).await?;
    let measured = tokio::task::spawn_blocking(move || pages(&data, loads)).await;
    let mut measured = measured.map_err(BenchError::other)??;
    drop((peers, handle));
    node.stop().await;
    Ok(json!({
        "offices": offices,
        "page_bytes": measured.text.len(),
        "loads": loads,
        "command_ms": millis(asked),
        "first_byte_p50_ms": millis(measured.first_byte(50)),
        "first_byte_p99_ms": millis(measured.first_byte(99)),
        "whole_p50_ms": millis(percentile(&mut measured.whole, 50)),
        "whole_p99_ms": millis(percentile(&mut measured.whole, 99)),
        "bar": "first byte at most 300 ms",
    }))
}

fn data_of(root: &Path, office: OfficeCode) -> PathBuf {
    root.join(office.to_string())
}

/// The city's data directory, and the counties as its members.
fn enrolled(root: &Path) -> Result<(OfficeCode, Vec<Identity>), BenchError> {
    let mut rng = system_rng().map_err(BenchError::other)?;
    let city = OfficeCode::new(CITY)?;
    let data = data_of(root, city);
    std::fs::create_dir_all(&data)?;
    let identity = Identity::init_city(city, now(), &Lifetimes::default(), &mut rng)
        .map_err(BenchError::other)?;
    let mut counties = Vec::new();
    for county in shipped::offices().children(city) {
        let folder = data_of(root, county.code);
        std::fs::create_dir_all(&folder)?;
        let (above, below) = ((&identity, &*data), (county.code, &*folder));
        let joined = admit_beside(above, below, vec![NOWHERE.into()], now(), &mut rng);
        counties.push(joined.map_err(BenchError::other)?);
    }
    identity.save_new(&data).map_err(BenchError::other)?;
    Ok((city, counties))
}

struct Nobody;

impl JoinHandler for Nobody {
    fn handle_request(&self, _: &[u8], _: Millis) -> Vec<u8> {
        Vec::new()
    }
}

/// A county that holds no case and reports of everybody below it. It stays linked until it is
/// dropped.
async fn reported(
    county: Identity,
    city: OfficeCode,
    address: SocketAddr,
    tree: &OfficeTree,
) -> Result<(Transport, mpsc::Receiver<Event>), BenchError> {
    let office = county.office();
    let (sender, mut events) = mpsc::channel(1_024);
    let parts = Parts {
        settings: TransportSettings::from(&settings(0, None)),
        identity: Arc::new(county),
        registry: Arc::new(KnownStandings::default()),
        join_handler: Arc::new(Nobody),
        clock: Arc::new(now),
    };
    let (transport, commands) = Transport::bind(parts, sender).await.map_err(BenchError::other)?;
    let (addrs, congestion) = (vec![address.to_string()], Default::default());
    let dial = transport::Command::Dial { office: city, addrs, congestion };
    commands.send(dial).map_err(BenchError::other)?;
    let link = loop {
        match events.recv().await {
            Some(Event::Connected { link, .. }) => break link,
            Some(Event::DialFailed { why, .. }) => return Err(BenchError::other(why)),
            Some(_) => {}
            None => return Err(BenchError::other("the transport ended")),
        }
    };
    let mut encoder = Encoder::new(Compression::SMALL);
    for frame in words_of(office, tree) {
        encoder.push(&frame).map_err(BenchError::other)?;
    }
    let bytes = encoder.take();
    let send = transport::Command::Send { link, lane: Lane::Control, bytes };
    commands.send(send).map_err(BenchError::other)?;
    Ok((transport, events))
}

/// A greeting, a comparison that ends at once, and the reports.
fn words_of(county: OfficeCode, tree: &OfficeTree) -> Vec<Frame> {
    let nothing = Frame::Heads { buckets: Buckets::ALL, heads: Vec::new(), last: true };
    let hello = Hello {
        office: county,
        incarnation: Incarnation(1),
        frontier: Digest([0; 32]),
        receipts: Digest([0; 32]),
        now: now(),
        window: 1 << 20,
        beacon: Vec::new(),
    };
    let below: Vec<_> = tree.iter().filter(|office| office.code.is_within(county)).collect();
    let messages = below.chunks(REPORTS_AT_ONCE).map(|offices| {
        let reports = offices.iter().map(|office| report(office.code)).collect();
        Frame::Beacon(Reports { now: now(), reports }.write())
    });
    [Frame::Hello(hello), nothing].into_iter().chain(messages).collect()
}

/// Most are well; some are behind, short of disk or wrong in their clock.
fn report(office: OfficeCode) -> Report {
    let n = u64::from(office) % 1_009;
    let is_village = office.tier() == Tier::Village;
    let oldest_ms = (is_village && n.is_multiple_of(5)).then_some(n * 400_000);
    let health = Health {
        version: env!("CARGO_PKG_VERSION").into(),
        entries: 40 * n,
        cases: 9 * n,
        unsent: Backlog { entries: n % 50, bytes: 700 * (n % 50), oldest_ms },
        disk_free_bytes: Some((n + 40) << 26),
        quarantined: u64::from(n % 97 == 1),
        ..Health::default()
    };
    let clock_ahead_ms = if n % 61 == 2 { 900_000 } else { 400 };
    Report { office, age_ms: n * 40, clock_ahead_ms, health }
}

/// Waits until all have been heard of.
async fn heard(handle: &Handle, tree: &OfficeTree) -> Result<usize, BenchError> {
    let city = OfficeCode::new(CITY)?;
    let all = tree.iter().filter(|office| office.code.is_within(city)).count();
    let began = Instant::now();
    loop {
        let Some(Ok(Answer::Board(board))) = handle.ask(Command::Board).await else {
            return Err(BenchError::other("the city does not answer"));
        };
        // Of itself the city may not have reported yet.
        if board.offices.iter().filter(|row| row.heard.is_some()).count() + 1 >= all {
            return Ok(all);
        }
        if began.elapsed() > PATIENCE {
            return Err(BenchError::other("not every office was heard of"));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn time_board(handle: &Handle, loads: usize) -> Result<Duration, BenchError> {
    let mut times = Vec::new();
    for _ in 0..loads {
        let began = Instant::now();
        handle.ask(Command::Board).await;
        times.push(began.elapsed());
    }
    Ok(percentile(&mut times, 50))
}

/// An operator opens the page again and again.
fn pages(data: &Path, loads: usize) -> Result<Loads, BenchError> {
    let mut operator = Browser::sign_in(data, "operator", &[Role::Operator], None)?;
    let loads = operator.load("/board", loads)?;
    match loads.text.contains("class=\"towns\"") {
        true => Ok(loads),
        false => Err(BenchError::other("the page is not the board")),
    }
}
