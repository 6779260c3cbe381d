//! Which keys are believed.

use std::sync::{PoisonError, RwLock};

use daiban_domain::standing::{Standing, Standings};
use daiban_sync::id::{NodeKey, OfficeCode};

/// Asked on each connection and each renewal, for every key of the peer's chain: an issuing key that
/// is not believed takes with it all that it has signed.
pub trait Registry: Send + Sync {
    /// How a key in the chain of a node of `office` stands.
    fn standing(&self, office: OfficeCode, key: NodeKey) -> Standing;
}

/// What the notices say that are here; whoever reads them fills it.
#[derive(Default)]
pub struct KnownStandings(RwLock<Standings>);

impl KnownStandings {
    /// Links that are already up stay until whoever holds them is told to end them.
    pub fn replace(&self, standings: Standings) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = standings;
    }
}

impl Registry for KnownStandings {
    fn standing(&self, office: OfficeCode, key: NodeKey) -> Standing {
        self.0.read().unwrap_or_else(PoisonError::into_inner).of_node(key, office)
    }
}
