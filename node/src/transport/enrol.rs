//! Joining and renewing over the network: one request, one reply, on a connection of its own.

use std::net::{Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use daiban_sync::id::{Millis, OfficeCode};
use quinn::{Connection, EndpointConfig, VarInt};
use rand::CryptoRng;

use super::config::{Congestion, TransportSettings, transport_config};
use super::dial::Call;
use super::error::{DialError, ExchangeError, code};
use super::shared::{Shared, open};
use super::tls::{JOIN, Judge, Trust, client_config};
use super::{Clock, JoinHandler};
use crate::identity::{
    AcceptError, CodeError, Desk, Fingerprint, Identity, Invitation, Joining, KnownStandings,
    MESSAGE_BYTES_MAX, PrepareError, SaveError, accept_renewal, renewal_request,
};
use crate::settings::Settings;

/// Why joining failed.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The code.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// This node.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The way to the parent.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The parent's answer.
    #[error(transparent)]
    Accept(#[from] AcceptError),
    /// The disk.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// A city has no parent.
    #[error("{office} has no office above it")]
    NoParent { office: OfficeCode },
}

/// Why renewal failed. The old identity stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    /// The way to the parent.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The parent's answer.
    #[error(transparent)]
    Accept(#[from] AcceptError),
    /// A city renews itself; see [`Identity::renewed_city`].
    #[error("{office} has no office above it: a city renews itself")]
    NoParent { office: OfficeCode },
}

impl JoinHandler for Mutex<Desk> {
    fn handle_request(&self, request: &[u8], now: Millis) -> Vec<u8> {
        self.lock().unwrap_or_else(PoisonError::into_inner).handle_request(request, now)
    }
}

/// Joins with a code and saves the identity under `data`. After a failure it can be called again
/// with the same code: the keys of the first attempt are used again.
pub async fn join(
    code: &str,
    data: &Path,
    clock: &Clock,
    rng: &mut (dyn CryptoRng + Send),
) -> Result<Identity, JoinError> {
    let invitation: Invitation = code.parse()?;
    let office = invitation.office;
    let parent = office.parent().ok_or(JoinError::NoParent { office })?;
    let joining = Joining::prepare(invitation, data, clock(), rng)?;
    let invitation = joining.invitation();
    let addresses = invitation.addresses.clone();
    let reply = ask(parent, invitation.root, &addresses, &joining.request(), clock).await?;
    let identity = joining.accept(&reply, clock())?;
    identity.save(data)?;
    Ok(identity)
}

/// Gets new certificates from the parent; the caller saves them and calls
/// [`super::Transport::replace_identity`].
pub async fn renew(
    identity: &Identity,
    addresses: &[String],
    clock: &Clock,
) -> Result<Identity, RenewError> {
    let office = identity.office();
    let parent = office.parent().ok_or(RenewError::NoParent { office })?;
    let request = renewal_request(identity);
    let reply = ask(parent, identity.fingerprint(), addresses, &request, clock).await?;
    Ok(accept_renewal(identity, &reply, clock())?)
}

/// Not a byte of the request leaves before the server has proven office and root.
async fn ask(
    parent: OfficeCode,
    root: Fingerprint,
    addresses: &[String],
    request: &[u8],
    clock: &Clock,
) -> Result<Vec<u8>, DialError> {
    let settings = TransportSettings::from(&Settings::default());
    let judge =
        Arc::new(Judge::new(Trust::Shown(root), Some(parent), Arc::new(KnownStandings::default())));
    let tls = client_config(JOIN, None, Arc::clone(&judge), clock).map_err(ExchangeError::from)?;
    let endpoint = any_socket(settings.socket_buffer_bytes).map_err(ExchangeError::from)?;
    let transport =
        transport_config(&settings, Congestion::Cubic, true).map_err(ExchangeError::from)?;
    let limit = settings.handshake();
    let call =
        Call { endpoint: &endpoint, office: parent, judge, tls: Arc::new(tls), transport, limit };
    let (connection, address) = call.any(addresses).await?;
    let reply = tokio::time::timeout(limit, exchange(&connection, request)).await;
    connection.close(VarInt::from_u32(code::DONE), b"");
    let _ = tokio::time::timeout(limit, endpoint.wait_idle()).await;
    match reply {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(why)) => Err(ExchangeError::Refused { address, why }.into()),
        Err(_) => Err(ExchangeError::Timeout { address, limit_ms: settings.handshake_ms }.into()),
    }
}

async fn exchange(connection: &Connection, request: &[u8]) -> Result<Vec<u8>, String> {
    let (mut to, mut from) = connection.open_bi().await.map_err(|error| error.to_string())?;
    to.write_all(request).await.map_err(|error| error.to_string())?;
    to.finish().map_err(|error| error.to_string())?;
    from.read_to_end(MESSAGE_BYTES_MAX).await.map_err(|error| error.to_string())
}

/// IPv6 with IPv4 inside it where the system has that.
fn any_socket(buffer_bytes: u64) -> Result<quinn::Endpoint, super::BindError> {
    let v6 = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
    let v4 = SocketAddr::from(([0, 0, 0, 0], 0));
    let open = |addr| open(addr, buffer_bytes, EndpointConfig::default(), None);
    open(v6).or_else(|_| open(v4))
}

/// Answers one request.
pub(super) async fn serve(shared: &Arc<Shared>, connection: &Connection) {
    let remote = connection.remote_address();
    let limit = shared.settings.handshake();
    let refuse = |code: u32, why: &str| {
        tracing::info!(%remote, why, "join or renewal ended");
        connection.close(VarInt::from_u32(code), why.as_bytes());
    };
    let request = async {
        let (to, mut from) = connection.accept_bi().await.map_err(|error| error.to_string())?;
        let read = from.read_to_end(MESSAGE_BYTES_MAX).await;
        read.map(|request| (to, request)).map_err(|error| error.to_string())
    };
    let (mut to, request) = match tokio::time::timeout(limit, request).await {
        Ok(Ok(request)) => request,
        Ok(Err(why)) => return refuse(code::MISUSED_STREAMS, &why),
        Err(_) => return refuse(code::SLOW, "no request within the time for a handshake"),
    };
    shared.counters.enrolments.add_one();
    let handler = Arc::clone(shared);
    let answer = tokio::task::spawn_blocking(move || {
        handler.join_handler.handle_request(&request, handler.now())
    });
    let Ok(reply) = answer.await else {
        return refuse(code::DONE, "the desk failed; try again later");
    };
    if to.write_all(&reply).await.is_ok() && to.finish().is_ok() {
        // The client closes when it has read the answer.
        let _ = tokio::time::timeout(limit, connection.closed()).await;
    }
    connection.close(VarInt::from_u32(code::DONE), b"");
}
