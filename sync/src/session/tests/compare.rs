//! Finding out what the other lacks.

use super::*;

/// A village and its town that both hold `logs` logs of `entries` entries.
fn equal(logs: u64, entries: usize) -> (Office, Office) {
    let (mut village, mut town) = (Office::new(VILLAGE), Office::new(TOWN));
    for incarnation in 0..logs {
        let log = village.begin(cases(VILLAGE), incarnation);
        if entries > 0 {
            village.write(log, entries, 20);
        }
        town.copy(&village, log, usize::MAX);
    }
    (village, town)
}

#[test]
fn equal_frontiers_cost_one_greeting_each_way_whatever_they_hold() {
    let costs = [(1, 10), (1, 10_000), (200, 1)].map(|(logs, entries)| {
        let (village, town) = equal(logs, entries);
        let pair = Pair::new(village, town).done();
        for peer in [&pair.a, &pair.b] {
            assert!(matches!(peer.frames.as_slice(), [Frame::Hello(_)]));
            assert!(matches!(peer.events.as_slice(), [Event::Hello(_), Event::Live]));
            assert!(peer.session.is_live() && peer.sent_bytes <= 400, "{}", peer.sent_bytes);
        }
        [pair.a.sent_bytes, pair.b.sent_bytes]
    });
    assert_eq!(costs, [costs[0]; 3]);
}

#[test]
fn logs_go_both_ways_at_once() {
    for logs in [3, 300] {
        for swap in [false, true] {
            let (mut village, mut town) = equal(logs, 1);
            let up = village.begin(cases(VILLAGE), 1_000);
            village.write(up, 700, 30);
            let down = town.begin(cases(VILLAGE), 1_000);
            let notice = town.begin(Channel::Notices { issuer: code(TOWN) }, 0);
            let longer = village.logs.keys().copied().find(|log| *log != up).unwrap();
            village.write(longer, 5, 30);
            let private = town.begin(cases(NEIGHBOUR), 0);
            let pair = if swap { Pair::new(town, village) } else { Pair::new(village, town) };
            let pair = pair.done();
            let [village, town] =
                if swap { [&pair.b, &pair.a] } else { [&pair.a, &pair.b] }.map(|p| &p.office);
            for log in [up, down, notice, longer] {
                assert_eq!(village.frontier[&log], town.frontier[&log]);
            }
            assert_eq!(village.len(private), 0);
            assert_eq!(pair.a.session.backlog(&pair.a.office), (0, 0));
            assert!(pair.a.session.is_live() && pair.b.session.is_live());
        }
    }
}

#[test]
fn the_cost_of_many_logs_follows_those_that_differ() {
    let (village, town) = equal(1_000, 0);
    let cost = |differing: usize| {
        let mut village = village.clone();
        let logs: Vec<_> = village.logs.keys().copied().step_by(83).take(differing).collect();
        logs.iter().for_each(|log| village.write(*log, 1, 20));
        let pair = Pair::new(village, town.clone()).done();
        assert_eq!(pair.a.runs().len(), differing);
        assert!(pair.a.heads_named().max(pair.b.heads_named()) <= 12 * differing);
        pair.a.sent_bytes + pair.b.sent_bytes
    };
    let costs = [1, 2, 4, 8].map(cost);
    assert!(costs[0] < 7_000, "{costs:?}");
    for (more, pair) in [1, 2, 4].iter().zip(costs.windows(2)) {
        assert!(pair[1] - pair[0] < more * 1_300, "{costs:?}");
    }
}

