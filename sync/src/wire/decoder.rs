//! The way in.

use serde::de::DeserializeOwned;
use zstd::stream::raw::{DParameter, Decoder as Unpacker, InBuffer, Operation as _, OutBuffer};

use super::staging::{STEP_BYTES, Staging};
use super::{PREFACE, VERSION_MAX, VERSION_MIN, WINDOW_LOG_MAX};
use crate::error::{Incompatible, InvalidFrame, SessionError};
use crate::limits::{RATIO_FREE_BYTES, RATIO_MAX};
use crate::planted;

/// Bytes that a short message is unpacked into at once, and how many for each of its own: what does
/// not fit takes another step.
const STEP_BYTES_MIN: usize = 4 * 1024;
const STEP_RATIO: usize = 16;

/// Bytes to frames.
pub struct Decoder {
    unpacker: Unpacker<'static>,
    preface: Vec<u8>,
    staging: Staging,
    /// zstd filled all the room it had and may hold more.
    is_full: bool,
    taken: u64,
    given: u64,
    credit: u64,
}

impl Decoder {
    /// Expects the preface first.
    pub fn new() -> Self {
        let mut unpacker = Unpacker::new().expect("zstd makes a decoder");
        unpacker
            .set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX))
            .expect("a window log in zstd's range");
        let (preface, staging) = (Vec::new(), Staging::default());
        Self { unpacker, preface, staging, is_full: false, taken: 0, given: 0, credit: 0 }
    }

    /// The next whole frame; takes what it needs from the front of `bytes`. `None` when all of
    /// `bytes` is taken and no frame is whole.
    ///
    /// # Errors
    /// [`SessionError::PeerIncompatible`] or [`SessionError::InvalidFrame`]; the stream must not be
    /// used after that.
    pub fn next<F: DeserializeOwned>(
        &mut self,
        bytes: &mut &[u8],
    ) -> Result<Option<F>, SessionError> {
        self.take_preface(bytes)?;
        loop {
            if let Some(frame) = self.staging.next()? {
                return Ok(Some(frame));
            }
            if bytes.is_empty() && !self.is_full {
                return Ok(None);
            }
            self.unpack(bytes)?;
        }
    }

    /// Bytes that wait until they make a frame.
    pub fn staged_bytes(&self) -> usize {
        self.staging.len()
    }

    /// Whether everything that was read has been given: no frame is half here.
    pub fn is_between_frames(&self) -> bool {
        !self.is_full && self.staging.is_empty()
    }

    /// So many unpacked bytes turned out to be genuine; the ratio does not count them.
    pub fn credit(&mut self, bytes: u64) {
        self.credit += bytes;
    }

    fn take_preface(&mut self, bytes: &mut &[u8]) -> Result<(), Incompatible> {
        let missing = PREFACE.len() - self.preface.len();
        if missing == 0 {
            return Ok(());
        }
        let (head, rest) = bytes.split_at(missing.min(bytes.len()));
        self.preface.extend(head);
        *bytes = rest;
        check_preface(&self.preface)
    }

    fn unpack(&mut self, bytes: &mut &[u8]) -> Result<(), InvalidFrame> {
        // A short message, such as a beacon, needs no long step.
        let step = (bytes.len() * STEP_RATIO).clamp(STEP_BYTES_MIN, STEP_BYTES);
        let mut input = InBuffer::around(bytes);
        let mut out = OutBuffer::around(self.staging.room(step));
        let result = self.unpacker.run(&mut input, &mut out);
        let (taken, given) = (input.pos(), out.pos());
        self.staging.keep(step - given);
        result.map_err(|_| InvalidFrame::Compression)?;
        *bytes = &bytes[taken..];
        self.is_full = given == step;
        self.taken += taken as u64;
        self.given += given as u64;
        if self.given > RATIO_FREE_BYTES + self.credit + RATIO_MAX * self.taken {
            return Err(InvalidFrame::Ratio(RATIO_MAX));
        }
        Ok(())
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

/// Frames that travel as they are.
#[derive(Default)]
pub struct PlainDecoder {
    staging: Staging,
}

impl PlainDecoder {
    /// Bytes that wait until they make a frame.
    pub fn staged_bytes(&self) -> usize {
        self.staging.len()
    }

    /// The next whole frame, as [`Decoder::next`].
    ///
    /// # Errors
    /// [`SessionError::InvalidFrame`]; the stream must not be used after that.
    pub fn next<F: DeserializeOwned>(
        &mut self,
        bytes: &mut &[u8],
    ) -> Result<Option<F>, SessionError> {
        loop {
            if let Some(frame) = self.staging.next()? {
                return Ok(Some(frame));
            }
            if bytes.is_empty() {
                return Ok(None);
            }
            let (step, rest) = bytes.split_at(STEP_BYTES.min(bytes.len()));
            self.staging.extend(step);
            *bytes = rest;
        }
    }
}

fn check_preface(got: &[u8]) -> Result<(), Incompatible> {
    let magic = got.len().min(6);
    if got[..magic] != PREFACE[..magic] {
        return Err(Incompatible::Preface);
    }
    let &[.., theirs_min, theirs_max] = got else { return Ok(()) };
    let whole = got.len() == PREFACE.len();
    let latest = if planted!(LaterProgramRefused) { theirs_max } else { theirs_min };
    if whole && (theirs_max < VERSION_MIN || latest > VERSION_MAX) {
        let (ours_min, ours_max) = (VERSION_MIN, VERSION_MAX);
        return Err(Incompatible::Version { ours_min, ours_max, theirs_min, theirs_max });
    }
    Ok(())
}
