//! The journal: append-only segments of checksummed records. It is the truth.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    pub segment: u32,
    pub offset: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segment {:08}, byte {}", self.segment, self.offset)
    }
}
