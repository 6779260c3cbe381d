//! The way out.

use serde::Serialize;
use zstd::stream::raw::{CParameter, Encoder as Packer, InBuffer, Operation as _, OutBuffer};

use super::{Compression, PREFACE, WINDOW_LOG_MAX, framed};
use crate::error::SessionError;

/// Room that a call of zstd gets.
const STEP_BYTES: usize = 16 * 1024;

/// Frames to bytes.
pub struct Encoder {
    packer: Packer<'static>,
    out: Vec<u8>,
}

impl Encoder {
    /// Begins a stream; the preface is its first bytes.
    pub fn new(compression: Compression) -> Self {
        let mut packer = Packer::new(compression.level).expect("zstd has this level");
        let window_log = compression.window_log.clamp(10, WINDOW_LOG_MAX);
        packer.set_parameter(CParameter::WindowLog(window_log)).expect("clamped to zstd's range");
        packer.set_parameter(CParameter::ChecksumFlag(false)).expect("a flag that zstd knows");
        Self { packer, out: PREFACE.to_vec() }
    }

    /// Adds one frame.
    ///
    /// # Errors
    /// [`SessionError::ApiMisuse`] if the frame is longer than a peer would accept.
    pub fn push(&mut self, frame: &impl Serialize) -> Result<(), SessionError> {
        let bytes = framed(frame)?;
        let mut input = InBuffer::around(&bytes);
        while input.pos < input.src.len() {
            self.step(|packer, out| packer.run(&mut input, out).map(|_| 0));
        }
        Ok(())
    }

    /// Compressed bytes that wait for [`Self::take`].
    pub fn waiting(&self) -> usize {
        self.out.len()
    }

    /// The bytes so far, such that the peer can read every frame in them.
    pub fn take(&mut self) -> Vec<u8> {
        while self.step(|packer, out| packer.flush(out)) > 0 {}
        let bytes = self.out.as_slice().into();
        self.out.clear();
        self.out.shrink_to(STEP_BYTES);
        bytes
    }

    /// One call of zstd with room to write; it fails only when it is out of memory.
    fn step(
        &mut self,
        call: impl FnOnce(&mut Packer<'static>, &mut OutBuffer<'_, Vec<u8>>) -> std::io::Result<usize>,
    ) -> usize {
        self.out.reserve(STEP_BYTES);
        let start = self.out.len();
        let mut out = OutBuffer::around_pos(&mut self.out, start);
        call(&mut self.packer, &mut out).expect("zstd compresses any bytes")
    }
}
