//! The parent's desk: gives out invitations, answers those who join and renew.

use std::path::Path;
use std::sync::Arc;

use daiban_domain::standing::Standing;
use daiban_sync::id::{Millis, NodeKey, OfficeCode};
use rand::CryptoRng;

use super::certificate::Lifetimes;
use super::chain::{keys_of, verify_chain};
use super::clock::show_time;
use super::enrol::{Claim, Grant, Proof, Refusal, Reply, Request, decode, encode};
use super::invitation::{ADDRESSES_MAX, Invitation};
use super::ledger::{InvitationRecord, Ledger};
use super::own::{Identity, IdentityError, Upstream};
use super::registry::Registry;
use super::save::SaveError;

/// Why no invitation was made.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// Not ours to invite.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The disk.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// Nobody could find us.
    #[error(
        "an invitation needs an address where the child reaches this office: set node.advertise"
    )]
    NoAddress,
}

/// Admits offices. Pure but for the invitations' file.
pub struct Desk {
    identity: Arc<Identity>,
    ledger: Ledger,
    addresses: Vec<String>,
    lifetimes: Lifetimes,
    registry: Arc<dyn Registry>,
}

impl Desk {
    /// `addresses` are those at which children reach this office.
    pub fn open(
        data: &Path,
        identity: Arc<Identity>,
        addresses: Vec<String>,
        lifetimes: Lifetimes,
        registry: Arc<dyn Registry>,
    ) -> Result<Self, SaveError> {
        Ok(Self { identity, ledger: Ledger::open(data)?, addresses, lifetimes, registry })
    }

    /// Whose certificates are given out.
    pub fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// After a renewal.
    pub fn replace_identity(&mut self, identity: Arc<Identity>) {
        self.identity = identity;
    }

    /// Invites a direct child until `expires`; an earlier invitation of it ends.
    pub fn invite(
        &mut self,
        child: OfficeCode,
        now: Millis,
        expires: Millis,
        rng: &mut dyn CryptoRng,
    ) -> Result<Invitation, DeskError> {
        self.identity.authority_over(child)?;
        if self.addresses.is_empty() {
            return Err(DeskError::NoAddress);
        }
        let mut secret = [0; 16];
        rng.fill_bytes(&mut secret);
        self.ledger.put(InvitationRecord::new(child, &secret, now, expires))?;
        tracing::info!(office = %child, until = %show_time(expires), "invited");
        let root = self.identity.fingerprint();
        let addresses = self.addresses.iter().take(ADDRESSES_MAX).cloned().collect();
        Ok(Invitation { office: child, root, secret, expires, addresses })
    }

    /// Ends an invitation that fell into the wrong hands; `false` if none of the office is open.
    ///
    /// # Errors
    /// [`SaveError`]: it is not on the disk and holds still.
    pub fn take_back(&mut self, office: OfficeCode, now: Millis) -> Result<bool, SaveError> {
        let is_ended = self.ledger.take_back(office, now)?;
        if is_ended {
            tracing::info!(%office, "an invitation was taken back");
        }
        Ok(is_ended)
    }

    /// All invitations, the newest last.
    pub fn invitations(&self) -> &[InvitationRecord] {
        self.ledger.records()
    }

    /// Answers a request for joining or renewal; every request gets a reply.
    pub fn handle_request(&mut self, request: &[u8], now: Millis) -> Vec<u8> {
        let granted = decode(request).map_err(Refusal::Request).and_then(|request| match request {
            Request::Join { claim, proof, secret } => self.join(claim, &proof, &secret, now),
            Request::Renew { claim, proof, chain } => self.renew(claim, &proof, &chain, now),
        });
        encode(&match granted {
            Ok(grant) => Reply::Granted(grant),
            Err(refusal) => {
                tracing::warn!(%refusal, "refused to certify");
                Reply::Refused(refusal)
            }
        })
    }

    fn join(
        &mut self,
        claim: Claim,
        proof: &Proof,
        secret: &[u8; 16],
        now: Millis,
    ) -> Result<Grant, Refusal> {
        self.check(&claim, proof)?;
        self.ledger.redeem(claim.office, secret, claim.key, now)?;
        let grant = self.grant(&claim, now)?;
        tracing::info!(office = %claim.office, key = %claim.key.short(), "joined");
        Ok(grant)
    }

    /// The old chain may have expired: it still proves who was admitted.
    fn renew(
        &self,
        claim: Claim,
        proof: &Proof,
        chain: &[Vec<u8>],
        now: Millis,
    ) -> Result<Grant, Refusal> {
        self.check(&claim, proof)?;
        let refuse = |why: String| Refusal::Chain { why };
        let root = self.identity.root();
        let peer = verify_chain(root, chain, None).map_err(|error| refuse(error.to_string()))?;
        if (peer.office, peer.key) != (claim.office, claim.key) {
            return Err(refuse(format!("it is for {} and {}", peer.office, peer.key.short())));
        }
        let keys = keys_of(chain).map_err(|error| refuse(error.to_string()))?;
        self.check_believed(claim.office, keys)?;
        let grant = self.grant(&claim, now)?;
        tracing::info!(office = %claim.office, key = %claim.key.short(), "renewed");
        Ok(grant)
    }

    fn check(&self, claim: &Claim, proof: &Proof) -> Result<(), Refusal> {
        let asked = self.identity.office();
        if claim.office.parent() != Some(asked) {
            return Err(Refusal::NotOurChild { office: claim.office, asked });
        }
        if !claim.is_proven_by(proof) || claim.issuing == Some(claim.key) {
            return Err(Refusal::BadProof);
        }
        self.check_believed(claim.office, claim.issuing.into_iter().chain([claim.key]))
    }

    fn check_believed(
        &self,
        office: OfficeCode,
        keys: impl IntoIterator<Item = NodeKey>,
    ) -> Result<(), Refusal> {
        for key in keys {
            match self.registry.standing(office, key) {
                Standing::Good => {}
                Standing::Suspended { .. } => return Err(Refusal::Suspended { key }),
                Standing::Revoked { .. } => return Err(Refusal::Revoked { key }),
            }
        }
        Ok(())
    }

    fn grant(&self, claim: &Claim, now: Millis) -> Result<Grant, Refusal> {
        let fault = |error: IdentityError| Refusal::OwnFault { why: error.to_string() };
        let (authority, issuing) = self.identity.authority_over(claim.office).map_err(fault)?;
        let below = |certificate: Vec<u8>| {
            let mut chain = vec![certificate];
            chain.extend(issuing.chain.iter().cloned());
            chain
        };
        let leaf = authority
            .leaf(claim.office, claim.key, now, &self.lifetimes)
            .map_err(|error| fault(error.into()))?;
        let admits = claim.issuing.filter(|_| may_have_children(claim.office));
        let issuing_chain = match admits {
            Some(key) => authority
                .issuing(claim.office, key, now, &self.lifetimes)
                .map(below)
                .map_err(|error| fault(error.into()))?,
            None => Vec::new(),
        };
        Ok(Grant {
            chain: below(leaf),
            issuing_chain,
            root: self.identity.root().to_vec(),
            parent: Upstream { office: self.identity.office(), addresses: self.addresses.clone() },
            ancestors: self.ancestors(),
        })
    }

    fn ancestors(&self) -> Vec<Upstream> {
        self.identity.parent().into_iter().chain(self.identity.ancestors()).cloned().collect()
    }
}

/// Whether an office of this tier has others below it.
pub(super) fn may_have_children(office: OfficeCode) -> bool {
    office.tier() != daiban_sync::id::Tier::Village
}
