//! What people ask of a node, and what it answers. The command line, the pages and the simulator
//! all speak these; on the admin socket they are JSON.

use std::collections::BTreeMap;

use daiban_domain::act::{ActId, BlobRef, CaseId, OfficerRef, SignedAct};
use daiban_domain::calendar::Date;
use daiban_domain::case::Summary;
use daiban_domain::case_number::CaseNumber;
use daiban_domain::clock::{Card, Clock, Given, Standing};
use daiban_domain::desk::{ActRequest, Migration};
use daiban_domain::figures::{By, Group, GroupCases, Period};
use daiban_domain::fold::{CaseState, Status, Times};
use daiban_domain::form::Fields;
use daiban_domain::licence::Licence;
use daiban_domain::notice::Notice;
use daiban_domain::numbering::Block;
use daiban_domain::office::directory::OfficeChange;
use daiban_domain::organ::OrganCode;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::request::RequestId;
use daiban_domain::schema;
use daiban_domain::words::Said;
use daiban_sync::id::{BlobId, Incarnation, LogId, Millis, OfficeCode, Tier};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::alarm::Alarm;
use super::dispose::{Disposal, NodeView, UnacceptedView};
use super::law::Consequence;
use super::leases::{LeaseView, LedgerView};
use super::licences::{MaterialChoice, Reuse};
use super::listed::{ItemView, KnownCase, Listed};
use super::watch::{Board, RaisedView, Trouble, WatchEvent};
use super::work_list::{Desk, Filter, Order, Place, PlaceView, Row};

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "command",
    rename_all = "kebab-case",
    rename_all_fields = "snake_case",
    deny_unknown_fields
)]
pub enum Command {
    /// Opens a case, attaches what is there, and submits it if asked to.
    NewCase {
        item: String,
        #[serde(default)]
        version: Option<u32>,
        fields: Fields,
        #[serde(default)]
        materials: Vec<Attachment>,
        #[serde(default)]
        submit: bool,
        by: OfficerRef,
        /// The office on another line that handles it, if the item is handled elsewhere.
        #[serde(default)]
        handler: Option<OfficeCode>,
        /// It is a row of a list.
        #[serde(default)]
        listed: Option<Listed>,
        /// Materials that were verified before.
        #[serde(default)]
        reuse: Vec<Reuse>,
        /// Why it is applied for though the same was applied for before.
        #[serde(default)]
        again: Option<String>,
    },
    EditCase {
        case: String,
        fields: Fields,
        by: OfficerRef,
    },
    /// Attaches a blob that is already in the store.
    Attach {
        case: String,
        material: Attachment,
        by: OfficerRef,
    },
    /// Attaches what was verified before for whom the form names.
    Reuse {
        case: String,
        material: Reuse,
        by: OfficerRef,
    },
    Act {
        case: String,
        by: OfficerRef,
        #[serde(default)]
        organ: Option<OrganCode>,
        request: ActRequest,
    },
    ShowCase {
        case: String,
    },
    /// What the case asks for, and what is in the licence store for it.
    CaseMaterials {
        case: String,
    },
    /// What was verified of whom this number names.
    Licences {
        holder: String,
    },
    /// When the case is due, and how these days are reckoned.
    CaseClock {
        case: String,
    },
    /// A page of a list of cases.
    Cases {
        #[serde(default)]
        filter: Filter,
        #[serde(default)]
        order: Order,
        /// The last case of the page before.
        #[serde(default)]
        after: Option<CaseId>,
        #[serde(default)]
        size: Option<usize>,
    },
    /// The first cases of each place that a desk sees.
    Desk {
        desk: Desk,
        #[serde(default)]
        order: Order,
        /// Of each place.
        size: usize,
    },
    /// Figures of supervision.
    Figures {
        period: Period,
        #[serde(default)]
        by: By,
    },
    /// The cases behind all figures, or behind one.
    FigureCases {
        period: Period,
        #[serde(default)]
        by: By,
        key: Option<String>,
    },
    /// What a form of an item asks for, by the newest version that is in force here.
    ShowItem {
        item: String,
    },
    Status,
    Alarms,
    /// Entries that have no effect, with their reasons.
    Quarantine,
    /// Dial the office above at once.
    SyncNow,
    /// Tell every office below.
    Publish {
        notice: Notice,
        /// Check it and say what it would change; publish nothing.
        #[serde(default)]
        rehearse: bool,
    },
    /// Notices in force, with issuer and time.
    Notices,
    /// What is known to become of offices.
    Directory,
    /// What a draft would be under the newer version of its item that is in force.
    Migration {
        case: String,
    },
    /// Give an office a block of the daily serials: this one, or the lowest free one of so many.
    LeaseNumbers {
        office: OfficeCode,
        #[serde(default)]
        item: Option<String>,
        #[serde(default)]
        block: Option<Block>,
        #[serde(default)]
        count: Option<u16>,
        /// Today, unless another day is named.
        #[serde(default)]
        from: Option<Date>,
        #[serde(default)]
        until: Option<Date>,
    },
    /// The blocks that hold.
    NumberLeases,
    /// What became of every serial of an item and day.
    NumberLedger {
        item: String,
        #[serde(default)]
        day: Option<Date>,
        /// Who carries it out.
        #[serde(default)]
        office: Option<OfficeCode>,
    },
    /// Every office here and below, as it was last heard of.
    Board,
    /// The nodes below, or those of one office.
    Nodes {
        #[serde(default)]
        office: Option<OfficeCode>,
    },
    /// Suspend, reinstate or revoke a node below, or accept what a revoked one wrote.
    Dispose {
        /// The beginning of its key.
        node: String,
        disposal: Disposal,
        reason: String,
        /// Say what it would change; do nothing.
        #[serde(default)]
        rehearse: bool,
    },
    /// What a revoked node wrote in a log beyond what counts.
    Unaccepted {
        /// The beginning of its name.
        log: String,
    },
    /// Alarms about offices that have not ended.
    Raised,
    /// Somebody sees to an alarm.
    Acknowledge {
        office: OfficeCode,
        trouble: Trouble,
        by: OfficerRef,
        word: String,
    },
    /// What became of alarms: of one office, or of all.
    AlarmEvents {
        #[serde(default)]
        office: Option<OfficeCode>,
    },
}

