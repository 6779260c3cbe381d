//! From frames to bytes and back: the preface, the length prefix, one zstd stream for each
//! direction, and the bounds that hold whatever a peer sends.

mod decoder;
mod encoder;
mod staging;

use serde::Serialize;

use crate::error::SessionError;
use crate::limits::FRAME_BYTES_MAX;

pub use decoder::{Decoder, PlainDecoder};
pub use encoder::Encoder;

/// The versions of the protocol that this build speaks.
pub const VERSION_MIN: u8 = 1;
pub const VERSION_MAX: u8 = 1;

/// What a peer sends first, uncompressed: magic, lowest and highest version.
pub const PREFACE: [u8; 8] = [b'd', b'a', b'i', b'b', b'a', b'n', VERSION_MIN, VERSION_MAX];

/// The largest window, as a power of two, that a decoder accepts: 2 MiB.
const WINDOW_LOG_MAX: u32 = 21;

/// How hard to compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compression {
    /// zstd's level, 1 to 19.
    pub level: i32,
    /// Memory for repetitions, as a power of two: 17 (128 KiB) to 21 (2 MiB).
    pub window_log: u32,
}

impl Compression {
    /// For a parent with a thousand peers: 0.6 MB a connection.
    pub const SMALL: Self = Self { level: 1, window_log: 17 };
    /// For a child that talks to one parent.
    pub const TIGHT: Self = Self { level: 3, window_log: 20 };
}

/// The length and the bytes of one frame.
///
/// # Errors
/// [`SessionError::ApiMisuse`] if the frame is longer than a peer would accept.
pub fn framed(frame: &impl Serialize) -> Result<Vec<u8>, SessionError> {
    let mut bytes = postcard::to_extend(frame, vec![0; 4])
        .map_err(|_| SessionError::ApiMisuse("a frame that does not encode"))?;
    let len = u32::try_from(bytes.len() - 4)
        .ok()
        .filter(|&len| len as usize <= FRAME_BYTES_MAX)
        .ok_or(SessionError::ApiMisuse("a frame beyond the bound"))?;
    bytes[..4].copy_from_slice(&len.to_le_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests;
