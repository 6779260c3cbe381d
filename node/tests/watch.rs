//! The watch over offices below, in virtual time: dark, acknowledged, restarted, back, cleared.
#![allow(clippy::unwrap_used, reason = "a test panics on what it does not expect")]
#![allow(clippy::cast_possible_truncation, reason = "lengths that a test chooses")]

mod store_support;

use std::collections::BTreeMap;

use daiban_domain::act::OfficerRef;
use daiban_node::replica::{
    Answer, Board, BoardRow, Command, CommandId, Config, Effect, Happened, Input, Law, LinkId,
    RaisedView, Refusal, RefusalKind, Replica, Rules, Timing, Trouble,
};
use daiban_node::store::Committer;
use daiban_node::store::faulty::MemoryDisk;
use daiban_node::store::kv::MemoryKvOpener;
use daiban_sync::id::{Millis, NodeKey, OfficeCode};
use daiban_sync::run::Authenticator;
use daiban_sync::session::Role;
use daiban_sync::wire::Compression;
use ed25519_dalek::SigningKey;
use store_support::open_memory;

const CITY: u64 = 330_300_000_000;
const COUNTY: u64 = 330_382_000_000;
const TOWN: u64 = 330_382_001_000;
const VILLAGE: u64 = 330_382_001_001;
/// From the top.
const LINE: [u64; 4] = [CITY, COUNTY, TOWN, VILLAGE];
const MINUTE: u64 = 60_000;
const RULES: Rules = Rules {
    dark_ms: 15 * MINUTE,
    behind_ms: 0,
    clock_error_ms: 5 * MINUTE,
    disk_free_bytes: 1 << 30,
    quarantined: 1,
    backup_ms: 0,
};

/// Knows the key of every office of the line.
struct Line;

impl Authenticator for Line {
    fn office_of(&self, author: NodeKey, _: &[Vec<u8>]) -> Result<OfficeCode, String> {
        let known = LINE.into_iter().find(|code| key_of(*code) == author);
        known.map(office).ok_or_else(|| "nobody knows this key".into())
    }
}

fn office(code: u64) -> OfficeCode {
    OfficeCode::new(code).unwrap()
}

fn signing_key(code: u64) -> SigningKey {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&code.to_le_bytes());
    SigningKey::from_bytes(&seed)
}

fn key_of(code: u64) -> NodeKey {
    NodeKey(signing_key(code).verifying_key().to_bytes())
}

/// A computer with its disk; the process may be down.
struct Node {
    code: u64,
    disk: MemoryDisk,
    kv: MemoryKvOpener,
    up: Option<(Replica, Committer)>,
    answers: BTreeMap<CommandId, Result<Answer, Refusal>>,
    /// How far its clock is ahead.
    ahead_ms: u64,
}

impl Node {
    fn new(code: u64) -> Self {
        let (disk, kv) = (MemoryDisk::default(), MemoryKvOpener::default());
        Self { code, disk, kv, up: None, answers: BTreeMap::new(), ahead_ms: 0 }
    }

    fn start(&mut self, now: Millis) {
        let (store, committer, _) = open_memory(&self.disk, &mut self.kv, self.code).unwrap();
        let ancestors = office(self.code).line().skip(1).map(|above| (above, Vec::new()));
        let config = Config {
            office: office(self.code),
            key: signing_key(self.code),
            chain: vec![vec![1; 300]],
            ancestors: ancestors.collect(),
            timing: Timing::default(),
            window_bytes: 64 << 10,
            compression_up: Compression::SMALL,
            compression_down: Compression::SMALL,
            sessions_max: 4,
            training: true,
            watch: RULES,
            backed_up: None,
        };
        let law = Law::default();
        let replica = Replica::new(now, config, store, law, Box::new(Line), [3; 32]).unwrap();
        self.up = Some((replica, committer));
    }
}

