//! What a session does not take from its peer.

use super::*;
use crate::error::{InvalidFrame, Misbehaviour};
use crate::frontier::{Buckets, Summary, bucket_of};
use crate::limits::{
    ACKS_PER_FRAME, ANSWERS_MAX, BLOBS_MISSED_MAX, EVENTS_MAX, FETCHES_MAX, HEADS_PER_FRAME,
    RECEIPTS_PER_FRAME, RUN_ENTRIES_MAX, SHARED_LOGS_MAX,
};

/// A town that holds a log of its village and one of the village's neighbour.
fn town() -> (Office, LogId, LogId) {
    let mut town = Office::new(TOWN);
    let [shared, private] = [VILLAGE, NEIGHBOUR].map(|village| {
        let mut village = Office::new(village);
        let log = village.begin(Channel::cases(village.code), 0);
        town.copy(&village, log, 1);
        log
    });
    (town, shared, private)
}

/// Says `frames`, of which the last must be refused with `expected`.
fn check(mut puppet: Puppet, frames: Vec<Frame>, expected: Misbehaviour) {
    let (last, before) = frames.split_last().unwrap();
    for frame in before {
        puppet.say(frame.clone()).unwrap();
    }
    assert_eq!(puppet.say(last.clone()), Err(expected.into()));
}

fn out_of_turn(expected: &'static str, got: &'static str) -> Misbehaviour {
    Misbehaviour::OutOfTurn { expected, got }
}

fn heads(heads: &[(LogId, Head)], last: bool) -> Frame {
    let mut buckets = Buckets::NONE;
    heads.iter().for_each(|(log, _)| buckets.insert(bucket_of(*log)));
    Frame::Heads { buckets, heads: heads.to_vec(), last }
}

/// Any log, in the order of the numbers.
fn numbered(n: usize) -> LogId {
    let mut log = LogId([0; 32]);
    log.0[..8].copy_from_slice(&(n as u64).to_be_bytes());
    log
}

const HEAD: Head = Head { len: 1, hash: EntryHash([1; 32]) };

#[test]
fn the_first_word_is_a_greeting_and_there_is_one() {
    let (town, shared, _) = town();
    let silent = || Puppet::silent(town.clone(), VILLAGE);
    for frame in
        [Frame::Beacon(vec![]), Frame::Durable(vec![]), Frame::Fetch { log: shared, from: 0 }]
    {
        let expected = out_of_turn("a greeting", frame.name());
        check(silent(), vec![frame], expected);
    }
    check(silent(), vec![hello(VILLAGE), hello(VILLAGE)], out_of_turn("one greeting", "two"));
    let (certificate, hello_office) = (code(VILLAGE), code(NEIGHBOUR));
    let expected = Misbehaviour::Office { certificate, hello: hello_office };
    check(silent(), vec![hello(NEIGHBOUR)], expected);
}

#[test]
fn a_health_report_has_a_bound() {
    let (town, ..) = town();
    let expected =
        Misbehaviour::TooMany { what: "bytes of health report", bound: BEACON_BYTES_MAX };
    let long = vec![7; BEACON_BYTES_MAX + 1];
    check(
        Puppet::greeted(town.clone(), VILLAGE),
        vec![Frame::Beacon(long.clone())],
        expected.clone(),
    );
    let Frame::Hello(hello) = hello(VILLAGE) else { unreachable!() };
    let greeting = Frame::Hello(Hello { beacon: long, ..hello });
    check(Puppet::silent(town, VILLAGE), vec![greeting], expected);
}

#[test]
fn a_comparison_goes_its_way_once() {
    let (town, shared, private) = town();
    let greeted = || Puppet::greeted(town.clone(), VILLAGE);
    let summary = || Frame::Summary(Summary::of(&crate::frontier::Heads::from([(shared, HEAD)])));
    let waits = "a summary or all heads";
    check(Puppet::live(town.clone(), VILLAGE), vec![summary()], out_of_turn("runs", "a summary"));
    check(
        Puppet::live(town.clone(), VILLAGE),
        vec![heads(&[], true)],
        out_of_turn("runs", "heads"),
    );
    let answered = out_of_turn("heads of the buckets that differ", "a summary");
    check(greeted(), vec![summary(), summary()], answered);

    let [a, b] = [LogId([3; 32]), LogId([4; 32])];
    let disorder = out_of_turn(waits, "heads out of order or named before");
    check(greeted(), vec![heads(&[(b, HEAD), (a, HEAD)], true)], disorder.clone());
    check(greeted(), vec![heads(&[(a, HEAD)], false), heads(&[(a, HEAD)], true)], disorder.clone());
    check(greeted(), vec![heads(&[(b, HEAD)], false), heads(&[(a, HEAD)], true)], disorder);
    let (buckets, unnamed) = (Buckets::NONE, vec![(a, HEAD)]);
    let incomplete = Frame::Heads { buckets, heads: unnamed, last: true };
    check(
        greeted(),
        vec![incomplete],
        out_of_turn(waits, "heads of a bucket that is not complete"),
    );
    check(greeted(), vec![heads(&[(private, HEAD)], true)], Misbehaviour::OutOfScope(private));

    let unsorted = postcard::to_stdvec(&vec![(2u8, [0u8; 16]), (1, [0; 16])]).unwrap();
    let unsorted = Frame::Summary(postcard::from_bytes(&unsorted).unwrap());
    check(greeted(), vec![unsorted], out_of_turn(waits, "a summary"));
}

