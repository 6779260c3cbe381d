//! The identity folder: private keys as files of their own, everything public in one file.
//!
//! `node.key`, `issuing.key`, `root.key` are PKCS#8, readable by the owner only. `identity.json` is
//! written last and replaced as a whole: a renewal is there or it is not.

use std::fs;
use std::path::{Path, PathBuf};

use daiban_sync::id::OfficeCode;
use rustix::fs::Mode;
use serde::{Deserialize, Serialize};

use super::chain::{ChainError, verify_chain};
use super::key::Secret;
use super::own::{Identity, Issuing, Upstream};
use crate::owned_file;

const FOLDER: &str = "identity";
const PUBLIC_FILE: &str = "identity.json";
pub(super) const NODE_KEY: &str = "node.key";
pub(super) const ISSUING_KEY: &str = "issuing.key";
const ROOT_KEY: &str = "root.key";
const FORMAT: u32 = 1;

/// Why the identity folder could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Nobody has been made here yet.
    #[error("{path} does not exist: run `daiban init` for a city or `daiban join CODE` for any other office", path = path.display())]
    Missing { path: PathBuf },
    /// There is one already.
    #[error("{path} already holds the identity of {office}: use another data directory", path = path.display())]
    Exists { path: PathBuf, office: OfficeCode },
    /// The disk.
    #[error("{path}: {source}; check the disk and the permissions", path = path.display())]
    Io { path: PathBuf, source: std::io::Error },
    /// Damaged.
    #[error("{path}: {why}; restore the identity folder from a backup, or join again", path = path.display())]
    Malformed { path: PathBuf, why: String },
    /// The certificates do not prove this office and key.
    #[error("{path}: {source}", path = path.display())]
    Chain { path: PathBuf, source: ChainError },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicFile {
    format: u32,
    office: OfficeCode,
    chain: Vec<Hex>,
    issuing_chain: Vec<Hex>,
    root: Hex,
    parent: Option<Upstream>,
    ancestors: Vec<Upstream>,
}

/// Certificates in hex, so that the file stays text.
#[derive(Serialize, Deserialize)]
struct Hex(String);

impl Identity {
    /// The identity folder of a data directory.
    pub fn folder(data: &Path) -> PathBuf {
        data.join(FOLDER)
    }

    /// Writes all of it.
    pub fn save(&self, data: &Path) -> Result<(), SaveError> {
        let folder = make_folder(data)?;
        write_secret(&folder.join(NODE_KEY), &self.node)?;
        if let Some(issuing) = &self.issuing {
            write_secret(&folder.join(ISSUING_KEY), &issuing.secret)?;
        }
        if let Some(root) = &self.root_secret {
            write_secret(&folder.join(ROOT_KEY), root)?;
        }
        let path = folder.join(PUBLIC_FILE);
        let text = serde_json::to_vec_pretty(&PublicFile::from(self))
            .map_err(|error| SaveError::Malformed { path: path.clone(), why: error.to_string() })?;
        write_file(&path, &text)
    }

    /// As [`Identity::save`], but never over another identity.
    pub fn save_new(&self, data: &Path) -> Result<(), SaveError> {
        Self::refuse_existing(data)?;
        self.save(data)
    }

    pub(super) fn refuse_existing(data: &Path) -> Result<(), SaveError> {
        match Self::load(data) {
            Err(SaveError::Missing { .. }) => Ok(()),
            Err(error) => Err(error),
            Ok(found) => Err(SaveError::Exists { path: Self::folder(data), office: found.office }),
        }
    }

