//! A town's node, a village that does not keep the rules and its neighbour that does.

use std::time::{Duration, Instant};

use daiban_node::identity::Identity;
use daiban_node::replica::{Answer, Command, StatusView};
use daiban_node::settings::Settings;
use daiban_node::shell::Node;
use daiban_sync::channel::Channel;
use daiban_sync::entry::{Entry, Genesis, Kind, Payload};
use daiban_sync::frame::Frame;
use daiban_sync::head::Head;
use daiban_sync::id::{Hlc, Incarnation, OfficeCode};
use daiban_sync::run::Run;
use daiban_tests::office::PATIENCE;
use daiban_tests::stranger::Stranger;
use daiban_tests::tree::{self, TOWN, VILLAGE_A, VILLAGE_B};

pub(crate) struct Scene {
    _folder: tempfile::TempDir,
    pub(crate) node: Node,
    pub(crate) village: Identity,
    neighbour: Identity,
    /// The neighbour's session, which must not be touched by anything.
    bystander: Stranger,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        tree::enrol(folder.path());
        let mut settings = Settings::default();
        settings.node.listen = ([127, 0, 0, 1], 0).into();
        settings.node.admin = ([127, 0, 0, 1], 0).into();
        settings.store.ballast_mb = 1;
        settings.parent.addresses = vec!["127.0.0.1:9".into()];
        let data = |code: u64| folder.path().join(code.to_string());
        let node = Node::start(&data(TOWN), settings).await.unwrap();
        let [village, neighbour] =
            [VILLAGE_A, VILLAGE_B].map(|code| Identity::load(&data(code)).unwrap());
        let mut bystander = Stranger::connect(&neighbour, tree::office(TOWN), node.listen()).await;
        bystander.go_live();
        let scene = Self { _folder: folder, node, village, neighbour, bystander };
        // The town's own log of notices has begun.
        scene.until("the bystander", |s| s.entries == 1 && is_live(s, VILLAGE_B)).await;
        scene
    }

    pub(crate) async fn stranger(&self) -> Stranger {
        Stranger::connect(&self.village, tree::office(TOWN), self.node.listen()).await
    }

    pub(crate) async fn status(&self) -> StatusView {
        match self.node.handle().ask(Command::Status).await {
            Some(Ok(Answer::Status(status))) => *status,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn until(&self, what: &str, reached: impl Fn(&StatusView) -> bool) {
        let began = Instant::now();
        while !reached(&self.status().await) {
            assert!(began.elapsed() < PATIENCE, "waited for {what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// What the village does is refused with `expected`; nothing is stored and nobody else notices.
    pub(crate) async fn refuses(
        &self,
        name: &str,
        expected: impl ToString,
        attack: impl AsyncFnOnce(&mut Stranger),
    ) {
        let before = self.status().await;
        let mut stranger = self.stranger().await;
        attack(&mut stranger).await;
        let (why, expected) = (stranger.closed().await, expected.to_string());
        assert!(why.contains(&expected), "{name}: expected {expected:?}, got {why:?}");
        let after = self.status().await;
        let refused = before.counters.refused + 1;
        assert_eq!((after.entries, after.counters.refused), (before.entries, refused), "{name}");
        assert!(is_live(&after, VILLAGE_B), "{name}: the bystander is gone");
    }

    /// As [`Scene::refuses`], for frames after a greeting.
    pub(crate) async fn refuses_frames(
        &self,
        name: &str,
        expected: impl ToString,
        frames: &[Frame],
    ) {
        self.refuses(name, expected, async |stranger| {
            stranger.greet();
            stranger.say(frames);
        })
        .await;
    }

    /// The bystander is served as before, and the node stops.
    pub(crate) async fn end(mut self) {
        let before = self.status().await.entries;
        let run = begin(&self.neighbour, Channel::cases(self.neighbour.office()), Vec::new());
        self.bystander.say(&[Frame::Run(run)]);
        self.until("the bystander's entry", |status| status.entries == before + 1).await;
        self.node.stop().await;
    }

    /// A run that begins a log of the village.
    pub(crate) fn run(&self, channel: Channel, entries: Vec<Entry>) -> Run {
        begin(&self.village, channel, entries)
    }
}

fn is_live(status: &StatusView, office: u64) -> bool {
    status.peers.iter().any(|peer| peer.office == tree::office(office) && peer.live)
}

/// What begins a log of `author`.
pub(crate) fn genesis(author: &Identity, channel: Channel) -> Genesis {
    let (author, chain) = (author.key(), author.chain().to_vec());
    Genesis { author, incarnation: Incarnation(1), channel, chain }
}

fn begin(author: &Identity, channel: Channel, entries: Vec<Entry>) -> Run {
    let genesis = genesis(author, channel);
    let entries = [vec![genesis.entry(Hlc(1))], entries].concat();
    Run::write(genesis.log_id(), Head::EMPTY, entries, author.signing_key())
}

/// An act of so many bytes.
pub(crate) fn act(payload: Vec<u8>) -> Entry {
    Entry { at: Hlc(2), kind: Kind::Act, payload: Payload::Present(payload) }
}

/// The village's own cases.
pub(crate) fn own() -> Channel {
    Channel::cases(village())
}

pub(crate) fn village() -> OfficeCode {
    tree::office(VILLAGE_A)
}
