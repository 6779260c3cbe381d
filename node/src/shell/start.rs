//! Starting a node: identity, store, replica, transport, admin.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use daiban_sync::id::{Millis, NodeKey, OfficeCode};
use daiban_sync::run::Authenticator;
use daiban_sync::wire::Compression;
use tokio::sync::{mpsc, watch};

use super::admin::{self, Admin};
use super::congestion::Congestions;
use super::drive::{Drive, forward};
use super::hands::Hands;
use super::renewal::{Renewal, parent_addresses};
use super::{Handle, INBOX_MAX, Node, clock};
use crate::identity::{self, Identity, RevokedKeys, verify_chain};
use crate::replica::{Config, Law, Replica, Timing};
use crate::settings::Settings;
use crate::store::disk::{Disk, RealDisk};
use crate::store::kv::{KvError, SledKvOpener};
use crate::store::{
    Blobs, Committer, IndexError, OpenError, OpenReport, Options, Space, SpaceKeeper, Store,
    Thresholds, Unlock, ViewError, os_entropy,
};
use crate::transport::{JoinHandler, Parts, Transport, TransportSettings};

/// A data directory that this process owns, and what opening found.
pub type Opened = (Arc<dyn Disk>, Store, Committer, OpenReport);

/// Why a node did not start. Nothing that was saved is lost by it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Directory(#[from] crate::store::disk::DirectoryError),
    #[error(transparent)]
    Identity(#[from] crate::identity::SaveError),
    #[error(transparent)]
    Store(#[from] crate::store::OpenError),
    #[error(transparent)]
    Key(#[from] crate::store::keyring::KeyError),
    #[error("the views cannot be read: {0}; `daiban rebuild` makes them anew")]
    Views(#[from] ViewError),
    #[error(transparent)]
    Bind(#[from] crate::transport::BindError),
    #[error("admin address {address}: {source}; choose another with node.admin")]
    Admin { address: std::net::SocketAddr, source: std::io::Error },
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("the system's random source: {0}")]
    Random(#[from] getrandom::Error),
}

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

impl Node {
    /// Starts the node of a data directory. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(data: &Path, settings: Settings) -> Result<Self, StartError> {
        let identity = Arc::new(Identity::load(data)?);
        let office = identity.office();
        let (disk, blobs, committer, replica) = open_replica(data, &settings, &identity)?;
        let (inbox, messages) = mpsc::channel(INBOX_MAX);
        let (room_told, room) = watch::channel(Space::Plenty);
        let keeper = space(disk, &settings);
        let hands = Hands::new(committer, blobs.clone(), (keeper, room_told), &inbox)?;
        let registry = Arc::new(RevokedKeys::default());
        let desk = identity::Desk::open(
            data,
            Arc::clone(&identity),
            settings.node.advertise.clone(),
            (&settings.identity).into(),
            registry.clone(),
        )?;
        let desk = Arc::new(Mutex::new(desk));
        let (events, from_transport) = mpsc::channel(INBOX_MAX);
        let parts = Parts {
            settings: TransportSettings::from(&settings),
            identity: Arc::clone(&identity),
            registry,
            join_handler: Arc::new(Joiner(Arc::clone(&desk))),
            clock: Arc::new(clock::now),
        };
        let (transport, commands) = Transport::bind(parts, events).await?;
        let listen = transport.local_addr()?;
        let transport = Arc::new(Mutex::new(Some(transport)));
        let handle = Handle { inbox: inbox.clone(), blobs, room };

        let congestion = Congestions::default();
        let drive = Drive {
            replica,
            inbox: messages,
            hands,
            transport: commands,
            waiting: BTreeMap::new(),
            congestion: congestion.clone(),
            streamed_at: Millis::default(),
        };
        let thread = std::thread::Builder::new().name("replica".into()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            match runtime {
                Ok(runtime) => runtime.block_on(drive.run()),
                Err(error) => tracing::error!(%error, "the replica's thread did not start"),
            }
        })?;
        let renewal = Renewal {
            data: data.to_owned(),
            identity: Arc::clone(&identity),
            addresses: parent_addresses(&identity, &settings),
            lifetimes: (&settings.identity).into(),
            desk: Arc::clone(&desk),
            transport: Arc::clone(&transport),
            pauses: [settings.sync.backoff_min_s, settings.sync.backoff_max_s]
                .map(Duration::from_secs),
        };
        let admin = Admin::bind(
            data,
            &settings,
            Arc::clone(&identity),
            handle.clone(),
            desk,
            (Arc::clone(&transport), listen),
        )
        .await?;
        let address = admin.address();
        let tasks = vec![
            tokio::spawn(forward(from_transport, inbox)),
            tokio::spawn(admin::serve(admin)),
            tokio::spawn(renewal.keep()),
            tokio::spawn(congestion.watch(Arc::clone(&transport))),
        ];
        tracing::info!(%office, %listen, admin = %address, "ready");
        Ok(Self { office, admin: address, listen, handle, transport, tasks, thread: Some(thread) })
    }
}

type Begun = (Arc<dyn Disk>, Blobs, Committer, Replica);

/// Views that cannot be read are made anew.
fn open_replica(
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
    let authenticator = Box::new(Certificates { root: identity.root().to_vec() });
    let (config, blobs) = (config(identity, settings), store.blobs());
    let replica = Replica::new(clock::now(), config, store, Law::default(), authenticator, seed)?;
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
    let sync = &settings.sync;
    Config {
        office: identity.office(),
        key: identity.signing_key().clone(),
        chain: identity.chain().to_vec(),
        ancestors,
        timing: Timing {
            backoff_ms_min: 1_000 * sync.backoff_min_s,
            backoff_ms_max: 1_000 * sync.backoff_max_s,
            fallback_ms: 1_000 * sync.fallback_s,
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
        #[cfg(feature = "mutants")]
        mutant: None,
    }
}

fn space(disk: Arc<dyn Disk>, settings: &Settings) -> SpaceKeeper {
    let store = &settings.store;
    SpaceKeeper::new(
        disk,
        Thresholds {
            no_new_materials_bytes: store.stop_materials_mb << 20,
            no_new_cases_bytes: store.stop_cases_mb << 20,
            full_bytes: (store.stop_cases_mb << 20) / 4,
            ballast_bytes: store.ballast_mb << 20,
        },
    )
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
struct Certificates {
    root: Vec<u8>,
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

struct Joiner(Arc<Mutex<identity::Desk>>);

impl JoinHandler for Joiner {
    fn handle_request(&self, request: &[u8], now: Millis) -> Vec<u8> {
        // A poisoned desk has lost no invitation: it writes each change before it answers.
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .handle_request(request, now)
    }
}
