//! This node's own identity.

use daiban_sync::id::{Millis, NodeKey, OfficeCode, Tier};
use ed25519_dalek::SigningKey;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

use super::certificate::{Authority, IssueError, Lifetimes, root_certificate};
use super::chain::{ChainError, Validity, validity_of};
use super::invitation::Fingerprint;
use super::key::Secret;

/// Keys and certificates of one node. It has no `Debug`, for it holds private keys.
#[derive(Clone)]
pub struct Identity {
    pub(super) office: OfficeCode,
    pub(super) node: Secret,
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) issuing: Option<Issuing>,
    pub(super) root: Vec<u8>,
    pub(super) root_secret: Option<Secret>,
    pub(super) parent: Option<Upstream>,
    pub(super) ancestors: Vec<Upstream>,
}

/// What an office signs its children's certificates with.
#[derive(Clone)]
pub struct Issuing {
    pub(super) secret: Secret,
    /// Its own certificate first, then those above it, without the root.
    pub(super) chain: Vec<Vec<u8>>,
}

/// An office above, and where it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upstream {
    pub office: OfficeCode,
    pub addresses: Vec<String>,
}

/// Why an identity cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Only a city begins a tree.
    #[error(
        "{office} is a {tier:?}: only a city is initialised; other offices join with a code from the office above"
    )]
    NotACity { office: OfficeCode, tier: Tier },
    /// A village has nobody below it.
    #[error("{office} is a village and admits no offices; invite at its town")]
    AdmitsNobody { office: OfficeCode },
    /// Not ours to admit.
    #[error("{child} is not directly below {office}: invite it at {}", parent_of(*child))]
    NotOurChild { office: OfficeCode, child: OfficeCode },
    /// Signing failed.
    #[error(transparent)]
    Issue(#[from] IssueError),
}

fn parent_of(child: OfficeCode) -> String {
    child.parent().map_or_else(|| "nobody (a city is initialised)".to_owned(), |p| p.to_string())
}

impl Identity {
    /// A new city: its root, its issuing certificate and its own leaf.
    pub fn init_city(
        office: OfficeCode,
        now: Millis,
        lifetimes: &Lifetimes,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, IdentityError> {
        if office.tier() != Tier::City {
            return Err(IdentityError::NotACity { office, tier: office.tier() });
        }
        let root_secret = Secret::generate(rng);
        let root = root_certificate(office, &root_secret, now, lifetimes)?;
        let mut city = Self {
            office,
            node: Secret::generate(rng),
            chain: Vec::new(),
            issuing: Some(Issuing { secret: Secret::generate(rng), chain: Vec::new() }),
            root,
            root_secret: Some(root_secret),
            parent: None,
            ancestors: Vec::new(),
        };
        city.sign_own(now, lifetimes)?;
        Ok(city)
    }

    /// A city's renewal: there is nobody above to ask. `None` for any other office.
    pub fn renewed_city(
        &self,
        now: Millis,
        lifetimes: &Lifetimes,
    ) -> Result<Option<Self>, IdentityError> {
        if self.root_secret.is_none() {
            return Ok(None);
        }
        let mut city = self.clone();
        city.sign_own(now, lifetimes)?;
        Ok(Some(city))
    }

    fn sign_own(&mut self, now: Millis, lifetimes: &Lifetimes) -> Result<(), IdentityError> {
        let Some(secret) = &self.root_secret else { return Ok(()) };
        let root = Authority { office: self.office, secret, certificates: vec![&self.root] };
        self.chain = vec![root.leaf(self.office, self.node.key(), now, lifetimes)?];
        if let Some(issuing) = &mut self.issuing {
            issuing.chain =
                vec![root.issuing(self.office, issuing.secret.key(), now, lifetimes)?];
        }
        Ok(())
    }

    /// The office this node serves.
    pub fn office(&self) -> OfficeCode {
        self.office
    }

    /// The node's public key.
    pub fn key(&self) -> NodeKey {
        self.node.key()
    }

    /// The node's private key, for the heads of its logs and for TLS.
    pub fn secret(&self) -> &Secret {
        &self.node
    }

    /// As [`Identity::secret`], for signing.
    pub fn signing_key(&self) -> &SigningKey {
        self.node.signing_key()
    }

    /// Leaf first, without the root: what genesis entries and TLS carry.
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// The root certificate (DER).
    pub fn root(&self) -> &[u8] {
        &self.root
    }

    /// The root's fingerprint, as invitations carry it.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.root)
    }

    /// The office above and where it was last said to be reached.
    pub fn parent(&self) -> Option<&Upstream> {
        self.parent.as_ref()
    }

    /// The offices above the parent that have told an address, nearest first.
    pub fn ancestors(&self) -> &[Upstream] {
        &self.ancestors
    }

    /// Whether this node may admit offices below.
    pub fn may_admit(&self) -> bool {
        self.issuing.is_some()
    }

    /// The time of the leaf, which is that of the whole chain.
    pub fn validity(&self) -> Result<Validity, ChainError> {
        validity_of(self.chain.first().map_or(&[], Vec::as_slice))
    }

    /// Whether leaf or issuing certificate are past half of their life.
    pub fn needs_renewal(&self, now: Millis) -> Result<bool, ChainError> {
        let issuing = self.issuing.iter().filter_map(|issuing| issuing.chain.first());
        for certificate in self.chain.first().into_iter().chain(issuing) {
            let Validity { not_before, not_after } = validity_of(certificate)?;
            if now.0 >= not_before.0 + not_after.since(not_before) / 2 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Who signs for the offices below.
    pub(super) fn authority_over(
        &self,
        child: OfficeCode,
    ) -> Result<(Authority<'_>, &Issuing), IdentityError> {
        let office = self.office;
        let issuing = self.issuing.as_ref().ok_or(IdentityError::AdmitsNobody { office })?;
        if child.parent() != Some(office) {
            return Err(IdentityError::NotOurChild { office, child });
        }
        let above = issuing.chain.iter().chain(std::iter::once(&self.root));
        let certificates = above.map(Vec::as_slice).collect();
        Ok((Authority { office, secret: &issuing.secret, certificates }, issuing))
    }
}
