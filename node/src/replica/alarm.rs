//! Alarms: what an operator must hear of.

use std::fmt;

use daiban_domain::calendar::Date;
use daiban_domain::case_number::CaseNumber;
use daiban_domain::words::{self, Said};
use daiban_sync::id::{BlobId, Incarnation, LogId, NodeKey, OfficeCode};
use serde::{Deserialize, Serialize};

use super::watch::Trouble;

/// What an operator must hear of. Nothing here names a citizen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "alarm")]
pub enum Alarm {
    /// This node's own log had gone on elsewhere: the data directory was restored from a copy.
    RolledBack { log: LogId, held: u64, known_above: u64, incarnation: Incarnation },
    /// Entries written after a rollback were written again under a new incarnation.
    ForkMended { log: LogId, common: u64, rewritten: u64, incarnation: Incarnation },
    /// Another author signed two histories of one log.
    Equivocation { log: LogId, author: NodeKey, office: OfficeCode, len: u64 },
    /// A peer broke the rules and was cut off.
    PeerRefused { office: OfficeCode, reason: String },
    /// An entry is genuine but does not take effect.
    Quarantined { log: LogId, seq: u64, office: OfficeCode, reason: String },
    /// An act without authority changed nothing.
    NotAllowed { office: OfficeCode, reason: String },
    /// Nothing more is saved until somebody acts.
    Latched { reason: String },
    /// Stored entries cannot be read; they are asked for again.
    Damaged { what: String },
    /// A file that a case refers to has no room on the disk; it stays where it is until there is.
    NoRoom { what: String },
    /// What was damaged has been fetched again.
    Repaired { log: LogId, from: u64, to: u64 },
    /// A damaged file has been fetched again.
    BlobRepaired { blob: BlobId },
    /// The database does not follow the journal.
    Views { reason: String },
    /// A peer's clock is far from ours.
    ClockError { office: OfficeCode, off_by_ms: i64 },
    /// The numbers that were leased for an item and day are used.
    NumbersUsedUp { item: String, day: Date, leased: usize },
    /// Two cases, named by their receipts, have one number.
    NumberTwice { number: CaseNumber, one: String, other: String },
    /// An office above does not believe this node any more.
    Revoked { by: OfficeCode },
    /// Something is wrong with an office here or below.
    Watch { office: OfficeCode, name: String, trouble: Trouble, measured: u64 },
}

impl Alarm {
    /// What a person is told.
    pub fn said(&self) -> Said {
        match self {
            Self::RolledBack { log, held, known_above, incarnation } => {
                words::alarm_rolled_back(*log, *held, *known_above, *incarnation)
            }
            Self::ForkMended { log, common, rewritten, incarnation } => {
                words::alarm_fork_mended(*log, *common, *rewritten, *incarnation)
            }
            Self::Equivocation { log, author, office, len } => {
                words::alarm_equivocation(*log, *author, *office, *len)
            }
            Self::PeerRefused { office, reason } => words::alarm_peer_refused(*office, reason),
            Self::Quarantined { log, seq, office, reason } => {
                words::alarm_quarantined(*log, *seq, *office, reason)
            }
            Self::NotAllowed { office, reason } => words::alarm_not_allowed(*office, reason),
            Self::Latched { reason } => words::alarm_latched(reason),
            Self::Damaged { what } => words::alarm_damaged(what),
            Self::NoRoom { what } => words::alarm_no_room(what),
            Self::Repaired { log, from, to } => words::alarm_repaired(*log, *from, *to),
            Self::BlobRepaired { blob } => words::alarm_blob_repaired(*blob),
            Self::Views { reason } => words::alarm_views(reason),
            Self::NumbersUsedUp { item, day, leased } => {
                words::alarm_numbers_used_up(item, *day, *leased)
            }
            Self::NumberTwice { number, one, other } => {
                words::alarm_number_twice(*number, one, other)
            }
            Self::Revoked { by } => words::alarm_revoked(*by),
            Self::Watch { name, trouble, measured, .. } => trouble.said(name, *measured),
            Self::ClockError { office, off_by_ms } => {
                words::alarm_clock_error(*office, off_by_ms / 1_000)
            }
        }
    }
}

/// In English, for the log.
impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said().en)
    }
}
