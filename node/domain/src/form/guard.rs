//! Looks at a change before Automerge does.
//!
//! A change chunk, as automerge 0.12 reads it:
//! ```text
//! 85 6f 4a 83 | checksum 4 | type 1 (1 = change) | length | body
//! body: n deps (32 each) | actor (length, bytes) | seq | start op | time | message (length, bytes)
//!       n other actors | n columns (spec, length)… | column data… | extra bytes
//! ```
//! Numbers are LEB128. Columns are run-length encoded, so 115 bytes can claim three million
//! operations; adding up the runs costs nothing, expanding them costs gigabytes.

mod column;
mod reader;

use reader::Reader;

/// Bytes of a change.
pub const CHANGE_BYTES_MAX: usize = 256 * 1024 - 16;
/// Operations of a change: a long text is one per character.
pub const OPERATIONS_MAX: u64 = 1 << 15;
/// Bytes of a form's key.
pub const KEY_BYTES_MAX: usize = 128;
const DEPS_MAX: u64 = 256;
const ACTORS_MAX: u64 = 256;
const ACTOR_BYTES_MAX: u64 = 64;
const MESSAGE_BYTES_MAX: u64 = 256;
const COLUMNS_MAX: u64 = 24;
const COUNTER_MAX: u64 = 1 << 31;
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];

/// Why a change does not even reach Automerge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChangeRefused {
    #[error("expected at most {CHANGE_BYTES_MAX} bytes, got {found}")]
    TooLong { found: usize },
    #[error("expected the magic bytes of a change")]
    Magic,
    #[error("expected an uncompressed change (chunk type 1), got chunk type {found}")]
    ChunkType { found: u8 },
    #[error("{what}: it ends too early or is not a number")]
    Malformed { what: &'static str },
    #[error("{what}: expected at most {max}, got {found}")]
    TooMany { what: &'static str, max: u64, found: u64 },
    #[error("column {spec}: unknown or compressed")]
    Column { spec: u32 },
    #[error("{found} bytes are left over")]
    LeftOver { found: usize },
}

/// What a change says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline<'a> {
    pub checksum: [u8; 4],
    pub actor: &'a [u8],
    pub seq: u64,
    pub operations: u64,
}

/// Reads a change chunk without expanding it.
///
/// # Errors
/// [`ChangeRefused`] by what is wrong or too much.
pub fn inspect(bytes: &[u8]) -> Result<Outline<'_>, ChangeRefused> {
    if bytes.len() > CHANGE_BYTES_MAX {
        return Err(ChangeRefused::TooLong { found: bytes.len() });
    }
    let mut chunk = Reader::new(bytes);
    if chunk.take(4, "magic")? != MAGIC {
        return Err(ChangeRefused::Magic);
    }
    let checksum = *chunk.take(4, "checksum")?.first_chunk().expect("four bytes were taken");
    let kind = chunk.take(1, "chunk type")?[0];
    if kind != 1 {
        return Err(ChangeRefused::ChunkType { found: kind });
    }
    let mut body = chunk.block("chunk", CHANGE_BYTES_MAX as u64)?;
    chunk.finish()?;
    read_body(&mut body, checksum)
}

fn read_body<'a>(body: &mut Reader<'a>, checksum: [u8; 4]) -> Result<Outline<'a>, ChangeRefused> {
    for _ in 0..body.bounded("dependencies", DEPS_MAX)? {
        body.take(32, "dependency")?;
    }
    let actor = body.block("actor", ACTOR_BYTES_MAX)?.rest();
    let seq = body.bounded("sequence", COUNTER_MAX)?;
    body.bounded("first operation", COUNTER_MAX)?;
    body.signed("time")?;
    body.block("message", MESSAGE_BYTES_MAX)?;
    let others = body.bounded("other actors", ACTORS_MAX)?;
    for _ in 0..others {
        body.block("other actor", ACTOR_BYTES_MAX)?;
    }
    let mut columns = Vec::new();
    for _ in 0..body.bounded("columns", COLUMNS_MAX)? {
        let spec = body.bounded("column", u64::from(u32::MAX))?;
        let len = body.bounded("column length", CHANGE_BYTES_MAX as u64)?;
        columns.push((u32::try_from(spec).expect("bounded a line above"), len));
    }
    let mut operations = 0;
    for (spec, len) in columns {
        let data = body.take(len, "column data")?;
        operations = operations.max(column::measure(spec, data, others)?);
    }
    body.finish()?;
    Ok(Outline { checksum, actor, seq, operations })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::CaseId;
    use crate::form::{FieldValue, Fields, Form, actor_for};
    use daiban_sync::id::{Incarnation, Millis, NodeKey};

    fn change(fields: &Fields) -> Vec<u8> {
        let actor = actor_for(NodeKey([1; 32]), CaseId([2; 16]), Incarnation(3));
        Form::create(&actor, fields, Millis(1_000)).1
    }

    #[test]
    fn our_own_changes_pass_and_are_counted() {
        let text = FieldValue::LongText("一二三四五".into());
        let fields =
            Fields::from([("a".into(), "x".into()), ("b".into(), 7.into()), ("c".into(), text)]);
        let bytes = change(&fields);
        let outline = inspect(&bytes).unwrap();
        assert_eq!((outline.operations, outline.seq), (8, 1));
        assert_eq!(outline.actor.len(), 24);
    }

    #[test]
    fn every_truncation_is_refused() {
        let bytes = change(&Fields::from([("a".into(), "x".into())]));
        for end in 0..bytes.len() {
            assert!(inspect(&bytes[..end]).is_err(), "{end}");
        }
        assert!(inspect(&[&bytes[..], &[0]].concat()).is_err());
    }
}
