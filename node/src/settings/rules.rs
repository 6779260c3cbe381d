//! The ranges of numbers and the relations between them.

use super::{Settings, SettingsError};

/// The least and the greatest value of a number.
pub(super) struct Rule {
    pub(super) key: &'static str,
    pub(super) min: u64,
    pub(super) max: u64,
}

const fn rule(key: &'static str, min: u64, max: u64) -> Rule {
    Rule { key, min, max }
}

/// One rule for every number in [`Settings`]; a test holds the two together.
pub(super) const RULES: &[Rule] = &[
    rule("sync.idle_s", 5, 3_600),
    rule("sync.keepalive_s", 1, 600),
    rule("sync.handshake_s", 1, 120),
    rule("sync.backoff_min_s", 1, 600),
    rule("sync.backoff_max_s", 1, 86_400),
    rule("sync.fallback_s", 10, 604_800),
    rule("sync.window_kb", 64, 65_536),
    rule("sync.backlog_kb", 1_024, 262_144),
    rule("sync.socket_buffer_kb", 64, 65_536),
    rule("sync.zstd_level", 1, 9),
    rule("sync.zstd_window_log", 10, 23),
    rule("sync.max_sessions", 1, 100_000),
    rule("store.segment_mb", 1, 1_024),
    rule("store.ballast_mb", 0, 10_240),
    rule("store.stop_materials_mb", 1, 1_048_576),
    rule("store.stop_cases_mb", 1, 1_048_576),
    rule("store.sled_cache_mb", 4, 4_096),
    rule("materials.max_kb", 64, 1_048_576),
    rule("materials.image_side_px", 320, 20_000),
    rule("materials.jpeg_quality", 30, 100),
    rule("identity.leaf_days", 1, 825),
    rule("identity.issuing_days", 2, 3_650),
    rule("identity.root_days", 30, 18_250),
    rule("identity.invitation_hours", 1, 8_760),
    rule("watch.report_s", 1, 3_600),
    rule("watch.dark_s", 0, 604_800),
    rule("watch.behind_s", 0, 31_536_000),
    rule("watch.clock_error_s", 0, 86_400),
    rule("watch.disk_free_mb", 0, 1_048_576),
    rule("watch.quarantined", 0, 1_000_000),
    rule("watch.backup_days", 0, 3_650),
];

pub(super) fn rule_of(key: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.key == key)
}

/// What a pair of values must fulfil.
pub(super) fn check_relations(settings: &Settings) -> Result<(), SettingsError> {
    let sync = &settings.sync;
    let store = &settings.store;
    let identity = &settings.identity;
    below("sync.keepalive_s", sync.keepalive_s, "sync.idle_s", sync.idle_s)?;
    at_most("sync.backoff_min_s", sync.backoff_min_s, "sync.backoff_max_s", sync.backoff_max_s)?;
    at_most(
        "store.stop_cases_mb",
        store.stop_cases_mb,
        "store.stop_materials_mb",
        store.stop_materials_mb,
    )?;
    below(
        "identity.leaf_days",
        identity.leaf_days,
        "identity.issuing_days",
        identity.issuing_days,
    )?;
    below(
        "identity.issuing_days",
        identity.issuing_days,
        "identity.root_days",
        identity.root_days,
    )?;
    let watch = &settings.watch;
    match watch.dark_s {
        0 => Ok(()),
        dark_s => below("watch.report_s", watch.report_s, "watch.dark_s", dark_s),
    }
}

fn below(
    key: &'static str,
    value: u64,
    other: &'static str,
    limit: u64,
) -> Result<(), SettingsError> {
    if value < limit {
        return Ok(());
    }
    Err(SettingsError::Conflict { key, value, relation: "below", other, limit })
}

fn at_most(
    key: &'static str,
    value: u64,
    other: &'static str,
    limit: u64,
) -> Result<(), SettingsError> {
    if value <= limit {
        return Ok(());
    }
    Err(SettingsError::Conflict { key, value, relation: "at most", other, limit })
}
