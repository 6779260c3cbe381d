use zstd::stream::raw::CParameter;

use super::*;
use crate::error::{Incompatible, InvalidFrame};
use crate::limits::RATIO_MAX;

type Words = Vec<String>;

fn read_all(decoder: &mut Decoder, bytes: &[u8], step: usize) -> Result<Words, SessionError> {
    let mut words = Words::new();
    for mut part in bytes.chunks(step.max(1)) {
        while let Some(word) = decoder.next(&mut part)? {
            words.push(word);
        }
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
fn a_program_that_speaks_more_versions_is_understood() {
    let mut encoder = Encoder::new(Compression::SMALL);
    encoder.push(&"hello").unwrap();
    let mut bytes = encoder.take();
    bytes[PREFACE.len() - 1] = 9;
    assert_eq!(read_all(&mut Decoder::new(), &bytes, 3).unwrap(), ["hello"]);
}

#[test]
fn nonsense_is_refused_by_kind() {
    let check = |bytes: &[u8], expected: SessionError| {
        assert_eq!(read_all(&mut Decoder::new(), bytes, 3).unwrap_err(), expected);
    };
    check(b"GET / HTTP/1.1", Incompatible::Preface.into());
    let newer = [b"daiban".as_slice(), &[9, 9]].concat();
    let version = Incompatible::Version { ours_min: 1, ours_max: 1, theirs_min: 9, theirs_max: 9 };
    check(&newer, version.into());
    check(&[PREFACE.as_slice(), b"garbage!"].concat(), InvalidFrame::Compression.into());
    check(b"daibam", Incompatible::Preface.into());
    let mut plain = PlainDecoder::default();
    let huge = u32::MAX.to_le_bytes();
    let error = plain.next::<String>(&mut huge.as_slice()).unwrap_err();
    assert_eq!(error, InvalidFrame::Length(u64::from(u32::MAX)).into());
}
