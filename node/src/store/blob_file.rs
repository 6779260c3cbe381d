//! The file of one blob.
//!
//! | bytes | |
//! |---|---|
//! | 8 | `DAIBANB\0` |
//! | 2, 2 | version 1, zero (little-endian as all numbers) |
//! | 4 | length *m* of the manifest |
//! | 72 | the blob's key, sealed by the office key with the blob's name: nonce, key, tag |
//! | *m* | manifest (postcard) |
//! | 4 | CRC-32C of all before but the key |
//! | 65,552 each | chunks, sealed; the last may be shorter |
//!
//! A chunk's nonce is its number: the key belongs to this blob, whose name commits to every chunk.
//! Which chunks are there is found by opening them, so a crash needs no bookkeeping.

use std::io;

use daiban_sync::blob::Manifest;
use daiban_sync::id::BlobId;
use daiban_sync::limits::{BLOB_BYTES_MAX, BLOB_CHUNK_BYTES};

use super::disk::DiskFile;
use super::entropy::Entropy;
use super::keyring::{KeyError, Keyring, NONCE_BYTES, Purpose, SealKey, TAG_BYTES};

const MAGIC: &[u8; 8] = b"DAIBANB\0";
const VERSION: u16 = 1;
const FIXED_BYTES: usize = 16;
const KEY_BYTES: usize = NONCE_BYTES + 32 + TAG_BYTES;
const MANIFEST_BYTES_MAX: u64 = 64 + 33 * (BLOB_BYTES_MAX / BLOB_CHUNK_BYTES as u64);

pub(super) struct BlobFile {
    file: Box<dyn DiskFile>,
    pub(super) manifest: Manifest,
    key: SealKey,
    chunks_at: u64,
}

pub(super) enum Opened {
    Sound(BlobFile),
    Damaged,
    Failed(io::Error),
}

impl BlobFile {
    /// What the file of a new blob begins with: its own random key among it.
    pub(super) fn new_header(
        manifest: &Manifest,
        keyring: &Keyring,
        entropy: &mut dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        let (mut key, mut nonce) = (vec![0; 32], [0; NONCE_BYTES]);
        entropy.fill(&mut key);
        entropy.fill(&mut nonce);
        keyring.office_key(Purpose::BlobKey)?.seal(&nonce, &manifest.id().0, &mut key);
        let listed = super::index::encode(manifest);
        let len = u32::try_from(listed.len()).expect("a consistent manifest is within its bound");
        let mut fixed = MAGIC.to_vec();
        fixed.extend_from_slice(&VERSION.to_le_bytes());
        fixed.extend_from_slice(&[0; 2]);
        fixed.extend_from_slice(&len.to_le_bytes());
        let crc = checksum(&fixed, &listed);
        Ok([&fixed[..], &nonce, &key, &listed, &crc].concat())
    }

    pub(super) fn open(
        file: Box<dyn DiskFile>,
        id: BlobId,
        keyring: &Keyring,
    ) -> Result<Opened, KeyError> {
        let office = keyring.office_key(Purpose::BlobKey)?;
        Ok(match read_header(file.as_ref()) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Opened::Damaged,
            Err(error) => Opened::Failed(error),
            Ok(None) => Opened::Damaged,
            Ok(Some((key, manifest, chunks_at))) => match open_key(&office, id, &key) {
                Some(key) if manifest.id() == id => {
                    Opened::Sound(Self { file, manifest, key, chunks_at })
                }
                _ => Opened::Damaged,
            },
        })
    }

    /// A chunk, if it is there and sound.
    pub(super) fn read(&self, index: usize) -> io::Result<Option<Vec<u8>>> {
        let Some(len) = self.manifest.chunk_len(index) else { return Ok(None) };
        let mut bytes = vec![0; len + TAG_BYTES];
        match self.file.read_at(self.offset(index), &mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        let sound = self.key.open(&nonce(index), b"", &mut bytes);
        Ok((sound && self.manifest.check_chunk(index, &bytes)).then_some(bytes))
    }

    /// Seals and writes a chunk that was checked.
    pub(super) fn write(&self, index: usize, bytes: &[u8]) -> io::Result<()> {
        let mut sealed = bytes.to_vec();
        self.key.seal(&nonce(index), b"", &mut sealed);
        self.file.write_at(self.offset(index), &sealed)
    }

    /// Overwrites the key of a blob, and waits for the disk.
    pub(super) fn destroy_key(file: &dyn DiskFile) -> io::Result<()> {
        file.write_at(FIXED_BYTES as u64, &[0; KEY_BYTES])?;
        file.sync_data()
    }

    fn offset(&self, index: usize) -> u64 {
        self.chunks_at + index as u64 * (BLOB_CHUNK_BYTES + TAG_BYTES) as u64
    }
}

type Header = ([u8; KEY_BYTES], Manifest, u64);

fn read_header(file: &dyn DiskFile) -> io::Result<Option<Header>> {
    let mut fixed = [0; FIXED_BYTES];
    file.read_at(0, &mut fixed)?;
    let len = u32::from_le_bytes([fixed[12], fixed[13], fixed[14], fixed[15]]) as usize;
    if fixed[..8] != *MAGIC
        || fixed[8..10] != VERSION.to_le_bytes()
        || len as u64 > MANIFEST_BYTES_MAX
    {
        return Ok(None);
    }
    let mut key = [0; KEY_BYTES];
    file.read_at(FIXED_BYTES as u64, &mut key)?;
    let mut rest = vec![0; len + 4];
    file.read_at((FIXED_BYTES + KEY_BYTES) as u64, &mut rest)?;
    let (listed, crc) = rest.split_at(len);
    if checksum(&fixed, listed) != crc {
        return Ok(None);
    }
    let Ok(manifest) = postcard::from_bytes::<Manifest>(listed) else { return Ok(None) };
    let chunks_at = (FIXED_BYTES + KEY_BYTES + len + 4) as u64;
    Ok(manifest.is_consistent().then_some((key, manifest, chunks_at)))
}

fn open_key(office: &SealKey, id: BlobId, sealed: &[u8; KEY_BYTES]) -> Option<SealKey> {
    let secret = zeroize::Zeroizing::new(office.open_synthetic(&id.0, sealed)?);
    let secret = <&[u8; 32]>::try_from(secret.as_slice()).ok()?;
    Some(SealKey::derive(secret, Purpose::Blob))
}

fn nonce(index: usize) -> [u8; NONCE_BYTES] {
    let mut nonce = [0; NONCE_BYTES];
    nonce[..8].copy_from_slice(&(index as u64).to_le_bytes());
    nonce
}

fn checksum(fixed: &[u8], listed: &[u8]) -> [u8; 4] {
    crc32c::crc32c_append(crc32c::crc32c(fixed), listed).to_le_bytes()
}