/// Four offices, and the links between neighbours that are not cut.
struct World {
    now: Millis,
    nodes: Vec<Node>,
    links: u64,
    /// Each with the upper of its two ends in [`LINE`].
    up: BTreeMap<LinkId, usize>,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            now: Millis(1_772_413_200_000),
            nodes: LINE.map(Node::new).into(),
            links: 0,
            up: BTreeMap::new(),
        };
        (0..LINE.len()).for_each(|node| world.nodes[node].start(world.now));
        (0..LINE.len() - 1).for_each(|upper| world.connect(upper));
        world
    }

    fn at(&self, code: u64) -> usize {
        self.nodes.iter().position(|node| node.code == code).unwrap()
    }

    fn handle(&mut self, node: usize, input: Input) {
        let now = self.now.plus(self.nodes[node].ahead_ms);
        if let Some((replica, _)) = &mut self.nodes[node].up {
            replica.handle(now, input);
        }
    }

    /// The lower end dials the upper one.
    fn connect(&mut self, upper: usize) {
        self.links += 1;
        let link = LinkId(self.links);
        self.up.insert(link, upper);
        for (node, peer, role) in
            [(upper, upper + 1, Role::Acceptor), (upper + 1, upper, Role::Dialer)]
        {
            let (office, key) = (office(LINE[peer]), key_of(LINE[peer]));
            self.handle(node, Input::Connected { link, office, key, role });
        }
        self.carry_all();
    }

    /// Cuts every link of an office.
    fn cut(&mut self, code: u64) {
        let node = self.at(code);
        let ends = |upper: usize| [upper, upper + 1];
        let cut: Vec<_> =
            self.up.iter().filter(|(_, upper)| ends(**upper).contains(&node)).collect();
        for (link, upper) in cut.into_iter().map(|(l, u)| (*l, *u)).collect::<Vec<_>>() {
            self.up.remove(&link);
            ends(upper).into_iter().for_each(|end| self.handle(end, Input::Closed { link }));
        }
        self.carry_all();
    }

    /// The process ends and begins again; its links are gone.
    fn restart(&mut self, code: u64) {
        self.cut(code);
        let node = self.at(code);
        if let Some((mut replica, _)) = self.nodes[node].up.take() {
            replica.flush_views().unwrap();
        }
        let now = self.now;
        self.nodes[node].start(now);
        self.carry_all();
    }

    /// Time passes, in steps in which reports are passed on.
    fn pass(&mut self, minutes: u64) {
        for _ in 0..4 * minutes {
            self.now = self.now.plus(MINUTE / 4);
            (0..self.nodes.len()).for_each(|node| self.handle(node, Input::Tick));
            self.carry_all();
        }
    }

    /// Everybody does what there is to do.
    fn carry_all(&mut self) {
        loop {
            let busy: Vec<_> = (0..self.nodes.len()).map(|node| self.carry(node)).collect();
            if !busy.contains(&true) {
                return;
            }
        }
    }

    fn carry(&mut self, at: usize) -> bool {
        let now = self.now.plus(self.nodes[at].ahead_ms);
        let node = &mut self.nodes[at];
        let Some((replica, committer)) = &mut node.up else { return false };
        let mut sent = Vec::new();
        let mut any = false;
        loop {
            replica.settle(now);
            let Some(effect) = replica.poll_effect() else { break };
            any = true;
            match effect {
                Effect::Commit { commit, records } => {
                    let appended = committer.append(&records).unwrap();
                    committer.sync().unwrap();
                    replica.handle(now, Input::Committed { commit, result: Ok(vec![appended]) });
                }
                Effect::Send { link, lane, bytes } => sent.push((link, lane, bytes)),
                Effect::Reply { id, answer } => _ = node.answers.insert(id, answer),
                Effect::Dial { .. } | Effect::Standings(_) | Effect::Alarm(_) => {}
                Effect::Close { reason, .. } => panic!("{}: {reason}", node.code),
                Effect::FinishBlob { .. } => panic!("nobody sends files"),
            }
        }
        any |= replica.work(now);
        for (link, lane, bytes) in sent {
            let Some(upper) = self.up.get(&link).copied() else { continue };
            let peer = if at == upper { upper + 1 } else { upper };
            self.handle(peer, Input::Bytes { link, lane, bytes });
        }
        any
    }

    fn ask(&mut self, code: u64, command: Command) -> Result<Answer, Refusal> {
        let node = self.at(code);
        let id = self.nodes[node].up.as_mut().unwrap().0.next_command();
        self.handle(node, Input::Command { id, command });
        self.carry_all();
        self.nodes[node].answers.remove(&id).unwrap()
    }

    fn row(&mut self, at: u64, of: u64) -> BoardRow {
        let Answer::Board(board) = self.ask(at, Command::Board).unwrap() else { panic!() };
        let Board { offices, .. } = *board;
        offices.into_iter().find(|row| row.office == office(of)).unwrap()
    }

    fn raised(&mut self, at: u64) -> Vec<RaisedView> {
        let Answer::Raised { alarms } = self.ask(at, Command::Raised).unwrap() else { panic!() };
        alarms
    }

    fn acknowledge(&mut self, at: u64, of: u64, word: &str) -> Result<Answer, Refusal> {
        let by = OfficerRef { name: "李运维".into(), id: "liyw".into() };
        let (office, trouble) = (office(of), Trouble::Dark);
        self.ask(at, Command::Acknowledge { office, trouble, by, word: word.into() })
    }

    /// What became of alarms about an office, the first first.
    fn story(&mut self, at: u64, of: u64) -> Vec<(Trouble, &'static str)> {
        let command = Command::AlarmEvents { office: Some(office(of)) };
        let Answer::AlarmEvents { mut events } = self.ask(at, command).unwrap() else { panic!() };
        events.reverse();
        let what = |what: &Happened| match what {
            Happened::Raised => "raised",
            Happened::Acknowledged(_) => "acknowledged",
            Happened::Cleared => "cleared",
        };
        events.iter().map(|event| (event.trouble, what(&event.what))).collect()
    }
}

