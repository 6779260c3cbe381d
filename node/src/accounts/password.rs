//! Passwords as argon2id hashes in the PHC text form.

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

use super::{AccountError, PASSWORD_CHARS_MIN};
use crate::store::os_entropy;

/// 19 MiB and two passes, as OWASP's cheat sheet for password storage asks.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;

/// Salt and hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Password {
    memory_kib: u32,
    passes: u32,
    #[serde(with = "hex")]
    salt: [u8; 16],
    #[serde(with = "hex")]
    hash: [u8; 32],
}

impl Password {
    pub(super) fn new(text: &str) -> Result<Self, AccountError> {
        let found = text.chars().count();
        if found < PASSWORD_CHARS_MIN {
            return Err(AccountError::Weak { found });
        }
        let mut salt = [0; 16];
        os_entropy(&mut salt);
        Ok(Self {
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            hash: hash(text, &salt, (MEMORY_KIB, PASSES)).expect("costs that argon2 knows"),
            salt,
        })
    }

    pub(super) fn is(&self, text: &str) -> bool {
        let given = hash(text, &self.salt, (self.memory_kib, self.passes));
        // Hashes of hashes are compared, so the time tells nothing.
        given.is_some_and(|given| blake3::hash(&given) == blake3::hash(&self.hash))
    }

    /// Takes as long as [`Password::is`].
    pub(super) fn waste_time(text: &str) {
        let _ = hash(text, &[0; 16], (MEMORY_KIB, PASSES));
    }
}

/// `None` for a cost that argon2 does not know.
fn hash(text: &str, salt: &[u8; 16], (memory_kib, passes): (u32, u32)) -> Option<[u8; 32]> {
    let params = Params::new(memory_kib, passes, 1, Some(32)).ok()?;
    let mut hash = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(text.as_bytes(), salt, &mut hash)
        .ok()?;
    Some(hash)
}