impl Command {
    /// The first page of all cases.
    pub fn all_cases() -> Self {
        let (filter, order) = (Filter::default(), Order::default());
        Self::Cases { filter, order, after: None, size: None }
    }

    /// Whether it adds to a log of this node.
    pub(super) fn writes(&self) -> bool {
        match self {
            Self::NewCase { listed, .. } => !listed.is_some_and(|listed| listed.rehearse),
            Self::EditCase { .. }
            | Self::Attach { .. }
            | Self::Reuse { .. }
            | Self::Act { .. }
            | Self::LeaseNumbers { .. }
            | Self::Acknowledge { .. } => true,
            Self::Publish { rehearse, .. } | Self::Dispose { rehearse, .. } => !rehearse,
            Self::ShowCase { .. }
            | Self::CaseMaterials { .. }
            | Self::CaseClock { .. }
            | Self::Licences { .. }
            | Self::Cases { .. }
            | Self::Desk { .. }
            | Self::Figures { .. }
            | Self::FigureCases { .. }
            | Self::ShowItem { .. }
            | Self::Status
            | Self::Alarms
            | Self::Quarantine
            | Self::SyncNow
            | Self::NumberLeases
            | Self::NumberLedger { .. }
            | Self::Notices
            | Self::Directory
            | Self::Migration { .. }
            | Self::Board
            | Self::Nodes { .. }
            | Self::Unaccepted { .. }
            | Self::Raised
            | Self::AlarmEvents { .. } => false,
        }
    }

    /// Whether it asks how offices and nodes are, and nothing of citizens.
    pub(super) fn is_of_nodes(&self) -> bool {
        matches!(
            self,
            Self::Status
                | Self::Alarms
                | Self::Quarantine
                | Self::SyncNow
                | Self::Notices
                | Self::Directory
                | Self::Board
                | Self::Nodes { .. }
                | Self::Raised
                | Self::AlarmEvents { .. }
        )
    }
}

/// A file for a material of the item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The material's key in the item, such as `ID`.
    pub key: String,
    pub blob: BlobRef,
}

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
