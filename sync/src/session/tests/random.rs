//! Whatever logs, cuts, orders and noise: the same in the end, or a refusal.

use proptest::prelude::*;

use super::*;
use crate::frontier::{Buckets, Summary};
use crate::wire::PREFACE;

/// One log: who writes it, how long its runs are, and how many of them each side holds.
type Drawn = (bool, Vec<u8>, usize, usize);

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let log = (any::<bool>(), prop::collection::vec(1..40u8, 1..5), 0..6usize, 0..6usize);
    prop_oneof![
        4 => prop::collection::vec(log.clone(), 0..12),
        1 => prop::collection::vec(log, 60..90),
    ]
}

fn offices(logs: &[Drawn]) -> (Office, Office) {
    let (mut village, mut town) = (Office::new(VILLAGE), Office::new(TOWN));
    for (i, (by_village, runs, here, there)) in (0..).zip(logs) {
        let mut author = Office::new(if *by_village { VILLAGE } else { TOWN });
        let notices = Channel::Notices { issuer: author.code };
        let log = author.begin(if i % 3 == 0 && !by_village { notices } else { cases(VILLAGE) }, i);
        runs.iter().for_each(|len| author.write(log, usize::from(*len), usize::from(*len)));
        village.copy(&author, log, *here);
        town.copy(&author, log, *there);
    }
    (village, town)
}

/// The longer of the two for every log.
fn union(a: &Frontier, b: &Frontier) -> Frontier {
    let mut union = a.clone();
    for (log, tip) in b {
        let known = union.entry(*log).or_insert(*tip);
        if tip.head.len > known.head.len {
            *known = *tip;
        }
    }
    union
}

fn any_bytes<const N: usize>() -> impl Strategy<Value = [u8; N]> {
    prop::collection::vec(any::<u8>(), N).prop_map(|bytes| bytes.try_into().unwrap())
}

fn any_head() -> impl Strategy<Value = (LogId, Head)> {
    (any_bytes(), any::<u64>(), any_bytes())
        .prop_map(|(log, len, hash)| (LogId(log), Head { len, hash: EntryHash(hash) }))
}

fn any_run() -> impl Strategy<Value = Run> {
    let payload = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..50).prop_map(Payload::Present),
        (any::<u32>(), any_bytes()).prop_map(|(len, hash)| Payload::Erased { len, hash }),
    ];
    let kind = prop::sample::select(vec![Kind::Genesis, Kind::FormChange, Kind::Act, Kind::Notice]);
    let entry = (any::<u64>(), kind, payload).prop_map(|(at, kind, payload)| Entry {
        at: Hlc(at),
        kind,
        payload,
    });
    let after = any_head().prop_map(|(log, after)| (log, Head { len: after.len / 2, ..after }));
    (after, prop::collection::vec(entry, 0..9)).prop_map(|((log, after), entries)| {
        Run::write(log, after, entries, &SigningKey::from_bytes(&[7; 32]))
    })
}

fn any_frame() -> impl Strategy<Value = Frame> {
    let heads = || prop::collection::vec(any_head(), 0..9);
    let receipt = any_head().prop_map(|(log, head)| {
        Receipt::sign(log, head, code(COUNTY), &SigningKey::from_bytes(&[7; 32]))
    });
    let beacon = || prop::collection::vec(any::<u8>(), 0..300);
    prop_oneof![
        (beacon(), any::<u64>()).prop_map(|(beacon, window)| {
            let Frame::Hello(hello) = hello(TOWN) else { unreachable!() };
            Frame::Hello(Hello { beacon, window, ..hello })
        }),
        heads().prop_map(|heads| Frame::Summary(Summary::of(&heads.into_iter().collect()))),
        (any::<u8>(), heads(), any::<bool>()).prop_map(|(bucket, heads, last)| {
            let mut buckets = Buckets::NONE;
            buckets.insert(bucket);
            Frame::Heads { buckets, heads, last }
        }),
        any_run().prop_map(Frame::Run),
        heads().prop_map(|heads| Frame::Durable(heads.iter().map(|(l, h)| (*l, h.len)).collect())),
        prop::collection::vec(receipt, 0..9).prop_map(Frame::Receipts),
        any_head().prop_map(|(log, at)| Frame::Diverged { log, at }),
        any_head().prop_map(|(log, at)| Frame::Fetch { log, from: at.len }),
        (any_head(), prop::option::of(any_run()))
            .prop_map(|((log, _), run)| Frame::Fetched(log, run)),
        beacon().prop_map(Frame::Beacon),
        any::<u64>().prop_map(|retry_after_ms| Frame::Busy { retry_after_ms }),
        (any_bytes(), any::<u32>())
            .prop_map(|(blob, first)| Frame::BlobWant { blob: BlobId(blob), first }),
        any_bytes().prop_map(|blob| Frame::BlobMissing(BlobId(blob))),
        any_bytes().prop_map(|blob| Frame::BlobHere(BlobId(blob))),
        any::<u64>().prop_map(Frame::BulkArrived),
        any_bytes().prop_map(|blob| Frame::BlobHeld(BlobId(blob))),
    ]
}

/// All bytes that a village sends to a town, and the runs in them.
fn recorded() -> (Vec<u8>, Vec<Run>, Office) {
    let mut village = Office::new(VILLAGE);
    for incarnation in 0..4 {
        let log = village.begin(cases(VILLAGE), incarnation);
        village.write(log, 20, 30);
    }
    let town = Office::new(TOWN);
    let mut pair = Pair::new(village.clone(), town.clone());
    let mut bytes = Vec::new();
    for _ in 0..3 {
        while let Some(more) = pair.a.transmit(Lane::Control) {
            pair.b.take(Lane::Control, &more);
            bytes.extend(more);
        }
        while let Some(more) = pair.b.transmit(Lane::Control) {
            pair.a.take(Lane::Control, &more);
        }
    }
    (bytes, village.logs.into_values().flatten().collect(), town)
}

