//! What child and parent say to each other when an office joins or renews: one request, one reply.
//!
//! Each is a version byte and postcard. The secret in a request is safe: the parent's certificate
//! was checked against the invited root before a byte of it was sent.

use daiban_sync::id::{Millis, NodeKey, OfficeCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::clock::show_time;
use super::key::{Secret, signed_by};
use super::own::Upstream;

const VERSION: u8 = 1;
/// A renewal carries a chain, a grant two chains and a root: about 4 KiB.
pub(crate) const MESSAGE_BYTES_MAX: usize = 16 * 1024;

#[derive(Serialize, Deserialize)]
pub(super) enum Request {
    Join { claim: Claim, proof: Proof, secret: [u8; 16] },
    Renew { claim: Claim, proof: Proof, chain: Vec<Vec<u8>> },
}

/// Which keys are to be certified for which office.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claim {
    pub(super) office: OfficeCode,
    pub(super) key: NodeKey,
    pub(super) issuing: Option<NodeKey>,
}

/// The claim signed by the keys that it names.
#[derive(Serialize, Deserialize)]
pub(super) struct Proof {
    node: Vec<u8>,
    issuing: Option<Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
pub(super) enum Reply {
    Granted(Grant),
    Refused(Refusal),
}

/// What the parent hands out.
#[derive(Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) chain: Vec<Vec<u8>>,
    /// Empty if the office admits nobody.
    pub(super) issuing_chain: Vec<Vec<u8>>,
    pub(super) root: Vec<u8>,
    pub(super) parent: Upstream,
    pub(super) ancestors: Vec<Upstream>,
}

/// Why the parent does not certify.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// The request could not be read.
    #[error("the office above could not read the request: {0}")]
    Request(RequestError),
    /// No invitation.
    #[error(
        "the office above has no invitation for {office}: ask it for `daiban office invite {office}`"
    )]
    NotInvited { office: OfficeCode },
    /// The code is not the one that was given out.
    #[error(
        "the invitation of {office} has another secret ({tries_left} more tries until it closes): use the newest code"
    )]
    WrongSecret { office: OfficeCode, tries_left: u8 },
    /// Too many wrong secrets.
    #[error(
        "the invitation of {office} was closed after too many wrong secrets: ask for a new one"
    )]
    Closed { office: OfficeCode },
    /// Too late.
    #[error("the invitation of {office} ended at {} and the clock of the office above says {}: ask for a new one", show_time(*expired), show_time(*now))]
    Expired { office: OfficeCode, expired: Millis, now: Millis },
    /// Once means once.
    #[error("the invitation of {office} was already used by another node: ask for a new one")]
    Used { office: OfficeCode },
    /// The keys were not proven.
    #[error("the request does not prove that its keys are the node's own")]
    BadProof,
    /// The wrong office was asked.
    #[error("{office} is not directly below {asked}: ask the office directly above")]
    NotOurChild { office: OfficeCode, asked: OfficeCode },
    /// The old chain is not believed.
    #[error("the old certificate is not believed: {why}")]
    Chain { why: String },
    /// The key was revoked.
    #[error("the key {} was revoked: speak to the office above, and join again with a new code", key.short())]
    Revoked { key: NodeKey },
    /// The parent's own trouble.
    #[error("the office above cannot issue now: {why}; try again later")]
    OwnFault { why: String },
    /// The key is suspended.
    #[error("the key {} is suspended: speak to the office above, which can reinstate it", key.short())]
    Suspended { key: NodeKey },
}

/// Why bytes are not a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum RequestError {
    /// Another version.
    #[error("expected version {expected}, got {found}: bring both offices to the same release")]
    Version { expected: u8, found: u8 },
    /// Not a message.
    #[error("malformed: {why}")]
    Malformed { why: String },
    /// Too long.
    #[error("expected at most {max} bytes, got {found}")]
    TooLong { max: usize, found: usize },
}

impl Claim {
    pub(super) fn new(office: OfficeCode, node: &Secret, issuing: Option<&Secret>) -> Self {
        Self { office, key: node.key(), issuing: issuing.map(Secret::key) }
    }

    pub(super) fn sign(&self, node: &Secret, issuing: Option<&Secret>) -> Proof {
        let message = self.message();
        let issuing = issuing.map(|secret| secret.sign_bytes(&message));
        Proof { node: node.sign_bytes(&message), issuing }
    }

    pub(super) fn is_proven_by(&self, proof: &Proof) -> bool {
        let message = self.message();
        let issuing = match (&self.issuing, &proof.issuing) {
            (Some(key), Some(signature)) => signed_by(*key, &message, signature),
            (None, None) => true,
            _ => false,
        };
        issuing && signed_by(self.key, &message, &proof.node)
    }

    fn message(&self) -> Vec<u8> {
        let fields = (u64::from(self.office), self.key, self.issuing);
        let mut message = b"daiban 2026 claim of keys\0".to_vec();
        message.extend(postcard::to_stdvec(&fields).expect("numbers and keys can be encoded"));
        message
    }
}

pub(super) fn encode(message: &impl Serialize) -> Vec<u8> {
    let body = postcard::to_stdvec(message).expect("messages hold only bytes, numbers and text");
    let mut bytes = vec![VERSION];
    bytes.extend(body);
    bytes
}

pub(super) fn decode<M: DeserializeOwned>(bytes: &[u8]) -> Result<M, RequestError> {
    if bytes.len() > MESSAGE_BYTES_MAX {
        return Err(RequestError::TooLong { max: MESSAGE_BYTES_MAX, found: bytes.len() });
    }
    let malformed = |why: &str| RequestError::Malformed { why: why.to_owned() };
    let (version, body) = bytes.split_first().ok_or_else(|| malformed("empty"))?;
    if *version != VERSION {
        return Err(RequestError::Version { expected: VERSION, found: *version });
    }
    match postcard::take_from_bytes(body) {
        Ok((message, [])) => Ok(message),
        Ok((_, rest)) => Err(malformed(&format!("{} bytes too many", rest.len()))),
        Err(error) => Err(malformed(&error.to_string())),
    }
}
