//! What goes wrong. Crashes are aimed at named moments: uniform ones found neither of two planted
//! bugs in a thousand seeds.

/// What a send is about, as far as a crash beside it may matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    Entries,
    Acknowledgement,
    Receipts,
    Other,
}

/// The moments in a node's life at which it may die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    BeforeAppend,
    /// And before the sync.
    AfterAppend,
    /// And before the replica hears of it.
    AfterSync,
    BeforeFinish,
    AfterFinish,
    BeforeSend(Said),
    AfterSend(Said),
    BeforeReply,
    AfterReply,
}

/// The moments that random stories aim at; that before the sync twice.
pub(crate) const POINTS: [Point; 14] = [
    Point::BeforeAppend,
    Point::AfterAppend,
    Point::AfterAppend,
    Point::AfterSync,
    Point::BeforeFinish,
    Point::AfterFinish,
    Point::BeforeSend(Said::Entries),
    Point::AfterSend(Said::Entries),
    Point::BeforeSend(Said::Acknowledgement),
    Point::AfterSend(Said::Acknowledgement),
    Point::AfterSend(Said::Receipts),
    Point::AfterSend(Said::Other),
    Point::BeforeReply,
    Point::AfterReply,
];

/// The moments by the names that scenarios give them.
pub(crate) const POINT_NAMES: [(&str, Point); 15] = [
    ("before-append", Point::BeforeAppend),
    ("after-append", Point::AfterAppend),
    ("after-sync", Point::AfterSync),
    ("before-blob", Point::BeforeFinish),
    ("after-blob", Point::AfterFinish),
    ("before-entries", Point::BeforeSend(Said::Entries)),
    ("after-entries", Point::AfterSend(Said::Entries)),
    ("before-acknowledgement", Point::BeforeSend(Said::Acknowledgement)),
    ("after-acknowledgement", Point::AfterSend(Said::Acknowledgement)),
    ("before-receipts", Point::BeforeSend(Said::Receipts)),
    ("after-receipts", Point::AfterSend(Said::Receipts)),
    ("before-other", Point::BeforeSend(Said::Other)),
    ("after-other", Point::AfterSend(Said::Other)),
    ("before-reply", Point::BeforeReply),
    ("after-reply", Point::AfterReply),
];

/// How a node dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// The process: memory is gone, the disk keeps what the system has.
    Kill,
    /// The machine: the disk forgets what was not synced.
    PowerCut,
    /// The machine, within the next few operations of the disk.
    PowerCutInside { operations: u64 },
}

/// A crash: this node, after it has come to this point so many times.
#[derive(Clone, Debug)]
pub(crate) struct Aim {
    pub(crate) node: usize,
    pub(crate) point: Point,
    pub(crate) left: u64,
    pub(crate) death: Death,
}
