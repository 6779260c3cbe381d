//! What an office says to another: frames, runs, sessions and bundles.

use daiban_node::bundle::Item;
use daiban_sync::blob::Manifest;
use daiban_sync::channel::Channel;
use daiban_sync::entry::{Kind, Payload};
use daiban_sync::frame::{Bulk, Frame, Hello, Piece};
use daiban_sync::frontier::{Buckets, Digest, Summary};
use daiban_sync::head::{Head, Receipt};
use daiban_sync::id::{EntryHash, Incarnation, LogId, Millis};
use daiban_sync::limits::WINDOW_BYTES;
use daiban_sync::run::{Run, without_payloads};
use daiban_sync::wire::{Compression, Encoder, framed};

use super::{Seed, bytes, named};
use crate::fuzz::bundle::{Story, sealed};
use crate::fuzz::office::{NEIGHBOUR, Office, PHOTOGRAPH, TOWN, VILLAGE, code, entries, key};
use crate::fuzz::run::{Offered, village};
use crate::fuzz::session::Step;

fn said() -> Vec<Frame> {
    let village = village();
    let (log, tip) = village.frontier.iter().next().expect("it has written");
    let (log, head) = (*log, tip.head);
    let blob = Manifest::of(PHOTOGRAPH).id();
    let receipt = Receipt::sign(log, head, code(TOWN), &key(TOWN));
    vec![
        greeting(),
        Frame::Summary(Summary::of(&[(log, head)].into())),
        Frame::Heads { buckets: Buckets::ALL, heads: vec![(log, head)], last: true },
        Frame::Run(village.logs[&log][0].clone()),
        Frame::Run(without_payloads(village.logs[&log][1].clone())),
        Frame::Durable(vec![(log, 3)]),
        Frame::Receipts(vec![receipt]),
        Frame::Diverged { log, at: head },
        Frame::Fetch { log, from: 1 },
        Frame::Fetched(log, Some(village.logs[&log][2].clone())),
        Frame::Fetched(log, None),
        Frame::Beacon(vec![7; 30]),
        Frame::Busy { retry_after_ms: 30_000 },
        Frame::BlobWant { blob, first: 0 },
        Frame::BlobMissing(blob),
        Frame::BlobHere(blob),
        Frame::BulkArrived(4_000),
        Frame::BlobHeld(blob),
    ]
}

fn greeting() -> Frame {
    Frame::Hello(Hello {
        office: code(NEIGHBOUR),
        incarnation: Incarnation(1),
        frontier: Digest([9; 32]),
        receipts: Digest([9; 32]),
        now: Millis(1_790_000_000_000),
        window: WINDOW_BYTES,
        beacon: vec![1, 2, 3],
    })
}

fn pieces() -> Vec<Bulk> {
    let manifest = Manifest::of(PHOTOGRAPH);
    let blob = manifest.id();
    let piece = Piece { blob, chunk: 1, offset: 0, bytes: PHOTOGRAPH[..100].to_vec() };
    vec![Bulk::Manifest { blob, manifest }, Bulk::Piece(piece), Bulk::Gone(blob)]
}

pub(super) fn frames() -> Vec<Seed> {
    let mut seeds: Vec<Seed> =
        (0..).zip(said()).map(|(n, frame)| (format!("frame-{n:02}"), bytes(&frame))).collect();
    let bulk = (0..).zip(pieces());
    seeds.extend(bulk.map(|(n, bulk)| (format!("bulk-{n}"), bytes(&bulk))));
    let plain: Vec<u8> =
        said().iter().take(4).flat_map(|frame| framed(frame).expect("short")).collect();
    let mut encoder = Encoder::new(Compression::SMALL);
    said().iter().for_each(|frame| encoder.push(frame).expect("short"));
    let stream = encoder.take();
    let mut bomb = Encoder::new(Compression::TIGHT);
    (0..40).for_each(|_| bomb.push(&Frame::Beacon(vec![0; 900_000])).expect("below the bound"));
    seeds.extend(named([
        ("plain", plain),
        ("stream", stream.clone()),
        ("stream-cut", stream[..stream.len() / 2].to_vec()),
        ("too-long", u32::MAX.to_le_bytes().to_vec()),
        ("bomb", bomb.take()[8..].to_vec()),
    ]));
    seeds
}

pub(super) fn runs() -> Vec<Seed> {
    let village = village();
    let log = *village.frontier.keys().next().expect("it has written");
    let run = |at: usize| village.logs[&log][at].clone();
    let offered = |run: Run, is_signed| bytes(&Offered { run, is_signed });
    let mut again = run(1);
    again.entries[0].kind = Kind::Genesis;
    let mut altered = run(1);
    altered.entries[0].payload = Payload::Present(b"altered".to_vec());
    let mut elsewhere = run(0);
    let foreign = Office::new(VILLAGE).genesis(Channel::cases(code(NEIGHBOUR)), 7);
    elsewhere.log = foreign.log_id();
    elsewhere.entries[0] = foreign.entry(elsewhere.entries[0].at);
    let overlapping = Run { entries: [run(0).entries, run(1).entries].concat(), ..run(0) };
    named([
        ("first", offered(run(0), false)),
        ("second", offered(run(1), false)),
        ("third", offered(run(2), false)),
        ("erased", offered(without_payloads(run(1)), false)),
        ("altered", offered(altered.clone(), false)),
        ("altered-and-signed", offered(altered, true)),
        ("second-genesis", offered(again, true)),
        ("overlap", offered(overlapping, true)),
        ("gap", offered(Run { after: Head { len: 99, ..run(1).after }, ..run(1) }, true)),
        (
            "fork",
            offered(
                Run { after: Head { hash: EntryHash([9; 32]), ..run(1).after }, ..run(1) },
                true,
            ),
        ),
        ("nothing", offered(Run { entries: Vec::new(), ..run(1) }, true)),
        ("in-a-foreign-channel", offered(elsewhere, true)),
        ("many", offered(Run { entries: entries(300, 0), ..run(1) }, true)),
    ])
}

