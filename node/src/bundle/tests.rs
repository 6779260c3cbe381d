use daiban_sync::blob::Manifest;
use daiban_sync::frame::Piece;
use daiban_sync::head::Head;
use daiban_sync::id::{BlobId, EntryHash, LogId};
use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;

use super::*;

/// A bundle that the first release made.
const GOLDEN: &[u8] = include_bytes!("golden.daiban");

fn office(code: u64) -> OfficeCode {
    OfficeCode::new(code).unwrap()
}

fn town() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn node(key: &SigningKey) -> NodeKey {
    NodeKey(key.verifying_key().to_bytes())
}

fn route() -> Route {
    Route {
        from: office(330_382_001_001),
        to: office(330_382_001_000),
        made: Millis(1_772_354_096_789),
    }
}

fn items() -> Vec<Item> {
    let bytes = b"photograph".repeat(20_000);
    let manifest = Manifest::of(&bytes);
    let blob = manifest.id();
    let piece = |(chunk, bytes): (u32, &[u8])| {
        Item::File(Bulk::Piece(Piece { blob, chunk, offset: 0, bytes: bytes.to_vec() }))
    };
    let diverged =
        Frame::Diverged { log: LogId([3; 32]), at: Head { len: 5, hash: EntryHash([4; 32]) } };
    let mut items = vec![Item::Said(diverged), Item::File(Bulk::Manifest { blob, manifest })];
    items.extend((0..).zip(bytes.chunks(64 * 1024)).map(piece));
    items
}

fn sealed(items: &[Item], nodes: &[NodeKey]) -> Vec<u8> {
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let mut sealer = Sealer::new(route(), nodes, &mut rng).unwrap();
    let mut file = Vec::new();
    for item in items {
        sealer.push(item).unwrap();
        file.extend(sealer.take());
    }
    file.extend(sealer.finish());
    file
}

fn opened(file: &[u8], ours: OfficeCode, key: &SigningKey) -> Result<Vec<Item>, BundleError> {
    let mut opened = Opened::new(file, ours, key)?;
    let mut items = Vec::new();
    while let Some(item) = opened.next_item()? {
        items.push(item);
    }
    Ok(items)
}

fn read(file: &[u8]) -> Result<Vec<Item>, BundleError> {
    opened(file, route().to, &town())
}

#[test]
fn every_node_that_it_was_made_for_opens_it() {
    let other = SigningKey::from_bytes(&[8; 32]);
    let file = sealed(&items(), &[node(&other), node(&town())]);
    for key in [town(), other] {
        assert!(opened(&file, route().to, &key).unwrap() == items());
    }
    assert_eq!(read_header(&mut file.as_slice()).unwrap().route, route());
    assert!(read(&sealed(&[], &[node(&town())])).unwrap().is_empty());
}

#[test]
fn a_bundle_of_the_first_release_opens() {
    assert!(read(GOLDEN).unwrap() == items());
}

#[test]
fn nobody_else_opens_it() {
    let file = sealed(&items(), &[node(&town())]);
    let elsewhere = opened(&file, office(330_382_002_000), &town());
    assert!(matches!(elsewhere, Err(BundleError::Elsewhere { .. })));
    let another = opened(&file, route().to, &SigningKey::from_bytes(&[9; 32]));
    assert!(matches!(another, Err(BundleError::AnotherNode { .. })));
    // The office in the header is bound to the sealed key: it cannot be written over.
    let header = read_header(&mut file.as_slice()).unwrap();
    let mut moved = header.clone();
    moved.route.to = office(330_382_002_000);
    let (old, new) = (postcard::to_stdvec(&header).unwrap(), postcard::to_stdvec(&moved).unwrap());
    let rest = &file[MAGIC.len() + 5 + old.len()..];
    let length = u32::try_from(new.len()).unwrap().to_le_bytes();
    let forged = [MAGIC.as_slice(), &[VERSION], &length, &new, rest].concat();
    assert!(opened(&forged, moved.route.to, &town()).is_err());
}

#[test]
fn files_that_are_no_bundle_are_named() {
    assert!(matches!(read(b""), Err(BundleError::NotABundle)));
    assert!(matches!(read(b"PK\x03\x04 a zip archive"), Err(BundleError::NotABundle)));
    let mut newer = sealed(&[], &[node(&town())]);
    newer[MAGIC.len()] = 2;
    assert!(matches!(read(&newer), Err(BundleError::Version { found: 2 })));
}

#[test]
fn a_bundle_that_was_cut_or_joined_does_not_open() {
    let file = sealed(&items(), &[node(&town())]);
    for end in (0..file.len()).step_by(997).chain([file.len() - 1]) {
        assert!(read(&file[..end]).is_err(), "cut at {end}");
    }
    let longer = [file.as_slice(), b"x"].concat();
    assert!(matches!(read(&longer), Err(BundleError::Trailing { .. })));
}

#[test]
fn pieces_cannot_change_places() {
    let noise = |n: u32| -> Vec<u8> {
        (0..60_000u32)
            .flat_map(|i| blake3::hash(&(i ^ n).to_le_bytes()).as_bytes()[..4].to_vec())
            .collect()
    };
    let piece = |n: u32| {
        let blob = BlobId([1; 32]);
        Item::File(Bulk::Piece(Piece { blob, chunk: n, offset: 0, bytes: noise(n << 20) }))
    };
    let file = sealed(&[piece(1), piece(2), piece(3)], &[node(&town())]);
    let mut at = MAGIC.len() + 1;
    at += 4 + u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let mut pieces = Vec::new();
    let start = at;
    while at < file.len() {
        let length = u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) & !LAST;
        let end = at + 4 + length as usize;
        pieces.push(&file[at..end]);
        at = end;
    }
    assert!(pieces.len() > 2);
    pieces.swap(0, 1);
    let swapped = [&file[..start], &pieces.concat()].concat();
    assert!(matches!(read(&swapped), Err(BundleError::Damaged { piece: 0 })));
    let shortened = [&file[..start], &pieces[..2].concat()].concat();
    assert!(read(&shortened).is_err());
}

proptest! {
    #[test]
    fn a_flipped_bit_is_found(bit in any::<prop::sample::Index>()) {
        let mut file = sealed(&items()[..1], &[node(&town())]);
        let bit = bit.index(file.len() * 8);
        file[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(read(&file).is_err(), "bit {bit}");
    }

    #[test]
    fn garbage_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let file = [MAGIC.as_slice(), &[VERSION], &bytes].concat();
        prop_assert!(read(&file).is_err());
    }
}
