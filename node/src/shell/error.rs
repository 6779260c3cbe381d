//! Why a node did not start.

use crate::store::ViewError;

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
    #[error(transparent)]
    Accounts(#[from] crate::accounts::AccountError),
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
