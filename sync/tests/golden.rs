//! The bytes of the format. Stores and peers in the field hold and speak them.
#![allow(clippy::unwrap_used, reason = "a test")]

use daiban_sync::blob::Manifest;
use daiban_sync::channel::Channel;
use daiban_sync::entry::{Entry, Genesis, Kind, Payload};
use daiban_sync::frame::{Bulk, Frame, Hello, Piece};
use daiban_sync::frontier::{Buckets, Heads, Summary, digest, receipts_digest};
use daiban_sync::head::{Head, Receipt, SignedHead};
use daiban_sync::id::{BlobId, EntryHash, Hlc, Incarnation, LogId, Millis, NodeKey, OfficeCode};
use daiban_sync::run::{Run, chain};
use daiban_sync::wire::{Compression, Decoder, Encoder, PREFACE, framed};
use ed25519_dalek::SigningKey;

#[path = "golden/pinned.rs"]
mod pinned;

const LOG: LogId = LogId([0x11; 32]);
const HEAD: Head = Head { len: 3, hash: EntryHash([0x22; 32]) };
const BLOB: BlobId = BlobId([0x55; 32]);

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn office(code: u64) -> OfficeCode {
    OfficeCode::new(code).unwrap()
}

fn genesis() -> Genesis {
    Genesis {
        author: NodeKey(key().verifying_key().to_bytes()),
        incarnation: Incarnation(7),
        channel: Channel::cases(office(341_602_001_001)),
        chain: vec![vec![0xaa, 0xbb]],
    }
}

fn entries() -> Vec<Entry> {
    let at = Millis(1_790_000_000_000);
    let (first, second) = (Hlc::default().tick(at), Hlc::default().tick(at).tick(at));
    let erased = Payload::Erased { len: 5, hash: [0x44; 32] };
    vec![
        Entry { at: first, kind: Kind::Act, payload: Payload::Present(b"hi".to_vec()) },
        Entry { at: second, kind: Kind::FormChange, payload: erased },
    ]
}

fn run() -> Run {
    Run::write(LOG, HEAD, entries(), &key())
}

fn receipt() -> Receipt {
    Receipt::sign(LOG, HEAD, office(341_602_000_000), &key())
}

fn heads() -> Heads {
    Heads::from([(LOG, HEAD)])
}

fn hello() -> Hello {
    Hello {
        office: office(341_602_001_001),
        incarnation: Incarnation(7),
        frontier: digest(&heads()),
        receipts: receipts_digest([receipt()].iter()),
        now: Millis(1_790_000_000_000),
        window: 4 << 20,
        beacon: b"ok".to_vec(),
    }
}

fn frames() -> Vec<(&'static str, Frame)> {
    let mut buckets = Buckets::NONE;
    buckets.insert(0x11);
    vec![
        ("hello", Frame::Hello(hello())),
        ("summary", Frame::Summary(Summary::of(&heads()))),
        ("heads", Frame::Heads { buckets, heads: vec![(LOG, HEAD)], last: true }),
        ("run", Frame::Run(run())),
        ("durable", Frame::Durable(vec![(LOG, 300)])),
        ("receipts", Frame::Receipts(vec![receipt()])),
        ("diverged", Frame::Diverged { log: LOG, at: HEAD }),
        ("fetch", Frame::Fetch { log: LOG, from: 3 }),
        ("fetched", Frame::Fetched(LOG, Some(run()))),
        ("fetched-none", Frame::Fetched(LOG, None)),
        ("beacon", Frame::Beacon(b"ok".to_vec())),
        ("busy", Frame::Busy { retry_after_ms: 1_500 }),
        ("blob-want", Frame::BlobWant { blob: BLOB, first: 2 }),
        ("blob-missing", Frame::BlobMissing(BLOB)),
        ("blob-here", Frame::BlobHere(BLOB)),
        ("bulk-arrived", Frame::BulkArrived(70_000)),
        ("blob-held", Frame::BlobHeld(BLOB)),
    ]
}

fn bulk() -> Vec<(&'static str, Bulk)> {
    let piece = Piece { blob: BLOB, chunk: 1, offset: 512, bytes: b"bytes".to_vec() };
    vec![
        ("manifest", Bulk::Manifest { blob: BLOB, manifest: Manifest::of(b"photo") }),
        ("piece", Bulk::Piece(piece)),
        ("gone", Bulk::Gone(BLOB)),
    ]
}

