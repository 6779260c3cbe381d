//! The child's side of renewal: the same keys, new certificates.

use daiban_sync::id::Millis;

use super::enrol::{Claim, Request, encode};
use super::join::{AcceptError, granted, take};
use super::own::Identity;

/// Asks the parent for new certificates; the old ones may have expired.
pub fn renewal_request(identity: &Identity) -> Vec<u8> {
    let issuing = identity.issuing.as_ref().map(|issuing| &issuing.secret);
    let claim = Claim::new(identity.office, &identity.node, issuing);
    let proof = claim.sign(&identity.node, issuing);
    encode(&Request::Renew { claim, proof, chain: identity.chain.clone() })
}

/// Takes the parent's answer; the caller saves the new identity before using it.
pub fn accept_renewal(
    identity: &Identity,
    reply: &[u8],
    now: Millis,
) -> Result<Identity, AcceptError> {
    let grant = granted(reply)?;
    let issuing = identity.issuing.as_ref().map(|issuing| issuing.secret.clone());
    take(grant, identity.office, identity.fingerprint(), identity.node.clone(), issuing, now)
}
