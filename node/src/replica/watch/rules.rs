//! When something is wrong with an office.

use std::collections::BTreeMap;

use daiban_domain::words::{self, Said};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Heard;

/// What may be wrong with an office, the worst first. The order is part of the format.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// 失联: nothing was heard of it.
    Dark,
    /// 停止保存: it saves nothing any more.
    Latched,
    /// 磁盘不足
    Disk,
    /// 积压: a case has waited too long for the way up.
    Behind,
    /// 时钟偏差
    Clock,
    /// 隔离: entries without effect.
    Quarantine,
    /// 备份过期
    Backup,
}

/// From where on it is trouble; zero: never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub dark_ms: u64,
    pub behind_ms: u64,
    pub clock_error_ms: u64,
    pub disk_free_bytes: u64,
    pub quarantined: u64,
    pub backup_ms: u64,
}

impl Trouble {
    pub const ALL: [Self; 7] = [
        Self::Dark,
        Self::Latched,
        Self::Disk,
        Self::Behind,
        Self::Clock,
        Self::Quarantine,
        Self::Backup,
    ];

    /// As it is typed and stands in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Latched => "latched",
            Self::Disk => "disk",
            Self::Behind => "behind",
            Self::Clock => "clock",
            Self::Quarantine => "quarantine",
            Self::Backup => "backup",
        }
    }

    /// What people call it.
    pub fn words(self) -> Said {
        match self {
            Self::Dark => words::trouble_dark(),
            Self::Latched => words::trouble_latched(),
            Self::Disk => words::trouble_disk(),
            Self::Behind => words::trouble_behind(),
            Self::Clock => words::trouble_clock(),
            Self::Quarantine => words::trouble_quarantine(),
            Self::Backup => words::trouble_backup(),
        }
    }

    /// The sentence of an alarm, by what was measured when it was raised.
    pub fn said(self, office: &str, measured: u64) -> Said {
        match self {
            Self::Dark if measured < 60_000 => words::watch_dark_briefly(office, measured / 1_000),
            Self::Dark => words::watch_dark(office, measured / 60_000),
            Self::Latched => words::watch_latched(office),
            Self::Disk => words::watch_disk(office, measured >> 20),
            Self::Behind => words::watch_behind(office, measured / 3_600_000),
            Self::Clock => words::watch_clock(office, measured / 1_000),
            Self::Quarantine => words::watch_quarantine(office, measured),
            Self::Backup if measured == 0 => words::watch_never_backed_up(office),
            Self::Backup => words::watch_backup(office, measured / 86_400_000),
        }
    }
}

impl std::str::FromStr for Trouble {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let keys = Self::ALL.map(Self::key).join(", ");
        let found = Self::ALL.into_iter().find(|trouble| trouble.key() == text);
        found.ok_or_else(|| format!("expected one of {keys}, got {text:?}"))
    }
}

impl Rules {
    /// Nobody watches.
    pub(super) fn is_off(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong, each with what was measured, by the last report and the silence since.
    pub(super) fn found(&self, heard: &Heard, silent_ms: u64) -> BTreeMap<Trouble, u64> {
        let Heard { health, clock_ahead_ms, .. } = heard;
        let above =
            |limit: u64, measured: u64| (limit > 0 && measured >= limit).then_some(measured);
        let below = |limit: u64, measured: u64| (measured < limit).then_some(measured);
        let never = (self.backup_ms > 0 && health.backup_age_ms.is_none()).then_some(0);
        let measured = [
            (Trouble::Dark, above(self.dark_ms, silent_ms)),
            (Trouble::Latched, (health.latched && !self.is_off()).then_some(1)),
            (Trouble::Disk, health.disk_free_bytes.and_then(|b| below(self.disk_free_bytes, b))),
            (Trouble::Behind, health.unsent.oldest_ms.and_then(|ms| above(self.behind_ms, ms))),
            (Trouble::Clock, above(self.clock_error_ms, clock_ahead_ms.unsigned_abs())),
            (Trouble::Quarantine, above(self.quarantined, health.quarantined)),
            (Trouble::Backup, health.backup_age_ms.map_or(never, |ms| above(self.backup_ms, ms))),
        ];
        measured.into_iter().filter_map(|(trouble, found)| Some((trouble, found?))).collect()
    }
}