#[test]
fn nobody_acknowledges_what_was_not_sent() {
    let (town, shared, private) = town();
    let expected = |log, acknowledged, sent| Misbehaviour::Acknowledged { log, acknowledged, sent };
    let mut live = Puppet::live(town.clone(), VILLAGE);
    assert!(matches!(live.heard().last(), Some(Frame::Run(run)) if run.log == shared));
    let acks = |log, len| Frame::Durable(vec![(log, len)]);
    check(live, vec![acks(shared, 1), acks(shared, 1), acks(shared, 2)], expected(shared, 2, 1));
    let greeted = || Puppet::greeted(town.clone(), VILLAGE);
    check(greeted(), vec![acks(private, 1)], expected(private, 1, 0));
    // A claim to hold a log is no reason to acknowledge it.
    let claim = heads(&[(shared, Head { len: 9, ..HEAD })], true);
    check(greeted(), vec![claim, acks(shared, 9)], expected(shared, 9, 0));
}

#[test]
fn what_lies_outside_the_scope_is_neither_taken_nor_given() {
    let (town, shared, private) = town();
    let greeted = || Puppet::greeted(town.clone(), VILLAGE);
    let refused = Misbehaviour::OutOfScope(private);
    check(greeted(), vec![Frame::Fetch { log: private, from: 0 }], refused.clone());
    check(greeted(), vec![Frame::Diverged { log: private, at: HEAD }], refused.clone());
    check(greeted(), vec![Frame::Run(town.logs[&private][0].clone())], refused);
    let unknown = LogId([8; 32]);
    let diverged = Frame::Diverged { log: unknown, at: HEAD };
    check(greeted(), vec![diverged], Misbehaviour::OutOfScope(unknown));

    let mut neighbour = Office::new(NEIGHBOUR);
    let fresh = neighbour.begin(cases(NEIGHBOUR), 5);
    let run = Frame::Run(neighbour.logs[&fresh][0].clone());
    check(greeted(), vec![run], Misbehaviour::OutOfScope(fresh));

    let mut asking = greeted();
    asking.session.fetch(shared, 0);
    asking.heard();
    let fetched = Frame::Fetched(shared, Some(town.logs[&private][0].clone()));
    let expected = out_of_turn("a run of the log that was asked for", "another");
    check(asking, vec![fetched], expected);
}

#[test]
fn a_run_has_a_bound_and_a_window() {
    let mut village = Office::new(VILLAGE);
    let log = village.begin(cases(VILLAGE), 0);
    (0..12).for_each(|_| village.write(log, 1, 1_000));
    let frames: Vec<_> = village.logs[&log].iter().cloned().map(Frame::Run).collect();
    let town = Office::new(TOWN);
    let small = Opening { window: 10_000, ..opening(Role::Acceptor, &town, code(VILLAGE)) };
    let mut puppet = Puppet::silent(town.clone(), VILLAGE);
    puppet.session = Session::new(small, &town);
    puppet.say(hello(VILLAGE)).unwrap();
    check(puppet, frames[..12].to_vec(), Misbehaviour::Window(10_000));

    let long = |entries: usize| Run {
        entries: vec![entry(1, b""); entries],
        ..village.logs[&log][1].clone()
    };
    for entries in [0, RUN_ENTRIES_MAX + 1] {
        let expected = Misbehaviour::Run(RunError::Size { log, entries });
        check(Puppet::greeted(town.clone(), VILLAGE), vec![Frame::Run(long(entries))], expected);
    }
}

#[test]
fn a_peer_begins_no_more_logs_than_can_be_compared() {
    let (mut town, shared, private) = town();
    let [shared, private] = [shared, private].map(|log| town.frontier[&log]);
    town.frontier.extend((0..SHARED_LOGS_MAX - 2).map(|n| (numbered(n), shared)));
    town.frontier.insert(numbered(SHARED_LOGS_MAX), private);
    let mut village = Office::new(VILLAGE);
    let mut begin = |incarnation| {
        let log = village.begin(cases(VILLAGE), incarnation);
        Frame::Run(village.logs[&log][0].clone())
    };
    let (last, beyond) = (begin(5), begin(6));
    let expected = Misbehaviour::TooMany { what: "shared logs", bound: SHARED_LOGS_MAX };
    check(Puppet::greeted(town, VILLAGE), vec![last.clone(), last, beyond], expected);
}

