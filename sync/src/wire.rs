//! From frames to bytes and back: the preface, the length prefix, one zstd stream for each
//! direction, and the bounds that hold whatever a peer sends.

mod staging;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::stream::raw::{CParameter, DParameter, Decoder as Unpacker, Encoder as Packer, InBuffer};
use zstd::stream::raw::{Operation as _, OutBuffer};

use crate::error::{Incompatible, InvalidFrame, SessionError};
use crate::limits::{FRAME_BYTES_MAX, RATIO_FREE_BYTES, RATIO_MAX};
use staging::{STEP_BYTES, Staging};

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
        std::mem::take(&mut self.out)
    }

    /// One call of zstd with room to write; it fails only when it is out of memory.
    fn step(
        &mut self,
        call: impl FnOnce(&mut Packer<'static>, &mut OutBuffer<'_, [u8]>) -> std::io::Result<usize>,
    ) -> usize {
        let start = self.out.len();
        self.out.resize(start + 16 * 1024, 0);
        let mut out = OutBuffer::around(&mut self.out[start..]);
        let left = call(&mut self.packer, &mut out).expect("zstd compresses any bytes");
        let written = out.pos();
        self.out.truncate(start + written);
        left
    }
}

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

    /// Reads `bytes` and gives each whole frame to `each`.
    ///
    /// # Errors
    /// The first that the bytes, or `each`, give; the stream must not be used after that.
    pub fn read<F: DeserializeOwned>(
        &mut self,
        mut bytes: &[u8],
        each: &mut dyn FnMut(F) -> Result<(), SessionError>,
    ) -> Result<(), SessionError> {
        while let Some(frame) = self.next(&mut bytes)? {
            each(frame)?;
        }
        Ok(())
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
        let mut input = InBuffer::around(bytes);
        let mut out = OutBuffer::around(self.staging.room(STEP_BYTES));
        let result = self.unpacker.run(&mut input, &mut out);
        let (taken, given) = (input.pos(), out.pos());
        self.staging.keep(STEP_BYTES - given);
        result.map_err(|_| InvalidFrame::Compression)?;
        *bytes = &bytes[taken..];
        self.is_full = given == STEP_BYTES;
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
    /// Reads `bytes` and gives each whole frame to `each`.
    ///
    /// # Errors
    /// As [`Decoder::read`].
    pub fn read<F: DeserializeOwned>(
        &mut self,
        mut bytes: &[u8],
        each: &mut dyn FnMut(F) -> Result<(), SessionError>,
    ) -> Result<(), SessionError> {
        while let Some(frame) = self.next(&mut bytes)? {
            each(frame)?;
        }
        Ok(())
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

fn check_preface(got: &[u8]) -> Result<(), Incompatible> {
    let magic = got.len().min(6);
    if got[..magic] != PREFACE[..magic] {
        return Err(Incompatible::Preface);
    }
    let &[.., theirs_min, theirs_max] = got else { return Ok(()) };
    let whole = got.len() == PREFACE.len();
    if whole && (theirs_max < VERSION_MIN || theirs_min > VERSION_MAX) {
        let (ours_min, ours_max) = (VERSION_MIN, VERSION_MAX);
        return Err(Incompatible::Version { ours_min, ours_max, theirs_min, theirs_max });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Words = Vec<String>;

    fn read_all(decoder: &mut Decoder, bytes: &[u8], step: usize) -> Result<Words, SessionError> {
        let mut words = Words::new();
        for part in bytes.chunks(step.max(1)) {
            decoder.read(part, &mut |word: String| {
                words.push(word);
                Ok(())
            })?;
        }
        Ok(words)
    }

    #[test]
    fn frames_arrive_whole_however_the_bytes_are_cut() {
        let words: Words = (0..200).map(|i| "城乡居民养老保险".repeat(i % 50) + "x").collect();
        for step in [1, 7, 4_096, usize::MAX / 2] {
            let mut encoder = Encoder::new(Compression::TIGHT);
            let mut bytes = Vec::new();
            for word in &words {
                encoder.push(word).unwrap();
                bytes.extend(encoder.take());
            }
            assert_eq!(read_all(&mut Decoder::new(), &bytes, step).unwrap(), words);
        }
    }

    #[test]
    fn a_bomb_stops_at_the_bound() {
        let check = |window_log: u32, content: &[u8], expected: InvalidFrame| {
            let mut packer = zstd::bulk::Compressor::new(3).unwrap();
            packer.set_parameter(CParameter::WindowLog(window_log)).unwrap();
            packer.set_parameter(CParameter::ContentSizeFlag(false)).unwrap();
            let bomb = [PREFACE.as_slice(), &packer.compress(content).unwrap()].concat();
            let error = read_all(&mut Decoder::new(), &bomb, usize::MAX / 2).unwrap_err();
            assert_eq!(error, expected.into());
        };
        let words = framed(&"a".to_owned()).unwrap().repeat(4 << 20);
        check(20, &vec![0; 64 << 20], InvalidFrame::Length(0));
        check(20, &words, InvalidFrame::Ratio(RATIO_MAX));
        check(24, &words, InvalidFrame::Compression);
    }

    #[test]
    fn what_proved_genuine_may_pack_as_well_as_it_likes() {
        let word = "a".repeat(FRAME_BYTES_MAX / 2);
        let (mut encoder, mut decoder) = (Encoder::new(Compression::SMALL), Decoder::new());
        for _ in 0..64 {
            encoder.push(&word).unwrap();
            assert_eq!(read_all(&mut decoder, &encoder.take(), 1_000).unwrap(), [word.as_str()]);
            decoder.credit(word.len() as u64);
        }
    }

    #[test]
    fn nonsense_is_refused_by_kind() {
        let check = |bytes: &[u8], expected: SessionError| {
            assert_eq!(read_all(&mut Decoder::new(), bytes, 3).unwrap_err(), expected);
        };
        check(b"GET / HTTP/1.1", Incompatible::Preface.into());
        let newer = [b"daiban".as_slice(), &[9, 9]].concat();
        let version =
            Incompatible::Version { ours_min: 1, ours_max: 1, theirs_min: 9, theirs_max: 9 };
        check(&newer, version.into());
        check(&[PREFACE.as_slice(), b"garbage!"].concat(), InvalidFrame::Compression.into());
        check(b"daibam", Incompatible::Preface.into());
        let mut plain = PlainDecoder::default();
        let huge = u32::MAX.to_le_bytes();
        let error = plain.read(&huge, &mut |_: String| Ok(())).unwrap_err();
        assert_eq!(error, InvalidFrame::Length(u64::from(u32::MAX)).into());
    }
}
