//! Settings: the shipped defaults, then the file, then the environment, then flags.
//!
//! The shipped `configs/settings.toml` explains every key; a test keeps it equal to
//! [`Settings::default`] and to [`rules::RULES`].

mod error;
mod layers;
mod rules;

use std::net::SocketAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};

pub use error::SettingsError;
pub use layers::items_of;

/// The shipped file, for `daiban init` to write beside the data.
pub const SHIPPED: &str = include_str!("../../configs/settings.toml");

/// All that an operator may choose.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub node: NodeSettings,
    pub parent: ParentSettings,
    pub sync: SyncSettings,
    pub store: StoreSettings,
    pub materials: MaterialSettings,
    pub identity: IdentitySettings,
    pub watch: WatchSettings,
    pub log: LogSettings,
}

/// Where this office listens and what it tells others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NodeSettings {
    pub listen: SocketAddr,
    pub advertise: Vec<String>,
    pub admin: SocketAddr,
    pub training: bool,
}

/// Where the office above is found, if not where the invitation said.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ParentSettings {
    pub addresses: Vec<String>,
}

/// Links and sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SyncSettings {
    pub idle_s: u64,
    pub keepalive_s: u64,
    pub handshake_s: u64,
    pub backoff_min_s: u64,
    pub backoff_max_s: u64,
    pub fallback_s: u64,
    pub window_kb: u64,
    pub backlog_kb: u64,
    pub socket_buffer_kb: u64,
    pub zstd_level: u64,
    pub zstd_window_log: u64,
    pub max_sessions: u64,
}

/// The journal and the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreSettings {
    pub segment_mb: u64,
    pub ballast_mb: u64,
    pub stop_materials_mb: u64,
    pub stop_cases_mb: u64,
    pub sled_cache_mb: u64,
}

/// Photos and documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MaterialSettings {
    pub max_kb: u64,
    pub image_side_px: u64,
    pub jpeg_quality: u64,
}

/// How long certificates and invitations last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdentitySettings {
    pub leaf_days: u64,
    pub issuing_days: u64,
    pub root_days: u64,
    pub invitation_hours: u64,
}

/// Reports to the offices above, and what is an alarm about an office here or below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WatchSettings {
    pub report_s: u64,
    pub dark_s: u64,
    pub behind_s: u64,
    pub clock_error_s: u64,
    pub disk_free_mb: u64,
    pub quarantined: u64,
    pub backup_days: u64,
}

/// What the node writes about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    pub level: String,
    pub format: LogFormat,
}

/// The shape of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// For machines.
    Json,
}

impl Settings {
    /// The defaults, then `file` (if any), then `DAIBAN_SECTION__KEY` of `environment`,
    /// then `overrides` such as `("sync.keepalive_s", "20")`; each layer above the one before.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        overrides: &[(String, String)],
    ) -> Result<Self, SettingsError> {
        let text = match file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|source| SettingsError::Read { path: path.to_owned(), source })?,
            None => String::new(),
        };
        Self::from_layers(&text, environment, overrides)
    }

    /// As [`Settings::load`], from the text of a file.
    pub fn from_layers(
        file: &str,
        environment: impl IntoIterator<Item = (String, String)>,
        overrides: &[(String, String)],
    ) -> Result<Self, SettingsError> {
        let mut layers = layers::Layers::new();
        layers.file(file)?;
        layers.environment(environment)?;
        layers.overrides(overrides)?;
        layers.finish()
    }
}

impl Default for NodeSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], 3816)),
            advertise: Vec::new(),
            admin: SocketAddr::from(([127, 0, 0, 1], 3817)),
            training: false,
        }
    }
}

impl Default for SyncSettings {
    fn default() -> Self {
        Self {
            idle_s: 60,
            keepalive_s: 15,
            handshake_s: 10,
            backoff_min_s: 1,
            backoff_max_s: 300,
            fallback_s: 600,
            window_kb: 1024,
            backlog_kb: 8192,
            socket_buffer_kb: 8192,
            zstd_level: 3,
            zstd_window_log: 17,
            max_sessions: 2000,
        }
    }
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            segment_mb: 64,
            ballast_mb: 64,
            stop_materials_mb: 1024,
            stop_cases_mb: 256,
            sled_cache_mb: 16,
        }
    }
}

impl Default for MaterialSettings {
    fn default() -> Self {
        Self { max_kb: 20_480, image_side_px: 2000, jpeg_quality: 80 }
    }
}

impl Default for IdentitySettings {
    fn default() -> Self {
        Self { leaf_days: 90, issuing_days: 400, root_days: 3650, invitation_hours: 72 }
    }
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self {
            report_s: 60,
            dark_s: 900,
            behind_s: 86_400,
            clock_error_s: 300,
            disk_free_mb: 1024,
            quarantined: 1,
            backup_days: 0,
        }
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Pretty }
    }
}

#[cfg(test)]
mod tests;
