//! One step beyond each bound that a peer can reach: `sync/src/limits.rs`, over real QUIC.
#![allow(clippy::cast_possible_truncation, reason = "lengths that a test chooses")]

use daiban_domain::act::{Act, ActKind, BlobRef, CaseId, OfficerRef};
use daiban_domain::payload;
use daiban_node::settings::Settings;
use daiban_node::store::os_entropy;
use daiban_node::transport::Lane;
use daiban_sync::blob::Manifest;
use daiban_sync::entry::{Entry, Genesis};
use daiban_sync::error::{InvalidFrame, Misbehaviour, SessionError};
use daiban_sync::frame::{Bulk, Frame, Hello, Piece};
use daiban_sync::frontier::Buckets;
use daiban_sync::head::{Head, Receipt};
use daiban_sync::id::{BlobId, EntryHash, Hlc, LogId};
use daiban_sync::limits::*;
use daiban_sync::run::{Run, RunError};
use daiban_sync::wire::{PREFACE, framed};
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

use crate::scene::{Scene, act, genesis, own, village};

/// A frame's name in the report, what it is refused with, and what is said.
type Said = (&'static str, SessionError, Vec<Frame>);

const ABSENT: BlobId = BlobId([0xee; 32]);

fn too_many(what: &'static str, bound: usize) -> SessionError {
    Misbehaviour::TooMany { what, bound }.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_have_bounds() {
    let scene = Scene::new().await;
    let said = |name, craft: &dyn Fn(&mut Run), entries: Vec<Entry>| -> Said {
        let mut run = scene.run(own(), entries);
        craft(&mut run);
        let error = RunError::Size { log: run.log, entries: run.entries.len() };
        (name, Misbehaviour::from(error).into(), vec![Frame::Run(run)])
    };
    let as_it_is = |_: &mut Run| {};
    let bytes = |len: usize| act(vec![0; len]);
    let cases = [
        said("entries of a run", &as_it_is, vec![bytes(20); RUN_ENTRIES_MAX]),
        said("bytes of a payload", &as_it_is, vec![bytes(PAYLOAD_BYTES_MAX + 1)]),
        said("bytes of a run", &as_it_is, vec![bytes(RUN_BYTES_MAX), bytes(1)]),
        said("entries of a log", &|run| run.after.len = LOG_ENTRIES_MAX, vec![]),
        unreadable_genesis(&scene, "certificates", |chain| {
            chain.resize(CHAIN_CERTIFICATES_MAX + 1, vec![1]);
        }),
        unreadable_genesis(&scene, "bytes of a certificate", |chain| {
            chain[0].resize(CERTIFICATE_BYTES_MAX + 1, 0);
        }),
    ];
    for (name, expected, frames) in cases {
        scene.refuses_frames(name, expected, &frames).await;
    }
    scene.end().await;
}

fn unreadable_genesis(
    scene: &Scene,
    name: &'static str,
    craft: impl FnOnce(&mut Vec<Vec<u8>>),
) -> Said {
    let mut genesis: Genesis = genesis(&scene.village, own());
    craft(&mut genesis.chain);
    let log = genesis.log_id();
    let entries = vec![genesis.entry(Hlc(1))];
    let run = Run::write(log, Head::EMPTY, entries, scene.village.signing_key());
    (name, Misbehaviour::from(RunError::Genesis { log }).into(), vec![Frame::Run(run)])
}

#[tokio::test(flavor = "multi_thread")]
async fn words_have_bounds() {
    let scene = Scene::new().await;
    for (what, bound, frames) in words(&scene) {
        scene.refuses_frames(what, too_many(what, bound), &frames).await;
    }
    let (what, bound) = ("bytes of health report", BEACON_BYTES_MAX);
    scene
        .refuses("a greeting's health report", too_many(what, bound), async |stranger| {
            let hello = Hello { beacon: vec![0; bound + 1], ..stranger.hello() };
            stranger.say(&[Frame::Hello(hello)]);
        })
        .await;
    scene.end().await;
}

/// Of what there may be so many, and frames with more.
fn words(scene: &Scene) -> [(&'static str, usize, Vec<Frame>); 9] {
    let log = numbered(1);
    let head = Head { len: 1, hash: EntryHash([1; 32]) };
    let heads = |from: usize, count: usize| {
        let heads = (from..from + count).map(|n| (numbered(n), head)).collect();
        Frame::Heads { buckets: Buckets::NONE, heads, last: false }
    };
    let lists = (0..=SHARED_LOGS_MAX / HEADS_PER_FRAME).map(|n| n * HEADS_PER_FRAME);
    let lists = lists.map(|from| heads(from, HEADS_PER_FRAME)).collect();
    let receipt = Receipt::sign(log, head, village(), scene.village.signing_key());
    let receipts = vec![receipt; RECEIPTS_PER_FRAME + 1];
    let acks = (0..=ACKS_PER_FRAME).map(|n| (numbered(n), 1)).collect();
    let want = |n: usize| Frame::BlobWant { blob: BlobId(numbered(n).0), first: 0 };
    let fetch = Frame::Fetch { log, from: 0 };
    let (beacon, long_beacon) =
        (Frame::Beacon(Vec::new()), Frame::Beacon(vec![0; BEACON_BYTES_MAX + 1]));
    [
        ("heads in one frame", HEADS_PER_FRAME, vec![heads(0, HEADS_PER_FRAME + 1)]),
        ("shared logs", SHARED_LOGS_MAX, lists),
        ("receipts in one frame", RECEIPTS_PER_FRAME, vec![Frame::Receipts(receipts)]),
        ("acknowledgements in one frame", ACKS_PER_FRAME, vec![Frame::Durable(acks)]),
        ("fetches", FETCHES_MAX, vec![fetch; FETCHES_MAX + 1]),
        ("unread answers", ANSWERS_MAX, vec![want(0); ANSWERS_MAX + 1]),
        ("missing blobs", BLOBS_MISSED_MAX, (0..=BLOBS_MISSED_MAX).map(want).collect()),
        ("bytes of health report", BEACON_BYTES_MAX, vec![long_beacon]),
        ("messages at once", EVENTS_MAX, vec![beacon; EVENTS_MAX + 1]),
    ]
}

/// Any log, in the order of the numbers.
fn numbered(n: usize) -> LogId {
    let mut log = LogId([0; 32]);
    log.0[..8].copy_from_slice(&(n as u64).to_be_bytes());
    log
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_have_bounds() {
    let scene = Scene::new().await;
    let beyond = u32::try_from(FRAME_BYTES_MAX + 1).unwrap();
    let long = beyond.to_le_bytes().to_vec();
    let empty = framed(&Frame::BulkArrived(0)).unwrap();
    let bomb = empty.repeat(RATIO_FREE_BYTES as usize * 3 / 2 / empty.len());
    let length: SessionError = InvalidFrame::Length(u64::from(beyond)).into();
    let cases: [(&str, SessionError, u32, &[u8]); 3] = [
        ("bytes of a frame", length.clone(), 20, &long),
        ("a decompression bomb", InvalidFrame::Ratio(RATIO_MAX).into(), 20, &bomb),
        ("a decoder's memory", InvalidFrame::Compression.into(), 24, &bomb),
    ];
    for (name, expected, window_log, content) in cases {
        scene
            .refuses(name, expected, async |stranger| {
                let hello = framed(&Frame::Hello(stranger.hello())).unwrap();
                let content = [&hello, content].concat();
                let mut packer = Compressor::new(3).unwrap();
                packer.set_parameter(CParameter::WindowLog(window_log)).unwrap();
                packer.set_parameter(CParameter::ContentSizeFlag(false)).unwrap();
                let packed = packer.compress(&content).unwrap();
                stranger.send(Lane::Control, [PREFACE.as_slice(), &packed].concat());
            })
            .await;
    }
    scene
        .refuses("bytes of a frame in bulk", length, async |stranger| {
            stranger.greet();
            stranger.send(Lane::Bulk, long);
        })
        .await;
    scene.end().await;
}

/// What the village has sent in order, and what is and is not here of it.
struct Materials {
    log: LogId,
    held: BlobId,
    small: Manifest,
    large: Manifest,
}

impl Materials {
    async fn attached(scene: &Scene) -> Self {
        let handle = scene.node.handle();
        let held = handle.blobs().put(&[7; 100_000], &mut os_entropy).unwrap();
        let small = Manifest::of(b"a photograph");
        let size = BLOB_BYTES_MAX + 1;
        let chunks = vec![[5; 32]; size.div_ceil(BLOB_CHUNK_BYTES as u64) as usize];
        let large = Manifest { size, chunks };
        let acts = [held, small.id(), large.id()].map(attached).to_vec();
        let run = scene.run(own(), acts);
        let log = run.log;
        let mut stranger = scene.stranger().await;
        stranger.greet();
        stranger.say(&[Frame::Run(run)]);
        scene.until("the materials", |status| status.blobs_wanted == 2).await;
        Self { log, held, small, large }
    }
}

fn attached(id: BlobId) -> Entry {
    let blob = BlobRef { id, size: 1, media: "image/jpeg".into(), name: "ID.jpg".into() };
    let attached = Act {
        officer: OfficerRef { name: "王办事".into(), id: "wang".into() },
        organ: None,
        nonce: [0; 8],
        kind: ActKind::MaterialAttached { key: "ID".into(), blob },
    };
    act(payload::act(CaseId([1; 16]), &attached))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_flight_has_bounds() {
    let scene = Scene::new().await;
    let Materials { log, held, .. } = Materials::attached(&scene).await;
    let window = 1_024 * Settings::default().sync.window_kb;
    // They overlap what is held, so they are neither taken nor acknowledged.
    let after = Head { len: 1, hash: EntryHash([1; 32]) };
    let entries =
        vec![act(vec![0; 1]), act(vec![0; 1]), act(vec![0; 1]), act(vec![0; RUN_BYTES_MAX])];
    let run = Run::write(log, after, entries, scene.village.signing_key());
    let runs = vec![Frame::Run(run.clone()); (window / run.weight()) as usize + 2];
    scene.refuses_frames("the window", Misbehaviour::Window(window), &runs).await;

    let wants = vec![Frame::BlobWant { blob: held, first: 0 }; BLOB_WANTS_MAX + 1];
    let expected = too_many("wishes for blobs", BLOB_WANTS_MAX);
    scene.refuses_frames("wishes for blobs", expected, &wants).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blobs_have_bounds() {
    let scene = Scene::new().await;
    let Materials { small, large, .. } = Materials::attached(&scene).await;
    let announced =
        |manifest: &Manifest| Bulk::Manifest { blob: manifest.id(), manifest: manifest.clone() };
    let piece =
        |blob, chunk, len| Bulk::Piece(Piece { blob, chunk, offset: 0, bytes: vec![0; len] });
    let blob = small.id();
    let cases = [
        ("bytes of a blob", Misbehaviour::Manifest(large.id()), vec![announced(&large)]),
        (
            "bytes of a chunk",
            Misbehaviour::Chunk { blob, chunk: 0 },
            vec![announced(&small), piece(blob, 0, small.size as usize + 1)],
        ),
        (
            "chunks of a blob",
            Misbehaviour::Chunk { blob, chunk: 1 },
            vec![announced(&small), piece(blob, 1, 1)],
        ),
        ("a blob that nobody wants", Misbehaviour::Unasked(ABSENT), vec![piece(ABSENT, 0, 1)]),
    ];
    for (name, expected, words) in cases {
        scene
            .refuses(name, expected, async |stranger| {
                stranger.go_live();
                let last = small.id().max(large.id());
                stranger.hear(|f| matches!(f, Frame::BlobWant { blob, .. } if *blob == last)).await;
                let bytes: Vec<_> = words.iter().flat_map(|bulk| framed(bulk).unwrap()).collect();
                stranger.send(Lane::Bulk, bytes);
            })
            .await;
    }
    scene.end().await;
}
