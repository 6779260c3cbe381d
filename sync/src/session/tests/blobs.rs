//! Blobs on their way.

use super::*;
use crate::error::Misbehaviour;
use crate::frame::Piece;
use crate::limits::BLOB_WANTS_MAX;

fn photo(len: usize) -> (BlobId, Vec<u8>) {
    let bytes: Vec<u8> = (0..len as u64).map(|i| (i * i % 251).to_le_bytes()[0]).collect();
    (Manifest::of(&bytes).id(), bytes)
}

/// A live pair; the village holds `bytes`.
fn pair(bytes: &[u8]) -> Pair {
    let mut village = Office::new(VILLAGE);
    village.blobs.insert(Manifest::of(bytes).id(), bytes.to_vec());
    Pair::new(village, Office::new(TOWN)).done()
}

#[test]
fn a_blob_comes_whole_and_its_holder_is_told() {
    for len in [0, 1, BLOB_CHUNK_BYTES, 5 * BLOB_CHUNK_BYTES + 1] {
        let (blob, bytes) = photo(len);
        let mut pair = pair(&bytes);
        assert!(pair.b.session.want_blob(blob, 0, None));
        assert!(!pair.b.session.want_blob(blob, 0, None));
        pair.carry_cut(&mut || 1_000);
        let manifest = Manifest::of(&bytes);
        assert_eq!(pair.b.count(|e| *e == Event::Manifest { blob, manifest: manifest.clone() }), 1);
        assert_eq!(pair.b.chunks.remove(&blob).unwrap_or_default(), bytes);
        pair.b.session.blob_arrived(blob);
        pair.carry();
        assert_eq!(pair.a.count(|e| *e == Event::BlobHeld(blob)), 1);
    }
}

#[test]
fn a_blob_goes_on_where_it_stopped() {
    let (blob, bytes) = photo(4 * BLOB_CHUNK_BYTES + 9);
    for manifest in [None, Some(Manifest::of(&bytes))] {
        let mut pair = pair(&bytes);
        pair.b.session.want_blob(blob, 3, manifest);
        pair.carry();
        assert_eq!(pair.b.chunks[&blob], bytes[3 * BLOB_CHUNK_BYTES..]);
    }
}

#[test]
fn a_missing_blob_is_announced_when_it_comes() {
    let (blob, bytes) = photo(10);
    let mut pair = Pair::new(Office::new(VILLAGE), Office::new(TOWN)).done();
    pair.b.session.want_blob(blob, 0, None);
    pair.carry();
    assert_eq!(pair.b.count(|e| *e == Event::BlobMissing(blob)), 1);
    pair.a.office.blobs.insert(blob, bytes.clone());
    pair.a.session.blob_arrived(blob);
    pair.carry();
    assert_eq!(pair.b.count(|e| *e == Event::BlobHere(blob)), 1);
    assert!(pair.b.session.want_blob(blob, 0, None));
    pair.carry();
    assert_eq!(pair.b.chunks[&blob], bytes);
}

#[test]
fn a_blob_that_cannot_be_read_on_is_given_up() {
    let (blob, bytes) = photo(3 * BLOB_CHUNK_BYTES);
    let mut pair = pair(&bytes);
    pair.a.office.unreadable.insert((blob, 1));
    pair.b.session.want_blob(blob, 0, None);
    pair.carry();
    assert_eq!(pair.b.chunks[&blob], bytes[..BLOB_CHUNK_BYTES]);
    assert_eq!(pair.b.count(|e| *e == Event::BlobMissing(blob)), 1);
    pair.a.office.unreadable.clear();
    assert!(pair.b.session.want_blob(blob, 1, None));
    pair.carry();
    assert_eq!(pair.b.chunks[&blob], bytes);
}

#[test]
fn a_blob_that_came_from_elsewhere_meanwhile_is_no_longer_sent() {
    let (blob, bytes) = photo(40 * BLOB_CHUNK_BYTES);
    let mut pair = pair(&bytes);
    pair.b.session.want_blob(blob, 0, None);
    let want = pair.b.transmit(Lane::Control).unwrap();
    pair.a.take(Lane::Control, &want);
    let under_way: Vec<_> = std::iter::from_fn(|| pair.a.transmit(Lane::Bulk)).collect();
    pair.b.session.blob_arrived(blob);
    under_way.iter().for_each(|bytes| pair.b.take(Lane::Bulk, bytes));
    pair.carry();
    assert!(pair.b.chunks.is_empty() && !pair.b.session.want_blob(blob, 0, None));
    assert_eq!(pair.a.bulk.len(), under_way.len());
}

#[test]
fn bulk_in_flight_is_bounded() {
    let (blob, bytes) = photo(40 * BLOB_CHUNK_BYTES);
    let mut pair = pair(&bytes);
    pair.b.session.want_blob(blob, 0, None);
    let want = pair.b.transmit(Lane::Control).unwrap();
    pair.a.take(Lane::Control, &want);
    let before = pair.a.sent_bytes;
    while pair.a.transmit(Lane::Bulk).is_some() {}
    assert!(pair.a.sent_bytes - before < 24 * 1024);
}

