//! What a validly enrolled peer may not do: it is refused with a reason, nothing is stored, and
//! others are served as before.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::time::{Duration, Instant};

use daiban_domain::act::CaseId;
use daiban_domain::payload;
use daiban_node::identity::Identity;
use daiban_node::replica::{Answer, Command, StatusView};
use daiban_node::settings::Settings;
use daiban_node::shell::{Handle, Node};
use daiban_node::transport::Lane;
use daiban_sync::channel::Channel;
use daiban_sync::entry::{Entry, Genesis, Kind, Payload, log_id};
use daiban_sync::frame::Frame;
use daiban_sync::head::Head;
use daiban_sync::id::{Hlc, Incarnation, LogId, NodeKey};
use daiban_sync::run::Run;
use daiban_sync::wire::PREFACE;
use daiban_tests::office::{PATIENCE, free_port};
use daiban_tests::stranger::Stranger;
use daiban_tests::tree::{self, COUNTY, TOWN, VILLAGE_A, VILLAGE_B};

struct Scene {
    _folder: tempfile::TempDir,
    node: Node,
    village: Identity,
}

impl Scene {
    /// A town's node and a villager who does not keep the rules.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        tree::enrol(folder.path());
        let mut settings = Settings::default();
        settings.node.listen = ([127, 0, 0, 1], free_port()).into();
        settings.node.admin = ([127, 0, 0, 1], 0).into();
        settings.store.ballast_mb = 1;
        settings.parent.addresses = vec!["127.0.0.1:9".into()];
        let node = Node::start(&folder.path().join(TOWN.to_string()), settings).await.unwrap();
        let village = Identity::load(&folder.path().join(VILLAGE_A.to_string())).unwrap();
        // Its own log of notices has begun.
        until("the town's first entry", &node.handle(), |status| status.entries == 1).await;
        Self { _folder: folder, node, village }
    }

    async fn stranger(&self) -> Stranger {
        Stranger::connect(&self.village, tree::office(TOWN), self.node.listen()).await
    }

    async fn status(&self) -> StatusView {
        match self.node.handle().ask(Command::Status).await {
            Some(Ok(Answer::Status(status))) => *status,
            other => panic!("{other:?}"),
        }
    }

    /// A log of the villager in `channel`.
    fn log(&self, channel: Channel) -> (LogId, Entry) {
        let (author, incarnation) = (self.village.key(), Incarnation(1));
        let chain = self.village.chain().to_vec();
        let genesis = Genesis { author, incarnation, channel, chain };
        (log_id(author, incarnation, &channel), genesis.entry(Hlc(1)))
    }

    fn run(&self, channel: Channel, entries: Vec<Entry>) -> Run {
        let (log, genesis) = self.log(channel);
        let entries = [vec![genesis], entries].concat();
        Run::write(log, Head::EMPTY, entries, self.village.signing_key())
    }
}

fn act(payload: Vec<u8>) -> Entry {
    Entry { at: Hlc(2), kind: Kind::Act, payload: Payload::Present(payload) }
}

/// Sends one run after a greeting; the town ends the session for the reason given and keeps nothing.
async fn check_refused(name: &str, reason: &str, craft: impl FnOnce(&Scene) -> Run) {
    let scene = Scene::new().await;
    let before = scene.status().await.entries;
    let mut stranger = scene.stranger().await;
    stranger.greet();
    let run = craft(&scene);
    stranger.say(&Frame::Run(run));
    let why = stranger.closed().await;
    assert!(why.contains(reason), "{name}: expected {reason:?}, got {why:?}");
    let after = scene.status().await;
    assert_eq!((after.entries, after.counters.refused), (before, 1), "{name}");
    // Others are served as before.
    let mut other = scene.stranger().await;
    other.greet();
    let handle = scene.node.handle();
    until("another peer's session", &handle, |status| status.peers.len() == 1).await;
    scene.node.stop().await;
}

