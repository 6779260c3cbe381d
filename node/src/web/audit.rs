//! Looks at whole ID numbers: who, at which case, why. A line each, on the disk before the number is
//! shown.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use daiban_domain::calendar::Date;
use daiban_sync::id::Millis;
use rustix::fs::{Mode, OFlags};
use serde::{Deserialize, Serialize};

const FILE: &str = "looks.jsonl";

/// The file of looks.
pub(crate) struct Audit {
    path: PathBuf,
    writing: Mutex<()>,
}

/// Somebody looked.
#[derive(Serialize, Deserialize)]
pub(super) struct Look {
    pub(super) at: Millis,
    day: Date,
    pub(super) account: String,
    pub(super) case: String,
    pub(super) why: String,
}

impl Audit {
    pub(crate) fn of(data: &Path) -> Self {
        Self { path: data.join(FILE), writing: Mutex::new(()) }
    }

    /// Writes it down.
    pub(super) fn look(&self, at: Millis, account: &str, case: &str, why: &str) -> io::Result<()> {
        let [account, case, why] = [account, case, why].map(str::to_owned);
        let look = Look { at, day: Date::at(at), account, case, why };
        let mut line = serde_json::to_vec(&look).map_err(io::Error::other)?;
        line.push(b'\n');
        let _writing = self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND | OFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::open(&self.path, flags, Mode::RUSR | Mode::WUSR)?);
        file.write_all(&line)?;
        file.sync_data()
    }

    /// What was written down, the latest first.
    pub(super) fn latest(&self, count: usize) -> io::Result<Vec<Look>> {
        let text = match std::fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        // A line that was cut by a crash was never answered with a number.
        let looks = text.lines().rev().filter_map(|line| serde_json::from_str(line).ok());
        Ok(looks.take(count).collect())
    }
}
