//! A notice that changes the law: cases that are kept are reckoned by it, also across a restart.
#![allow(clippy::unwrap_used, reason = "a test panics on what it does not expect")]
#![allow(clippy::cast_possible_truncation, reason = "lengths that a test chooses")]

mod store_support;

use daiban_domain::act::OfficerRef;
use daiban_domain::authority::Delegation;
use daiban_domain::catalog::Action;
use daiban_domain::notice::Notice;
use daiban_domain::{payload, sample};
use daiban_node::replica::{
    Answer, Command, CommandId, Config, Effect, Input, Law, Refusal, Replica, Row, Rules, Timing,
};
use daiban_node::store::faulty::MemoryDisk;
use daiban_node::store::kv::MemoryKvOpener;
use daiban_node::store::{Committer, Record};
use daiban_sync::channel::Channel;
use daiban_sync::entry::Kind;
use daiban_sync::id::{Millis, NodeKey, OfficeCode};
use daiban_sync::run::{Authenticator, VerifiedRun};
use daiban_sync::wire::Compression;
use ed25519_dalek::SigningKey;
use store_support::{Author, open_memory};

/// 2026-03-02 09:00 in China.
const NOW: Millis = Millis(1_772_413_200_000);
const TOWN: u64 = 330_382_001_000;
const VILLAGE: u64 = 330_382_001_001;
const COUNTY: u64 = 330_382_000_000;
/// More than are reckoned at once.
const CASES: usize = 70;

struct Nobody;

impl Authenticator for Nobody {
    fn office_of(&self, _: NodeKey, _: &[Vec<u8>]) -> Result<OfficeCode, String> {
        Err("nobody else is here".into())
    }
}

struct Node {
    replica: Replica,
    committer: Committer,
}

impl Node {
    fn start(disk: &MemoryDisk, kv: &mut MemoryKvOpener) -> Self {
        let (store, committer, _) = open_memory(disk, kv, 1).unwrap();
        let config = Config {
            office: office(VILLAGE),
            key: SigningKey::from_bytes(&[7; 32]),
            chain: vec![vec![1; 300]],
            ancestors: Vec::new(),
            timing: Timing::default(),
            window_bytes: 64 << 10,
            compression_up: Compression::SMALL,
            compression_down: Compression::SMALL,
            sessions_max: 4,
            training: true,
            watch: Rules::default(),
            backed_up: None,
        };
        let law = Law::default();
        let replica = Replica::new(NOW, config, store, law, Box::new(Nobody), [3; 32]).unwrap();
        Self { replica, committer }
    }

    fn ask(&mut self, command: Command) -> Result<Answer, Refusal> {
        let id = self.replica.next_command();
        self.replica.handle(NOW, Input::Command { id, command });
        let mut more = true;
        loop {
            if let Some(answer) = self.carry_out(id) {
                return answer;
            }
            assert!(more, "no answer");
            more = self.replica.work(NOW);
        }
    }

    /// Puts on the disk what is to go there; gives the answer if it is there.
    fn carry_out(&mut self, asked: CommandId) -> Option<Result<Answer, Refusal>> {
        let mut answered = None;
        self.replica.settle(NOW);
        while let Some(effect) = self.replica.poll_effect() {
            match effect {
                Effect::Commit { commit, records } => {
                    let appended = self.committer.append(&records).unwrap();
                    self.committer.sync().unwrap();
                    let result = Ok(vec![appended]);
                    self.replica.handle(NOW, Input::Committed { commit, result });
                    self.replica.settle(NOW);
                }
                Effect::Reply { id, answer } if id == asked => answered = Some(answer),
                _ => {}
            }
        }
        answered
    }

    /// Cases in which the town has a turn.
    fn handed_to_town(&mut self) -> usize {
        let list = Command::all_cases();
        let Answer::Cases { cases, .. } = self.ask(list).unwrap() else { panic!("no list") };
        let town = |row: &&Row| row.summary.next.iter().any(|act| act.office == office(TOWN));
        cases.iter().filter(town).count()
    }
}

fn office(code: u64) -> OfficeCode {
    OfficeCode::new(code).unwrap()
}