async fn until(what: &str, handle: &Handle, reached: impl Fn(&StatusView) -> bool) {
    let began = Instant::now();
    loop {
        if let Some(Ok(Answer::Status(status))) = handle.ask(Command::Status).await
            && reached(&status)
        {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "waited for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn own() -> Channel {
    Channel::cases(tree::office(VILLAGE_A))
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_in_another_channel_are_refused() {
    check_refused("a neighbour's cases", "not shared", |scene| {
        scene.run(Channel::cases(tree::office(VILLAGE_B)), Vec::new())
    })
    .await;
    check_refused("the county's notices", "may not write", |scene| {
        scene.run(Channel::Notices { issuer: tree::office(COUNTY) }, Vec::new())
    })
    .await;
    check_refused("own notices, which the town does not hold", "not shared", |scene| {
        scene.run(Channel::Notices { issuer: tree::office(VILLAGE_A) }, Vec::new())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_in_anothers_name_are_refused() {
    check_refused("a genesis that names another key", "not authentic", |scene| {
        let (channel, author) = (own(), NodeKey([9; 32]));
        let chain = scene.village.chain().to_vec();
        let genesis = Genesis { author, incarnation: Incarnation(1), channel, chain };
        let log = genesis.log_id();
        Run::write(log, Head::EMPTY, vec![genesis.entry(Hlc(1))], scene.village.signing_key())
    })
    .await;
    check_refused("a log name that is not its own", "genesis", |scene| {
        let (_, genesis) = scene.log(own());
        Run::write(LogId([7; 32]), Head::EMPTY, vec![genesis], scene.village.signing_key())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_chains_and_limits_are_refused() {
    check_refused("a changed payload", "chain of hashes", |scene| {
        let mut run = scene.run(own(), vec![act(vec![1; 40])]);
        run.entries[1].payload = Payload::Present(vec![2; 40]);
        run
    })
    .await;
    check_refused("a head signed for something else", "not signed", |scene| {
        let other = scene.run(own(), vec![act(vec![1; 40])]);
        let mut run = scene.run(own(), vec![act(vec![2; 40])]);
        run.head.signature = other.head.signature;
        run
    })
    .await;
    check_refused("a continuation of nothing", "continuation", |scene| {
        let mut run = scene.run(own(), vec![act(vec![1; 40])]);
        run.after.len = 5;
        run.head.head.len += 5;
        run
    })
    .await;
    check_refused("more entries than a run may have", "1 to 256", |scene| {
        scene.run(own(), vec![act(vec![1; 20]); 400])
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_protocol_are_refused() {
    let bomb = {
        let word = daiban_sync::wire::framed(&Frame::Beacon(Vec::new())).unwrap();
        let packed = zstd::bulk::compress(&word.repeat(16 << 20), 3).unwrap();
        [PREFACE.as_slice(), &packed].concat()
    };
    let cases: [(&str, Vec<u8>, &str); 4] = [
        ("another protocol", b"GET / HTTP/1.1\r\n\r\n".to_vec(), "another version"),
        ("garbage after the preface", [PREFACE.as_slice(), &[0xa5; 64]].concat(), "invalid bytes"),
        ("a newer protocol", [b"daiban".as_slice(), &[8, 9], &[0; 16]].concat(), "another version"),
        ("a decompression bomb", bomb, "broke the rules"),
    ];
    for (name, bytes, reason) in cases {
        let scene = Scene::new().await;
        let mut stranger = scene.stranger().await;
        stranger.send(Lane::Control, bytes);
        let why = stranger.closed().await;
        assert!(why.contains(reason), "{name}: expected {reason:?}, got {why:?}");
        scene.node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greeting_in_another_offices_name_is_refused() {
    let scene = Scene::new().await;
    let mut stranger = scene.stranger().await;
    stranger.greet_as(tree::office(VILLAGE_B));
    let why = stranger.closed().await;
    assert!(why.contains("its certificate names office"), "{why}");
    scene.node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_form_changes_are_quarantined_and_the_node_goes_on() {
    let samples = ["bomb.chg", "bomb.am", "panic-chg.bin", "panic-doc.bin"];
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/domain/tests/hostile");
    let change = |(n, name): (u8, &str)| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let payload = payload::form_change(CaseId([n; 16]), &bytes);
        Entry { at: Hlc(2), kind: Kind::FormChange, payload: Payload::Present(payload) }
    };
    let scene = Scene::new().await;
    let mut stranger = scene.stranger().await;
    stranger.greet();
    let entries = (1u8..).zip(samples).map(change).collect();
    stranger.say(&Frame::Run(scene.run(own(), entries)));
    let handle = scene.node.handle();
    until("the samples in quarantine", &handle, |status| status.quarantined == 4).await;
    let status = scene.status().await;
    assert_eq!((status.cases, status.peers.len(), status.latched), (0, 1, None));
    let Some(Ok(Answer::Quarantine { entries })) = handle.ask(Command::Quarantine).await else {
        panic!("the quarantine is shown");
    };
    assert_eq!(entries.len(), samples.len());
    scene.node.stop().await;
}
