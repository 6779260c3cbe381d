//! Starting a node: identity, store, replica, transport, admin.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use daiban_sync::id::Millis;
use tokio::sync::{mpsc, watch};

use super::admin::{self, Admin};
use super::congestion::Congestions;
use super::drive::{Drive, forward};
use super::hands::Hands;
use super::open::open_replica;
use super::renewal::{Asked, RenewNow, Renewal, parent_addresses};
use super::{Carrier, Handle, INBOX_MAX, Node, SharedTransport, StartError, clock};
use crate::identity::{Desk, Identity, KnownStandings};
use crate::settings::Settings;
use crate::store::disk::Disk;
use crate::store::{Space, SpaceKeeper, Thresholds};
use crate::transport::{JoinHandler, Parts, Transport, TransportSettings};
use crate::web::{Reach, Web};

impl Node {
    /// Starts the node of a data directory. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(data: &Path, settings: Settings) -> Result<Self, StartError> {
        let identity = Arc::new(Identity::load(data)?);
        let (disk, blobs, committer, replica) = open_replica(data, &settings, &identity)?;
        let (inbox, messages) = mpsc::channel(INBOX_MAX);
        let (room_told, room) = watch::channel(Space::Plenty);
        let keeper = space(disk, &settings);
        let hands = Hands::new(committer, blobs.clone(), (keeper, room_told), &inbox)?;
        let registry = Arc::new(KnownStandings::default());
        registry.replace(replica.standings().clone());
        let desk = desk(data, &settings, &identity, &registry)?;
        let (events, from_transport) = mpsc::channel(INBOX_MAX);
        let parts = Parts {
            settings: TransportSettings::from(&settings),
            identity: Arc::clone(&identity),
            registry: registry.clone(),
            join_handler: Arc::clone(&desk) as Arc<dyn JoinHandler>,
            clock: Arc::new(clock::now),
        };
        let (transport, commands) = Transport::bind(parts, events).await?;
        let listen = transport.local_addr()?;
        let transport = Arc::new(Mutex::new(Some(transport)));
        let handle = Handle { inbox: inbox.clone(), blobs, room };

        let congestion = Congestions::default();
        let thread = drive(Drive {
            replica,
            inbox: messages,
            hands,
            transport: commands,
            waiting: BTreeMap::new(),
            registry,
            congestion: congestion.clone(),
            streamed_at: Millis::default(),
            more_work: true,
        })?;
        let (renew_now, asked) = RenewNow::channel();
        let renewal = renewal(data, &settings, (&identity, &desk), &transport, asked);
        let hours = settings.identity.invitation_hours;
        let carrier =
            Carrier { handle: handle.clone(), identity: Arc::clone(&identity), data: data.into() };
        let linked = (Arc::clone(&desk), Arc::clone(&transport));
        let page_reach = Reach::new(linked, carrier.clone(), renew_now.clone(), hours);
        let asked = (handle.clone(), carrier, desk, renew_now);
        let reached = (Arc::clone(&transport), listen);
        let web = Web::open(data, handle.clone(), identity.office(), &settings, page_reach)?;
        let pulse = web.pulse(handle.clone());
        let admin = Admin::bind(data, &settings, asked, reached, web).await?;
        let (office, address) = (identity.office(), admin.address());
        let tasks = vec![
            tokio::spawn(forward(from_transport, inbox)),
            tokio::spawn(admin::serve(admin)),
            tokio::spawn(renewal.keep()),
            tokio::spawn(pulse),
            tokio::spawn(congestion.watch(Arc::clone(&transport))),
        ];
        tracing::info!(%office, %listen, admin = %address, "ready");
        Ok(Self { office, admin: address, listen, handle, transport, tasks, thread: Some(thread) })
    }
}

/// The replica's own thread.
fn drive(drive: Drive) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("replica".into()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        match runtime {
            Ok(runtime) => runtime.block_on(drive.run()),
            Err(error) => tracing::error!(%error, "the replica's thread did not start"),
        }
    })
}

fn desk(
    data: &Path,
    settings: &Settings,
    identity: &Arc<Identity>,
    registry: &Arc<KnownStandings>,
) -> Result<Arc<Mutex<Desk>>, StartError> {
    let addresses = settings.node.advertise.clone();
    let lifetimes = (&settings.identity).into();
    let desk = Desk::open(data, Arc::clone(identity), addresses, lifetimes, registry.clone())?;
    Ok(Arc::new(Mutex::new(desk)))
}

fn renewal(
    data: &Path,
    settings: &Settings,
    (identity, desk): (&Arc<Identity>, &Arc<Mutex<Desk>>),
    transport: &SharedTransport,
    asked: mpsc::Receiver<Asked>,
) -> Renewal {
    let sync = &settings.sync;
    Renewal {
        data: data.to_owned(),
        identity: Arc::clone(identity),
        addresses: parent_addresses(identity, settings),
        lifetimes: (&settings.identity).into(),
        desk: Arc::clone(desk),
        transport: Arc::clone(transport),
        pauses: [sync.backoff_min_s, sync.backoff_max_s].map(Duration::from_secs),
        asked,
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
