//! Which keys are no longer believed.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use daiban_sync::id::NodeKey;

/// Asked on each connection and each renewal, for every key of the peer's chain: a revoked issuing
/// key takes with it all that it has signed.
pub trait Registry: Send + Sync {
    fn is_revoked(&self, key: &NodeKey) -> bool;
}

/// A registry in memory; whoever reads the notices fills it.
#[derive(Default)]
pub struct RevokedKeys(RwLock<BTreeSet<NodeKey>>);

impl RevokedKeys {
    /// Links that are already up stay until `Transport::close_revoked`.
    pub fn revoke(&self, key: NodeKey) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key);
    }
}

impl Registry for RevokedKeys {
    fn is_revoked(&self, key: &NodeKey) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(key)
    }
}