    /// Reads what [`Identity::save`] wrote and checks that it proves office and key. An expired
    /// identity is read, for it may renew.
    pub fn load(data: &Path) -> Result<Self, SaveError> {
        let folder = Self::folder(data);
        let path = folder.join(PUBLIC_FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(SaveError::Missing { path });
            }
            Err(source) => return Err(SaveError::Io { path, source }),
        };
        let malformed = |why: String| SaveError::Malformed { path: path.clone(), why };
        let file: PublicFile =
            serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
        if file.format != FORMAT {
            return Err(malformed(format!("expected format {FORMAT}, got {}", file.format)));
        }
        let identity = file.with_keys(&folder)?;
        let chain = |source| SaveError::Chain { path: path.clone(), source };
        let peer = verify_chain(&identity.root, &identity.chain, None).map_err(chain)?;
        if (peer.office, peer.key) != (identity.office, identity.key()) {
            return Err(malformed(format!(
                "the certificate is for {} and key {}, the files are for {} and key {}",
                peer.office,
                peer.key.short(),
                identity.office,
                identity.key().short()
            )));
        }
        Ok(identity)
    }
}

impl From<&Identity> for PublicFile {
    fn from(identity: &Identity) -> Self {
        let hex = |chain: &[Vec<u8>]| chain.iter().map(|der| Hex(hex::encode(der))).collect();
        Self {
            format: FORMAT,
            office: identity.office,
            chain: hex(&identity.chain),
            issuing_chain: identity.issuing.as_ref().map_or_else(Vec::new, |i| hex(&i.chain)),
            root: Hex(hex::encode(&identity.root)),
            parent: identity.parent.clone(),
            ancestors: identity.ancestors.clone(),
        }
    }
}

impl PublicFile {
    fn with_keys(self, folder: &Path) -> Result<Identity, SaveError> {
        let node_path = folder.join(NODE_KEY);
        let missing =
            || SaveError::Malformed { path: node_path.clone(), why: "missing".to_owned() };
        let issuing_chain = ders(folder, self.issuing_chain)?;
        let issuing = read_secret(&folder.join(ISSUING_KEY))?
            .filter(|_| !issuing_chain.is_empty())
            .map(|secret| Issuing { secret, chain: issuing_chain });
        Ok(Identity {
            office: self.office,
            node: read_secret(&node_path)?.ok_or_else(missing)?,
            chain: ders(folder, self.chain)?,
            issuing,
            root: der(folder, self.root)?,
            root_secret: read_secret(&folder.join(ROOT_KEY))?,
            parent: self.parent,
            ancestors: self.ancestors,
        })
    }
}

fn ders(folder: &Path, chain: Vec<Hex>) -> Result<Vec<Vec<u8>>, SaveError> {
    chain.into_iter().map(|hex| der(folder, hex)).collect()
}

fn der(folder: &Path, Hex(text): Hex) -> Result<Vec<u8>, SaveError> {
    hex::decode(text).map_err(|error| SaveError::Malformed {
        path: folder.join(PUBLIC_FILE),
        why: format!("a certificate is not hex: {error}"),
    })
}

/// Makes `<data>/identity`, closed to others.
pub(super) fn make_folder(data: &Path) -> Result<PathBuf, SaveError> {
    let folder = Identity::folder(data);
    let io = |source| SaveError::Io { path: folder.clone(), source };
    fs::create_dir_all(&folder).map_err(io)?;
    rustix::fs::chmod(&folder, Mode::RWXU).map_err(|error| io(error.into()))?;
    Ok(folder)
}

pub(super) fn write_secret(path: &Path, secret: &Secret) -> Result<(), SaveError> {
    write_file(path, &secret.to_pkcs8())
}

/// `None` if there is no such file.
pub(super) fn read_secret(path: &Path) -> Result<Option<Secret>, SaveError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => zeroize::Zeroizing::new(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(SaveError::Io { path: path.to_owned(), source }),
    };
    let why = || format!("expected an Ed25519 key in PKCS#8 (48 bytes), got {} bytes", bytes.len());
    let malformed = || SaveError::Malformed { path: path.to_owned(), why: why() };
    Secret::from_pkcs8(&bytes).map(Some).ok_or_else(malformed)
}

/// Temporary file → fsync → rename → fsync of the folder; 0600 from the first byte on.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
    owned_file::replace(path, bytes)
        .map_err(|source| SaveError::Io { path: path.to_owned(), source })
}
