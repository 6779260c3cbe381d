//! A case about which anybody states anything: the same for all, whatever the order.

use std::sync::LazyLock;

use daiban_domain::act::{Act, ActId, ActKind, CaseId, OfficerRef};
use daiban_domain::authority::Authority;
use daiban_domain::calendar::{Calendar, Date};
use daiban_domain::case::{Author, Case};
use daiban_domain::catalog::{Catalog, Item};
use daiban_domain::desk::{By, Desk, Draft, NewCase};
use daiban_domain::fold::CaseState;
use daiban_domain::office::OfficeTree;
use daiban_domain::organ::OrganCode;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::{payload, sample, shipped};
use daiban_sync::entry::Kind;
use daiban_sync::id::{Hlc, Incarnation, Millis, NodeKey, OfficeCode};
use serde::{Deserialize, Serialize};

use super::office::{NEIGHBOUR, TOWN, VILLAGE, code};
use super::steps;

/// 2026-03-02 09:00 in China.
const START_MS: u64 = 1_772_413_200_000;
const MINUTE_MS: u64 = 60_000;
const CASE: CaseId = CaseId([7; 16]);
const STATEMENTS_MAX: usize = 64;
/// Who states something: the line, and an office beside it.
const OFFICES: [u64; 6] =
    [VILLAGE, TOWN, 330_382_000_000, 330_300_000_000, NEIGHBOUR, 330_382_002_000];

/// One entry about the case.
#[derive(Serialize, Deserialize)]
pub(super) enum Statement {
    /// An act of an organ at one of [`OFFICES`], so long after the opening.
    Act { office: u8, organ: Option<OrganCode>, after_min: u32, kind: ActKind },
    /// The same bytes in a log of another office, or later.
    Again { of: u8, office: u8, after_min: u32 },
    /// Bytes that claim to be an act or a form change.
    Bytes { change: bool, office: u8, bytes: Vec<u8> },
}

/// The government around the case.
struct World {
    catalog: Catalog,
    calendar: Calendar,
    authority: Authority,
    offices: OfficeTree,
}

struct Written {
    draft: Draft,
    author: Author,
    at: Hlc,
}

static WORLD: LazyLock<World> = LazyLock::new(|| World {
    catalog: shipped::catalog(),
    calendar: shipped::calendar(),
    authority: Authority::default(),
    offices: shipped::offices(),
});

pub(super) fn check(bytes: &[u8]) {
    let Some((item, rest)) = bytes.split_first() else { return };
    let mut log = opened(*item);
    for (nonce, statement) in (0u64..).zip(steps(rest, STATEMENTS_MAX)) {
        log.extend(written(statement, nonce, &log));
    }
    let (forth, whole) = folded(log.iter());
    let (back, _) = folded(log.iter().rev().chain(&log));
    assert_eq!(forth, back, "the order counts");
    let loaded = Case::load(&whole.save()).expect("what was saved loads");
    assert_eq!(state(&loaded), forth, "storing changes it");
    let Some(forth) = forth else { return };
    assert!(forth.status.is_final() || !forth.next.is_empty(), "stuck: {forth:#?}");
    let ignored: Vec<_> = forth.ignored.iter().map(|ignored| ignored.act).collect();
    let counts =
        |entry: &&Written| !ignored.contains(&ActId::of(entry.author.node, &entry.draft.payload));
    let (without, _) = folded(log.iter().filter(counts));
    let without = without.expect("the opening is in effect");
    let same = CaseState { ignored: Vec::new(), alarms: without.alarms.clone(), ..forth };
    assert_eq!(same, without, "what has no effect has one");
}

fn folded<'a>(log: impl Iterator<Item = &'a Written>) -> (Option<CaseState>, Case) {
    let mut case = Case::new(CASE, code(VILLAGE));
    for entry in log {
        // A refusal is a quarantine: the case is as before.
        let _ = case.apply(entry.draft.kind, &entry.draft.payload, entry.author, entry.at);
    }
    (state(&case), case)
}

fn state(case: &Case) -> Option<CaseState> {
    let World { catalog, calendar, authority, .. } = &*WORLD;
    case.state(catalog, calendar, authority)
}

/// A village's case of the `at`th item that villages take, entered and nothing more.
fn opened(at: u8) -> Vec<Written> {
    let World { catalog, calendar, authority, offices } = &*WORLD;
    let desk = Desk { catalog, calendar, authority, offices, training: true };
    let (village, day) = (code(VILLAGE), Date::at(Millis(START_MS)));
    let items: Vec<_> = items().collect();
    let item = items[usize::from(at) % items.len()];
    let receipt = ReceiptNumber::make(village, day, 1, 2).expect("a day has a first number");
    let by = By {
        officer: OfficerRef { name: "王".into(), id: "w".into() },
        organ: None,
        office: village,
        node: node_of(village),
        incarnation: Incarnation(1),
        at: Hlc(START_MS << 16),
        nonce: [0; 8],
    };
    let fields = sample::complete(item, village);
    let new = NewCase { id: CASE, receipt, handler: None };
    let (_, drafts) = desk.open_case(&by, item, &fields, new).expect("a sample is taken");
    let author = author(village);
    drafts.into_iter().map(|draft| Written { draft, author, at: by.at }).collect()
}

fn written(statement: Statement, nonce: u64, log: &[Written]) -> Option<Written> {
    let at = |after_min: u32| Hlc((START_MS + u64::from(after_min) * MINUTE_MS) << 16);
    let office = |at: u8| code(OFFICES[usize::from(at) % OFFICES.len()]);
    Some(match statement {
        Statement::Act { office: place, organ, after_min, kind } => {
            let officer = OfficerRef { name: "张".into(), id: "z".into() };
            let act = Act { officer, organ, nonce: nonce.to_be_bytes(), kind };
            let draft = Draft { kind: Kind::Act, payload: payload::act(CASE, &act) };
            Written { draft, author: author(office(place)), at: at(after_min) }
        }
        Statement::Again { of, office: place, after_min } => {
            let draft = log.get(usize::from(of) % log.len())?.draft.clone();
            Written { draft, author: author(office(place)), at: at(after_min) }
        }
        Statement::Bytes { change, office: place, bytes } => {
            let kind = if change { Kind::FormChange } else { Kind::Act };
            let payload = [&CASE.0[..], &bytes].concat();
            Written { draft: Draft { kind, payload }, author: author(office(place)), at: at(0) }
        }
    })
}

fn author(office: OfficeCode) -> Author {
    Author { node: node_of(office), office, incarnation: Incarnation(1) }
}

fn node_of(office: OfficeCode) -> NodeKey {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&u64::from(office).to_be_bytes());
    NodeKey(key)
}

/// The items that villages take, in the order by which a story names one.
pub(super) fn items() -> impl Iterator<Item = &'static Item> {
    let (village, day) = (code(VILLAGE), Date::at(Millis(START_MS)));
    let is_taken =
        move |item: &&Item| item.is_valid_on(day) && item.is_offered_at(village) && !item.elsewhere;
    WORLD.catalog.iter().filter(is_taken)
}
