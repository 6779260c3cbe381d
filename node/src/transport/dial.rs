//! Connections to others.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use daiban_sync::id::{NodeKey, OfficeCode};
use quinn::{ClientConfig, Connection, Endpoint, TransportConfig};

use super::accept::{certificates_of, who};
use super::config::{Congestion, transport_config};
use super::error::{DialError, ExchangeError};
use super::shared::Shared;
use super::tls::{Judge, SYNC, Trust, client_config};
use super::{BindError, Peer};
use crate::identity::name_of;

/// The most addresses that one name is tried at.
const ADDRESSES_PER_NAME_MAX: usize = 4;

impl From<BindError> for ExchangeError {
    fn from(error: BindError) -> Self {
        Self::Own { why: error.to_string() }
    }
}

/// How to connect to one office.
pub(super) struct Call<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) office: OfficeCode,
    pub(super) judge: Arc<Judge>,
    pub(super) tls: Arc<quinn::crypto::rustls::QuicClientConfig>,
    pub(super) transport: Arc<TransportConfig>,
    pub(super) limit: Duration,
}

/// Tries the addresses in order until one answers as `office`.
pub(super) async fn dial(
    shared: &Shared,
    office: OfficeCode,
    addrs: &[String],
    congestion: Congestion,
) -> Result<(Connection, Peer, Vec<NodeKey>), DialError> {
    let own = shared.identity();
    let trust = Trust::Root(own.root().to_vec());
    let judge = Arc::new(Judge::new(trust, Some(office), Arc::clone(&shared.registry)));
    let tls = client_config(SYNC, Some(&own), Arc::clone(&judge), &shared.clock)
        .map_err(ExchangeError::from)?;
    let transport =
        transport_config(&shared.settings, congestion, true).map_err(ExchangeError::from)?;
    let call = Call {
        endpoint: &shared.endpoint,
        office,
        judge,
        tls: Arc::new(tls),
        transport,
        limit: shared.settings.handshake(),
    };
    let (connection, address) = call.any(addrs).await?;
    let chain = certificates_of(&connection).unwrap_or_default();
    let (peer, keys) = who(&call.judge, &chain, shared)
        .map_err(|source| ExchangeError::Peer { address, source })?;
    Ok((connection, peer, keys))
}

impl Call<'_> {
    /// The first address that can be spoken to; otherwise the last failure.
    pub(super) async fn any(&self, addrs: &[String]) -> Result<(Connection, String), DialError> {
        let mut last = DialError::NoAddress { office: self.office };
        for address in addrs {
            match self.one(address).await {
                Ok(connection) => return Ok((connection, address.clone())),
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }

    async fn one(&self, address: &str) -> Result<Connection, ExchangeError> {
        let mut last = unresolved(address, "no address that this socket can reach");
        for target in self.resolve(address).await? {
            match self.connect(target, address).await {
                Ok(connection) => return Ok(connection),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn resolve(&self, address: &str) -> Result<Vec<SocketAddr>, ExchangeError> {
        let lookup = tokio::time::timeout(self.limit, tokio::net::lookup_host(address));
        let found = match lookup.await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => return Err(unresolved(address, &error.to_string())),
            Err(_) => return Err(unresolved(address, "the name server does not answer")),
        };
        let only_v4 = self.endpoint.local_addr().is_ok_and(|own| own.is_ipv4());
        let usable = found.filter(|target| target.is_ipv4() || !only_v4);
        Ok(usable.take(ADDRESSES_PER_NAME_MAX).collect())
    }

    async fn connect(
        &self,
        target: SocketAddr,
        address: &str,
    ) -> Result<Connection, ExchangeError> {
        let mut config = ClientConfig::new(Arc::clone(&self.tls) as _);
        config.transport_config(Arc::clone(&self.transport));
        let address = || address.to_owned();
        let connecting = self
            .endpoint
            .connect_with(config, target, &name_of(self.office))
            .map_err(|error| ExchangeError::Own { why: error.to_string() })?;
        match tokio::time::timeout(self.limit, connecting).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(match self.judge.take_refusal() {
                Some(source) => ExchangeError::Peer { address: address(), source },
                None => ExchangeError::Refused { address: address(), why: error.to_string() },
            }),
            Err(_) => {
                let limit_ms = u64::try_from(self.limit.as_millis()).unwrap_or(u64::MAX);
                Err(ExchangeError::Timeout { address: address(), limit_ms })
            }
        }
    }
}

fn unresolved(address: &str, why: &str) -> ExchangeError {
    ExchangeError::Resolve { address: address.to_owned(), why: why.to_owned() }
}
