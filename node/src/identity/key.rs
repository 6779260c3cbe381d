//! Ed25519 private keys: the node's own, its issuing key, a city's root key.

use daiban_sync::id::NodeKey;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use rand::{CryptoRng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use zeroize::Zeroizing;

/// `PrivateKeyInfo` version 0 with the algorithm Ed25519 (RFC 8410), up to the 32 bytes of the key.
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// A generator seeded by the operating system, for those who need no repeatable run.
pub fn system_rng() -> Result<ChaCha20Rng, getrandom::Error> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed)?;
    Ok(ChaCha20Rng::from_seed(*seed))
}

/// A private key. It has no `Debug` and is wiped when dropped.
#[derive(Clone)]
pub struct Secret {
    signing: SigningKey,
    public: NodeKey,
}

impl Secret {
    /// A new key from `rng`.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        Self::from_seed(&seed)
    }

    pub(super) fn from_seed(seed: &[u8; 32]) -> Self {
        let signing = SigningKey::from_bytes(seed);
        let public = NodeKey(signing.verifying_key().to_bytes());
        Self { signing, public }
    }

    /// The public half.
    pub fn key(&self) -> NodeKey {
        self.public
    }

    /// For signing the heads of logs.
    pub fn signing_key(&self) -> &SigningKey {
        &self.signing
    }

    pub(super) fn sign_bytes(&self, message: &[u8]) -> Vec<u8> {
        self.signing.sign(message).to_bytes().to_vec()
    }

    /// PKCS#8, as TLS and key files want it.
    pub(crate) fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let mut der = Zeroizing::new(Vec::with_capacity(PKCS8_PREFIX.len() + 32));
        der.extend_from_slice(&PKCS8_PREFIX);
        der.extend_from_slice(self.signing.as_bytes());
        der
    }

    /// Reads what [`Secret::to_pkcs8`] wrote.
    pub(super) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let seed: &[u8; 32] = der.strip_prefix(&PKCS8_PREFIX)?.try_into().ok()?;
        Some(Self::from_seed(seed))
    }
}

/// Whether `signature` over `message` is by `key`; weak keys vouch for nothing.
pub(super) fn signed_by(key: NodeKey, message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(&key.0) else { return false };
    let Ok(signature) = Signature::from_slice(signature) else { return false };
    key.verify_strict(message, &signature).is_ok()
}

/// Whether the bytes are an Ed25519 key that can identify somebody.
pub(super) fn is_sound(key: NodeKey) -> bool {
    VerifyingKey::from_bytes(&key.0).is_ok_and(|key| !key.is_weak())
}

impl rcgen::PublicKeyData for Secret {
    fn der_bytes(&self) -> &[u8] {
        &self.public.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ED25519
    }
}

impl rcgen::SigningKey for Secret {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.sign_bytes(message))
    }
}

/// Somebody's public key, to be put into a certificate.
pub(super) struct Certified(pub(super) NodeKey);

impl rcgen::PublicKeyData for Certified {
    fn der_bytes(&self) -> &[u8] {
        &self.0.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ED25519
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pkcs8_comes_back_and_is_what_ring_reads() {
        let secret = Secret::from_seed(&[7; 32]);
        let der = secret.to_pkcs8();
        assert_eq!(Secret::from_pkcs8(&der).unwrap().key(), secret.key());
        assert!(rcgen::KeyPair::try_from(der.as_slice()).is_ok());
        assert!(Secret::from_pkcs8(&der[1..]).is_none());
        assert!(Secret::from_pkcs8(&der[..40]).is_none());
    }

    #[test]
    fn weak_keys_are_not_sound() {
        assert!(is_sound(Secret::from_seed(&[7; 32]).key()));
        assert!(!is_sound(NodeKey([0; 32])), "a small-order point");
    }
}
