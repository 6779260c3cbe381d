//! Bytes that wait until they make a frame.

use serde::de::DeserializeOwned;

use crate::error::InvalidFrame;
use crate::limits::FRAME_BYTES_MAX;

/// Bytes that are staged before the next frame is looked for.
pub(super) const STEP_BYTES: usize = 64 * 1024;

/// Decoded bytes until they make a frame: at most one frame and one step.
#[derive(Default)]
pub(super) struct Staging {
    bytes: Vec<u8>,
    /// Where the next frame begins.
    start: usize,
}

impl Staging {
    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Room for `len` more bytes; what was not used of it must be given back with [`Self::keep`].
    pub(super) fn room(&mut self, len: usize) -> &mut [u8] {
        let start = self.bytes.len();
        self.bytes.resize(start + len, 0);
        &mut self.bytes[start..]
    }

    pub(super) fn keep(&mut self, unused: usize) {
        self.bytes.truncate(self.bytes.len() - unused);
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start == self.bytes.len()
    }

    pub(super) fn next<F: DeserializeOwned>(&mut self) -> Result<Option<F>, InvalidFrame> {
        let Some(body) = self.whole()? else {
            self.compact();
            return Ok(None);
        };
        let len = body.len();
        let (frame, rest) =
            postcard::take_from_bytes(body).map_err(|_| InvalidFrame::Encoding(len))?;
        if !rest.is_empty() {
            return Err(InvalidFrame::Trailing(len));
        }
        self.start += 4 + len;
        Ok(Some(frame))
    }

    /// The bytes of the next frame, if all of them are here.
    fn whole(&self) -> Result<Option<&[u8]>, InvalidFrame> {
        let Some((prefix, rest)) = self.bytes[self.start..].split_first_chunk() else {
            return Ok(None);
        };
        let len = u32::from_le_bytes(*prefix) as usize;
        if len == 0 || len > FRAME_BYTES_MAX {
            return Err(InvalidFrame::Length(len as u64));
        }
        Ok(rest.get(..len))
    }

    fn compact(&mut self) {
        self.bytes.drain(..self.start);
        self.start = 0;
        if self.bytes.capacity() > 4 * STEP_BYTES && self.bytes.len() < STEP_BYTES {
            self.bytes.shrink_to(STEP_BYTES);
        }
    }
}