#[test]
fn a_frame_names_a_bounded_number_of_things() {
    let (town, shared, _) = town();
    let too_many = |what, bound| Misbehaviour::TooMany { what, bound };
    let named = |count: usize| (0..count).map(numbered);
    let said: Vec<_> = named(HEADS_PER_FRAME + 1).map(|log| (log, HEAD)).collect();
    check(
        Puppet::greeted(town.clone(), VILLAGE),
        vec![heads(&said[1..], false), heads(&said, false)],
        too_many("heads in one frame", HEADS_PER_FRAME),
    );
    let acks = named(ACKS_PER_FRAME + 1).map(|log| (log, 0)).collect();
    check(
        Puppet::greeted(town.clone(), VILLAGE),
        vec![Frame::Durable(acks)],
        too_many("acknowledgements in one frame", ACKS_PER_FRAME),
    );
    let receipt = town.receipt(shared, &Office::new(COUNTY));
    let receipts = |count| Frame::Receipts(vec![receipt; count]);
    check(
        Puppet::greeted(town.clone(), COUNTY),
        vec![receipts(RECEIPTS_PER_FRAME), receipts(RECEIPTS_PER_FRAME + 1)],
        too_many("receipts in one frame", RECEIPTS_PER_FRAME),
    );
    let missed = |log: LogId| Frame::BlobWant { blob: BlobId(log.0), first: 0 };
    check(
        Puppet::live(town, VILLAGE),
        named(BLOBS_MISSED_MAX + 1).map(missed).collect(),
        too_many("missing blobs", BLOBS_MISSED_MAX),
    );
}

#[test]
fn receipts_come_from_above_and_from_who_can_give_them() {
    let (town, shared, _) = town();
    let from_below = town.receipt(shared, &Office::new(VILLAGE));
    let refused = Misbehaviour::Receipt(shared);
    check(
        Puppet::greeted(town.clone(), VILLAGE),
        vec![Frame::Receipts(vec![from_below])],
        refused.clone(),
    );
    let above = || Puppet::greeted(town.clone(), COUNTY);
    let good = town.receipt(shared, &Office::new(COUNTY));
    let aside = town.receipt(shared, &Office::new(330_381_000_000));
    let own = town.receipt(shared, &town);
    for bad in [aside, own] {
        let said = vec![Frame::Receipts(vec![good]), Frame::Receipts(vec![bad])];
        check(above(), said, refused.clone());
    }
}

#[test]
fn questions_and_messages_have_bounds() {
    let (town, shared, _) = town();
    let too_many = |what, bound| Misbehaviour::TooMany { what, bound };
    let live = || Puppet::live(town.clone(), VILLAGE);
    let fetch = Frame::Fetch { log: shared, from: 0 };
    check(live(), vec![fetch; FETCHES_MAX + 1], too_many("fetches", FETCHES_MAX));
    let want = Frame::BlobWant { blob: BlobId([1; 32]), first: 0 };
    let mut heard = live();
    heard.heard();
    check(heard, vec![want; ANSWERS_MAX + 1], too_many("unread answers", ANSWERS_MAX));
    check(
        live(),
        vec![Frame::Fetched(shared, None)],
        out_of_turn("the answer to our oldest fetch", "another run"),
    );
    check(
        live(),
        vec![Frame::BulkArrived(1)],
        out_of_turn("an acknowledgement of what was sent", "one of more"),
    );

    let mut puppet = live();
    for _ in 0..=EVENTS_MAX {
        puppet.encoder.push(&Frame::BlobHere(BlobId([1; 32]))).unwrap();
    }
    let bytes = puppet.encoder.take();
    let result = puppet.session.handle_bytes(Lane::Control, NOW, &bytes, &puppet.office);
    assert_eq!(result, Err(too_many("messages at once", EVENTS_MAX).into()));
}

#[test]
fn a_frame_that_goes_on_after_its_end_is_refused() {
    let mut puppet = Puppet::greeted(town().0, VILLAGE);
    puppet.encoder.push(&(Frame::BulkArrived(0), 1u8)).unwrap();
    let bytes = puppet.encoder.take();
    let result = puppet.session.handle_bytes(Lane::Control, NOW, &bytes, &puppet.office);
    assert_eq!(result, Err(InvalidFrame::Trailing(3).into()));
}
