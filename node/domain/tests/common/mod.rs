//! A small government in memory: one desk, any number of nodes, cases that are handed around.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::collections::BTreeSet;

use daiban_domain::act::{BlobRef, CaseId, OfficerRef, Opinion, Outcome};
use daiban_domain::authority::Authority;
use daiban_domain::calendar::{Calendar, Date};
use daiban_domain::case::{Author, Case};
use daiban_domain::catalog::Catalog;
use daiban_domain::desk::{ActRequest, By, Desk, Draft, NewCase, Refused};
use daiban_domain::fold::{CaseState, Status};
use daiban_domain::form::{FieldValue, Fields};
use daiban_domain::jurisdiction::Jurisdiction;
use daiban_domain::office::OfficeTree;
use daiban_domain::organ::OrganCode;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::sample::{self, texts};
use daiban_domain::shipped;
use daiban_sync::id::{BlobId, Hlc, Incarnation, Millis, NodeKey, OfficeCode, Tier};

/// 2026-03-02 09:00 in China, a Monday.
pub(crate) const START_MS: u64 = 1_772_413_200_000;
pub(crate) const DAY_MS: u64 = 86_400_000;
pub(crate) const VILLAGE: &str = "330382001001";

pub(crate) struct World {
    pub(crate) catalog: Catalog,
    pub(crate) calendar: Calendar,
    pub(crate) authority: Authority,
    pub(crate) offices: OfficeTree,
    pub(crate) now_ms: u64,
    nonce: u64,
    clock: Hlc,
}

/// An entry with what its log proves.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) draft: Draft,
    pub(crate) author: Author,
    pub(crate) at: Hlc,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            catalog: shipped::catalog(),
            calendar: shipped::calendar(),
            authority: Authority::default(),
            offices: shipped::offices(),
            now_ms: START_MS,
            nonce: 0,
            clock: Hlc::default(),
        }
    }

    /// The same where every item is in force: in version 2, without an end.
    pub(crate) fn of_every_item() -> Self {
        let world = Self::new();
        Self { catalog: world.catalog.clone().with(edition(2)), ..world }
    }

    pub(crate) fn desk(&self) -> Desk<'_> {
        Desk {
            catalog: &self.catalog,
            calendar: &self.calendar,
            authority: &self.authority,
            offices: &self.offices,
            training: true,
        }
    }

    /// A person at the office of that tier above the village.
    pub(crate) fn by(&mut self, tier: Tier, organ: &str) -> By {
        let village: OfficeCode = VILLAGE.parse().unwrap();
        let office = village.at_tier(tier).unwrap();
        self.now_ms += 60_000;
        self.clock = self.clock.tick(Millis(self.now_ms));
        self.nonce += 1;
        By {
            officer: OfficerRef { name: "王办事".into(), id: "wang".into() },
            organ: (!organ.is_empty()).then(|| organ.parse().unwrap()),
            office,
            node: node_of(office),
            incarnation: Incarnation(1),
            at: self.clock,
            nonce: self.nonce.to_be_bytes(),
        }
    }

    /// Opened at the lowest office that takes it.
    pub(crate) fn open(&mut self, code: &str) -> (Case, Vec<Written>) {
        let by = self.by(self.counter(code), "");
        let item = self.catalog.latest(code).unwrap();
        let receipt = ReceiptNumber::make(by.office, Date::at(by.at.millis()), 1, 2).unwrap();
        let handler = sample::handler(item, by.office, &self.offices);
        let new = NewCase { id: CaseId([7; 16]), receipt, handler };
        let (case, drafts) = self.desk().open_case(&by, item, &fields_for(code), new).unwrap();
        (case, written(drafts, &by))
    }

    pub(crate) fn counter(&self, code: &str) -> Tier {
        self.catalog.latest(code).unwrap().accept_tiers.iter().copied().max().unwrap()
    }

    /// Opens, attaches everything that is required and submits.
    pub(crate) fn submitted(&mut self, code: &str) -> (Case, Vec<Written>) {
        let (mut case, mut log) = self.open(code);
        let counter = self.counter(code);
        for key in self.required(code) {
            log.extend(self.attach_at(counter, &mut case, &key, 1).unwrap());
        }
        log.extend(self.act(&mut case, counter, "", ActRequest::Submit).unwrap());
        (case, log)
    }

    pub(crate) fn required(&self, code: &str) -> Vec<String> {
        let (item, fields) = (self.catalog.latest(code).unwrap(), fields_for(code));
        let owed = item.materials.iter().filter(|rule| rule.is_owed(&fields, |_| false));
        owed.map(|rule| rule.key.clone()).collect()
    }

    pub(crate) fn attach(
        &mut self,
        case: &mut Case,
        key: &str,
        content: u8,
    ) -> Result<Vec<Written>, Refused> {
        self.attach_at(Tier::Village, case, key, content)
    }

    pub(crate) fn attach_at(
        &mut self,
        tier: Tier,
        case: &mut Case,
        key: &str,
        content: u8,
    ) -> Result<Vec<Written>, Refused> {
        let by = self.by(tier, "");
        let blob = blob_ref(key, content);
        Ok(written(self.desk().attach(&by, case, key, blob)?, &by))
    }

    pub(crate) fn act(
        &mut self,
        case: &mut Case,
        tier: Tier,
        organ: &str,
        request: ActRequest,
    ) -> Result<Vec<Written>, Refused> {
        let by = self.by(tier, organ);
        Ok(written(self.desk().act(&by, case, request, &held(case))?, &by))
    }

    pub(crate) fn edit(
        &mut self,
        case: &mut Case,
        tier: Tier,
        fields: &[(&str, &str)],
    ) -> Result<Vec<Written>, Refused> {
        let by = self.by(tier, "");
        Ok(written(self.desk().edit(&by, case, &texts(fields))?, &by))
    }

    pub(crate) fn state(&self, case: &Case) -> CaseState {
        case.state(&self.catalog, &self.calendar, &self.authority).unwrap()
    }

    pub(crate) fn status(&self, case: &Case) -> Status {
        self.state(case).status
    }

    pub(crate) fn grant(&self, case: &Case) -> ActRequest {
        ActRequest::Decide { outcome: Outcome::Granted, pin: Some(self.state(case).pin) }
    }

    pub(crate) fn confirm(&self, case: &Case) -> ActRequest {
        ActRequest::Confirm { pin: Some(self.state(case).pin) }
    }
}

