//! XChaCha20-Poly1305 with nonces that nobody has to remember.
//!
//! A nonce must never meet two plaintexts under one key. Each purpose has a key of its own, derived
//! from the case's secret, so purposes cannot collide. Within one:
//!
//! - an **entry** uses its hash, which commits to its payload: one nonce, one plaintext;
//! - a **view** or local record uses a keyed hash of its name and plaintext (a synthetic nonce): the
//!   same nonce means the same plaintext, and so the same bytes;
//! - a **blob** has a random key of its own, and its name commits to every chunk: a chunk's nonce is
//!   its number;
//! - a **slot** uses 24 random bytes, because a restored node makes other keys at the same numbers.

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

pub(in crate::store) const TAG_BYTES: usize = 16;
pub(in crate::store) const NONCE_BYTES: usize = 24;

/// What a key is for. The strings are part of the format.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) enum Purpose {
    Entry,
    View,
    Local,
    BlobKey,
    Blob,
    Slot,
    Blind,
}

impl Purpose {
    fn context(self) -> &'static str {
        match self {
            Self::Entry => "daiban 2026 seal entry v1",
            Self::View => "daiban 2026 seal view v1",
            Self::Local => "daiban 2026 seal local record v1",
            Self::BlobKey => "daiban 2026 seal blob key v1",
            Self::Blob => "daiban 2026 seal blob chunk v1",
            Self::Slot => "daiban 2026 seal key slot v1",
            Self::Blind => "daiban 2026 blind view key v1",
        }
    }
}

/// A key for one purpose.
#[derive(Clone)]
pub(in crate::store) struct SealKey(Zeroizing<[u8; 32]>);

impl SealKey {
    pub(in crate::store) fn derive(secret: &[u8; 32], purpose: Purpose) -> Self {
        Self(Zeroizing::new(blake3::derive_key(purpose.context(), secret)))
    }

    /// Encrypts `bytes` in place and adds the tag.
    pub(in crate::store) fn seal(
        &self,
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        bytes: &mut Vec<u8>,
    ) {
        let tag = self
            .cipher()
            .encrypt_inout_detached(&XNonce::from(*nonce), aad, bytes.as_mut_slice().into())
            .expect("fails only beyond 256 GiB");
        bytes.extend_from_slice(&tag);
    }

    /// Takes the tag off and decrypts in place; false if the bytes are not what was sealed.
    pub(in crate::store) fn open(
        &self,
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        bytes: &mut Vec<u8>,
    ) -> bool {
        let Some(len) = bytes.len().checked_sub(TAG_BYTES) else { return false };
        let Ok(tag) = Tag::try_from(&bytes[len..]) else { return false };
        bytes.truncate(len);
        self.cipher()
            .decrypt_inout_detached(&XNonce::from(*nonce), aad, bytes.as_mut_slice().into(), &tag)
            .is_ok()
    }

    /// Seals under a nonce made from `aad` and the plaintext, which stands before the result.
    pub(in crate::store) fn seal_synthetic(&self, aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce = self.synthetic_nonce(aad, plain);
        let mut sealed = plain.to_vec();
        self.seal(&nonce, aad, &mut sealed);
        [&nonce[..], &sealed].concat()
    }

    /// The opposite of [`Self::seal_synthetic`].
    pub(in crate::store) fn open_synthetic(&self, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let mut bytes = sealed.to_vec();
        self.open(nonce, aad, &mut bytes).then_some(bytes)
    }

    /// A keyed hash, for names that must not tell what they stand for.
    pub(in crate::store) fn blind(&self, secret: &[u8]) -> [u8; 16] {
        let mut name = [0; 16];
        name.copy_from_slice(&blake3::keyed_hash(&self.0, secret).as_bytes()[..16]);
        name
    }

    fn synthetic_nonce(&self, aad: &[u8], plain: &[u8]) -> [u8; NONCE_BYTES] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&(aad.len() as u64).to_le_bytes()).update(aad).update(plain);
        let mut nonce = [0; NONCE_BYTES];
        hasher.finalize_xof().fill(&mut nonce);
        nonce
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.0).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_bytes_open_only_under_the_same_key_place_and_purpose() {
        let key = SealKey::derive(&[1; 32], Purpose::View);
        let sealed = key.seal_synthetic(b"place", b"content");
        assert_eq!(key.open_synthetic(b"place", &sealed).unwrap(), b"content");
        assert_eq!(key.open_synthetic(b"other", &sealed), None);
        let other = SealKey::derive(&[1; 32], Purpose::Entry);
        assert_eq!(other.open_synthetic(b"place", &sealed), None);
        assert_eq!(key.open_synthetic(b"place", &sealed[..10]), None);
        assert_eq!(key.open_synthetic(b"place", &sealed[..30]), None);
    }

    #[test]
    fn a_synthetic_nonce_depends_on_name_and_content() {
        let key = SealKey::derive(&[1; 32], Purpose::View);
        let nonce =
            |aad: &[u8], plain: &[u8]| key.seal_synthetic(aad, plain)[..NONCE_BYTES].to_vec();
        assert_ne!(nonce(b"ab", b"c"), nonce(b"a", b"bc"));
        assert_ne!(nonce(b"a", b"b"), nonce(b"a", b"c"));
        assert_eq!(nonce(b"a", b"b"), nonce(b"a", b"b"));
    }
}
