use daiban_sync::channel::Channel;
use daiban_sync::head::Head;
use daiban_sync::id::Incarnation;
use proptest::prelude::*;

use super::*;

const CITY: u64 = 330_300_000_000;
const COUNTY: u64 = 330_382_000_000;
const OTHER_COUNTY: u64 = 330_381_000_000;
const TOWN: u64 = 330_382_001_000;
const VILLAGE: u64 = 330_382_001_001;
const OTHER_VILLAGE: u64 = 330_381_001_001;

fn office(code: u64) -> OfficeCode {
    OfficeCode::new(code).unwrap()
}

fn log(of: u8) -> LogId {
    LogId([of; 32])
}

/// The node of an office: one byte is enough to tell them apart.
fn node(code: u64) -> NodeKey {
    NodeKey([u8::try_from(code % 251).unwrap(); 32])
}

fn tip(code: u64, channel: Channel) -> Tip {
    let (author, office) = (node(code), office(code));
    Tip { author, office, incarnation: Incarnation(1), channel, head: Head::EMPTY }
}

fn cases_of(code: u64) -> Tip {
    tip(code, Channel::cases(office(code)))
}

/// The standings after these notices, each the next entry of its office's log.
fn after(said: &[(u64, Notice)]) -> Standings {
    let tips: Vec<_> =
        said.iter().map(|(by, _)| tip(*by, Channel::Notices { issuer: office(*by) })).collect();
    let dicta = said.iter().zip(&tips).enumerate().map(|(at, ((by, notice), tip))| {
        let before = said[..at].iter().filter(|(other, _)| other == by).count();
        Dictum { log: notices_of(*by), seq: 1 + before as u64, tip, notice }
    });
    Standings::of(dicta)
}

fn notices_of(code: u64) -> LogId {
    log(node(code).0[0])
}

fn revoked(of: u64, accepted: &[(LogId, u64)]) -> Notice {
    Notice::Revoked { node: node(of), accepted: accepted.to_vec(), reason: "lost".into() }
}

fn suspended(of: u64) -> Notice {
    Notice::Suspended { node: node(of), reason: "stolen?".into() }
}

fn reinstated(of: u64) -> Notice {
    Notice::Reinstated { node: node(of), reason: "found".into() }
}

#[test]
fn what_was_accepted_counts_and_nothing_later() {
    let standings = after(&[(COUNTY, revoked(VILLAGE, &[(log(1), 5)]))]);
    let of_village = cases_of(VILLAGE);
    assert_eq!(standings.limit(log(1), &of_village), Some(5));
    assert!(standings.accepts(log(1), 4, &of_village));
    assert!(!standings.accepts(log(1), 5, &of_village));
    // Of a log that nobody had seen only the proof of who wrote it.
    assert_eq!(standings.limit(log(2), &of_village), Some(1));
    assert_eq!(standings.limit(log(1), &cases_of(TOWN)), None);
}

#[test]
fn what_is_accepted_later_joins_what_was() {
    let standings = after(&[
        (COUNTY, revoked(VILLAGE, &[(log(1), 5)])),
        (COUNTY, revoked(VILLAGE, &[(log(1), 3), (log(2), 8)])),
    ]);
    assert_eq!(standings.limit(log(1), &cases_of(VILLAGE)), Some(5));
    assert_eq!(standings.limit(log(2), &cases_of(VILLAGE)), Some(8));
}

#[test]
fn the_highest_office_that_spoke_is_heard() {
    let standings = after(&[
        (TOWN, revoked(VILLAGE, &[(log(1), 9)])),
        (CITY, revoked(VILLAGE, &[(log(1), 2)])),
        (COUNTY, suspended(TOWN)),
        (CITY, reinstated(TOWN)),
    ]);
    assert_eq!(standings.limit(log(1), &cases_of(VILLAGE)), Some(2));
    assert_eq!(standings.of_node(node(TOWN), office(TOWN)), Standing::Good);
}

