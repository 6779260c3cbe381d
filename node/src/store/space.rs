//! Space on the disk: what is refused when it runs short, and the reserve for finishing.

use std::io;
use std::sync::Arc;

use super::disk::Disk;

/// How much room there is, and so what is still accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    Plenty,
    NoNewMaterials,
    NoNewCases,
    Full,
}

/// Free bytes below which the next level begins.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    pub no_new_materials_bytes: u64,
    pub no_new_cases_bytes: u64,
    pub full_bytes: u64,
    /// The reserve that is given up when the disk is full.
    pub ballast_bytes: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("space on the data disk: {0}")]
pub struct SpaceError(#[from] io::Error);

/// Watches the disk and holds the reserve.
pub struct SpaceKeeper {
    _disk: Arc<dyn Disk>,
    _thresholds: Thresholds,
}

impl Space {
    /// What a person is told.
    pub fn sentence(self) -> &'static str {
        todo!()
    }
}

impl SpaceKeeper {
    pub fn new(disk: Arc<dyn Disk>, thresholds: Thresholds) -> Self {
        Self { _disk: disk, _thresholds: thresholds }
    }

    /// Measures, and gives up the ballast when the disk is full or makes it again when there is
    /// plenty.
    pub fn check(&self) -> Result<Space, SpaceError> {
        todo!()
    }
}
