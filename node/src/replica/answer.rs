//! What a node answers, in the same words to whoever asked.

use std::collections::BTreeMap;

use daiban_domain::act::{ActId, CaseId, SignedAct};
use daiban_domain::calendar::Date;
use daiban_domain::case::Summary;
use daiban_domain::case_number::CaseNumber;
use daiban_domain::clock::{Card, Clock, Given, Standing};
use daiban_domain::desk::Migration;
use daiban_domain::figures::{Group, GroupCases};
use daiban_domain::fold::{CaseState, Status, Times};
use daiban_domain::licence::Licence;
use daiban_domain::office::directory::OfficeChange;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::request::RequestId;
use daiban_domain::schema;
use daiban_domain::words::Said;
use daiban_sync::id::{BlobId, Incarnation, LogId, Millis, OfficeCode, Tier};
use schemars::JsonSchema;
use serde::Serialize;

use super::alarm::Alarm;
use super::dispose::{NodeView, UnacceptedView};
use super::law::Consequence;
use super::leases::{LeaseView, LedgerView};
use super::licences::MaterialChoice;
use super::listed::{ItemView, KnownCase};
use super::watch::{Board, RaisedView, WatchEvent};
use super::work_list::{Place, PlaceView, Row};

/// The answer to a command that was carried out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
pub enum Answer {
    /// Durable, in the journal and in the views.
    Saved {
        case: CaseId,
        receipt: Option<ReceiptNumber>,
        /// 办件编号, once it has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        number: Option<CaseNumber>,
        status: Status,
        act: Option<ActId>,
        /// What the case asks for, if it was opened just now.
        #[serde(skip_serializing_if = "Option::is_none")]
        request: Option<RequestId>,
    },
    /// A row of a list that is not saved now: the case is there, or this was a rehearsal.
    Row {
        request: RequestId,
        known: Option<KnownCase>,
    },
    Item(Box<ItemView>),
    Case(Box<CaseView>),
    Clock(Box<ClockView>),
    Materials {
        receipt: Option<ReceiptNumber>,
        materials: Vec<MaterialChoice>,
        training: bool,
    },
    Licences {
        licences: Vec<Licence>,
    },
    Cases {
        cases: Vec<Row>,
        /// Cases in the pages before.
        skipped: usize,
        /// Cases in all pages.
        total: usize,
        /// Cases in each place, whichever of them were asked for.
        places: BTreeMap<Place, usize>,
        /// Where the next page begins, if there is one.
        after: Option<CaseId>,
    },
    Desk {
        lists: Vec<PlaceView>,
    },
    Figures {
        groups: Vec<Group>,
        training: bool,
    },
    FigureCases {
        groups: Vec<GroupCases>,
        training: bool,
    },
    Leases {
        leases: Vec<LeaseView>,
    },
    Ledger(Box<LedgerView>),
    Status(Box<StatusView>),
    Alarms {
        alarms: Vec<(Millis, Alarm, Said)>,
    },
    Quarantine {
        entries: Vec<QuarantineView>,
    },
    /// Entries of a bundle: new, held before, and why others were not taken.
    Carried {
        entries: u64,
        known: u64,
        refused: Vec<String>,
    },
    /// What a notice changes, or would change.
    Published {
        effects: Vec<Consequence>,
        rehearsed: bool,
    },
    Notices {
        notices: Vec<NoticeView>,
    },
    Directory {
        changes: Vec<OfficeChange>,
    },
    Migration(Box<Migration>),
    Done,
    Board(Box<Board>),
    Nodes {
        nodes: Vec<NodeView>,
    },
    Unaccepted(Box<UnacceptedView>),
    Raised {
        alarms: Vec<RaisedView>,
    },
    AlarmEvents {
        events: Vec<WatchEvent>,
    },
}

impl Answer {
    /// The case that was written to.
    pub(super) fn case(&self) -> Option<CaseId> {
        match self {
            Self::Saved { case, .. } => Some(*case),
            _ => None,
        }
    }
}

/// A case on the screen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseView {
    pub summary: Summary,
    pub state: Option<CaseState>,
    pub form: serde_json::Value,
    /// Names of fields and materials, also of those that only an earlier version had.
    pub labels: BTreeMap<String, String>,
    pub acts: Vec<SignedAct>,
    /// Materials whose files are here.
    #[serde(serialize_with = "hex_list")]
    pub held: Vec<BlobId>,
    pub safety: Vec<Safety>,
    /// Yellow and red cards that were given up to today.
    pub cards: Vec<Given>,
    /// A newer version of its item is in force, to which the draft may go over.
    pub newer: Option<u32>,
    pub training: bool,
}

/// The clocks of a case, today.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClockView {
    pub summary: Summary,
    pub times: Option<Times>,
    pub today: Date,
    pub card: Card,
    /// Yellow and red cards that were given up to today.
    pub cards: Vec<Given>,
    pub clocks: Vec<ClockToday>,
    pub training: bool,
}

/// One clock with how it stands today.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClockToday {
    #[serde(flatten)]
    pub clock: Clock,
    pub standing: Standing,
}

fn hex_list<S: serde::Serializer>(ids: &[BlobId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(ToString::to_string))
}

/// How far a case has safely got: 本机 → 镇 → 县 → 市.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Safety {
    #[schemars(with = "schema::OfficeCode")]
    pub office: OfficeCode,
    #[schemars(with = "String")]
    pub tier: Tier,
    /// The office has signed for every entry of the case that is here.
    pub safe: bool,
}

/// A notice in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeView {
    pub at: Millis,
    pub issuer: OfficeCode,
    pub name: String,
    pub words: Said,
}

/// An entry without effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuarantineView {
    #[serde(serialize_with = "hex_log")]
    pub log: LogId,
    pub seq: u64,
    pub reason: String,
}

fn hex_log<S: serde::Serializer>(log: &LogId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(log)
}

/// How the node is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StatusView {
    pub office: OfficeCode,
    pub node: String,
    pub incarnation: Incarnation,
    pub now: Millis,
    pub logs: usize,
    pub entries: u64,
    pub cases: u64,
    /// Records that are on the disk and not yet in the views.
    pub views_behind: bool,
    pub blobs_wanted: usize,
    pub quarantined: u64,
    /// Cases accepted here whose number is still to come.
    pub numbers_waiting: usize,
    pub evidence: usize,
    pub damaged: Vec<String>,
    pub latched: Option<String>,
    pub space: Said,
    pub peers: Vec<PeerView>,
    pub above: Vec<AboveView>,
    pub counters: Counters,
    pub training: bool,
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PeerView {
    pub office: OfficeCode,
    pub node: String,
    pub live: bool,
    pub since: Millis,
    pub heard: Millis,
    /// The peer's clock minus ours.
    pub clock_ahead_ms: i64,
    /// What this peer has not acknowledged yet.
    pub backlog_logs: usize,
    pub backlog_entries: u64,
}

/// What an office above has signed for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AboveView {
    pub office: OfficeCode,
    pub receipted: u64,
    /// Entries here that it has not signed for.
    pub missing: u64,
}

/// Since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    pub sessions: u64,
    pub refused: u64,
    pub received_entries: u64,
    pub sent_bytes: u64,
    pub received_bytes: u64,
    pub commits: u64,
    pub records: u64,
    pub saved_cases: u64,
    pub folded_cases: u64,
    pub quarantined: u64,
    pub alarms: u64,
}
