//! Runs on their way.

use super::*;

/// A village with `runs` runs of one entry of `len` bytes after the genesis, and its empty town.
fn backlog(runs: usize, len: usize) -> (Office, Office, LogId) {
    let mut village = Office::new(VILLAGE);
    let log = village.begin(cases(VILLAGE), 0);
    (0..runs).for_each(|_| village.write(log, 1, len));
    (village, Office::new(TOWN), log)
}

#[test]
fn notices_go_first_then_the_smallest_backlog() {
    let mut town = Office::new(TOWN);
    let large = town.begin(cases(VILLAGE), 0);
    town.write(large, 600, 10);
    let small = town.begin(cases(VILLAGE), 1);
    town.write(small, 20, 10);
    let notice = town.begin(Channel::Notices { issuer: code(TOWN) }, 0);
    town.write(notice, 800, 10);
    let pair = Pair::new(town, Office::new(VILLAGE)).done();
    let mut order: Vec<_> = pair.a.runs().into_iter().map(|(log, _)| log).collect();
    order.dedup();
    assert_eq!(order, [notice, small, large]);
}

#[test]
fn the_window_is_respected_and_released_by_acknowledgements() {
    let (village, town, log) = backlog(20, 1_000);
    let mut pair = Pair::with_windows(village, town, [WINDOW_BYTES, 3_000]);
    pair.b.unacknowledged = Some(Vec::new());
    pair.carry();
    // The genesis and two entries are below the window; the run that passes it is the last.
    let mut in_flight = Vec::new();
    while !pair.b.waiting().is_empty() {
        in_flight.push(pair.b.waiting().len());
        pair.b.acknowledge_oldest();
        pair.carry();
    }
    assert_eq!(in_flight, [vec![4], vec![3; 18], vec![2, 1]].concat());
    assert_eq!(pair.b.office.len(log), 21);
    assert_eq!(pair.a.count(|e| *e == Event::Durable { log, len: 21 }), 1);
    assert_eq!(pair.a.session.backlog(&pair.a.office), (0, 0));
}

#[test]
fn a_session_that_is_live_pushes_what_is_new() {
    let (village, town, log) = backlog(1, 10);
    let mut pair = Pair::new(village, town).done();
    assert!(pair.a.session.is_live() && pair.b.session.is_live());
    for len in 3..10 {
        pair.a.write(log, 1, 10);
        assert_eq!(pair.a.session.backlog(&pair.a.office), (1, 1));
        pair.carry();
        assert_eq!(pair.b.office.len(log), len);
    }
    assert_eq!(pair.a.runs().len(), 9);
}

#[test]
fn what_the_peer_sent_is_not_echoed() {
    let (village, town, log) = backlog(5, 10);
    let mut pair = Pair::new(village, town).done();
    pair.b.session.advance(log, &pair.b.office);
    pair.a.write(log, 1, 10);
    pair.carry();
    assert_eq!(pair.b.office.len(log), 7);
    assert!(pair.b.runs().is_empty());
}

#[test]
fn what_came_from_elsewhere_meanwhile_is_acknowledged_as_far_as_it_was_sent() {
    let (village, town, log) = backlog(3, 10);
    let mut pair = Pair::new(village.clone(), town);
    pair.b.unacknowledged = Some(Vec::new());
    pair.carry();
    let mut longer = village;
    longer.write(log, 2, 10);
    pair.b.office.copy(&longer, log, 0);
    for run in &longer.logs[&log][4..] {
        pair.b.office.hold(run.clone()).unwrap();
    }
    pair.b.session.acknowledge(log, 5);
    pair.carry();
    assert!(pair.a.events.contains(&Event::Durable { log, len: 4 }));
}

/// Two histories: `shared` runs in common, then `ours` and `theirs` runs that differ.
fn forked(shared: usize, ours: usize, theirs: usize) -> (Office, Office, LogId) {
    let (mut village, mut town, log) = backlog(shared, 10);
    let mut other = village.clone();
    (0..ours).for_each(|_| village.write(log, 1, 10));
    (0..theirs).for_each(|_| other.append(log, vec![entry(99, b"another history")]));
    town.copy(&other, log, usize::MAX);
    (village, town, log)
}

