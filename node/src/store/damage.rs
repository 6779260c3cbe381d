//! Stretches of logs that are on the disk and cannot be read.

use std::fmt;

use daiban_sync::id::LogId;

use super::journal::Position;

/// Entries that have to be fetched again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedRange {
    pub log: LogId,
    /// The first damaged entry.
    pub from: u64,
    /// The first sound entry after it.
    pub to: u64,
    pub cause: Cause,
}

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The checksum of the record at this place is wrong, or it is not there.
    Journal(Position),
    /// The record does not say what its signature covers.
    Chain(Position),
    /// The key that seals it is not readable and was not erased.
    Key { slot: u32 },
    /// No record holds it.
    Missing,
}

impl fmt::Display for DamagedRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "log {}: entries {}..{} are damaged: ", self.log, self.from, self.to)?;
        match &self.cause {
            Cause::Journal(at) => write!(f, "the journal record at {at} does not match its checksum"),
            Cause::Chain(at) => write!(f, "the journal record at {at} does not match its signature"),
            Cause::Key { slot } => write!(f, "key {slot} in the keyring is unreadable"),
            Cause::Missing => write!(f, "no journal record holds them"),
        }
    }
}
