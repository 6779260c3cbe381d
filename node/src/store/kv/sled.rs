//! sled 0.34.7, guarded against what was measured of it.
//!
//! - It may panic at open and on damaged pages: every call is under `catch_unwind`.
//! - A leftover `snap.*.generating` makes every later open fail: it is removed first.
//! - Its `flush` is not durable on Linux: the `db` file is synced after it.
//! - Large values go to files that are never synced: values are cut into pieces below that size.

use std::fs::{self, File};
use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Batch, Kv, KvError, KvOpener, Row, Visit, Write};

/// sled moves values beyond about 7 KB out of its pages.
const PIECE_BYTES: usize = 4_096;
/// No key of the store begins with this byte.
const PIECES: u8 = 0xff;
const INLINE: u8 = 0;
const IN_PIECES: u8 = 1;

/// An open sled database.
pub struct SledKv {
    db: sled::Db,
    path: PathBuf,
}

impl SledKv {
    fn open(path: &Path, cache_bytes: u64) -> Result<Self, KvError> {
        guarded(|| {
            remove_half_snapshots(path).map_err(sled::Error::Io)?;
            sled::Config::default()
                .path(path)
                .mode(sled::Mode::LowSpace)
                .cache_capacity(cache_bytes)
                .flush_every_ms(None)
                .open()
        })
        .map(|db| Self { db, path: path.to_owned() })
    }

    /// A batch of sled wakes its writing threads several times, a single write does not.
    fn write(&self, write: &Write) -> Result<(), sled::Error> {
        let (key, value) = write;
        let is_small = value.as_ref().is_none_or(|value| value.len() < PIECE_BYTES);
        if !is_small || self.pieces_of(key)? > 0 {
            return self.write_together(std::slice::from_ref(write));
        }
        match value {
            Some(value) => self.db.insert(key, inline(value)).map(drop),
            None => self.db.remove(key).map(drop),
        }
    }

    fn write_together(&self, writes: &[Write]) -> Result<(), sled::Error> {
        let mut batch = sled::Batch::default();
        for (key, value) in writes {
            for index in 0..self.pieces_of(key)? {
                batch.remove(piece_key(key, index));
            }
            match value {
                Some(value) => put(&mut batch, key, value),
                None => batch.remove(&key[..]),
            }
        }
        self.db.apply_batch(batch)
    }

    fn pieces_of(&self, key: &[u8]) -> Result<u32, sled::Error> {
        Ok(self.db.get(key)?.as_deref().and_then(piece_count).unwrap_or(0))
    }

    fn value(&self, key: &[u8], stored: &[u8]) -> Result<Vec<u8>, sled::Error> {
        if let Some((&INLINE, value)) = stored.split_first() {
            return Ok(value.to_vec());
        }
        let pieces = piece_count(stored).ok_or_else(|| unexpected("a value of unknown form"))?;
        let mut value = Vec::new();
        for index in 0..pieces {
            let piece = self.db.get(piece_key(key, index))?;
            value.extend_from_slice(
                &piece.ok_or_else(|| unexpected("a value with a missing piece"))?,
            );
        }
        Ok(value)
    }
}

impl Kv for SledKv {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        guarded(|| self.db.get(key)?.map(|stored| self.value(key, &stored)).transpose())
    }

    fn apply(&self, batch: &Batch) -> Result<(), KvError> {
        batch.check()?;
        guarded(|| match batch.is_together() {
            true => self.write_together(batch.writes()),
            false => batch.writes().iter().try_for_each(|write| self.write(write)),
        })
    }

    fn scan(&self, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), KvError> {
        guarded(|| {
            if from >= to {
                return Ok(());
            }
            for row in self.db.range(from..to) {
                let (key, stored) = row?;
                let value = self.value(&key, &stored)?;
                if let ControlFlow::Break(()) = visit(&key, &value) {
                    break;
                }
            }
            Ok(())
        })
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Row>, KvError> {
        guarded(|| {
            let row = self.db.range(from..=to).next_back().transpose()?;
            row.map(|(key, stored)| Ok((key.to_vec(), self.value(&key, &stored)?))).transpose()
        })
    }

    fn flush(&self) -> Result<(), KvError> {
        guarded(|| {
            self.db.flush()?;
            File::open(self.path.join("db"))?.sync_all()?;
            Ok(File::open(&self.path)?.sync_all()?)
        })
    }

    fn size(&self) -> Result<u64, KvError> {
        guarded(|| self.db.size_on_disk())
    }
}

