//! What people ask of a node. The command line, the pages and the simulator all speak this; on the
//! admin socket it is JSON.

use daiban_domain::act::{BlobRef, CaseId, OfficerRef};
use daiban_domain::calendar::Date;
use daiban_domain::desk::ActRequest;
use daiban_domain::figures::{By, Period};
use daiban_domain::form::Fields;
use daiban_domain::notice::Notice;
use daiban_domain::numbering::Block;
use daiban_domain::organ::OrganCode;
use daiban_sync::id::OfficeCode;
use serde::{Deserialize, Serialize};

use super::dispose::Disposal;
use super::licences::Reuse;
use super::listed::Listed;
use super::watch::Trouble;
use super::work_list::{Desk, Filter, Order};

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