fn values() -> Vec<(&'static str, Vec<u8>)> {
    let signed = SignedHead::sign(LOG, HEAD, &key());
    let Payload::Present(genesis_payload) = genesis().entry(Hlc(1)).payload else { unreachable!() };
    vec![
        ("preface", PREFACE.to_vec()),
        ("genesis", genesis_payload),
        ("log-id", genesis().log_id().0.to_vec()),
        ("entry-hash", entries()[0].hash(LOG, 3, HEAD.hash).0.to_vec()),
        ("chain-hash", chain(LOG, HEAD, &entries()).hash.0.to_vec()),
        ("signed-head", postcard::to_stdvec(&signed).unwrap()),
        ("receipt", postcard::to_stdvec(&receipt()).unwrap()),
        ("bucket-summary", postcard::to_stdvec(&Summary::of(&heads())).unwrap()),
        ("frontier-digest", digest(&heads()).0.to_vec()),
        ("receipts-digest", receipts_digest([receipt()].iter()).0.to_vec()),
        ("manifest-id", Manifest::of(b"photo").id().0.to_vec()),
    ]
}

fn golden() -> Vec<(&'static str, String)> {
    let frames = frames().into_iter().map(|(name, frame)| (name, framed(&frame).unwrap()));
    let bulk = bulk().into_iter().map(|(name, bulk)| (name, framed(&bulk).unwrap()));
    let all = values().into_iter().chain(frames).chain(bulk);
    all.map(|(name, bytes)| (name, hex::encode(bytes))).collect()
}

#[test]
fn the_bytes_are_those_of_version_1() {
    let golden = golden();
    let now: Vec<_> = golden.iter().map(|(name, bytes)| (*name, bytes.as_str())).collect();
    let changed = now.iter().filter(|value| !pinned::PINNED.contains(value));
    let to_pin: String =
        changed.map(|(name, bytes)| format!("    (\"{name}\", \"{bytes}\"),\n")).collect();
    assert!(
        now == pinned::PINNED,
        "the wire format changed: raise VERSION_MAX, keep reading the old one, and pin\n{to_pin}"
    );
}

#[test]
fn pinned_bytes_are_still_read() {
    let pinned = |wanted: &str| {
        let (_, bytes) = pinned::PINNED.iter().find(|(name, _)| *name == wanted).unwrap();
        hex::decode(bytes).unwrap()[4..].to_vec()
    };
    for (name, frame) in frames() {
        assert!(
            postcard::take_from_bytes::<Frame>(&pinned(name)).unwrap() == (frame, &[]),
            "{name}"
        );
    }
    for (name, bulk) in bulk() {
        assert!(postcard::take_from_bytes::<Bulk>(&pinned(name)).unwrap() == (bulk, &[]), "{name}");
    }
}

/// Compressed bytes may differ between versions of zstd; what they unpack to may not.
#[test]
fn a_stream_is_the_preface_and_one_zstd_stream() {
    let mut encoder = Encoder::new(Compression::SMALL);
    encoder.push(&Frame::Hello(hello())).unwrap();
    let bytes = encoder.take();
    assert_eq!(bytes[..12], [&PREFACE[..], &[0x28, 0xb5, 0x2f, 0xfd]].concat());
    let mut rest = bytes.as_slice();
    assert!(Decoder::new().next(&mut rest).unwrap() == Some(Frame::Hello(hello())));
}

/// In `docs/wire.md` a block that begins with "```hex name" shows the bytes of that name, split
/// into fields, each with a remark after a semicolon.
#[test]
fn the_document_shows_these_bytes() {
    let document = include_str!("../../docs/wire.md");
    let mut shown = Vec::new();
    for block in document.split("\n```hex ").skip(1) {
        let (name, rest) = block.split_once('\n').unwrap();
        let body = rest.split("\n```").next().unwrap();
        let digits = body.lines().map(|line| line.split(';').next().unwrap_or_default());
        shown.push((name, digits.flat_map(str::split_whitespace).collect::<String>()));
    }
    for (name, bytes) in pinned::PINNED {
        assert!(shown.contains(&(*name, (*bytes).to_owned())), "docs/wire.md: {name} is {bytes}");
    }
    assert_eq!(shown.len(), pinned::PINNED.len());
}
