//! The lists of a county that holds many cases, through the real pages.

use std::collections::VecDeque;
use std::path::Path;

use daiban_domain::act::{BlobRef, OfficerRef};
use daiban_domain::calendar::Date;
use daiban_domain::catalog::Item;
use daiban_domain::office::OfficeTree;
use daiban_domain::sample::onward;
use daiban_domain::shipped;
use daiban_node::accounts::Role;
use daiban_node::replica::{Answer, Attachment, Command};
use daiban_node::shell::{Handle, Node};
use daiban_sync::id::{Millis, OfficeCode};
use serde_json::{Map, Value, json};

use super::browser::Browser;
use super::child::ChildNode;
use super::stage::{LINE, Stage, settings};
use super::{BenchError, millis};
use crate::client::Client;
use crate::demo::people::applicant;
use crate::office::now;
use crate::process::free_port;

/// The county's place in the line, and that of the village where the applicants live.
const COUNTY: usize = 1;
const VILLAGE: usize = 3;
/// Cases on their way at once.
const IN_FLIGHT: u64 = 64;
/// Acts of a case: from none to all but so many.
const ACTS: u64 = 9;
/// 发展和改革局, the organ of whoever reads.
const ORGAN: &str = "FG";
const SEED: u64 = 2026;
/// Where list pages are turned from, so far as there are so many.
const TURNS: usize = 20;

pub(super) async fn run(cases: u64, loads: usize) -> Result<Value, BenchError> {
    let stage = Stage::new("pages")?;
    let data = stage.data(COUNTY);
    fill(&data, cases).await?;
    std::fs::write(data.join("looks.jsonl"), looks(cases))?;
    let read = move || read(&stage, loads);
    tokio::task::spawn_blocking(read).await.map_err(BenchError::other)?
}

/// Cases of every item that a county's counter takes, each as far on its straight way as its number
/// says and the county goes alone.
async fn fill(data: &Path, cases: u64) -> Result<(), BenchError> {
    let node = Node::start(data, settings(0, None)).await.map_err(BenchError::other)?;
    let handle = node.handle();
    let county = County::new(handle.clone(), data).await?;
    let county = std::sync::Arc::new(county);
    let mut on_their_way = VecDeque::new();
    for n in 0..cases {
        if n >= IN_FLIGHT
            && let Some(first) = on_their_way.pop_front()
        {
            joined(first).await?;
        }
        let county = std::sync::Arc::clone(&county);
        on_their_way.push_back(tokio::spawn(async move { county.live(n).await }));
    }
    for waiting in on_their_way {
        joined(waiting).await?;
    }
    drop((county, handle));
    node.stop().await;
    Ok(())
}

async fn joined(
    waiting: tokio::task::JoinHandle<Result<(), BenchError>>,
) -> Result<(), BenchError> {
    waiting.await.map_err(BenchError::other)?
}

struct County {
    handle: Handle,
    office: OfficeCode,
    village: OfficeCode,
    offices: OfficeTree,
    items: Vec<Item>,
    paper: BlobRef,
}

impl County {
    async fn new(handle: Handle, data: &Path) -> Result<Self, BenchError> {
        let (catalog, office) = (shipped::catalog(), OfficeCode::new(LINE[COUNTY])?);
        let today = Date::at(now());
        let codes: std::collections::BTreeSet<_> = catalog.iter().map(|item| &item.code).collect();
        let in_force = codes.into_iter().filter_map(|code| catalog.in_force(code, today));
        let taken = |item: &&Item| item.is_offered_at(office) && !item.elsewhere;
        let items = in_force.filter(taken).cloned().collect();
        let data = data.to_owned();
        let upload = move || Client::open(&data)?.upload_bytes("paper.pdf", b"%PDF-1.4 bench");
        let paper = tokio::task::spawn_blocking(upload).await.map_err(BenchError::other)??;
        let village = OfficeCode::new(LINE[VILLAGE])?;
        let offices = shipped::offices();
        Ok(Self { handle, office, village, offices, items, paper })
    }

    /// The `n`th case.
    async fn live(&self, n: u64) -> Result<(), BenchError> {
        let item = &self.items[usize::try_from(n).unwrap_or_default() % self.items.len()];
        let attached = |key: &String| Attachment { key: key.clone(), blob: self.paper.clone() };
        let new = Command::NewCase {
            item: item.code.clone(),
            version: None,
            fields: applicant(item, &self.offices, self.village, SEED, n),
            materials: item.materials.iter().map(|rule| attached(&rule.key)).collect(),
            submit: false,
            by: clerk(),
            handler: None,
            listed: None,
            reuse: Vec::new(),
            again: Some("测量".into()),
        };
        let Answer::Saved { case, .. } = self.ask(new).await? else {
            return Err(BenchError::other("expected a case to be saved"));
        };
        let case = case.to_string();
        for _ in 0..n / 7 % (ACTS + 1) {
            if !self.act(&case, item).await? {
                break;
            }
        }
        Ok(())
    }

