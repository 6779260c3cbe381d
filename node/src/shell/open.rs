//! Opening a data directory: its store, and the replica that takes it over. A database that fails is
//! made anew from the journal.

use std::path::Path;
use std::sync::Arc;

use daiban_sync::id::{Millis, NodeKey, OfficeCode};
use daiban_sync::run::Authenticator;
use daiban_sync::wire::Compression;

use super::clock;
use super::error::StartError;
use super::renewal::parent_addresses;
use crate::identity::{Identity, verify_chain};
use crate::replica::{Config, Law, Replica, Rules, Timing};
use crate::settings::{Settings, WatchSettings};
use crate::store::disk::{Disk, RealDisk};
use crate::store::kv::{KvError, SledKvOpener};
use crate::store::{
    Blobs, Committer, IndexError, OpenError, OpenReport, Options, Store, Unlock, ViewError,
    os_entropy,
};

/// When the data was last copied aside, in milliseconds since 1970.
const BACKUP_FILE: &str = "backed-up";

/// A data directory that this process owns, and what opening found.
pub type Opened = (Arc<dyn Disk>, Store, Committer, OpenReport);

/// The store of a data directory, opened as the running node opens it. A database that fails is
/// made anew.
///
/// # Errors
/// [`StartError`].
pub fn open_store(
    data: &Path,
    settings: &Settings,
    rebuild: bool,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Opened, StartError> {
    match open_once(data, settings, rebuild, progress) {
        Err(error) if !rebuild && is_database_corrupt(&error) => {
            tracing::warn!(%error, "the database is made anew");
            open_once(data, settings, true, progress)
        }
        other => other,
    }
}

/// Whether the database holds other bytes than were written. A disk that fails is another matter.
fn is_database_corrupt(error: &StartError) -> bool {
    match error {
        StartError::Store(OpenError::Kv(error) | OpenError::Index(IndexError::Kv(error)))
        | StartError::Views(ViewError::Kv(error)) => matches!(error, KvError::Corrupt { .. }),
        StartError::Views(ViewError::Damaged { .. }) => true,
        _ => false,
    }
}

fn open_once(
    data: &Path,
    settings: &Settings,
    rebuild: bool,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Opened, StartError> {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::open(data)?);
    let cache_bytes = settings.store.sled_cache_mb << 20;
    let mut kv = SledKvOpener::new(data.join("sled"), cache_bytes);
    let unlock = unlock(data)?;
    let segment_bytes = u32::try_from(settings.store.segment_mb << 20).unwrap_or(u32::MAX);
    let options = Options { segment_bytes, rebuild, ..Options::default() };
    let (store, committer, report) =
        Store::open(Arc::clone(&disk), &mut kv, &unlock, options, Box::new(os_entropy), progress)?;
    Ok((disk, store, committer, report))
}

/// The passphrase in `DAIBAN_PASSPHRASE`, or the key file beside the identity.
fn unlock(data: &Path) -> Result<Unlock, StartError> {
    if let Ok(passphrase) = std::env::var("DAIBAN_PASSPHRASE") {
        return Ok(Unlock::Passphrase(passphrase.into()));
    }
    let path = data.join("identity").join("office.key");
    if !path.exists() {
        crate::store::keyring::create_key_file(&path, &mut os_entropy)?;
    }
    Ok(crate::store::keyring::read_key_file(&path)?)
}

/// A replica with what it stands on.
pub type Begun = (Arc<dyn Disk>, Blobs, Committer, Replica);

/// The replica of a data directory, as the running node has it. Views that cannot be read are made
/// anew.
///
/// # Errors
/// [`StartError`].
pub fn open_replica(
    data: &Path,
    settings: &Settings,
    identity: &Identity,
) -> Result<Begun, StartError> {
    match begin_replica(data, settings, identity, false) {
        Err(error) if is_database_corrupt(&error) => {
            tracing::warn!(%error, "the views are made anew");
            begin_replica(data, settings, identity, true)
        }
        other => other,
    }
}

fn begin_replica(
    data: &Path,
    settings: &Settings,
    identity: &Identity,
    rebuild: bool,
) -> Result<Begun, StartError> {
    let progress = &mut |done, all| {
        tracing::info!(done, all, "the database is made anew from the journal");
    };
    let (disk, store, committer, report) = open_store(data, settings, rebuild, progress)?;
    tell(&report);
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let authenticator = Box::new(Certificates::under(identity.root()));
    let config = Config { backed_up: last_backup(data), ..config(identity, settings) };
    let blobs = store.blobs();
    let mut replica =
        Replica::new(clock::now(), config, store, Law::default(), authenticator, seed)?;
    replica.keep_lists();
    Ok((disk, blobs, committer, replica))
}

fn config(identity: &Identity, settings: &Settings) -> Config {
    let mut ancestors: Vec<(OfficeCode, Vec<String>)> = identity
        .parent()
        .into_iter()
        .chain(identity.ancestors())
        .map(|up| (up.office, up.addresses.clone()))
        .collect();
    if let Some(parent) = ancestors.first_mut() {
        parent.1 = parent_addresses(identity, settings);
    }
    let (sync, watch) = (&settings.sync, &settings.watch);
    let clock_error_ms = match watch.clock_error_s {
        0 => u64::MAX,
        seconds => 1_000 * seconds,
    };
    Config {
        office: identity.office(),
        key: identity.signing_key().clone(),
        chain: identity.chain().to_vec(),
        ancestors,
        timing: Timing {
            backoff_ms_min: 1_000 * sync.backoff_min_s,
            backoff_ms_max: 1_000 * sync.backoff_max_s,
            fallback_ms: 1_000 * sync.fallback_s,
            beacon_ms: 1_000 * watch.report_s,
            clock_error_ms,
            ..Timing::default()
        },
        window_bytes: 1_024 * sync.window_kb,
        compression_up: Compression {
            level: i32::try_from(sync.zstd_level).unwrap_or(3),
            window_log: u32::try_from(sync.zstd_window_log).unwrap_or(20),
        },
        compression_down: Compression::SMALL,
        sessions_max: usize::try_from(sync.max_sessions).unwrap_or(usize::MAX),
        training: settings.node.training,
        watch: watch.into(),
        backed_up: None,
    }
}

impl From<&WatchSettings> for Rules {
    fn from(settings: &WatchSettings) -> Self {
        let WatchSettings { dark_s, behind_s, clock_error_s, disk_free_mb, .. } = *settings;
        Self {
            dark_ms: 1_000 * dark_s,
            behind_ms: 1_000 * behind_s,
            clock_error_ms: 1_000 * clock_error_s,
            disk_free_bytes: disk_free_mb << 20,
            quarantined: settings.quarantined,
            backup_ms: 86_400_000 * settings.backup_days,
        }
    }
}

/// Writes down that the data was copied aside, for the operators above.
///
/// # Errors
/// The disk's.
pub fn note_backup(data: &Path) -> std::io::Result<()> {
    std::fs::write(data.join(BACKUP_FILE), clock::now().0.to_string())
}

fn last_backup(data: &Path) -> Option<Millis> {
    std::fs::read_to_string(data.join(BACKUP_FILE)).ok()?.trim().parse().ok().map(Millis)
}

fn tell(report: &OpenReport) {
    if let Some(why) = &report.rebuilt {
        tracing::warn!(%why, "the database was set aside and made anew from the journal");
    }
    if let Some((at, bytes)) = &report.cut {
        tracing::warn!(%at, bytes, "an unfinished write at the end of the journal was cut off");
    }
    if report.missing_records > 0 {
        tracing::error!(
            records = report.missing_records,
            "the journal ends before where it once did"
        );
    }
    for range in &report.damaged {
        tracing::error!("{range}");
    }
}

/// Whose key it is, by the certificates under the city's root. Expiry does not matter for what was
/// written while they were valid.
pub struct Certificates {
    root: Vec<u8>,
}

impl Certificates {
    /// `root` is the city's certificate (DER).
    pub fn under(root: &[u8]) -> Self {
        Self { root: root.to_vec() }
    }
}

impl Authenticator for Certificates {
    fn office_of(&self, author: NodeKey, chain: &[Vec<u8>]) -> Result<OfficeCode, String> {
        let peer = verify_chain(&self.root, chain, None).map_err(|error| error.to_string())?;
        if peer.key == author {
            return Ok(peer.office);
        }
        Err(format!(
            "the certificate is for key {}, the log is by {}",
            peer.key.short(),
            author.short()
        ))
    }
}
