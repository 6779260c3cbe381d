//! What can go wrong between offices, by whose fault it is.

use std::net::SocketAddr;

use daiban_sync::id::{NodeKey, OfficeCode};

use crate::identity::{ChainError, Fingerprint};

/// The transport cannot start or change.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The socket.
    #[error("cannot listen on {addr}: {source}; is another node running, or the port below 1024?")]
    Socket { addr: SocketAddr, source: std::io::Error },
    /// Certificates or keys that TLS does not take.
    #[error("TLS does not take this node's identity: {why}; renew or join again")]
    Identity { why: String },
    /// A value that QUIC does not take.
    #[error("transport settings: {why}")]
    Settings { why: String },
}

/// Why a peer's certificate is not enough.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeerError {
    /// The certificates do not hold.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// They hold, but are no longer believed.
    #[error("key {} of {office} was revoked", key.short())]
    Revoked { office: OfficeCode, key: NodeKey },
    /// They hold, but nobody syncs with this node for now.
    #[error("key {} of {office} is suspended", key.short())]
    Suspended { office: OfficeCode, key: NodeKey },
    /// Somebody else answered.
    #[error("expected office {expected}, got a certificate of {found}: check the address")]
    OtherOffice { expected: OfficeCode, found: OfficeCode },
    /// Another city's root, or a forger's.
    #[error(
        "expected the root {expected} of the invitation, got {found}: do not trust this server"
    )]
    OtherRoot { expected: Fingerprint, found: Fingerprint },
    /// The server sent no root to compare.
    #[error("the server did not show its root certificate")]
    NoRoot,
}

/// Why a dial led to no link.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// Nothing to try.
    #[error("no address is known for {office}: set parent.addresses or join again")]
    NoAddress { office: OfficeCode },
    /// All were tried; the last failure.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}

/// Why an address could not be spoken to.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// A name that leads nowhere.
    #[error("{address}: cannot be resolved ({why}); expected host:port of an office that is up")]
    Resolve { address: String, why: String },
    /// Nobody there, or the way is cut.
    #[error("{address}: no answer within {limit_ms} ms")]
    Timeout { address: String, limit_ms: u64 },
    /// We do not believe the server.
    #[error("{address}: {source}")]
    Peer { address: String, source: PeerError },
    /// The server, or the network, ended it.
    #[error("{address}: {why}")]
    Refused { address: String, why: String },
    /// Our own fault.
    #[error("cannot dial: {why}")]
    Own { why: String },
}

/// Codes with which this module closes connections; below are those of QUIC, above those of sessions.
pub(super) mod code {
    pub(crate) const DONE: u32 = 0;
    pub(crate) const NO_CERTIFICATE: u32 = 0x0100;
    pub(crate) const REVOKED: u32 = 0x0101;
    pub(crate) const MISUSED_STREAMS: u32 = 0x0102;
    pub(crate) const DOES_NOT_READ: u32 = 0x0103;
    pub(crate) const REPLACED: u32 = 0x0104;
    pub(crate) const FULL: u32 = 0x0105;
    pub(crate) const NOT_BELIEVED: u32 = 0x0106;
    pub(crate) const SLOW: u32 = 0x0107;
    pub(crate) const SUSPENDED: u32 = 0x0108;
}