fn new_case() -> Command {
    Command::NewCase {
        item: "CL-SB-01".into(),
        version: None,
        fields: sample::form("CL-SB-01", office(VILLAGE)),
        materials: Vec::new(),
        submit: false,
        handler: None,
        listed: None,
        reuse: Vec::new(),
        again: Some("又一件".into()),
        by: OfficerRef { name: "王".into(), id: "w".into() },
    }
}

/// Says that the village is no more: the town does what it owed.
fn closing(issuer: u64) -> VerifiedRun {
    let csv = "code,change,to,from\n330382001001,closed,,2026-01-05\n";
    let notice = payload::notice(&Notice::Directory { csv: csv.into() });
    let issuer = office(issuer);
    let mut author = Author::of(issuer, Channel::Notices { issuer }, [8; 32]);
    author.write_as(Kind::Notice, &[notice])
}

#[test]
fn kept_cases_are_reckoned_by_a_new_law_also_across_a_restart() {
    for restarts in [false, true] {
        let (disk, mut kv) = (MemoryDisk::default(), MemoryKvOpener::default());
        let mut node = Node::start(&disk, &mut kv);
        for _ in 0..CASES {
            node.ask(new_case()).unwrap();
        }
        while node.replica.work(NOW) {}
        assert_eq!(node.handed_to_town(), 0);
        node.committer.append(&[Record::Run(closing(TOWN))]).unwrap();
        node.committer.sync().unwrap();
        drop(node);
        let mut node = Node::start(&disk, &mut kv);
        // The notice and the first cases.
        while node.handed_to_town() == 0 {
            assert!(node.replica.work(NOW));
        }
        assert!(node.handed_to_town() < CASES);
        if restarts {
            node.replica.flush_views().unwrap();
            drop(node);
            node = Node::start(&disk, &mut kv);
        }
        while node.replica.work(NOW) {}
        assert_eq!(node.handed_to_town(), CASES);
    }
}

#[test]
fn of_two_notices_the_earlier_has_effect_whichever_came_first() {
    let (disk, mut kv) = (MemoryDisk::default(), MemoryKvOpener::default());
    let mut notices = [TOWN, COUNTY].map(closing);
    // Written in the same instant.
    notices.sort_by_key(|notice| notice.run().log);
    let [earlier, later] = notices.each_ref().map(|notice| notice.run().log);
    for (arrived, aside) in notices.into_iter().rev().zip([None, Some(later)]) {
        let mut node = Node::start(&disk, &mut kv);
        node.committer.append(&[Record::Run(arrived)]).unwrap();
        node.committer.sync().unwrap();
        drop(node);
        let mut node = Node::start(&disk, &mut kv);
        while node.replica.work(NOW) {}
        let Answer::Quarantine { entries } = node.ask(Command::Quarantine).unwrap() else {
            panic!("no quarantine")
        };
        let logs: Vec<_> = entries.iter().map(|entry| entry.log).collect();
        assert_eq!(logs, Vec::from_iter(aside), "{earlier} is the earlier one");
        assert_eq!(node.replica.status(NOW).quarantined, logs.len() as u64);
        node.replica.flush_views().unwrap();
    }
}

#[test]
fn a_faulty_notice_is_not_published() {
    let (disk, mut kv) = (MemoryDisk::default(), MemoryKvOpener::default());
    let mut node = Node::start(&disk, &mut kv);
    let publish = |notice| Command::Publish { notice, rehearse: false };
    let delegation = |within: u64| {
        publish(Notice::Delegation(Delegation {
            within: office(within),
            item: "CL-SB-01".into(),
            action: Action::FirstCheck,
            from_organ: "RS".parse().unwrap(),
            to_office: office(VILLAGE),
            to_organ: "CW".parse().unwrap(),
            from_day: "2026-01-01".parse().unwrap(),
        }))
    };
    let refused = node.ask(publish(Notice::Calendar { csv: String::new() })).unwrap_err();
    assert!(refused.sentence.zh.contains("由市级发布"), "{refused}");
    let refused = node.ask(delegation(TOWN)).unwrap_err();
    assert!(refused.sentence.en.contains("330382001000"), "{refused}");
    let Answer::Published { effects, .. } = node.ask(delegation(VILLAGE)).unwrap() else {
        panic!("no answer")
    };
    assert_eq!(effects.len(), 1);
}