#[test]
fn every_tier_hears_of_every_office_below() {
    let mut world = World::new();
    assert_eq!(world.row(CITY, 330_382_001_002).state.key(), "never");
    world.pass(3);
    for (upper, above) in LINE.iter().enumerate() {
        for below in &LINE[upper..] {
            let row = world.row(*above, *below);
            assert_eq!(row.state.key(), "ok", "{below} at {above}");
            assert!(world.now.since(row.heard.unwrap().at) <= 3 * MINUTE);
        }
    }
    let Answer::Board(board) = world.ask(VILLAGE, Command::Board).unwrap() else { panic!() };
    assert_eq!(board.offices.len(), 1, "a village has none below");
}

#[test]
fn a_dark_office_is_an_alarm_that_is_acknowledged_kept_and_cleared() {
    let mut world = World::new();
    world.pass(3);
    world.cut(VILLAGE);
    world.pass(14);
    assert!(world.raised(COUNTY).is_empty());
    world.pass(4);
    let [alarm] = &world.raised(COUNTY)[..] else { panic!("one alarm") };
    assert_eq!((alarm.office, alarm.trouble), (office(VILLAGE), Trouble::Dark));
    assert!(alarm.words.zh.contains("失联") && alarm.acknowledged.is_none());
    assert_eq!(world.row(COUNTY, VILLAGE).state.key(), "dark");

    assert_eq!(world.acknowledge(COUNTY, VILLAGE, " ").unwrap_err().kind, RefusalKind::Input);
    assert_eq!(world.acknowledge(COUNTY, TOWN, "?").unwrap_err().kind, RefusalKind::NotFound);
    assert_eq!(world.acknowledge(COUNTY, VILLAGE, "已电话联系，停电").unwrap(), Answer::Done);

    world.restart(COUNTY);
    let [alarm] = &world.raised(COUNTY)[..] else { panic!("it is kept while nobody is linked") };
    let word = alarm.acknowledged.clone().unwrap();
    assert_eq!((word.by.name.as_str(), word.word.as_str()), ("李运维", "已电话联系，停电"));
    assert_eq!(world.row(COUNTY, VILLAGE).state.key(), "dark");
    [0, 1].into_iter().for_each(|upper| world.connect(upper));
    world.pass(5);
    assert_eq!(world.raised(COUNTY).len(), 1, "neither cleared nor raised again by the restart");

    world.connect(2);
    world.pass(3);
    assert!(world.raised(COUNTY).is_empty());
    assert_eq!(world.row(COUNTY, VILLAGE).state.key(), "ok");
    let story =
        [(Trouble::Dark, "raised"), (Trouble::Dark, "acknowledged"), (Trouble::Dark, "cleared")];
    assert_eq!(world.story(COUNTY, VILLAGE), story);
    assert_eq!(world.story(CITY, VILLAGE), [story[0], story[2]]);
}

#[test]
fn behind_a_dark_office_nobody_else_is_an_alarm() {
    let mut world = World::new();
    world.pass(3);
    world.cut(TOWN);
    world.pass(30);
    let offices: Vec<_> = world.raised(COUNTY).iter().map(|alarm| alarm.office).collect();
    assert_eq!(offices, [office(TOWN)]);
    assert_eq!(world.row(COUNTY, VILLAGE).state.key(), "dark");
}

#[test]
fn a_wrong_clock_is_told_of_whichever_way_the_report_came() {
    let mut world = World::new();
    world.pass(2);
    let village = world.at(VILLAGE);
    world.nodes[village].ahead_ms = 60 * MINUTE;
    world.pass(4);
    for above in [TOWN, COUNTY, CITY] {
        let row = world.row(above, VILLAGE);
        assert_eq!(row.state.key(), "clock");
        assert_eq!(row.heard.unwrap().clock_ahead_ms, 3_600_000);
    }
    // A clock that is set back ends every link.
    world.cut(VILLAGE);
    world.nodes[village].ahead_ms = 0;
    world.connect(2);
    world.pass(4);
    assert!(world.raised(CITY).is_empty());
    assert_eq!(
        world.story(CITY, VILLAGE),
        [(Trouble::Clock, "raised"), (Trouble::Clock, "cleared")]
    );
}

#[test]
fn a_disk_that_runs_full_is_an_alarm_at_home_too() {
    let mut world = World::new();
    let village = world.at(VILLAGE);
    world.handle(village, Input::Free { bytes: 5 << 20 });
    world.pass(3);
    for at in LINE {
        let [alarm] = &world.raised(at)[..] else { panic!("one alarm at {at}") };
        assert_eq!((alarm.trouble, alarm.measured), (Trouble::Disk, 5 << 20));
    }
    assert_eq!(world.row(CITY, VILLAGE).heard.unwrap().health.alarms_open, 1);
}
