//! What all tasks of a transport share.

use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use daiban_domain::standing::Standing;
use daiban_sync::id::Millis;
use quinn::udp::UdpSocketState;
use quinn::{Endpoint, EndpointConfig, ServerConfig, TokioRuntime, VarInt};
use tokio::sync::mpsc;

use super::config::{Congestion, TransportSettings, transport_config};
use super::counters::Counters;
use super::error::{BindError, code};
use super::link::Link;
use super::links::Links;
use super::reset::endpoint_config;
use super::tls::server_config;
use super::{Clock, Event, JoinHandler, Parts};
use crate::identity::{Identity, Registry};

/// How long a shutdown waits for links to send what they hold.
const SHUTDOWN_MS: u64 = 5_000;
/// How long the last packets may take to leave. What QUIC waits for after them, three probe timeouts
/// (three seconds where a parent never answered), only keeps late packets from puzzling a socket
/// that goes away anyway.
const GOODBYE_MS: u64 = 200;

pub(super) struct Shared {
    pub(super) endpoint: Endpoint,
    pub(super) settings: TransportSettings,
    pub(super) registry: Arc<dyn Registry>,
    pub(super) join_handler: Arc<dyn JoinHandler>,
    pub(super) clock: Clock,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) links: Links,
    pub(super) counters: Counters,
    identity: RwLock<Arc<Identity>>,
}

impl Shared {
    pub(super) fn bind(parts: Parts, events: mpsc::Sender<Event>) -> Result<Self, BindError> {
        let Parts { settings, identity, registry, join_handler, clock } = parts;
        let config = quinn_server(&settings, &identity, &registry, &clock)?;
        let buffers = settings.socket_buffer_bytes;
        let endpoint = open(settings.listen, buffers, endpoint_config(&identity), Some(config))?;
        Ok(Self {
            endpoint,
            settings,
            registry,
            join_handler,
            clock,
            events,
            links: Links::default(),
            counters: Counters::default(),
            identity: RwLock::new(identity),
        })
    }

    pub(super) fn local_addr(&self) -> Result<SocketAddr, BindError> {
        let addr = self.settings.listen;
        self.endpoint.local_addr().map_err(|source| BindError::Socket { addr, source })
    }

    pub(super) fn identity(&self) -> Arc<Identity> {
        Arc::clone(&self.identity.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn now(&self) -> Millis {
        (self.clock)()
    }

    pub(super) fn replace_identity(&self, identity: Arc<Identity>) -> Result<(), BindError> {
        let config = quinn_server(&self.settings, &identity, &self.registry, &self.clock)?;
        self.endpoint.set_server_config(Some(config));
        *self.identity.write().unwrap_or_else(PoisonError::into_inner) = identity;
        Ok(())
    }

    pub(super) fn close_refused(&self) {
        self.links.all().iter().for_each(|link| self.close_if_refused(link));
    }

    pub(super) fn close_if_refused(&self, link: &Link) {
        let office = link.peer().office;
        for key in link.keys() {
            match self.registry.standing(office, *key) {
                Standing::Good => {}
                Standing::Suspended { .. } => {
                    link.close_now(code::SUSPENDED, format!("the key of {office} is suspended"));
                }
                Standing::Revoked { .. } => {
                    link.close_now(code::REVOKED, format!("the key of {office} was revoked"));
                }
            }
        }
    }

    pub(super) async fn shutdown(&self) {
        self.endpoint.set_server_config(None);
        let within = Duration::from_millis;
        let flushed = tokio::time::timeout(within(SHUTDOWN_MS), self.links.wait_empty()).await;
        if flushed.is_err() {
            tracing::warn!(left = self.links.count(), "links did not end in time");
        }
        self.abandon();
        let _ = tokio::time::timeout(within(GOODBYE_MS), self.endpoint.wait_idle()).await;
    }

    /// Closes everything at once.
    pub(super) fn abandon(&self) {
        self.endpoint.close(VarInt::from_u32(code::DONE), b"the node has stopped");
    }
}

fn quinn_server(
    settings: &TransportSettings,
    identity: &Identity,
    registry: &Arc<dyn Registry>,
    clock: &Clock,
) -> Result<ServerConfig, BindError> {
    let tls = server_config(identity, registry, clock)?;
    let mut config = ServerConfig::with_crypto(Arc::new(tls));
    config.transport_config(transport_config(settings, Congestion::Cubic, false)?);
    Ok(config)
}

/// Opens a UDP socket with the buffers asked for, or what the system grants.
pub(super) fn open(
    addr: SocketAddr,
    buffer_bytes: u64,
    config: EndpointConfig,
    server: Option<ServerConfig>,
) -> Result<Endpoint, BindError> {
    let failed = |source| BindError::Socket { addr, source };
    let socket = UdpSocket::bind(addr).map_err(failed)?;
    enlarge_buffers(&socket, usize::try_from(buffer_bytes).unwrap_or(usize::MAX));
    Endpoint::new(config, server, socket, Arc::new(TokioRuntime)).map_err(failed)
}

fn enlarge_buffers(socket: &UdpSocket, bytes: usize) {
    let granted = UdpSocketState::new(socket.into()).and_then(|state| {
        state.set_recv_buffer_size(socket.into(), bytes)?;
        state.set_send_buffer_size(socket.into(), bytes)?;
        state.recv_buffer_size(socket.into())
    });
    match granted {
        Ok(granted) if granted >= bytes => {}
        Ok(granted) => tracing::info!(
            asked = bytes,
            granted,
            "UDP buffers are smaller than asked for; raise net.core.rmem_max and wmem_max where many offices connect"
        ),
        Err(error) => tracing::warn!(%error, "UDP buffers could not be enlarged"),
    }
}