#[test]
fn entries_do_not_wait_for_blobs() {
    let (blob, bytes) = photo(40 * BLOB_CHUNK_BYTES);
    let mut pair = pair(&bytes);
    pair.b.session.want_blob(blob, 0, None);
    let want = pair.b.transmit(Lane::Control).unwrap();
    pair.a.take(Lane::Control, &want);
    while pair.a.transmit(Lane::Bulk).is_some() {}
    let log = pair.a.office.begin(cases(VILLAGE), 0);
    pair.a.session.advance(log, &pair.a.office);
    let run = pair.a.transmit(Lane::Control).unwrap();
    pair.b.take(Lane::Control, &run);
    assert_eq!(pair.b.office.len(log), 1);
}

/// A town that wants a photo of two chunks is told `bulk`, of which the last must be refused.
fn check(first: u32, bulk: &[Bulk], expected: Misbehaviour) {
    let mut town = Puppet::live(Office::new(TOWN), VILLAGE);
    town.session.want_blob(photo(100_000).0, first, None);
    let (last, before) = bulk.split_last().unwrap();
    for bulk in before {
        town.say_bulk(bulk).unwrap();
    }
    assert_eq!(town.say_bulk(last), Err(expected.into()));
}

#[test]
fn what_does_not_fit_the_name_is_refused() {
    let (blob, bytes) = photo(100_000);
    let (other, other_bytes) = photo(99_999);
    let good = || Bulk::Manifest { blob, manifest: Manifest::of(&bytes) };
    let piece = |chunk, offset, bytes: &[u8]| {
        Bulk::Piece(Piece { blob, chunk, offset, bytes: bytes.to_vec() })
    };
    let wrong = |chunk| Misbehaviour::Chunk { blob, chunk };
    let first = &bytes[..BLOB_CHUNK_BYTES];

    let forged = Bulk::Manifest { blob, manifest: Manifest::of(&other_bytes) };
    check(0, &[forged], Misbehaviour::Manifest(blob));
    let manifest = Manifest { size: u64::MAX, chunks: Vec::new() };
    check(0, &[Bulk::Manifest { blob, manifest }], Misbehaviour::Manifest(blob));
    check(
        0,
        &[Bulk::Manifest { blob: other, manifest: Manifest::of(&other_bytes) }],
        Misbehaviour::Unasked(other),
    );
    check(0, &[Bulk::Gone(other)], Misbehaviour::Unasked(other));
    check(0, &[Bulk::Gone(blob), good()], Misbehaviour::Unasked(blob));

    check(0, &[piece(0, 0, first)], Misbehaviour::Unasked(blob));
    check(0, &[good(), piece(1, 0, &bytes[BLOB_CHUNK_BYTES..])], wrong(1));
    check(1, &[good(), piece(0, 0, first)], wrong(0));
    check(0, &[good(), piece(0, 0, &first[..9]), piece(0, 0, &first[..9])], wrong(0));
    check(0, &[good(), piece(0, 0, &first[..9]), piece(0, 10, &first[10..])], wrong(0));
    check(0, &[good(), piece(0, 0, &bytes[..BLOB_CHUNK_BYTES + 1])], wrong(0));
    check(0, &[good(), piece(0, 0, &[])], wrong(0));
    check(0, &[good(), piece(0, 0, &bytes[1..=BLOB_CHUNK_BYTES])], wrong(0));
    check(2, &[good(), piece(2, 0, b"more")], wrong(2));
    check(0, &[good(), piece(u32::MAX, 0, b"more")], wrong(u32::MAX));
}

#[test]
fn wishes_are_bounded_on_both_sides() {
    let (_, bytes) = photo(100_000);
    let mut village = Office::new(VILLAGE);
    let blobs: Vec<_> =
        (0..=BLOB_WANTS_MAX).map(|i| [&bytes[..], &i.to_le_bytes()].concat()).collect();
    let ids: Vec<_> = blobs.iter().map(|bytes| Manifest::of(bytes).id()).collect();
    village.blobs = ids.iter().copied().zip(blobs).collect();
    let mut puppet = Puppet::live(village, TOWN);
    for (i, blob) in ids.iter().enumerate() {
        assert_eq!(puppet.session.want_blob(*blob, 0, None), i < BLOB_WANTS_MAX);
        let (what, bound) = ("wishes for blobs", BLOB_WANTS_MAX);
        let expected = if i < BLOB_WANTS_MAX {
            Ok(())
        } else {
            Err(Misbehaviour::TooMany { what, bound }.into())
        };
        assert_eq!(puppet.say(Frame::BlobWant { blob: *blob, first: 0 }), expected);
    }
}