#[test]
fn a_log_with_two_histories_is_left_alone_and_the_others_go_on() {
    let check = |ours: usize, theirs: usize, swap: bool| {
        let (mut village, town, log) = forked(2, ours, theirs);
        let other = village.begin(cases(VILLAGE), 1);
        let before = [village.len(log), town.len(log)];
        let pair = if swap { Pair::new(town, village) } else { Pair::new(village, town) };
        let mut pair = pair.done();
        let sides = |pair: &mut Pair| match swap {
            false => (pair.a.office.len(log), pair.b.office.len(log)),
            true => (pair.b.office.len(log), pair.a.office.len(log)),
        };
        for peer in [&pair.a, &pair.b] {
            assert_eq!(peer.count(|e| matches!(e, Event::Diverged { log: l, .. } if *l == log)), 1);
            assert!(peer.runs().iter().all(|(sent, _)| *sent != log));
            assert_eq!(peer.office.len(other), 1);
        }
        let village = if swap { &mut pair.b } else { &mut pair.a };
        village.write(log, 3, 10);
        village.write(other, 3, 10);
        pair.carry();
        assert_eq!(sides(&mut pair), (before[0] + 3, before[1]));
        for peer in [&pair.a, &pair.b] {
            assert_eq!(peer.count(|e| matches!(e, Event::Diverged { .. })), 1);
            assert_eq!(peer.office.len(other), 4);
        }
    };
    for (ours, theirs) in [(1, 1), (3, 3), (1, 4), (4, 1)] {
        check(ours, theirs, false);
        check(ours, theirs, true);
    }
}

#[test]
fn a_divergence_found_by_the_node_frees_the_window() {
    let (village, town, log) = backlog(4, 1_000);
    let mut pair = Pair::with_windows(village, town, [WINDOW_BYTES, 2_000]);
    pair.b.unacknowledged = Some(Vec::new());
    pair.carry();
    let held = pair.b.office.frontier[&log].head;
    pair.b.session.send_diverged(log, held);
    let other = pair.a.office.begin(cases(VILLAGE), 1);
    pair.a.session.advance(other, &pair.a.office);
    pair.carry();
    assert_eq!(pair.a.count(|e| *e == Event::Diverged { log, theirs: held }), 1);
    assert_eq!(pair.b.office.len(other), 1);
    assert!(pair.b.office.len(log) < 5);
}

#[test]
fn a_log_is_fetched_run_by_run_from_any_place() {
    let (village, _, log) = backlog(3, 10);
    let mut town = Office::new(TOWN);
    town.copy(&village, log, usize::MAX);
    let mut pair = Pair::new(village, town).done();
    pair.a.session.fetch(log, 2);
    pair.a.session.fetch(log, 4);
    pair.a.session.fetch(LogId([9; 32]), 0);
    pair.carry();
    let fetched = |event: &Event| match event {
        Event::Fetched { run, .. } => Some(run.as_ref().map(|r| (r.after.len, r.head.head.len))),
        _ => None,
    };
    let runs: Vec<_> = pair.a.events.iter().filter_map(fetched).collect();
    assert_eq!(runs, [Some((2, 3)), None, None]);
}

#[test]
fn more_fetches_than_the_peer_takes_at_once_wait_for_their_turn() {
    let (village, _, log) = backlog(3, 10);
    let mut pair = Pair::new(Office::new(TOWN), village).done();
    (0..200).for_each(|_| pair.a.session.fetch(log, 0));
    pair.carry();
    assert_eq!(pair.a.count(|e| matches!(e, Event::Fetched { run: Some(_), .. })), 200);
}

#[test]
fn entries_that_pack_better_than_the_ratio_arrive_all_the_same() {
    let mut village = Office::new(VILLAGE);
    let log = village.begin(cases(VILLAGE), 0);
    village.append(log, (0..200).map(|i| entry(i, &vec![0; 200_000])).collect());
    let pair = Pair::new(village, Office::new(TOWN)).done();
    assert_eq!(pair.b.office.len(log), 201);
    assert!(pair.a.sent_bytes < 200_000);
}

#[test]
fn a_beacon_is_replaced_by_a_newer_one() {
    let mut pair = Pair::new(Office::new(VILLAGE), Office::new(TOWN)).done();
    for report in [vec![1; 10], vec![2; 10], vec![3; BEACON_BYTES_MAX + 1]] {
        pair.a.session.send_beacon(report);
    }
    pair.carry();
    assert_eq!(pair.b.count(|e| matches!(e, Event::Beacon(_))), 1);
    assert!(pair.b.events.contains(&Event::Beacon(vec![2; 10])));
}

#[test]
fn a_busy_office_says_nothing_else() {
    let (village, town, _) = backlog(3, 10);
    let mut pair = Pair::new(village, town);
    pair.b.session.send_busy(1_500);
    pair.carry();
    assert!(matches!(pair.b.frames.as_slice(), [Frame::Busy { retry_after_ms: 1_500 }]));
    assert!(pair.a.events == [Event::Busy { retry_after_ms: 1_500 }] && pair.b.events.is_empty());
}
