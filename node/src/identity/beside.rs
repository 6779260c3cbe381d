//! Admitting an office whose keys are made on the machine of the office above it.

use std::path::Path;
use std::sync::Arc;

use daiban_sync::id::{Millis, OfficeCode};
use rand::CryptoRng;

use super::certificate::Lifetimes;
use super::desk::{Desk, DeskError};
use super::join::{AcceptError, Joining, PrepareError};
use super::own::Identity;
use super::registry::KnownStandings;
use super::save::SaveError;

/// How long the invitation lasts that nobody carries anywhere.
const INVITED_MS: u64 = 60_000;

/// Why an office was not admitted.
#[derive(Debug, thiserror::Error)]
pub enum AdmitError {
    /// The disk.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// Not a child of this office.
    #[error(transparent)]
    Invite(#[from] DeskError),
    /// The child's side could not begin.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The child does not take the answer.
    #[error(transparent)]
    Accept(#[from] AcceptError),
}

/// Invites `child`, asks and answers as over the network, and gives the child's identity, which is
/// not saved yet. `desk` is the data directory of the parent, `data` the child's; `addresses` are
/// those at which the child will find its parent.
///
/// # Errors
/// [`AdmitError`].
pub fn admit_beside(
    (parent, desk): (&Identity, &Path),
    (child, data): (OfficeCode, &Path),
    addresses: Vec<String>,
    now: Millis,
    rng: &mut dyn CryptoRng,
) -> Result<Identity, AdmitError> {
    let registry = Arc::new(KnownStandings::default());
    let parent = Arc::new(parent.clone());
    let mut desk = Desk::open(desk, parent, addresses, Lifetimes::default(), registry)?;
    let invitation = desk.invite(child, now, now.plus(INVITED_MS), rng)?;
    let joining = Joining::prepare(invitation, data, now, rng)?;
    let reply = desk.handle_request(&joining.request(), now);
    Ok(joining.accept(&reply, now)?)
}