/// Gives the runs that a fresh town, fed with `bytes`, would verify and keep.
fn kept(mut town: Office, bytes: &[u8], cut: usize) -> Vec<Run> {
    let mut session = Session::new(opening(Role::Acceptor, &town, code(VILLAGE)), &town);
    let mut kept = Vec::new();
    for part in bytes.chunks(cut) {
        let result = session.handle_bytes(Lane::Control, NOW, part, &town);
        while let Some(event) = session.poll_event() {
            if let Event::Run(run) = event
                && town.hold(run.clone()).is_ok()
            {
                kept.push(run);
            }
        }
        if result.is_err() {
            break;
        }
    }
    kept
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn two_sets_of_logs_converge_however_bytes_are_cut_and_acknowledged(
        logs in drawn(),
        cuts in prop::collection::vec(1..2_000usize, 1..20),
        windows in (1..9_000u64, 1..9_000u64),
        batches in prop::collection::vec(1..9usize, 1..9),
        swap in any::<bool>(),
    ) {
        let (village, town) = offices(&logs);
        let expected = union(&village.frontier, &town.frontier);
        let (a, b) = if swap { (town, village) } else { (village, town) };
        let mut pair = Pair::with_windows(a, b, [windows.0, windows.1]);
        (pair.a.unacknowledged, pair.b.unacknowledged) = (Some(Vec::new()), Some(Vec::new()));
        let (mut cuts, mut batches) = (cuts.into_iter().cycle(), batches.into_iter().cycle());
        loop {
            pair.carry_cut(&mut || cuts.next().unwrap());
            let mut idle = true;
            for peer in [&mut pair.a, &mut pair.b] {
                for _ in 0..batches.next().unwrap() {
                    if !peer.waiting().is_empty() {
                        peer.acknowledge_oldest();
                        idle = false;
                    }
                }
            }
            if idle {
                break;
            }
        }
        for peer in [&pair.a, &pair.b] {
            prop_assert_eq!(&peer.office.frontier, &expected);
            prop_assert!(peer.session.is_live());
            prop_assert_eq!(peer.session.backlog(&peer.office), (0, 0));
        }
    }

    #[test]
    fn a_frame_is_read_as_it_was_written(frame in any_frame(), cut in 1..300usize) {
        let mut encoder = Encoder::new(Compression::SMALL);
        encoder.push(&frame).unwrap();
        let (mut decoder, mut read) = (Decoder::new(), Vec::new());
        for mut part in encoder.take().chunks(cut) {
            read.extend(std::iter::from_fn(|| decoder.next::<Frame>(&mut part).unwrap()));
        }
        prop_assert!(read == [frame]);
    }
}

proptest! {
    #[test]
    fn frames_in_any_order_never_panic(frames in prop::collection::vec(any_frame(), 0..20)) {
        let mut village = Office::new(VILLAGE);
        let log = village.begin(cases(VILLAGE), 0);
        let mut town = Office::new(TOWN);
        town.copy(&village, log, 1);
        let mut puppet = Puppet::greeted(town, VILLAGE);
        for frame in frames {
            if puppet.say(frame).is_err() {
                break;
            }
            puppet.heard();
        }
    }

    #[test]
    fn noise_after_the_preface_never_panics(noise in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let town = Office::new(TOWN);
        let mut session = Session::new(opening(Role::Acceptor, &town, code(VILLAGE)), &town);
        let bytes = [PREFACE.as_slice(), &noise].concat();
        let _ = session.handle_bytes(Lane::Control, NOW, &bytes, &town);
        let _ = session.handle_bytes(Lane::Bulk, NOW, &noise, &town);
        let mut packer = Encoder::new(Compression::SMALL);
        packer.push(&noise).unwrap();
        let mut session = Session::new(opening(Role::Acceptor, &town, code(VILLAGE)), &town);
        let _ = session.handle_bytes(Lane::Control, NOW, &packer.take(), &town);
    }
}

#[test]
fn a_flipped_bit_never_makes_an_entry_that_nobody_wrote() {
    let (bytes, runs, town) = recorded();
    let whole = kept(town.clone(), &bytes, 7);
    assert!(whole.len() == runs.len() && whole.iter().all(|run| runs.contains(run)));
    for place in 0..bytes.len() {
        for bit in [0, 3, 7] {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << bit;
            assert!(kept(town.clone(), &flipped, 100).iter().all(|run| runs.contains(run)));
        }
    }
}

#[test]
fn a_run_is_verified_only_as_it_was_written() {
    let mut village = Office::new(VILLAGE);
    let log = village.begin(cases(VILLAGE), 0);
    village.write(log, 9, 20);
    let erased = crate::run::without_payloads(village.logs[&log][1].clone());
    for (held, run) in [(0, &village.logs[&log][0]), (1, &village.logs[&log][1]), (1, &erased)] {
        let mut town = Office::new(TOWN);
        town.copy(&village, log, held);
        town.clone().hold(run.clone()).unwrap();
        let frame = Frame::Run(run.clone());
        let bytes = postcard::to_stdvec(&frame).unwrap();
        for place in 0..bytes.len() {
            for mask in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                let mut changed = bytes.clone();
                changed[place] ^= mask;
                if let Ok((Frame::Run(changed), [])) = postcard::take_from_bytes(&changed)
                    && changed != *run
                {
                    assert!(town.clone().hold(changed).is_err(), "byte {place}, mask {mask}");
                }
            }
        }
    }
}
