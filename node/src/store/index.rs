//! What the database knows of the journal: rows, and how a record changes them.
//!
//! | key | value (postcard unless said otherwise) |
//! |---|---|
//! | `m` | [`Checkpoint`] that all rows below reflect, the next free key slot |
//! | `a` | position up to which records are in the views |
//! | `n` | incarnation |
//! | `t` log | tip |
//! | `r` log, office (8, big-endian) | receipt |
//! | `e` log | evidence |
//! | `d` log, first entry (8, big-endian) | damaged range |
//! | `f` blob | empty: the blob's file is damaged |
//! | `i` log, first entry (8, big-endian) | [`Stretch`] |
//! | `k` subject | slots of the case's key, erased or not |
//! | `v` key of the view | sealed view |

use daiban_sync::head::{Head, Receipt};
use daiban_sync::id::{EntryHash, LogId, OfficeCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::journal::Position;
use super::kv::{Batch, Kv, KvError};

pub(super) const MARK: &[u8] = b"m";
pub(super) const APPLIED: &[u8] = b"a";
pub(super) const INCARNATION: &[u8] = b"n";
pub(super) const TIPS: u8 = b't';
pub(super) const RECEIPTS: u8 = b'r';
pub(super) const EVIDENCE: u8 = b'e';
pub(super) const DAMAGE: u8 = b'd';
pub(super) const DAMAGED_BLOBS: u8 = b'f';
const STRETCHES: u8 = b'i';

/// Entries of a log that one record holds: those from the row's key up to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stretch {
    pub(super) at: Position,
    /// The hash at `end`.
    pub(super) end: Head,
    /// Whether the record's signed head is at `end`.
    pub(super) signed: bool,
}

pub(super) fn log_key(tree: u8, log: LogId) -> Vec<u8> {
    [&[tree], &log.0[..]].concat()
}

pub(super) fn receipt_key(log: LogId, office: OfficeCode) -> Vec<u8> {
    [&[RECEIPTS], &log.0[..], &u64::from(office).to_be_bytes()].concat()
}

pub(super) fn stretch_key(log: LogId, start: u64) -> Vec<u8> {
    [&[STRETCHES], &log.0[..], &start.to_be_bytes()].concat()
}

/// The stretch that holds entry `seq` of `log`, and where it starts.
pub(super) fn stretch_of(
    kv: &dyn Kv,
    log: LogId,
    seq: u64,
) -> Result<Option<(u64, Stretch)>, KvError> {
    let found = kv.last(&stretch_key(log, 0), &stretch_key(log, seq))?;
    let row = found.map(|(key, value)| parse_stretch(&key, &value)).transpose()?;
    Ok(row.filter(|(_, stretch)| seq < stretch.end.len))
}

/// Where the first stretch that starts in `from..to` of `log` does, or `to`.
pub(super) fn first_after(kv: &dyn Kv, log: LogId, from: u64, to: u64) -> Result<u64, KvError> {
    let mut found = None;
    kv.scan(&stretch_key(log, from), &stretch_key(log, to), &mut |key, value| {
        found = Some(parse_stretch(key, value));
        std::ops::ControlFlow::Break(())
    })?;
    Ok(found.transpose()?.map_or(to, |(start, _)| start))
}

/// The stretches of `log` that start in `from..to`.
pub(super) fn stretches(
    kv: &dyn Kv,
    log: LogId,
    from: u64,
    to: u64,
) -> Result<Vec<(u64, Stretch)>, KvError> {
    let mut rows = Vec::new();
    kv.scan(&stretch_key(log, from), &stretch_key(log, to), &mut |key, value| {
        rows.push(parse_stretch(key, value));
        std::ops::ControlFlow::Continue(())
    })?;
    rows.into_iter().collect()
}

/// Puts `stretch` over what covers `start..stretch.end.len`, cutting at both sides.
/// `hash` is that of the log at `start`.
pub(super) fn overlay(
    kv: &dyn Kv,
    batch: &mut Batch,
    log: LogId,
    (start, hash): (u64, EntryHash),
    stretch: Stretch,
) -> Result<(), KvError> {
    clear(kv, batch, log, Head { len: start, hash }, stretch.end.len)?;
    batch.put(stretch_key(log, start), encode(&stretch));
    Ok(())
}

/// Takes `from.len..to` of `log` out of the index.
pub(super) fn clear(
    kv: &dyn Kv,
    batch: &mut Batch,
    log: LogId,
    from: Head,
    to: u64,
) -> Result<(), KvError> {
    let before = from.len.checked_sub(1).map(|seq| stretch_of(kv, log, seq)).transpose()?.flatten();
    if let Some((start, old)) = before.filter(|(_, old)| old.end.len > from.len) {
        let cut = Stretch { end: from, signed: false, ..old };
        batch.put(stretch_key(log, start), encode(&cut));
        if old.end.len > to {
            batch.put(stretch_key(log, to), encode(&old));
        }
    }
    for (start, old) in stretches(kv, log, from.len, to)? {
        batch.remove(stretch_key(log, start));
        if old.end.len > to {
            batch.put(stretch_key(log, to), encode(&old));
        }
    }
    Ok(())
}

pub(super) fn encode(value: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(value).expect("plain values of known length always encode")
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, KvError> {
    postcard::from_bytes(bytes)
        .map_err(|_| KvError::Corrupt { found: "a row of unknown form".into() })
}

pub(super) fn get<T: DeserializeOwned>(kv: &dyn Kv, key: &[u8]) -> Result<Option<T>, KvError> {
    kv.get(key)?.map(|row| decode(&row)).transpose()
}

/// Every row of a tree that is named by a log.
pub(super) fn by_log<T: DeserializeOwned>(
    kv: &dyn Kv,
    tree: u8,
) -> Result<Vec<(LogId, T)>, KvError> {
    let mut rows = Vec::new();
    kv.scan(&[tree], &[tree + 1], &mut |key, value| {
        let log = key.get(1..33).and_then(|log| <[u8; 32]>::try_from(log).ok());
        rows.push((log, decode::<T>(value)));
        std::ops::ControlFlow::Continue(())
    })?;
    let corrupt = || KvError::Corrupt { found: "a key without a log".into() };
    rows.into_iter().map(|(log, value)| Ok((LogId(log.ok_or_else(corrupt)?), value?))).collect()
}

/// Which of two receipts says more.
pub(super) fn newer(old: Option<&Receipt>, new: &Receipt) -> bool {
    old.is_none_or(|old| old.head.len < new.head.len)
}

fn parse_stretch(key: &[u8], value: &[u8]) -> Result<(u64, Stretch), KvError> {
    let start = key.get(33..).and_then(|start| <[u8; 8]>::try_from(start).ok());
    let start =
        start.ok_or_else(|| KvError::Corrupt { found: "an index key of unknown form".into() })?;
    Ok((u64::from_be_bytes(start), decode(value)?))
}
