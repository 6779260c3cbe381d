//! Every item from the counter to its end, by the command line, on the nodes of four offices: once
//! straight with a correction and a pause on the way, once refused, once withdrawn.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use daiban_domain::calendar::Date;
use daiban_domain::catalog::Item;
use daiban_domain::{sample, shipped};
use daiban_tests::item::second_version;
use daiban_tests::line::Line;
use daiban_tests::office::{Office, PATIENCE};
use daiban_tests::tree::{self, VILLAGE_A};
use serde_json::{Value, json};

/// What is meant to become of a case.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Straight,
    Refused,
    Withdrawn,
}

/// A case on its way.
struct Life<'a> {
    item: &'a Item,
    way: Way,
    receipt: String,
    /// Verbs that were done, in order.
    done: Vec<String>,
}

/// An act that an office offers now.
struct Turn<'a> {
    office: &'a Office,
    verb: String,
    organ: Option<String>,
}

/// The office where people apply for the item: the lowest that takes it.
fn counter<'a>(line: &'a Line, item: &Item) -> &'a Office {
    let takes = |office: &&Office| item.is_offered_at(tree::office(office.code().parse().unwrap()));
    line.offices().into_iter().find(takes).unwrap()
}

/// A whole application, handed in at the counter.
fn apply(line: &Line, item: &Item, paper: &Path) -> Result<Value, String> {
    let record = paper.with_file_name("record.json");
    let fields = sample::complete(item, tree::office(VILLAGE_A));
    std::fs::write(&record, json!({ "item": item.code, "fields": fields }).to_string()).unwrap();
    let attached: Vec<_> =
        item.materials.iter().map(|rule| format!("{}={}", rule.key, paper.display())).collect();
    let mut arguments = vec!["case", "new", "--by", "王芳:wangfang", "--submit"];
    arguments.extend(["--again", "每种结局各一件"]);
    arguments.extend(["--from", record.to_str().unwrap()]);
    attached.iter().for_each(|material| arguments.extend(["--attach", material]));
    counter(line, item).told(&arguments)
}

impl<'a> Life<'a> {
    fn open(line: &Line, item: &'a Item, way: Way, paper: &Path) -> Self {
        let saved = apply(line, item, paper).unwrap_or_else(|said| panic!("{}: {said}", item.code));
        let receipt = saved["receipt"].as_str().unwrap().to_owned();
        Self { item, way, receipt, done: vec!["submit".into()] }
    }

    /// Does what is to be done at any office; whether there was anything.
    fn step(&mut self, line: &Line) -> bool {
        let Some(turn) = line.offices().into_iter().find_map(|office| self.turn(office)) else {
            return false;
        };
        let mut arguments = vec!["act", &turn.verb, &self.receipt, "--by", "李超:lichao"];
        if let Some(organ) = &turn.organ {
            arguments.extend(["--organ", organ]);
        }
        let token = self.words(&turn, &mut arguments);
        if let Some(token) = &token {
            arguments.extend(["--read", token]);
        }
        turn.office.told(&arguments).unwrap_or_else(|said| {
            panic!("{} {:?} after {:?}, {}: {said}", self.item.code, self.way, self.done, turn.verb)
        });
        self.done.push(turn.verb);
        true
    }

    /// What this life does next at an office, if it is the office's turn.
    fn turn<'o>(&self, office: &'o Office) -> Option<Turn<'o>> {
        let view = office.show(&self.receipt).ok()?;
        let state = &view["state"];
        let code: u64 = office.code().parse().unwrap();
        let mine = state["next"].as_array()?.iter();
        let mine: Vec<_> = mine.filter(|next| next["office"] == code).collect();
        let offered = |verb: &str| mine.iter().find(|next| next["verb"] == verb);
        let held = view["held"].as_array()?.len();
        let (next, verb) = self.wanted().into_iter().find_map(|verb| {
            let next = offered(if verb == "pause" { "decide" } else { verb })?;
            let rests_on_files = matches!(verb, "decide" | "confirm" | "reconfirm");
            let readable = !rests_on_files || held >= 1 || self.item.materials.is_empty();
            readable.then(|| (*next, verb.to_owned()))
        })?;
        let organ = next["organ"].as_str().map(str::to_owned);
        Some(Turn { office, verb, organ })
    }

    /// Verbs of this way, the most wanted first.
    fn wanted(&self) -> Vec<&'static str> {
        let has = |verb: &str| self.done.iter().any(|done| done == verb);
        let mut wanted = match self.way {
            Way::Withdrawn => vec!["withdraw"],
            Way::Refused => vec!["refuse"],
            Way::Straight if !has("request-correction") => vec!["correct", "request-correction"],
            Way::Straight => vec!["correct"],
        };
        if self.way == Way::Straight && !has("pause") && !self.item.special_procedures.is_empty() {
            wanted.push("pause");
        }
        wanted.extend([
            "accept",
            "first-check",
            "refer",
            "survey",
            "publicise",
            "review",
            "resume",
            "decide",
            "confirm",
            "reconfirm",
            "issue",
            "pay",
            "deliver",
            "close",
        ]);
        wanted
    }

    /// The words that the verb needs; gives the read token if it needs one.
    fn words(&self, turn: &Turn<'_>, arguments: &mut Vec<&'a str>) -> Option<String> {
        match turn.verb.as_str() {
            "withdraw" | "refuse" | "request-correction" => {
                arguments.extend(["--reason", "缺少户口簿复印件"]);
            }
            "pause" => {
                let procedure = &self.item.special_procedures[0];
                arguments.extend(["--procedure", procedure, "--days", "5"]);
            }
            "publicise" => arguments.extend(["--days", "7"]),
            "review" => arguments.extend(["--opinion", "agree"]),
            "deliver" => arguments.extend(["--how", "agent"]),
            "decide" if self.way == Way::Refused => {
                arguments.extend(["--outcome", "refused", "--reason", "不符合条件"]);
            }
            "decide" => arguments.extend(["--outcome", "granted"]),
            _ => {}
        }
        let rests = matches!(turn.verb.as_str(), "decide" | "confirm" | "reconfirm");
        rests.then(|| {
            let shown = turn.office.told(&["case", "show", &self.receipt]).unwrap();
            shown["read"].as_str().unwrap_or_else(|| panic!("a read token: {shown}")).to_owned()
        })
    }

    fn status(&self, office: &Office) -> String {
        let view = office.show(&self.receipt).unwrap_or_default();
        view["state"]["status"].as_str().unwrap_or_default().to_owned()
    }

    /// The status in which this way ends.
    fn end(&self) -> &'static str {
        match self.way {
            Way::Straight => "closed",
            Way::Refused if self.done.iter().any(|done| done == "refuse") => "not_accepted",
            Way::Refused => "not_granted",
            Way::Withdrawn => "withdrawn",
        }
    }
}

