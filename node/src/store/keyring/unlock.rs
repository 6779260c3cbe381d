//! What a person brings to open the office's key.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::super::entropy::Entropy;

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

impl Unlock {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::KeyFile(_) => "key file",
            Self::Passphrase(_) => "passphrase",
        }
    }
}

/// Reads the 32 bytes of a key file.
///
/// # Errors
/// When it is missing, not 32 bytes long, or readable by others.
pub fn read_key_file(path: &Path) -> io::Result<Unlock> {
    let mode = fs::metadata(path)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        let text =
            format!("expected a key file that only its owner may read (0600), got {mode:04o}");
        return Err(io::Error::other(text));
    }
    let bytes = Zeroizing::new(fs::read(path)?);
    let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| {
        io::Error::other(format!("expected a key file of 32 bytes, got {}", bytes.len()))
    })?;
    Ok(Unlock::KeyFile(Zeroizing::new(key)))
}

/// Makes a key file of 32 random bytes that only this user may read; it must not exist.
///
/// # Errors
/// Those of the file system.
pub fn create_key_file(path: &Path, entropy: &mut dyn Entropy) -> io::Result<Unlock> {
    let mut key = Zeroizing::new([0; 32]);
    entropy.fill(&mut *key);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(&*key)?;
    file.sync_all()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(Unlock::KeyFile(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_private_and_32_bytes_long() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("office.key");
        let made = create_key_file(&path, &mut |bytes: &mut [u8]| bytes.fill(7)).unwrap();
        let Unlock::KeyFile(made) = made else { panic!("not a key file") };
        let Unlock::KeyFile(read) = read_key_file(&path).unwrap() else { panic!("not a key file") };
        assert_eq!(made, read);
        assert!(create_key_file(&path, &mut |_: &mut [u8]| ()).is_err(), "never overwritten");
        fs::write(&path, b"short").unwrap();
        assert!(read_key_file(&path).is_err());
    }
}
