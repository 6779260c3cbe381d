//! Heads: one signature over a head vouches for the whole chain below it.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::hash::{self, Domain};
use crate::id::{EntryHash, LogId, NodeKey, OfficeCode};

/// How far a log goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Head {
    /// Number of entries.
    pub len: u64,
    /// Hash of the last one.
    pub hash: EntryHash,
}

impl Head {
    /// Of a log without entries.
    pub const EMPTY: Self = Self { len: 0, hash: EntryHash::ZERO };
}

/// 64 bytes of Ed25519.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sig(pub [u8; 64]);

impl Serialize for Sig {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [mut low, mut high] = [[0; 32]; 2];
        low.copy_from_slice(&self.0[..32]);
        high.copy_from_slice(&self.0[32..]);
        (low, high).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Sig {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (low, high) = <([u8; 32], [u8; 32])>::deserialize(deserializer)?;
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&low);
        bytes[32..].copy_from_slice(&high);
        Ok(Self(bytes))
    }
}

/// A head that its author signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SignedHead {
    pub head: Head,
    pub signature: Sig,
}

impl SignedHead {
    /// Signs `head` of `log`.
    pub fn sign(log: LogId, head: Head, key: &SigningKey) -> Self {
        Self { head, signature: sign(Domain::Head, &(log, head), key) }
    }

    /// Whether `author` signed this head of `log`.
    pub fn is_by(&self, log: LogId, author: NodeKey) -> bool {
        verify(Domain::Head, &(log, self.head), &self.signature, author)
    }
}

/// An office's signed word that it holds a log up to a length, durably.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Receipt {
    pub log: LogId,
    pub head: Head,
    /// Who says so; the reader checks that `key` is a node of `office`.
    pub office: OfficeCode,
    pub key: NodeKey,
    pub signature: Sig,
}

impl Receipt {
    /// `office` gives its word.
    pub fn sign(log: LogId, head: Head, office: OfficeCode, key: &SigningKey) -> Self {
        let node = NodeKey(key.verifying_key().to_bytes());
        let signature = sign(Domain::Receipt, &(log, head, office, node), key);
        Self { log, head, office, key: node, signature }
    }

    /// Whether `self.key` signed it.
    pub fn is_genuine(&self) -> bool {
        let said = (self.log, self.head, self.office, self.key);
        verify(Domain::Receipt, &said, &self.signature, self.key)
    }
}

fn message(domain: Domain, said: &impl Serialize) -> Vec<u8> {
    let mut message = domain.context().as_bytes().to_vec();
    message.extend(hash::canonical(said));
    message
}

fn sign(domain: Domain, said: &impl Serialize, key: &SigningKey) -> Sig {
    Sig(key.sign(&message(domain, said)).to_bytes())
}

/// Strict: refuses small-order keys and non-canonical signatures.
fn verify(domain: Domain, said: &impl Serialize, signature: &Sig, key: NodeKey) -> bool {
    VerifyingKey::from_bytes(&key.0).is_ok_and(|key| {
        key.verify_strict(&message(domain, said), &Signature::from_bytes(&signature.0)).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_author_signs_and_only_for_this_log() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let author = NodeKey(key.verifying_key().to_bytes());
        let log = LogId([1; 32]);
        let signed = SignedHead::sign(log, Head { len: 3, hash: EntryHash([2; 32]) }, &key);
        assert!(signed.is_by(log, author));
        assert!(!signed.is_by(LogId([9; 32]), author));
        assert!(!signed.is_by(log, NodeKey([0; 32])));
        let mut longer = signed;
        longer.head.len = 4;
        assert!(!longer.is_by(log, author));
    }

    #[test]
    fn a_receipt_names_its_office() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let town = OfficeCode::new(330_382_001_000).unwrap();
        let mut receipt = Receipt::sign(LogId([1; 32]), Head::EMPTY, town, &key);
        assert!(receipt.is_genuine());
        receipt.office = OfficeCode::new(330_382_000_000).unwrap();
        assert!(!receipt.is_genuine());
    }
}