#[test]
fn only_those_above_dispose_of_a_node() {
    let standings = after(&[
        (OTHER_COUNTY, revoked(VILLAGE, &[])),
        (VILLAGE, suspended(TOWN)),
        (VILLAGE, suspended(VILLAGE)),
    ]);
    for code in [VILLAGE, TOWN] {
        assert_eq!(standings.of_node(node(code), office(code)), Standing::Good);
        assert_eq!(standings.limit(log(1), &cases_of(code)), None);
    }
}

#[test]
fn a_node_is_suspended_until_it_is_reinstated_and_loses_nothing() {
    let of = |said: &[(u64, Notice)]| after(said).of_node(node(VILLAGE), office(VILLAGE));
    let (by, reason) = (office(TOWN), "stolen?".to_owned());
    assert_eq!(of(&[(TOWN, suspended(VILLAGE))]), Standing::Suspended { by, reason });
    assert_eq!(of(&[(TOWN, suspended(VILLAGE)), (TOWN, reinstated(VILLAGE))]), Standing::Good);
    let standings = after(&[(TOWN, suspended(VILLAGE))]);
    assert_eq!(standings.limit(log(1), &cases_of(VILLAGE)), None);
}

#[test]
fn the_word_of_a_revoked_node_counts_as_far_as_it_was_accepted() {
    let said = |accepted: u64| {
        after(&[
            (TOWN, revoked(VILLAGE, &[])),
            (CITY, revoked(TOWN, &[(notices_of(TOWN), accepted)])),
        ])
    };
    let of = |standings: Standings| standings.of_node(node(VILLAGE), office(VILLAGE));
    assert_eq!(of(said(1)), Standing::Good);
    assert!(matches!(of(said(2)), Standing::Revoked { .. }));
}

#[test]
fn a_case_of_two_lines_is_judged_by_what_both_hear() {
    let handled_elsewhere =
        tip(TOWN, Channel::Cases { origin: office(OTHER_VILLAGE), handler: Some(office(TOWN)) });
    let by_county = after(&[(COUNTY, revoked(TOWN, &[]))]);
    assert_eq!(by_county.limit(log(1), &handled_elsewhere), None);
    assert_eq!(by_county.limit(log(1), &tip(TOWN, Channel::cases(office(VILLAGE)))), Some(1));
    let by_both = after(&[(COUNTY, revoked(TOWN, &[])), (CITY, revoked(TOWN, &[(log(1), 7)]))]);
    assert_eq!(by_both.limit(log(1), &handled_elsewhere), Some(7));
}

fn any_notice() -> impl Strategy<Value = (u64, Notice)> {
    let issuer = prop::sample::select(vec![CITY, COUNTY, OTHER_COUNTY, TOWN]);
    let of = prop::sample::select(vec![COUNTY, TOWN, VILLAGE]);
    let accepted = prop::collection::vec((1..4u8, 1..9u64), 0..3);
    let notice = (of, accepted, 0..3u8).prop_map(|(of, accepted, kind)| match kind {
        0 => suspended(of),
        1 => reinstated(of),
        _ => revoked(of, &accepted.iter().map(|(of, len)| (log(*of), *len)).collect::<Vec<_>>()),
    });
    (issuer, notice)
}

proptest! {
    /// Offices hear in any order; what each office said keeps its own.
    #[test]
    fn the_order_of_different_offices_does_not_matter(
        said in prop::collection::vec(any_notice(), 0..8),
    ) {
        let mut by_office = said.clone();
        by_office.sort_by_key(|(by, _)| *by);
        prop_assert_eq!(after(&said), after(&by_office));
    }

    /// What counted once counts for as long as the same office says so.
    #[test]
    fn accepting_more_takes_nothing_away(
        said in prop::collection::vec(any_notice(), 0..8),
        more in 1..9u64,
    ) {
        let mut wider = said.clone();
        wider.push((CITY, revoked(VILLAGE, &[(log(1), more)])));
        let mut widest = wider.clone();
        widest.push((CITY, revoked(VILLAGE, &[(log(1), more + 1)])));
        let limit = |said: &[(u64, Notice)]| after(said).limit(log(1), &cases_of(VILLAGE));
        prop_assert!(limit(&widest).unwrap() >= limit(&wider).unwrap());
        prop_assert!(limit(&widest).unwrap() > more);
    }
}
