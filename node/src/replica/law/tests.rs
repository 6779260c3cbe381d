//! Notices make the same law everywhere, and none makes more than its issuer may.

use super::*;
use daiban_domain::numbering::Lease;
use daiban_sync::channel::Channel;
use daiban_sync::head::Head;
use daiban_sync::id::{Incarnation, NodeKey};
use proptest::prelude::*;

const CITY: &str = "330300000000";
const COUNTY: &str = "330382000000";

fn office(code: &str) -> OfficeCode {
    code.parse().unwrap()
}

/// The shipped item under another version, with this promise.
fn item(version: u32, days: u16) -> Notice {
    let shared = shipped::CATALOG_FILES.iter().filter(|(name, _)| name.starts_with('_'));
    let mut files: Vec<_> = shared.map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    let found = shipped::CATALOG_FILES.iter().find(|(name, _)| *name == "CL-SB-02.toml");
    let lines = found.unwrap().1.lines().map(|line| match line.split(' ').next() {
        Some("version") => format!("version = {version}"),
        Some("promised") => {
            format!("promised = {{ value = {days}, unit = \"working_days\" }}")
        }
        _ => line.to_owned(),
    });
    files.push(("CL-SB-02.toml".into(), lines.collect::<Vec<_>>().join("\n")));
    Notice::Catalog { files }
}

fn closing(code: &str) -> Notice {
    Notice::Directory { csv: format!("code,change,to,from\n{code},closed,,2026-09-01\n") }
}

fn delegation(within: &str, to: &str) -> Notice {
    Notice::Delegation(Delegation {
        within: office(within),
        item: "JB-04".into(),
        action: Action::JointReview,
        from_organ: "ZR".parse().unwrap(),
        to_office: office(to),
        to_organ: "ZJ".parse().unwrap(),
        from_day: "2026-01-01".parse().unwrap(),
    })
}

fn collecting() -> Notice {
    let Notice::Delegation(of) = delegation(COUNTY, "330382001000") else { unreachable!() };
    Notice::Delegation(Delegation { action: Action::Collect, ..of })
}

fn lease(decided: u64, to: &str, block: &str) -> Notice {
    Notice::Lease(Lease {
        decided: Millis(decided),
        office: office(to),
        item: None,
        block: block.parse().unwrap(),
        from_day: "2026-01-01".parse().unwrap(),
        until: None,
    })
}

/// The log of notices of an office, whose node is named after it.
fn log_of(issuer: &str) -> Tip {
    let office = office(issuer);
    Tip {
        author: node_of(issuer),
        office,
        incarnation: Incarnation(1),
        channel: Channel::Notices { issuer: office },
        head: Head::EMPTY,
    }
}

fn node_of(code: &str) -> NodeKey {
    let mut key = [0; 32];
    key[..12].copy_from_slice(code.as_bytes());
    NodeKey(key)
}

/// Of the county's notices, as [`place`] numbers them, so many are accepted.
fn revocation(accepted: u64) -> Notice {
    let accepted = vec![(LogId([1; 32]), accepted)];
    Notice::Revoked { node: node_of(COUNTY), accepted, reason: "lost".into() }
}

fn place(at: u64) -> Place {
    (Hlc(at), LogId([1; 32]), at)
}

fn shown(law: &Law) -> (Vec<u32>, u16, usize, Vec<(Hlc, Said)>) {
    let versions = law.catalog.iter().filter(|item| item.code == "CL-SB-02");
    let open = law.offices.iter().filter(|office| office.closed.is_none()).count();
    (
        versions.map(|item| item.version).collect(),
        law.catalog.latest("CL-SB-02").unwrap().promised.value,
        open,
        law.in_force().map(|(at, issued)| (at, said(issued.issuer, &issued.notice))).collect(),
    )
}

