//! Bytes of a peer: frames, pieces, the compressed stream.

use std::fmt::Debug;

use daiban_sync::error::SessionError;
use daiban_sync::frame::{Bulk, Frame};
use daiban_sync::limits::{FRAME_BYTES_MAX, RATIO_FREE_BYTES, RATIO_MAX};
use daiban_sync::wire::{Compression, Decoder, Encoder, PREFACE, PlainDecoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) fn check(bytes: &[u8]) {
    one::<Frame>(bytes);
    one::<Bulk>(bytes);
    let plain = || PlainDecoder::default();
    let cuts = [1, 7, bytes.first().map_or(1, |byte| usize::from(*byte).max(1))];
    for cut in cuts {
        same(bytes, cut, plain, |decoder, rest| decoder.next::<Frame>(rest));
        same(bytes, cut, plain, |decoder, rest| decoder.next::<Bulk>(rest));
        same(bytes, cut, Decoder::new, |decoder, rest| decoder.next::<Frame>(rest));
    }
    let stream = [&PREFACE, bytes].concat();
    same(&stream, cuts[2], Decoder::new, |decoder, rest| decoder.next::<Frame>(rest));
    is_bounded(&stream);
}

/// What decodes means the same after it was encoded again, also packed.
fn one<F: DeserializeOwned + Serialize + PartialEq>(bytes: &[u8]) {
    let Ok((frame, _)) = postcard::take_from_bytes::<F>(bytes) else { return };
    let again = postcard::to_stdvec(&frame).expect("a frame encodes");
    assert!(postcard::from_bytes::<F>(&again).is_ok_and(|same| same == frame), "another meaning");
    if again.is_empty() || again.len() > FRAME_BYTES_MAX {
        return;
    }
    let mut encoder = Encoder::new(Compression::SMALL);
    encoder.push(&frame).expect("a frame within the bound");
    let packed = encoder.take();
    let unpacked = Decoder::new().next::<F>(&mut packed.as_slice());
    assert!(unpacked.is_ok_and(|same| same.is_some_and(|same| same == frame)), "lost in packing");
}

/// However a stream is cut, the same frames come out of it, and the same error ends it.
fn same<D, F: PartialEq>(
    bytes: &[u8],
    cut: usize,
    new: impl Fn() -> D,
    next: impl Fn(&mut D, &mut &[u8]) -> Result<Option<F>, SessionError>,
) {
    let read = |cut: usize| {
        let (mut decoder, mut frames) = (new(), Vec::new());
        for mut part in bytes.chunks(cut) {
            loop {
                match next(&mut decoder, &mut part) {
                    Ok(Some(frame)) => frames.push(frame),
                    Ok(None) => break,
                    Err(error) => return (frames, Some(kind(&error))),
                }
            }
            assert!(part.is_empty(), "bytes are left though no frame is whole");
        }
        (frames, None)
    };
    let (whole, parts) = (read(usize::MAX), read(cut));
    assert!(whole.0 == parts.0, "{} frames, in parts {}", whole.0.len(), parts.0.len());
    assert_eq!(whole.1, parts.1);
}

fn kind(error: &SessionError) -> impl Debug + PartialEq + use<> {
    std::mem::discriminant(error)
}

/// Few bytes never unpack to many.
fn is_bounded(stream: &[u8]) {
    let (mut decoder, mut rest, mut unpacked) = (Decoder::new(), stream, 0u64);
    while let Ok(Some(frame)) = decoder.next::<Frame>(&mut rest) {
        unpacked += postcard::to_stdvec(&frame).expect("a frame encodes").len() as u64;
    }
    let bound = RATIO_FREE_BYTES + RATIO_MAX * stream.len() as u64 + FRAME_BYTES_MAX as u64;
    assert!(unpacked <= bound, "{} bytes unpack to {unpacked}", stream.len());
}
