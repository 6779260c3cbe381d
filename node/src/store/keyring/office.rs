//! The office key, sealed by what a person brings: `keys/office` and its copy.
//!
//! | bytes | |
//! |---|---|
//! | 8 | `DBOFFICE` |
//! | 2 | version 1, little-endian as all numbers |
//! | 1 | 0 key file, 1 passphrase |
//! | 1 | 0 |
//! | 16 | salt |
//! | 4, 4 | argon2id memory (KiB) and passes; 0 for a key file |
//! | 24 | nonce |
//! | 48 | the office key sealed, with the bytes before the nonce as associated data |
//! | 4 | CRC-32C of all before |

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use super::super::disk::{self, Disk};
use super::super::entropy::Entropy;
use super::seal::{NONCE_BYTES, Purpose, SealKey};
use super::slots::io_error;
use super::{KeyError, OfficeKey, Unlock};

pub(super) const FILE: &str = "keys/office";
pub(super) const COPY: &str = "keys/office.copy";
const MAGIC: &[u8; 8] = b"DBOFFICE";
const VERSION: u16 = 1;
const HEADER_BYTES: usize = 36;
const FILE_BYTES: usize = HEADER_BYTES + NONCE_BYTES + 48 + 4;

pub(super) fn exists(disk: &dyn Disk) -> Result<bool, KeyError> {
    Ok(load(disk, FILE)?.is_some() || load(disk, COPY)?.is_some())
}

pub(super) fn create(
    disk: &dyn Disk,
    unlock: &Unlock,
    argon2: (u32, u32),
    entropy: &mut dyn Entropy,
) -> Result<(), KeyError> {
    let mut office = OfficeKey::new([0; 32]);
    let mut salt = [0; 16];
    let mut nonce = [0; NONCE_BYTES];
    entropy.fill(&mut *office);
    entropy.fill(&mut salt);
    entropy.fill(&mut nonce);
    let header = header(unlock, argon2, salt);
    let mut sealed = office.to_vec();
    wrapping_key(unlock, &header)?.seal(&nonce, &header, &mut sealed);
    let mut file = [&header[..], &nonce, &sealed].concat();
    file.extend_from_slice(&crc32c::crc32c(&file).to_le_bytes());
    for path in [COPY, FILE] {
        disk::replace(disk, path, &file).map_err(io_error(path))?;
    }
    Ok(())
}

pub(super) fn open(disk: &dyn Disk, unlock: &Unlock) -> Result<OfficeKey, KeyError> {
    let mut found = Vec::new();
    for path in [FILE, COPY] {
        let bytes = load(disk, path)?.unwrap_or_default();
        match parse(&bytes) {
            Ok(file) => return unseal(&file, unlock),
            Err(what) => found.push(what),
        }
    }
    Err(KeyError::Damaged { file: FILE, found: found.join(", and in its copy ") })
}

/// The parts of an intact file.
struct Office<'a> {
    header: &'a [u8; HEADER_BYTES],
    nonce: &'a [u8; NONCE_BYTES],
    sealed: &'a [u8],
}

fn parse(bytes: &[u8]) -> Result<Office<'_>, String> {
    if bytes.len() != FILE_BYTES || !bytes.starts_with(MAGIC) {
        return Err(format!("{} bytes that are no office key", bytes.len()));
    }
    let (content, crc) = bytes.split_at(FILE_BYTES - 4);
    if crc32c::crc32c(content).to_le_bytes() != crc {
        return Err("a wrong checksum".into());
    }
    let version = u16::from_le_bytes([bytes[8], bytes[9]]);
    if version != VERSION {
        return Err(format!("format version {version} instead of {VERSION}"));
    }
    let split = content.split_first_chunk().and_then(|(header, rest)| {
        rest.split_first_chunk().map(|(nonce, sealed)| (header, nonce, sealed))
    });
    let (header, nonce, sealed) = split.ok_or("too few bytes")?;
    Ok(Office { header, nonce, sealed })
}

fn unseal(file: &Office<'_>, unlock: &Unlock) -> Result<OfficeKey, KeyError> {
    let expected = if file.header[10] == 0 { "key file" } else { "passphrase" };
    if expected != unlock.name() {
        return Err(KeyError::OtherUnlock { expected, found: unlock.name() });
    }
    let wrong = match unlock {
        Unlock::KeyFile(_) => KeyError::WrongKeyFile,
        Unlock::Passphrase(_) => KeyError::WrongPassphrase,
    };
    let mut bytes = file.sealed.to_vec();
    let opened = wrapping_key(unlock, file.header)?.open(file.nonce, file.header, &mut bytes);
    let bytes = Zeroizing::new(bytes);
    match <[u8; 32]>::try_from(bytes.as_slice()) {
        Ok(key) if opened => Ok(Zeroizing::new(key)),
        _ => Err(wrong),
    }
}

fn header(unlock: &Unlock, (memory, passes): (u32, u32), salt: [u8; 16]) -> [u8; HEADER_BYTES] {
    let (kind, memory, passes) = match unlock {
        Unlock::KeyFile(_) => (0, 0, 0),
        Unlock::Passphrase(_) => (1, memory, passes),
    };
    let mut header = [0; HEADER_BYTES];
    header[..8].copy_from_slice(MAGIC);
    header[8..10].copy_from_slice(&VERSION.to_le_bytes());
    header[10] = kind;
    header[12..28].copy_from_slice(&salt);
    header[28..32].copy_from_slice(&memory.to_le_bytes());
    header[32..36].copy_from_slice(&passes.to_le_bytes());
    header
}

fn wrapping_key(unlock: &Unlock, header: &[u8; HEADER_BYTES]) -> Result<SealKey, KeyError> {
    let passphrase = match unlock {
        Unlock::KeyFile(key) => return Ok(SealKey::derive(key, Purpose::Slot)),
        Unlock::Passphrase(passphrase) => passphrase,
    };
    let number = |at: usize| {
        u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    let damaged = |error: argon2::Error| KeyError::Damaged { file: FILE, found: error.to_string() };
    let params = Params::new(number(28), number(32), 1, Some(32)).map_err(damaged)?;
    let mut stretched = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), &header[12..28], &mut *stretched)
        .map_err(damaged)?;
    Ok(SealKey::derive(&stretched, Purpose::Slot))
}

fn load(disk: &dyn Disk, path: &'static str) -> Result<Option<Vec<u8>>, KeyError> {
    disk::read(disk, path).map_err(io_error(path))
}
