//! Why a bundle is not made or not taken.

use std::io;

use daiban_sync::error::SessionError;
use daiban_sync::id::{NodeKey, OfficeCode};

use super::VERSION;

/// Nothing of the bundle was kept.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("expected a bundle of daiban, got another kind of file")]
    NotABundle,
    #[error("expected a bundle of version {VERSION}, got {found}; update the older office")]
    Version { found: u8 },
    #[error("expected a bundle for office {ours}, got one for {to}; carry it there")]
    Elsewhere { ours: OfficeCode, to: OfficeCode },
    #[error(
        "the bundle was made for another node of this office, this one is {}; ask for one made after this node was last in touch", ours.short()
    )]
    AnotherNode { ours: NodeKey },
    #[error("the bundle ends in piece {piece}: it was not copied whole, copy it again")]
    Truncated { piece: u64 },
    #[error("piece {piece} of the bundle is damaged or out of place: copy it again")]
    Damaged { piece: u64 },
    #[error("expected the end after piece {piece} of the bundle, got more: copy it again")]
    Trailing { piece: u64 },
    #[error("the content of the bundle: {0}")]
    Content(#[from] SessionError),
    #[error("node {} has a key that nothing can be sealed to", node.short())]
    Key { node: NodeKey },
    #[error(transparent)]
    Io(#[from] io::Error),
}
