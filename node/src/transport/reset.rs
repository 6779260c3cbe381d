//! How peers of a node that died learn it at its next start, and not only when nothing has come for
//! the idle time: it answers packets of its former life with a stateless reset (RFC 9000, 10.3). For
//! that the keys of resets and of connection ids must outlive the process, so they come from the
//! node's own key.

use std::sync::Arc;

use quinn::EndpointConfig;
use quinn::crypto::{CryptoError, HmacKey};
use quinn_proto::HashedConnectionIdGenerator;

use crate::identity::Identity;

/// What an endpoint of this node is known by over all its lives.
pub(super) fn endpoint_config(identity: &Identity) -> EndpointConfig {
    let derive = |purpose| blake3::derive_key(purpose, identity.signing_key().as_bytes());
    let [a, b, c, d, e, f, g, h, ..] = derive("daiban 2026 quic connection ids");
    let ids = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    let mut config = EndpointConfig::new(Arc::new(ResetKey(derive("daiban 2026 quic resets"))));
    config.cid_generator(move || Box::new(HashedConnectionIdGenerator::from_key(ids)));
    config
}

struct ResetKey([u8; 32]);

impl HmacKey for ResetKey {
    fn sign(&self, data: &[u8], signature: &mut [u8]) {
        signature.copy_from_slice(blake3::keyed_hash(&self.0, data).as_bytes());
    }

    fn signature_len(&self) -> usize {
        blake3::OUT_LEN
    }

    fn verify(&self, data: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        let expected = blake3::keyed_hash(&self.0, data);
        // Compares in constant time.
        if expected == *signature { Ok(()) } else { Err(CryptoError) }
    }
}