pub(super) fn sessions() -> Vec<Seed> {
    let story = |steps: Vec<Step>| steps.iter().flat_map(bytes).collect::<Vec<u8>>();
    let work = || vec![Step::Write { log: 0, count: 3, bytes: 60 }, Step::Carry { part: 100 }];
    let with = |more: Vec<Step>| story(work().into_iter().chain(more).collect());
    let own =
        |log| Step::Sign { channel: Channel::cases(code(NEIGHBOUR)), log, entries: entries(2, 9) };
    let mut seeds = named([
        (
            "work",
            with(vec![Step::Answer { to_all: false, count: 2, bytes: 9 }, Step::Carry { part: 7 }]),
        ),
        (
            "notice-to-all",
            with(vec![Step::Greet, Step::Answer { to_all: true, count: 1, bytes: 9 }, Step::Hear]),
        ),
        (
            "break",
            with(vec![
                Step::Break,
                Step::Write { log: 1, count: 9, bytes: 900 },
                Step::Carry { part: 1 },
            ]),
        ),
        ("own-case", with(vec![Step::Greet, own(0), Step::Hear, own(0), Step::Hear])),
        (
            "relays-a-foreign-log",
            with(vec![Step::Greet, Step::Relay { log: 0, run: 0 }, Step::Hear]),
        ),
        ("asks-for-a-foreign-log", with(vec![Step::Greet, fetch(), Step::Hear])),
        ("names-a-foreign-log", with(vec![Step::Say(greeting()), foreign_heads(), Step::Hear])),
        ("writes-into-a-foreign-channel", with(vec![Step::Greet, foreign_sign(), Step::Hear])),
        ("before-the-greeting", with(vec![own(0)])),
        ("greets-twice", with(vec![Step::Greet, Step::Greet])),
        (
            "calls-anew",
            with(vec![Step::Greet, own(0), Step::Call, Step::Greet, own(1), Step::Hear]),
        ),
        ("noise", with(vec![Step::Send { bulk: false, bytes: vec![0xff; 40] }])),
        (
            "noise-on-bulk",
            with(vec![Step::Greet, Step::Send { bulk: true, bytes: vec![0x05; 40] }]),
        ),
        ("forges", with(vec![Step::Greet, Step::Forge(village_run())])),
        ("unasked-piece", with(vec![Step::Greet, Step::SayBulk(pieces().swap_remove(1))])),
        ("asks-for-a-photograph", with(vec![Step::Greet, wants(), Step::Hear, Step::Hear])),
    ]);
    let frames = said().into_iter().enumerate();
    seeds.extend(frames.map(|(n, frame)| {
        (format!("says-{n:02}"), story(vec![Step::Greet, Step::Say(frame), Step::Hear]))
    }));
    seeds
}

fn village_run() -> Run {
    village().logs.into_values().flatten().next().expect("it has written")
}

fn foreign_log() -> (LogId, Head) {
    let mut village = Office::new(VILLAGE);
    village.write(Channel::cases(code(VILLAGE)), 0, entries(3, 60));
    let (log, tip) = village.frontier.into_iter().next().expect("it has written");
    (log, tip.head)
}

fn fetch() -> Step {
    Step::Say(Frame::Fetch { log: foreign_log().0, from: 0 })
}

fn wants() -> Step {
    Step::Say(Frame::BlobWant { blob: Manifest::of(PHOTOGRAPH).id(), first: 0 })
}

fn foreign_heads() -> Step {
    Step::Say(Frame::Heads { buckets: Buckets::ALL, heads: vec![foreign_log()], last: true })
}

fn foreign_sign() -> Step {
    Step::Sign { channel: Channel::cases(code(VILLAGE)), log: 3, entries: entries(1, 9) }
}

pub(super) fn bundles() -> Vec<Seed> {
    let items = |count: usize| -> Vec<Item> {
        let said = said().into_iter().map(Item::Said);
        said.chain(pieces().into_iter().map(Item::File)).take(count).collect()
    };
    let made = |count, flipped| bytes(&Story::Made { items: items(count), flipped });
    let found = |file: Vec<u8>| bytes(&Story::Found(file));
    let file = sealed(&items(4));
    let mut version = file.clone();
    version[13] = 9;
    named([
        ("empty", made(0, None)),
        ("one", made(1, Some(0))),
        ("all", made(30, Some(200))),
        ("flipped-in-the-header", made(1, Some(150))),
        ("found", found(file.clone())),
        ("found-cut", found(file[..file.len() - 9].to_vec())),
        ("found-longer", found([&file[..], &[0]].concat())),
        ("found-of-another-version", found(version)),
        ("found-header-too-long", found([&file[..14], &[0xff; 4]].concat())),
        ("no-bundle", found(b"daiban".to_vec())),
    ])
}
