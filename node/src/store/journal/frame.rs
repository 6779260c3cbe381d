//! One record on the disk.

use super::RECORD_BYTES_MAX;

const HEADER_LEN: u32 = 8;
pub(in crate::store) const HEADER_BYTES: usize = HEADER_LEN as usize;
/// The durable position that every body begins with.
pub(in crate::store) const BODY_PREFIX_BYTES: usize = 8;

/// What stands before a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Frame {
    pub(super) len: u32,
    pub(super) crc: u32,
}

impl Frame {
    pub(super) fn parse(bytes: [u8; HEADER_BYTES]) -> Self {
        let [a, b, c, d, e, f, g, h] = bytes;
        Self { len: u32::from_le_bytes([a, b, c, d]), crc: u32::from_le_bytes([e, f, g, h]) }
    }

    fn of(body: &[u8]) -> Option<Self> {
        let len = u32::try_from(body.len()).ok().filter(|_| body.len() <= RECORD_BYTES_MAX)?;
        Some(Self { len, crc: checksum(len, body) })
    }

    /// The length of the body, if it can be one.
    pub(super) fn body_len(&self) -> Option<usize> {
        let len = self.len as usize;
        (BODY_PREFIX_BYTES < len && len <= RECORD_BYTES_MAX).then_some(len)
    }

    pub(super) fn fits(&self, body: &[u8]) -> bool {
        checksum(self.len, body) == self.crc
    }

    /// Where the record that begins at `offset` ends.
    pub(super) fn end(&self, offset: u32) -> u32 {
        offset.saturating_add(HEADER_LEN).saturating_add(self.len)
    }
}

/// Appends a record to `buffer`; `None` if the body is too long.
pub(in crate::store) fn frame(body: &[u8], buffer: &mut Vec<u8>) -> Option<Frame> {
    let frame = Frame::of(body)?;
    buffer.extend_from_slice(&frame.len.to_le_bytes());
    buffer.extend_from_slice(&frame.crc.to_le_bytes());
    buffer.extend_from_slice(body);
    Some(frame)
}

fn checksum(len: u32, body: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&len.to_le_bytes()), body)
}
