//! Offices for benchmarks: a line of identities made in this process, and data directories.

use std::path::{Path, PathBuf};

use daiban_node::identity::{Identity, Lifetimes, admit_beside, system_rng};
use daiban_node::settings::Settings;
use daiban_sync::id::{Millis, OfficeCode};

use super::BenchError;

/// 温州市, 乐清市, 城东街道 and a village of it.
pub(super) const LINE: [u64; 4] =
    [330_300_000_000, 330_382_000_000, 330_382_001_000, 330_382_001_001];
/// Where no office is; the settings say where the parent listens.
const NOWHERE: &str = "127.0.0.1:9";

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
        let mut above: Option<Identity> = None;
        let mut rng = system_rng().map_err(BenchError::other)?;
        for (place, code) in LINE.into_iter().enumerate() {
            let office = OfficeCode::new(code)?;
            let data = stage.data(place);
            std::fs::create_dir_all(&data)?;
            let identity = match &above {
                None => Identity::init_city(office, now(), &Lifetimes::default(), &mut rng)
                    .map_err(BenchError::other)?,
                Some(parent) => {
                    let (parent, child) = ((parent, &*stage.data(place - 1)), (office, &*data));
                    admit_beside(parent, child, vec![NOWHERE.into()], now(), &mut rng)
                        .map_err(BenchError::other)?
                }
            };
            identity.save_new(&data).map_err(BenchError::other)?;
            above = Some(identity);
        }
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

pub(super) fn now() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Millis(u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX))
}
