//! Keys that can be erased: one for each case, sealed by the office's key.

use std::io;

use zeroize::Zeroizing;

/// What opens the office's key.
#[derive(Clone)]
pub enum Unlock {
    /// The 32 bytes of a key file.
    KeyFile(Zeroizing<[u8; 32]>),
    /// Stretched with argon2id.
    Passphrase(Zeroizing<String>),
}

/// Why a key could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("wrong passphrase: expected the one that this office was set up with")]
    WrongPassphrase,
    #[error("wrong key file: expected the one that this office was set up with")]
    WrongKeyFile,
    #[error("this office is set up with a {expected}, got a {found}")]
    OtherUnlock { expected: &'static str, found: &'static str },
    #[error("locked: the office key was dropped; start the node again and unlock it")]
    Locked,
    #[error("{file}: expected an intact file, got {found}; copy it back from a backup")]
    Damaged { file: &'static str, found: String },
    #[error("{file}: {reason}")]
    Io { file: String, reason: String },
}

/// Reads the 32 bytes of a key file.
///
/// # Errors
/// When it is missing, not 32 bytes long, or readable by others.
pub fn read_key_file(path: &std::path::Path) -> io::Result<Unlock> {
    let _ = path;
    todo!()
}

/// Makes a key file of 32 random bytes that only this user may read; it must not exist.
///
/// # Errors
/// Those of the file system.
pub fn create_key_file(
    path: &std::path::Path,
    entropy: &mut dyn super::Entropy,
) -> io::Result<Unlock> {
    let _ = (path, entropy);
    todo!()
}