/// Lets every life go on until nobody has anything to do for long.
fn live(line: &Line, lives: &mut [Life<'_>]) {
    let mut moved = Instant::now();
    loop {
        let open = |life: &Life<'_>| life.status(counter(line, life.item)) != life.end();
        let mut waiting: Vec<_> = lives.iter_mut().filter(|life| open(life)).collect();
        if waiting.is_empty() {
            return;
        }
        let steps = waiting.iter_mut().filter_map(|life| life.step(line).then_some(())).count();
        if steps > 0 {
            moved = Instant::now();
        }
        let stuck = &waiting[0];
        assert!(
            moved.elapsed() < PATIENCE,
            "{} {:?} waits after {:?}: {:#}",
            stuck.item.code,
            stuck.way,
            stuck.done,
            line.village.show(&stuck.receipt).unwrap_or_default()["state"]
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Every closed case is counted as completed, no withdrawn one as accepted.
fn check_figures(county: &Office, lives: &[Life<'_>]) {
    let figures = || county.told(&["figures", "--cases"]).unwrap();
    let completed = || figures()["groups"][0]["shares"][1]["cases"].clone();
    let ends = |way: Way| lives.iter().filter(move |life| life.way == way);
    let completes = |cases: &Value, life: &Life<'_>| {
        let mut cases = cases.as_array().unwrap().iter();
        cases.find(|case| case["receipt"] == life.receipt).map(|case| case["count"] == 1)
    };
    county.wait("to count every closed case", |_| {
        let cases = completed();
        ends(Way::Straight).all(|life| completes(&cases, life) == Some(true))
    });
    let cases = completed();
    assert!(ends(Way::Withdrawn).all(|life| completes(&cases, life).is_none()));
}

/// Publishes the abolished items again, as a city would that takes them up: in a newer version,
/// without an end. Until then no counter takes them.
fn revive(line: &Line, abolished: &[&Item], paper: &Path) {
    let mut files = Vec::new();
    for item in abolished {
        let said = apply(line, item, paper).unwrap_err();
        assert!(said.contains("有效期"), "{}: {said}", item.code);
        let file = second_version(line.folder(), &item.code, &[("valid_until", "")], "");
        files.push(file.to_str().unwrap().to_owned());
    }
    let files = files.iter().map(String::as_str);
    let effects =
        line.publish(&line.city, &["catalog"].into_iter().chain(files).collect::<Vec<_>>());
    assert_eq!(effects.len(), abolished.len());
}

#[test]
fn every_item_is_run_from_the_counter_to_its_end() {
    let (line, catalog) = (Line::start(), shipped::catalog());
    let paper: PathBuf = line.folder().join("paper.pdf");
    std::fs::write(&paper, b"%PDF-1.4 practice").unwrap();
    let today = Date::at(tree::now());
    // 异地协查 is no item of a citizen's and runs on another line, see `helps`.
    let items: Vec<_> = catalog.iter().filter(|item| !item.elsewhere).collect();
    assert_eq!(items.len(), 40);
    let abolished: Vec<_> = items.iter().copied().filter(|item| !item.is_valid_on(today)).collect();
    revive(&line, &abolished, &paper);
    let ways = [Way::Straight, Way::Refused, Way::Withdrawn];
    let all = items.iter().flat_map(|item| ways.map(|way| (*item, way)));
    let mut lives: Vec<_> = all.map(|(item, way)| Life::open(&line, item, way, &paper)).collect();
    live(&line, &mut lives);
    for life in lives.iter().filter(|life| life.way == Way::Straight) {
        let did = |verb: &str| life.done.iter().any(|done| done == verb);
        assert!(did("request-correction") && did("correct"), "{}: {:?}", life.item.code, life.done);
        let pauses = !life.item.special_procedures.is_empty();
        assert_eq!(did("pause") && did("resume"), pauses, "{}: {:?}", life.item.code, life.done);
    }
    let receipts: Vec<_> = lives.iter().map(|life| life.receipt.clone()).collect();
    let village: Vec<_> =
        receipts.into_iter().filter(|receipt| line.village.show(receipt).is_ok()).collect();
    line.wait_until_equal(&village);
    check_figures(&line.county, &lives);
    line.finish();
}
