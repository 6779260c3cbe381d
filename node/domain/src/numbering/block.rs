//! A stretch of serials.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::case_number::SERIAL_MAX;

/// Serials from the first to the last, both included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "(u16, u16)", into = "(u16, u16)")]
pub struct Block {
    first: u16,
    last: u16,
}

/// Not a block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("block: expected serials from 1 to {SERIAL_MAX} such as 0200-0299, got {found:?}")]
pub struct BlockError {
    pub found: String,
}

impl Block {
    /// # Errors
    /// [`BlockError`] if it is empty or beyond the serials of a day.
    pub fn new(first: u16, last: u16) -> Result<Self, BlockError> {
        if (1..=last).contains(&first) && last <= SERIAL_MAX {
            return Ok(Self { first, last });
        }
        Err(BlockError { found: format!("{first}-{last}") })
    }

    pub fn first(self) -> u16 {
        self.first
    }

    pub fn last(self) -> u16 {
        self.last
    }

    pub fn contains(self, serial: u16) -> bool {
        (self.first..=self.last).contains(&serial)
    }

    pub fn serials(self) -> impl Iterator<Item = u16> {
        self.first..=self.last
    }

    pub(super) fn meets(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

impl FromStr for Block {
    type Err = BlockError;
    fn from_str(text: &str) -> Result<Self, BlockError> {
        let wrong = || BlockError { found: text.chars().take(40).collect() };
        let (first, last) = text.split_once('-').ok_or_else(wrong)?;
        let read = |part: &str| part.trim().parse::<u16>().map_err(|_| wrong());
        Self::new(read(first)?, read(last)?)
    }
}

impl TryFrom<(u16, u16)> for Block {
    type Error = BlockError;
    fn try_from((first, last): (u16, u16)) -> Result<Self, BlockError> {
        Self::new(first, last)
    }
}

impl From<Block> for (u16, u16) {
    fn from(block: Block) -> Self {
        (block.first, block.last)
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:04}", self.first, self.last)
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
