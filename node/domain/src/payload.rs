//! The bytes of entries.
//!
//! | kind | bytes |
//! |---|---|
//! | form change | case id (16) ++ Automerge change chunk, not deflated |
//! | act | case id (16) ++ version (1) ++ postcard([`Act`]) |
//! | notice | version (1) ++ postcard([`Notice`]) |
//!
//! What a node does not understand is quarantined, not dropped: [`NotUnderstood`] says why.

use serde::{Deserialize, Serialize};

use crate::act::{Act, CaseId};
pub use crate::notice::Notice;

/// The only version so far of acts and notices.
pub const VERSION: u8 = 1;
/// Bytes of an encoded act or notice.
pub const STATEMENT_BYTES_MAX: usize = 64 * 1024;
const SUBJECT_BYTES: usize = 16;

/// Genuine bytes that this version of the program cannot read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUnderstood {
    #[error(
        "payload: expected at least {expected} bytes, got {found}; its author's program is faulty"
    )]
    TooShort { expected: usize, found: usize },
    #[error("payload: expected at most {expected} bytes, got {found}")]
    TooLong { expected: usize, found: usize },
    #[error(
        "payload version: expected {VERSION}, got {found}; a newer program wrote it, update this node"
    )]
    Version { found: u8 },
    #[error(
        "payload of {what}: {problem}; a newer program wrote it or it is damaged, update this node"
    )]
    Content { what: &'static str, problem: String },
}

/// The case that a form change or an act is about.
pub fn subject(payload: &[u8]) -> Option<CaseId> {
    payload.first_chunk().copied().map(CaseId)
}

/// The bytes of a form change.
pub fn form_change(case: CaseId, change: &[u8]) -> Vec<u8> {
    [&case.0, change].concat()
}

/// # Errors
/// [`NotUnderstood::TooShort`] without a case id.
pub fn read_form_change(payload: &[u8]) -> Result<(CaseId, &[u8]), NotUnderstood> {
    let too_short = NotUnderstood::TooShort { expected: SUBJECT_BYTES, found: payload.len() };
    let (case, change) = payload.split_first_chunk().ok_or(too_short)?;
    Ok((CaseId(*case), change))
}

/// The bytes of an act.
pub fn act(case: CaseId, act: &Act) -> Vec<u8> {
    let mut bytes = case.0.to_vec();
    bytes.push(VERSION);
    append(bytes, act)
}

/// # Errors
/// [`NotUnderstood`] by what is wrong.
pub fn read_act(payload: &[u8]) -> Result<(CaseId, Act), NotUnderstood> {
    let (case, body) = read_form_change(payload)?;
    Ok((case, statement(body, "an act")?))
}

/// The bytes of a notice.
pub fn notice(notice: &Notice) -> Vec<u8> {
    append(vec![VERSION], notice)
}

/// # Errors
/// [`NotUnderstood`] by what is wrong.
pub fn read_notice(payload: &[u8]) -> Result<Notice, NotUnderstood> {
    statement(payload, "a notice")
}

fn append<T: Serialize>(bytes: Vec<u8>, value: &T) -> Vec<u8> {
    postcard::to_extend(value, bytes).expect("plain data into a growing buffer always encodes")
}

fn statement<'de, T: Deserialize<'de> + Serialize>(
    bytes: &'de [u8],
    what: &'static str,
) -> Result<T, NotUnderstood> {
    if bytes.len() > STATEMENT_BYTES_MAX {
        return Err(NotUnderstood::TooLong { expected: STATEMENT_BYTES_MAX, found: bytes.len() });
    }
    let (&version, body) =
        bytes.split_first().ok_or(NotUnderstood::TooShort { expected: 1, found: 0 })?;
    if version != VERSION {
        return Err(NotUnderstood::Version { found: version });
    }
    let content = |problem: String| NotUnderstood::Content { what, problem };
    let (value, rest): (T, _) =
        postcard::take_from_bytes(body).map_err(|e| content(e.to_string()))?;
    if !rest.is_empty() {
        return Err(content(format!("{} bytes are left over", rest.len())));
    }
    // One meaning, one spelling: otherwise one act could have two ids.
    if append(Vec::new(), &value) != body {
        return Err(content("it is not in canonical form".into()));
    }
    Ok(value)
}
