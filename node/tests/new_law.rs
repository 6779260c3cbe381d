//! A notice that changes the law: cases that are kept are reckoned by it, also across a restart.
#![allow(clippy::unwrap_used, reason = "a test panics on what it does not expect")]
#![allow(clippy::cast_possible_truncation, reason = "lengths that a test chooses")]

mod store_support;

use daiban_domain::act::OfficerRef;
use daiban_domain::notice::Notice;
use daiban_domain::sample;
use daiban_domain::shipped::CATALOG_FILES;
use daiban_node::replica::{
    Answer, Command, CommandId, Config, Effect, Input, Law, Refusal, Replica, Timing,
};
use daiban_node::store::Committer;
use daiban_node::store::faulty::MemoryDisk;
use daiban_node::store::kv::MemoryKvOpener;
use daiban_sync::id::{Millis, NodeKey, OfficeCode};
use daiban_sync::run::Authenticator;
use daiban_sync::wire::Compression;
use ed25519_dalek::SigningKey;
use store_support::open_memory;

/// 2026-03-02 09:00 in China.
const NOW: Millis = Millis(1_772_413_200_000);
const TOWN: u64 = 330_382_001_000;
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
            office: OfficeCode::new(TOWN).unwrap(),
            key: SigningKey::from_bytes(&[7; 32]),
            chain: vec![vec![1; 300]],
            ancestors: Vec::new(),
            timing: Timing::default(),
            window_bytes: 64 << 10,
            compression_up: Compression::SMALL,
            compression_down: Compression::SMALL,
            sessions_max: 4,
            training: true,
            #[cfg(feature = "mutants")]
            mutant: None,
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

    fn names(&mut self) -> Vec<String> {
        let list = Command::ListCases { status: None, organ: None, limit: None };
        let Answer::Cases { cases, .. } = self.ask(list).unwrap() else { panic!("no list") };
        cases.iter().map(|case| case["item_name"].as_str().unwrap().to_owned()).collect()
    }
}

fn new_case() -> Command {
    Command::NewCase {
        item: "CL-SB-01".into(),
        version: None,
        fields: sample::form("CL-SB-01", OfficeCode::new(TOWN + 1).unwrap()),
        materials: Vec::new(),
        submit: false,
        handler: None,
        listed: None,
        by: OfficerRef { name: "王".into(), id: "w".into() },
    }
}

/// The item under another name.
fn renamed(name: &str) -> Command {
    let wanted = CATALOG_FILES
        .iter()
        .filter(|(file, _)| file.starts_with('_') || *file == "CL-SB-01.toml")
        .map(|(file, text)| {
            let text = text.replace("name = \"城乡居民基本养老保险参保登记\"", name);
            ((*file).to_owned(), text)
        });
    Command::Publish { notice: Notice::Catalog { files: wanted.collect() } }
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
        assert!(node.names().iter().all(|name| name == "城乡居民基本养老保险参保登记"));
        node.ask(renamed("name = \"参保登记（新）\"")).unwrap();
        // The notice and the first cases.
        while node.names().iter().all(|name| name != "参保登记（新）") {
            assert!(node.replica.work(NOW));
        }
        assert!(node.names().iter().any(|name| name != "参保登记（新）"));
        if restarts {
            node.replica.flush_views().unwrap();
            drop(node);
            node = Node::start(&disk, &mut kv);
        }
        while node.replica.work(NOW) {}
        let names = node.names();
        assert_eq!(names.len(), CASES);
        assert!(names.iter().all(|name| name == "参保登记（新）"));
    }
}

#[test]
fn a_faulty_notice_is_not_published() {
    let (disk, mut kv) = (MemoryDisk::default(), MemoryKvOpener::default());
    let mut node = Node::start(&disk, &mut kv);
    let calendar = |csv: &str| Command::Publish { notice: Notice::Calendar { csv: csv.into() } };
    let refused = node.ask(calendar("date,kind,name\n2030-01-01,holiday,元旦")).unwrap_err();
    assert!(refused.sentence.zh.contains("未发布") && refused.sentence.en.contains("2027"));
    node.ask(calendar("date,kind,name\n2027-01-01,holiday,元旦")).unwrap();
    while node.replica.work(NOW) {}
    let calendar = &node.replica.law().calendar;
    for (day, works) in [("2026-10-01", false), ("2027-01-01", false), ("2027-01-04", true)] {
        assert_eq!(calendar.is_working(day.parse().unwrap()), Ok(works), "{day}");
    }
}
