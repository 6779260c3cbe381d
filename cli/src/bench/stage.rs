//! Offices for benchmarks: a line of identities made in this process, and data directories.

use std::path::{Path, PathBuf};

use daiban_node::settings::Settings;
use daiban_sync::id::OfficeCode;

use super::BenchError;
use crate::tree::enrol;

/// 温州市, 乐清市, 城东街道 and a village of it.
pub(super) const LINE: [u64; 4] =
    [330_300_000_000, 330_382_000_000, 330_382_001_000, 330_382_001_001];

/// A folder that goes away with its owner.
pub(super) struct Stage {
    root: PathBuf,
}

impl Stage {
    /// Makes data directories for the whole line, each already a member of its parent.
    ///
    /// # Errors
    /// [`BenchError`].
    pub(super) fn new(name: &str) -> Result<Self, BenchError> {
        let root = std::env::current_dir()?.join(format!("bench-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&root)?;
        let stage = Self { root };
        let line = LINE.map(OfficeCode::new).into_iter().collect::<Result<Vec<_>, _>>()?;
        enrol(&stage.root, &line).map_err(BenchError::Other)?;
        Ok(stage)
    }

    /// The data directory of the office at this place of [`LINE`].
    pub(super) fn data(&self, place: usize) -> PathBuf {
        self.root.join(LINE[place].to_string())
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A bench that fails to tidy up has still measured.
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

/// Settings for a node on loopback that knows where its parent is.
pub(super) fn settings(listen: u16, parent: Option<u16>) -> Settings {
    let mut settings = Settings::default();
    settings.node.listen = ([127, 0, 0, 1], listen).into();
    settings.node.admin = ([127, 0, 0, 1], 0).into();
    settings.node.training = true;
    settings.parent.addresses = vec![format!("127.0.0.1:{}", parent.unwrap_or(9))];
    settings
}
