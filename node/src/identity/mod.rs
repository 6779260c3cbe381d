//! Who this node is, whom it believes, and how offices are admitted.
//!
//! The city is the root. Every office that has offices below it holds an *issuing* certificate that
//! X.509 confines to its own subtree; every node holds a *leaf* certificate from its parent office.
//! A chain is leaf first, then the issuing certificates upwards, without the root. Its length is
//! fixed by the tier of the leaf's office, so an office cannot certify itself.
//!
//! Nothing here touches the network; `transport` carries the bytes.

mod beside;
mod certificate;
mod chain;
mod clock;
mod desk;
mod enrol;
mod invitation;
mod join;
mod key;
mod ledger;
mod name;
mod own;
mod registry;
mod renew;
mod save;

pub use beside::{AdmitError, admit_beside};
pub use certificate::{IssueError, Lifetimes};
pub use chain::{ChainError, Peer, Validity, keys_of, validity_of, verify_chain};
pub(crate) use chain::{key_in, verify_ders};
pub use clock::show_time;
pub use desk::{Desk, DeskError};
pub(crate) use enrol::MESSAGE_BYTES_MAX;
pub use enrol::{Refusal, RequestError};
pub use invitation::{CodeError, Fingerprint, Invitation};
pub use join::{AcceptError, Joining, PrepareError};
pub use key::{Secret, system_rng};
pub use ledger::{InvitationRecord, InvitationState};
pub use name::{NameError, name_of, office_of};
pub use own::{Identity, IdentityError, Issuing, Upstream};
pub use registry::{KnownStandings, Registry};
pub use renew::{accept_renewal, renewal_request};
pub use save::SaveError;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