/// The shipped catalog, where the file of one item says something else.
pub(crate) fn altered(code: &str, from: &str, to: &str) -> Catalog {
    let file = format!("{code}.toml");
    let files = shipped::CATALOG_FILES.iter().map(|(name, text)| match *name == file {
        true => (*name, text.replace(from, to)),
        false => (*name, (*text).to_owned()),
    });
    parsed(files.collect())
}

fn parsed(files: Vec<(&str, String)>) -> Catalog {
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Catalog::parse(&files).unwrap()
}

/// Every shipped item under another version number, without an end.
pub(crate) fn edition(version: u32) -> Catalog {
    let files = shipped::CATALOG_FILES.iter().map(|(name, text)| {
        let lines = text.lines().filter(|line| !line.starts_with("valid_until"));
        let lines = lines.map(|line| match line.split(' ').next() {
            Some("version") => format!("version = {version}"),
            _ => line.to_owned(),
        });
        (*name, lines.collect::<Vec<_>>().join("\n"))
    });
    parsed(files.collect())
}

pub(crate) fn blob_ref(key: &str, content: u8) -> BlobRef {
    BlobRef {
        id: BlobId([content; 32]),
        size: 1_000,
        media: "image/jpeg".into(),
        name: format!("{key}.jpg"),
    }
}

pub(crate) fn node_of(office: OfficeCode) -> NodeKey {
    NodeKey(*blake3::hash(office.to_string().as_bytes()).as_bytes())
}

pub(crate) fn held(case: &Case) -> BTreeSet<BlobId> {
    (0..=u8::MAX).map(|content| BlobId([content; 32])).filter(|_| !case.form().is_empty()).collect()
}

pub(crate) fn written(drafts: Vec<Draft>, by: &By) -> Vec<Written> {
    let author = Author { node: by.node, office: by.office, incarnation: by.incarnation };
    drafts.into_iter().map(|draft| Written { draft, author, at: by.at }).collect()
}

/// A village's case made of entries in this order.
pub(crate) fn replayed<'a>(log: impl IntoIterator<Item = &'a Written>) -> Case {
    replayed_from(VILLAGE.parse::<OfficeCode>().unwrap(), log)
}

/// The same for a case of other offices.
pub(crate) fn replayed_from<'a>(
    of: impl Into<Jurisdiction>,
    log: impl IntoIterator<Item = &'a Written>,
) -> Case {
    let mut case = Case::new(CaseId([7; 16]), of);
    for entry in log {
        case.apply(entry.draft.kind, &entry.draft.payload, entry.author, entry.at).unwrap();
    }
    case
}

/// Whether a node takes the entry into the case at all, with or without effect.
pub(crate) fn is_kept(case: &Case, entry: &Written) -> bool {
    let Written { draft, author, at } = entry;
    case.clone().apply(draft.kind, &draft.payload, *author, *at).is_ok()
}

pub(crate) fn agree() -> ActRequest {
    ActRequest::Review { opinion: Opinion::Agree }
}

pub(crate) fn organ(code: &str) -> OrganCode {
    code.parse().unwrap()
}

/// What is typed: also with a small x, and with what is not asked for.
pub(crate) fn fields_for(code: &str) -> Fields {
    let village = VILLAGE.parse().unwrap();
    let mut fields = match code {
        "CL-SB-01" | "CL-MZ-05" | "CL-SB-10" | "JB-04" | "JB-08" => sample::form(code, village),
        _ => sample::complete(shipped::catalog().latest(code).unwrap(), village),
    };
    if let Some(FieldValue::Text(id)) = fields.get_mut("apply_cardnumber") {
        *id = id.to_lowercase();
    }
    if code == "JB-04" {
        fields.extend(texts(&[("summary", "年产低压电器二十万套")]));
    }
    fields
}