#[test]
fn an_office_publishes_for_its_own_subtree_only() {
    let mut law = Law::default();
    for (issuer, notice, why) in [
        (COUNTY, item(2, 12), "由市级发布"),
        (COUNTY, Notice::Calendar { csv: String::new() }, "由市级发布"),
        (COUNTY, delegation(CITY, "330382001000"), "不能在330300000000范围内授权"),
        (COUNTY, delegation(COUNTY, "330381001000"), "不在330382000000范围内"),
        (COUNTY, collecting(), "收件窗口不能委托"),
        (COUNTY, closing("341602001001"), "不是330382000000的下级"),
        (CITY, item(1, 19), "第1版已有"),
    ] {
        let taken = law.take(place(1), &log_of(issuer), notice.clone());
        assert!(!taken.judges);
        let refused = taken.verdicts[0].refused.clone().unwrap();
        assert!(refused.zh.contains(why), "{refused}");
        assert!(law.check(office(issuer), &notice).is_err());
        law = Law::default();
    }
    for notice in [item(2, 12), delegation(COUNTY, "330382001000"), closing("330382001001")] {
        assert_eq!(law.check(office(CITY), &notice), Ok(()));
    }
}

#[test]
fn a_closed_office_is_open_until_its_day() {
    let mut law = Law::default();
    assert!(law.take(place(1), &log_of(COUNTY), closing("330382001001")).judges);
    for (day, is_open) in [("2026-08-31", true), ("2026-09-01", false), ("2026-08-01", true)] {
        law.turn(day.parse().unwrap());
        assert_eq!(law.offices.is_open(office("330382001001")), is_open, "{day}");
    }
}

/// Some of which exclude each other.
fn ten_notices() -> [(&'static str, Notice); 10] {
    [
        (CITY, item(2, 12)),
        (CITY, item(2, 13)),
        (CITY, item(3, 14)),
        (COUNTY, closing("330382001001")),
        (CITY, closing("330382001001")),
        (COUNTY, closing("330382001002")),
        (COUNTY, lease(2, "330382001000", "0001-0100")),
        // Decided before the one above, and so the one that holds.
        (COUNTY, lease(1, "330382002000", "0100-0200")),
        (COUNTY, lease(3, "330382001000", "0201-0300")),
        // The lease above is the first that it does not accept.
        (CITY, revocation(8)),
    ]
}

/// What somebody knows of the law who heeds every verdict.
#[derive(Default)]
struct Heeded(BTreeMap<(LogId, u64), Option<Said>>);

impl Heeded {
    fn heed(&mut self, taken: Taken) {
        self.0.extend(taken.verdicts.into_iter().map(|v| (v.entry, v.refused)));
    }

    fn check(&self, law: &Law) {
        let in_effect = law.issued.iter();
        let in_effect =
            in_effect.map(|((_, log, seq), issued)| ((*log, *seq), issued.refused.clone()));
        assert_eq!(self.0, in_effect.collect());
    }
}

/// The law by some of the notices, as they came.
fn law_by(order: impl IntoIterator<Item = usize>) -> (Law, Heeded) {
    let (notices, mut heeded) = (ten_notices(), Heeded::default());
    let mut law = Law::default().at(office("330382001000"));
    law.turn("2026-12-01".parse().unwrap());
    for at in order {
        let (issuer, notice) = notices[at].clone();
        // Which of two has effect is only known in the end.
        heeded.heed(law.take(place(at as u64), &log_of(issuer), notice));
    }
    heeded.check(&law);
    (law, heeded)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn the_law_does_not_depend_on_the_order_of_arrival(
        order in Just((0..10_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let ((straight, _), (shuffled, _)) = (law_by(0..10), law_by(order));
        prop_assert_eq!(shown(&straight), shown(&shuffled));
        prop_assert_eq!(straight.in_force().count(), 6);
        for law in [straight, shuffled] {
            let numbering = law.authority.numbering();
            prop_assert_eq!(numbering.in_force().count(), 1);
            prop_assert!(numbering.hears(office(COUNTY)));
        }
    }

    #[test]
    fn what_was_taken_back_leaves_no_trace(
        order in Just((0..10_usize).collect::<Vec<_>>()).prop_shuffle(),
        kept in 0..=10_usize,
    ) {
        let (mut law, mut heeded) = law_by(order);
        let taken = law.take_back(LogId([1; 32]), kept as u64);
        prop_assert_eq!(taken.disposes, kept < 10);
        heeded.0.retain(|(_, seq), _| *seq < kept as u64);
        heeded.heed(taken);
        heeded.check(&law);
        prop_assert_eq!(shown(&law), shown(&law_by(0..kept).0));
    }
}