    /// One act further; `false` where it does not go on here, or not today.
    async fn act(&self, case: &str, item: &Item) -> Result<bool, BenchError> {
        let Answer::Case(view) = self.ask(Command::ShowCase { case: case.into() }).await? else {
            return Err(BenchError::other("expected a case"));
        };
        let next = view.state.as_ref().and_then(|state| onward(item, state));
        let Some((next, request)) = next.filter(|(next, _)| next.office == self.office) else {
            return Ok(false);
        };
        let act = Command::Act { case: case.into(), by: clerk(), organ: next.organ, request };
        Ok(self.ask(act).await.is_ok())
    }

    async fn ask(&self, command: Command) -> Result<Answer, BenchError> {
        match self.handle.ask(command).await {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(refusal)) => Err(BenchError::other(refusal)),
            None => Err(BenchError::other("the county ended")),
        }
    }
}

fn clerk() -> OfficerRef {
    OfficerRef { name: "经办员".into(), id: "clerk".into() }
}

/// As many looks at whole ID numbers.
fn looks(count: u64) -> String {
    let line = |n: u64| {
        let at = now().0 - (count - n) * 1_000;
        let look = json!({
            "at": at, "day": Date::at(Millis(at)), "account": "reader",
            "case": format!("{n:032x}"), "why": "电话核实",
        });
        look.to_string() + "\n"
    };
    (0..count).map(line).collect()
}

/// Every list, by somebody who may see all of them.
fn read(stage: &Stage, loads: usize) -> Result<Value, BenchError> {
    let data = stage.data(COUNTY);
    let node = ChildNode::start(&data, free_port()?, None)?;
    let roles = [Role::Agent, Role::Officer, Role::Auditor];
    let mut browser = Browser::sign_in(&data, "reader", &roles, ORGAN.parse().ok())?;
    let first = browser.load("/", 1)?.first_byte(100);
    let mut pages = Map::new();
    for path in PATHS {
        pages.insert(path.into(), page(&mut browser, path, loads)?);
        if let Some(late) = late_page(&mut browser, path)? {
            pages.insert(format!("{path} (late page)"), page(&mut browser, &late, loads)?);
        }
    }
    let counts = node.ask(&json!({ "command": "cases", "size": 1 }))?;
    let memory_kb = node.memory_kb("VmRSS")?;
    let most_kb = node.memory_kb("VmHWM")?;
    node.stop()?;
    Ok(json!({
        "cases": counts["total"],
        "places": counts["places"],
        "loads_of_each": loads,
        "first_page_after_start_ms": millis(first),
        "pages": pages,
        "memory_mb": memory_kb / 1_024,
        "most_memory_mb": most_kb / 1_024,
        "bar": "first byte at most 100 ms",
    }))
}

/// Every page that lists cases.
const PATHS: [&str; 18] = [
    "/",
    "/?list=to-correct",
    "/?list=waiting",
    "/?list=to-deliver",
    "/?list=draft",
    "/?list=elsewhere",
    "/?list=ended",
    "/ledger",
    "/handover",
    "/supervision",
    "/supervision?by=office",
    "/supervision?by=organ",
    "/supervision?by=item",
    "/supervision?by=month",
    "/supervision/cases?by=all&group=%E5%85%A8%E9%83%A8&share=accepted",
    "/supervision/overdue",
    "/public/ledger",
    "/looks",
];

fn page(browser: &mut Browser, path: &str, loads: usize) -> Result<Value, BenchError> {
    let mut loads = browser.load(path, loads)?;
    Ok(json!({
        "first_byte_p50_ms": millis(loads.first_byte(50)),
        "first_byte_p99_ms": millis(loads.first_byte(99)),
        "first_byte_max_ms": millis(loads.first_byte(100)),
        "bytes": loads.text.len(),
    }))
}

/// Where somebody gets who turns page after page.
fn late_page(browser: &mut Browser, path: &str) -> Result<Option<String>, BenchError> {
    let mut at = None;
    for _ in 0..TURNS {
        let text = browser.load(at.as_deref().unwrap_or(path), 1)?.text;
        let links = text.split("href=\"").filter_map(|rest| rest.split('"').next());
        match links.filter(|link| link.contains("after=")).last() {
            Some(next) => at = Some(next.replace("&amp;", "&")),
            None => break,
        }
    }
    Ok(at)
}