/// Opens `path` with [`SledKv`].
pub struct SledKvOpener {
    path: PathBuf,
    cache_bytes: u64,
}

impl SledKvOpener {
    /// The process needs about twice the cache.
    pub fn new(path: impl Into<PathBuf>, cache_bytes: u64) -> Self {
        Self { path: path.into(), cache_bytes }
    }
}

impl KvOpener for SledKvOpener {
    fn open(&mut self) -> Result<Arc<dyn Kv>, KvError> {
        Ok(Arc::new(SledKv::open(&self.path, self.cache_bytes)?))
    }

    fn set_aside(&mut self) -> Result<(), KvError> {
        let aside = self.path.with_extension("aside");
        let moved = remove_any(&aside).and_then(|()| match fs::rename(&self.path, &aside) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        });
        moved.map_err(|error| KvError::Io { source_text: error.to_string() })
    }
}

fn guarded<T>(call: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, KvError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(error))) => Err(KvError::Io { source_text: error.to_string() }),
        Ok(Err(error)) => Err(KvError::Corrupt { found: error.to_string() }),
        Err(_panic) => Err(KvError::Corrupt { found: "a panic inside sled".into() }),
    }
}

fn put(batch: &mut sled::Batch, key: &[u8], value: &[u8]) {
    if value.len() < PIECE_BYTES {
        batch.insert(key, inline(value));
        return;
    }
    for (index, piece) in (0u32..).zip(value.chunks(PIECE_BYTES)) {
        batch.insert(piece_key(key, index), piece);
    }
    let pieces = value.len().div_ceil(PIECE_BYTES) as u64;
    batch.insert(key, [&[IN_PIECES][..], &pieces.to_le_bytes()].concat());
}

fn inline(value: &[u8]) -> Vec<u8> {
    [&[INLINE], value].concat()
}

fn unexpected(what: &str) -> sled::Error {
    sled::Error::ReportableBug(what.into())
}

fn piece_key(key: &[u8], index: u32) -> Vec<u8> {
    [&[PIECES], key, &index.to_be_bytes()].concat()
}

fn piece_count(stored: &[u8]) -> Option<u32> {
    let (&IN_PIECES, count) = stored.split_first()? else { return None };
    u32::try_from(u64::from_le_bytes(count.try_into().ok()?)).ok()
}

fn remove_half_snapshots(path: &Path) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(path) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn remove_any(path: &Path) -> io::Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CACHE_BYTES: u64 = 16 << 20;

    #[test]
    fn large_values_live_in_pieces_and_leave_none_behind() {
        let folder = tempfile::tempdir().unwrap();
        let kv = SledKv::open(&folder.path().join("db"), CACHE_BYTES).unwrap();
        let put = |value: Vec<u8>| {
            let mut batch = Batch::default();
            batch.put(*b"v1", value);
            kv.apply(&batch).unwrap();
        };
        let large: Vec<u8> = (0..20_000u32).map(|i| i.to_le_bytes()[0]).collect();
        put(large.clone());
        assert_eq!(kv.get(b"v1").unwrap().unwrap(), large);
        assert_eq!(kv.last(b"v", b"w").unwrap().unwrap().1, large);
        put(b"small".to_vec());
        assert_eq!(kv.get(b"v1").unwrap().unwrap(), b"small");
        assert_eq!(kv.db.len(), 1);
    }

    #[test]
    fn a_half_written_snapshot_does_not_prevent_opening() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        drop(SledKv::open(&path, CACHE_BYTES).unwrap());
        fs::write(path.join("snap.0000000000000123.generating"), b"half").unwrap();
        assert!(SledKv::open(&path, CACHE_BYTES).is_ok());
    }
}