#[test]
fn a_bucket_with_more_heads_than_a_frame_holds_is_named_in_parts() {
    let log = |i: u32| {
        let mut id = [5; 32];
        id[1..5].copy_from_slice(&i.to_be_bytes());
        LogId(id)
    };
    let head = Head { len: 3, hash: EntryHash([1; 32]) };
    let many: crate::frontier::Heads = (0..9_000).map(|i| (log(i), head)).collect();
    let mut dialer = Compare::new(Role::Dialer, many.clone());
    let mut acceptor = Compare::new(Role::Acceptor, crate::frontier::Heads::new());
    acceptor.begin();
    let Some(Frame::Summary(summary)) = dialer.begin().frames.pop() else { panic!() };
    let answer = acceptor.handle_summary(&summary).unwrap().frames.pop();
    let Some(Frame::Heads { buckets, heads, last: true }) = answer else { panic!() };
    let frames = dialer.handle_heads(&buckets, heads, true).unwrap().frames;
    assert_eq!(frames.len(), 3);
    let mut known = 0;
    for frame in frames {
        assert!(!acceptor.is_done() && framed(&frame).is_ok());
        let Frame::Heads { buckets, heads, last } = frame else { panic!() };
        known += acceptor.handle_heads(&buckets, heads, last).unwrap().peer_heads.len();
    }
    assert!(acceptor.is_done() && known == 9_000);
}

#[test]
fn what_grows_between_greeting_and_comparison_travels_too() {
    for logs in [3, 300] {
        let (mut village, town) = equal(logs, 1);
        let first = *village.logs.keys().next().unwrap();
        village.write(first, 1, 20);
        let all: Vec<_> = village.logs.keys().copied().collect();
        let mut pair = Pair::new(village, town);
        let greetings = [pair.a.transmit(Lane::Control), pair.b.transmit(Lane::Control)];
        for log in &all {
            pair.a.write(*log, 2, 20);
        }
        pair.a.take(Lane::Control, greetings[1].as_ref().unwrap());
        pair.b.take(Lane::Control, greetings[0].as_ref().unwrap());
        pair.carry();
        assert_eq!(pair.a.office.frontier, pair.b.office.frontier);
        assert_eq!(pair.a.runs().len(), all.len() + 1);
    }
}

#[test]
fn a_longer_log_of_the_peer_is_announced_before_it_comes() {
    let (mut village, town) = equal(1, 1);
    let log = *village.logs.keys().next().unwrap();
    village.write(log, 4, 20);
    let pair = Pair::new(village, town).done();
    assert!(pair.b.events.contains(&Event::Ahead { log, len: 6 }));
}

#[test]
fn receipts_go_down_only_and_only_when_they_differ() {
    let check = |up: bool, known_below: bool, expected: usize| {
        let (mut village, mut town) = equal(2, 1);
        let county = Office::new(COUNTY);
        for log in village.logs.keys() {
            town.receipts.extend([town.receipt(*log, &county), town.receipt(*log, &town)]);
        }
        if known_below {
            village.receipts = town.receipts.clone();
        }
        let pair = if up { Pair::new(village, town) } else { Pair::new(town, village) }.done();
        let [below, above] = if up { [&pair.a, &pair.b] } else { [&pair.b, &pair.a] };
        let given = |event: &Event| match event {
            Event::Receipts(receipts) => receipts.len(),
            _ => 0,
        };
        assert_eq!(below.events.iter().map(given).sum::<usize>(), expected);
        assert_eq!(above.events.iter().map(given).sum::<usize>(), 0);
    };
    for up in [true, false] {
        check(up, false, 4);
        check(up, true, 0);
    }
}

#[test]
fn only_the_newest_receipt_waits_for_a_peer_that_does_not_read() {
    let (mut village, town) = equal(1, 1);
    let log = *village.logs.keys().next().unwrap();
    let mut pair = Pair::new(town.clone(), village.clone()).done();
    let older = village.receipt(log, &town);
    village.write(log, 1, 1);
    let newer = village.receipt(log, &town);
    pair.a.session.send_receipts(&[older]);
    pair.a.session.send_receipts(&[newer]);
    pair.carry();
    assert!(pair.b.events.contains(&Event::Receipts(vec![newer])));
    assert_eq!(pair.b.count(|e| matches!(e, Event::Receipts(_))), 1);
}
