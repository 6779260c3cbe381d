//! What may happen.

use daiban_domain::act::CaseId;
use daiban_node::replica::{CommitId, Input, LinkId};
use daiban_node::store::Record;
use daiban_sync::id::{BlobId, OfficeCode};
use daiban_sync::session::Lane;

use crate::away::Promise;
use crate::computer::{Batch, Outcome};
use crate::scenario::Fault;

/// A time to come.
pub(crate) enum Event {
    /// Somebody's disk, network or clock has news for a replica.
    Input {
        node: usize,
        boot: u64,
        input: Input,
    },
    /// A replica has asked to be woken.
    Wake {
        node: usize,
        boot: u64,
    },
    /// A replica settles and works.
    Turn {
        node: usize,
        boot: u64,
    },
    /// A turn that took time is over.
    Turned {
        node: usize,
        boot: u64,
        outcome: Promise<Outcome>,
    },
    /// The disk takes a batch, has taken it, makes it durable, and has.
    Append {
        node: usize,
        boot: u64,
        commit: CommitId,
        records: Vec<Record>,
    },
    Appended {
        node: usize,
        boot: u64,
        batch: Promise<Batch>,
    },
    Sync {
        node: usize,
        boot: u64,
        batch: Batch,
    },
    Synced {
        node: usize,
        boot: u64,
        batch: Promise<Batch>,
    },
    /// All of a file is here and gets its name, or has it.
    Finish {
        node: usize,
        boot: u64,
        blob: BlobId,
    },
    Finished {
        node: usize,
        boot: u64,
        blob: BlobId,
        held: Promise<bool>,
    },
    /// Bytes reach one side of a link.
    Arrive {
        link: LinkId,
        side: usize,
        lane: Lane,
        bytes: Vec<u8>,
    },
    /// One side of a link hears that it is gone.
    Hangup {
        link: LinkId,
        side: usize,
    },
    /// A call is answered, or not.
    Dialled {
        node: usize,
        boot: u64,
        office: OfficeCode,
    },
    /// A node that was down starts.
    Start {
        node: usize,
    },
    /// A day begins: who comes, what fails, who switches off.
    Day,
    /// Somebody comes to an agent.
    Come {
        node: usize,
    },
    /// Somebody at this office sees to a case.
    Attend {
        node: usize,
        case: CaseId,
    },
    /// Somebody at this office edits a case again.
    Edit {
        node: usize,
        case: CaseId,
    },
    /// Somebody at some office does something.
    Person,
    /// Somebody at this office does something.
    PersonAt {
        node: usize,
    },
    /// Something breaks at this office.
    Fault {
        node: usize,
        fault: Fault,
    },
    /// A node looks how much room its disk has.
    Measure {
        node: usize,
    },
    /// A disk is sound again, or has room.
    DiskMended {
        node: usize,
    },
    /// The files of a bundle follow its entries.
    CarryFiles {
        from: usize,
        to: usize,
    },
    /// A hostile node does its work.
    Lie {
        node: usize,
    },
    /// Figures are taken and the checkers of sampled moments look.
    Sample,
}
