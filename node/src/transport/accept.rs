//! Connections from others, up to the point where they are a link or have been answered.

use std::sync::Arc;

use daiban_sync::id::NodeKey;
use quinn::crypto::rustls::HandshakeData;
use quinn::{Connection, Incoming, VarInt};
use rustls_pki_types::CertificateDer;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{PeerError, code};
use super::shared::Shared;
use super::tls::{JOIN, Judge, SYNC, Trust};
use super::{Peer, enrol, link};
use crate::identity::key_in;

/// Handshakes and joins at the same time; about 40 KB each.
const HANDSHAKES_MAX: usize = 1_024;
/// From this many on, a client must first show that its address is its own.
const RETRY_ABOVE: usize = 256;

pub(super) async fn run(shared: Arc<Shared>) {
    let free = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    while let Some(incoming) = shared.endpoint.accept().await {
        let busy = HANDSHAKES_MAX - free.available_permits();
        if is_full(&shared) {
            shared.counters.refused.add_one();
            tracing::warn!(remote = %incoming.remote_address(), "refused: as many links as sync.max_sessions allows");
            incoming.refuse();
        } else if busy >= RETRY_ABOVE && incoming.may_retry() {
            let _ = incoming.retry();
        } else if let Ok(permit) = Arc::clone(&free).try_acquire_owned() {
            tokio::spawn(admit(Arc::clone(&shared), incoming, permit));
        } else {
            shared.counters.refused.add_one();
            incoming.refuse();
        }
    }
}

fn is_full(shared: &Shared) -> bool {
    shared.links.count() as u64 >= shared.settings.links_max
}

async fn admit(shared: Arc<Shared>, incoming: Incoming, permit: OwnedSemaphorePermit) {
    let remote = incoming.remote_address();
    let handshake = tokio::time::timeout(shared.settings.handshake(), incoming);
    let refuse = |why: String| {
        shared.counters.refused.add_one();
        tracing::info!(%remote, why, "handshake failed");
    };
    let connection = match handshake.await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => return refuse(error.to_string()),
        Err(_) => return refuse("took too long".to_owned()),
    };
    match protocol_of(&connection).as_deref() {
        Some(JOIN) => {
            enrol::serve(&shared, &connection).await;
            drop(permit);
        }
        Some(SYNC) => {
            drop(permit);
            admit_peer(shared, connection).await;
        }
        _ => connection.close(VarInt::from_u32(code::NO_CERTIFICATE), b"unknown protocol"),
    }
}

/// TLS has judged the certificate if there was one; here it must be there and not be full.
async fn admit_peer(shared: Arc<Shared>, connection: Connection) {
    let remote = connection.remote_address();
    let refuse = |code: u32, why: &str| {
        shared.counters.refused.add_one();
        tracing::warn!(%remote, why, "refused");
        connection.close(VarInt::from_u32(code), why.as_bytes());
    };
    let Some(chain) = certificates_of(&connection) else {
        return refuse(code::NO_CERTIFICATE, "a session needs a client certificate: join first");
    };
    if is_full(&shared) {
        return refuse(code::FULL, "as many links as this node takes; come back later");
    }
    let trust = Trust::Root(shared.identity().root().to_vec());
    let judge = Judge::new(trust, None, Arc::clone(&shared.registry));
    match who(&judge, &chain, &shared) {
        Ok((peer, keys)) => link::run(shared, connection, peer, keys, false).await,
        Err(error) => refuse(code::NOT_BELIEVED, &error.to_string()),
    }
}

/// The office and all keys of a chain, verified here and not taken from anybody's word.
pub(super) fn who(
    judge: &Judge,
    chain: &[CertificateDer<'_>],
    shared: &Shared,
) -> Result<(Peer, Vec<NodeKey>), PeerError> {
    let peer = judge.judge(chain, shared.now())?;
    let keys = chain.iter().enumerate().map(|(index, der)| key_in(index, der));
    Ok((peer, keys.collect::<Result<_, _>>()?))
}

pub(super) fn certificates_of(connection: &Connection) -> Option<Vec<CertificateDer<'static>>> {
    let chain = connection.peer_identity()?.downcast::<Vec<CertificateDer<'static>>>().ok()?;
    (!chain.is_empty()).then_some(*chain)
}

fn protocol_of(connection: &Connection) -> Option<Vec<u8>> {
    connection.handshake_data()?.downcast::<HandshakeData>().ok()?.protocol
}
