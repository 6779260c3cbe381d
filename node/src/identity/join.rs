//! The child's side of joining.

use std::path::Path;

use daiban_sync::id::{Millis, OfficeCode, Tier};
use rand::CryptoRng;

use super::certificate::{IssueError, Lifetimes};
use super::chain::{ChainError, verify_chain};
use super::clock::show_time;
use super::desk::may_have_children;
use super::enrol::{Claim, Grant, Refusal, Reply, Request, RequestError, decode, encode};
use super::invitation::{Fingerprint, Invitation};
use super::key::Secret;
use super::own::{Identity, IdentityError, Issuing};
use super::save::{ISSUING_KEY, NODE_KEY, SaveError, make_folder, read_secret, write_secret};

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The parent said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The parent's answer cannot be read.
    #[error("the answer of the office above: {0}")]
    Reply(#[from] RequestError),
    /// Another city.
    #[error(
        "the office above answered with the root {found}, the invitation names {expected}: do not trust it, ask for a new code"
    )]
    OtherRoot { expected: Fingerprint, found: Fingerprint },
    /// Not for us.
    #[error("the office above certified {found} instead of {expected}: tell its operator")]
    OtherOffice { expected: OfficeCode, found: OfficeCode },
    /// Not our key.
    #[error("the office above certified a key that is not this node's: tell its operator")]
    OtherKey,
    /// Its certificates do not hold.
    #[error("the certificates from the office above do not hold: {0}")]
    Chain(#[from] ChainError),
    /// The issuing certificate is of no use.
    #[error("the issuing certificate from the office above cannot be used: {0}")]
    Issuing(#[from] IdentityError),
}

/// A child that has its keys and a code, but no certificate yet.
pub struct Joining {
    invitation: Invitation,
    node: Secret,
    issuing: Option<Secret>,
}

/// Why joining cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The identity folder.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// Too late.
    #[error("the invitation ended at {} and this node's clock says {}: ask for a new code, or set the clock", show_time(*expired), show_time(*now))]
    Expired { expired: Millis, now: Millis },
    /// A city has nobody above.
    #[error("{office} is a city: it is initialised with `daiban init`, not invited")]
    City { office: OfficeCode },
}

impl Joining {
    /// Makes the keys, or takes up those of an attempt that did not finish: the parent answers the
    /// same key again.
    pub fn prepare(
        invitation: Invitation,
        data: &Path,
        now: Millis,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, PrepareError> {
        if now >= invitation.expires {
            return Err(PrepareError::Expired { expired: invitation.expires, now });
        }
        if invitation.office.tier() == Tier::City {
            return Err(PrepareError::City { office: invitation.office });
        }
        Identity::refuse_existing(data)?;
        let folder = make_folder(data)?;
        let mut secret = |name: &str| -> Result<Secret, SaveError> {
            let path = folder.join(name);
            if let Some(secret) = read_secret(&path)? {
                return Ok(secret);
            }
            let secret = Secret::generate(rng);
            write_secret(&path, &secret)?;
            Ok(secret)
        };
        let node = secret(NODE_KEY)?;
        let admits = may_have_children(invitation.office);
        let issuing = if admits { Some(secret(ISSUING_KEY)?) } else { None };
        Ok(Self { invitation, node, issuing })
    }

    /// The code.
    pub fn invitation(&self) -> &Invitation {
        &self.invitation
    }

    /// What to send, only to a server that has proven the invited root.
    pub fn request(&self) -> Vec<u8> {
        let issuing = self.issuing.as_ref();
        let claim = Claim::new(self.invitation.office, &self.node, issuing);
        let proof = claim.sign(&self.node, issuing);
        encode(&Request::Join { claim, proof, secret: self.invitation.secret })
    }

    /// Takes the parent's answer.
    pub fn accept(self, reply: &[u8], now: Millis) -> Result<Identity, AcceptError> {
        let grant = granted(reply)?;
        let (office, root) = (self.invitation.office, self.invitation.root);
        take(grant, office, root, self.node, self.issuing, now)
    }
}

pub(super) fn granted(reply: &[u8]) -> Result<Grant, AcceptError> {
    match decode(reply)? {
        Reply::Granted(grant) => Ok(grant),
        Reply::Refused(refusal) => Err(refusal.into()),
    }
}

/// Believes nothing of a grant that its certificates do not prove.
pub(super) fn take(
    grant: Grant,
    office: OfficeCode,
    root: Fingerprint,
    node: Secret,
    issuing: Option<Secret>,
    now: Millis,
) -> Result<Identity, AcceptError> {
    let found = Fingerprint::of(&grant.root);
    if found != root {
        return Err(AcceptError::OtherRoot { expected: root, found });
    }
    let peer = verify_chain(&grant.root, &grant.chain, Some(now))?;
    if peer.office != office {
        return Err(AcceptError::OtherOffice { expected: office, found: peer.office });
    }
    if peer.key != node.key() {
        return Err(AcceptError::OtherKey);
    }
    let identity = Identity {
        office,
        node,
        chain: grant.chain,
        issuing: issuing.map(|secret| Issuing { secret, chain: grant.issuing_chain }),
        root: grant.root,
        root_secret: None,
        parent: Some(grant.parent),
        ancestors: grant.ancestors,
    };
    try_issuing(&identity, now)?;
    Ok(identity)
}

/// A certificate for an imagined child must hold; otherwise the first real one would find out.
fn try_issuing(identity: &Identity, now: Millis) -> Result<(), AcceptError> {
    let step = match identity.office.tier() {
        Tier::Village => return Ok(()),
        Tier::Town => 1,
        Tier::County => 1_000,
        Tier::City => 1_000_000,
    };
    let child = OfficeCode::new(u64::from(identity.office) + step)
        .expect("the first office below an office has a code");
    let (authority, issuing) = identity.authority_over(child)?;
    let leaf = authority
        .leaf(child, identity.key(), now, &Lifetimes::default())
        .map_err(|error: IssueError| IdentityError::from(error))?;
    let chain: Vec<_> = std::iter::once(leaf).chain(issuing.chain.iter().cloned()).collect();
    verify_chain(&identity.root, &chain, Some(now))?;
    Ok(())
}
