//! Every shipped item from its first act to its last: an exhaustive walk, within bounds, over what
//! anybody can do next.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "../common/mod.rs"]
mod common;
mod walk;
mod ways;

use std::collections::{BTreeMap, BTreeSet};

use daiban_domain::authority::Authority;
use daiban_domain::catalog::{Action, Item};
use daiban_domain::fold::Status;
use daiban_domain::shipped;
use daiban_sync::id::Tier;

use common::altered;
use walk::Walk;

/// The states from which an end can be reached although nobody gives up.
fn ending(graph: &BTreeMap<String, (Status, BTreeSet<String>)>) -> BTreeSet<&String> {
    let is_end = |status: Status| status.is_final() && !is_given_up(status);
    let ends = graph.iter().filter(|(_, (status, _))| is_end(*status));
    let mut good: BTreeSet<&String> = ends.map(|(key, _)| key).collect();
    loop {
        let more: Vec<_> = graph
            .iter()
            .filter(|(key, (_, follow))| {
                !good.contains(key) && follow.iter().any(|next| good.contains(next))
            })
            .map(|(key, _)| key)
            .collect();
        if more.is_empty() {
            return good;
        }
        good.extend(more);
    }
}

/// By the applicant, or by the organ that voids it.
fn is_given_up(status: Status) -> bool {
    matches!(status, Status::Withdrawn | Status::Voided)
}

fn check_item(item: &Item) {
    let law = (shipped::catalog(), shipped::calendar(), Authority::default());
    for tier in &item.accept_tiers {
        let graph = Walk::new(item, *tier, &law).all();
        let closes = graph.values().any(|(status, _)| *status == Status::Closed);
        assert!(closes, "{} from {tier:?}", item.code);
        let went = |detour: &str| graph.keys().any(|key| key.contains(detour));
        assert!(["'t'", "'h'", "'f'"].into_iter().all(went), "{} from {tier:?}", item.code);
        let stale = graph.values().any(|(status, _)| *status == Status::Stale);
        assert_eq!(stale, !item.materials.is_empty(), "{} from {tier:?}", item.code);
        let good = ending(&graph);
        for (key, (status, _)) in &graph {
            assert!(is_given_up(*status) || good.contains(key), "{}: stuck in {key}", item.code);
        }
    }
}

/// Four tests, so that two cores walk at once.
fn check_every(remainder: usize) {
    let catalog = shipped::catalog();
    catalog.iter().skip(remainder).step_by(4).for_each(check_item);
}

#[test]
fn no_item_gets_stuck_first_quarter() {
    check_every(0);
}

#[test]
fn no_item_gets_stuck_second_quarter() {
    check_every(1);
}

#[test]
fn no_item_gets_stuck_third_quarter() {
    check_every(2);
}

#[test]
fn no_item_gets_stuck_fourth_quarter() {
    check_every(3);
}

/// Rules that an item may have and no shipped one has.
#[test]
fn a_quorum_and_a_forwarding_do_not_get_stuck() {
    let review = "action = \"review\"";
    let quorum = altered("CL-MZ-05", review, &format!("{review}\njoin = \"quorum\"\nquorum = 1"));
    let forwarding = "seq = 6\naction = \"confirm\"\norgan = \"CL\"\ntier = \"city\"\n\
                      limit = { value = 3, unit = \"working_days\" }\noptional = true\n\n\
                      [[stage]]\nseq = 7";
    let forwarding = altered("CL-MZ-05", "seq = 6", forwarding);
    [quorum, forwarding].iter().for_each(|catalog| check_item(catalog.latest("CL-MZ-05").unwrap()));
}

#[test]
fn every_reference_resolves() {
    let catalog = shipped::catalog();
    for item in catalog.iter() {
        let code = &item.code;
        assert!(!item.accept_tiers.is_empty() && !item.source.is_empty(), "{code}");
        let is_for_people = !item.delivery.is_empty() && !item.materials.is_empty();
        assert!(is_for_people || item.elsewhere, "{code}");
        assert!(item.dedupe_key.iter().all(|key| key == "code" || item.field(key).is_some()));
        assert_eq!(item.stages[0].action, Action::Collect, "{code}");
        assert!(item.stages.iter().all(|stage| stage.organ.is_known()), "{code}");
        let lowest = item.accept_tiers.iter().max().unwrap();
        assert!(item.stages.iter().all(|stage| stage.tier <= *lowest || *lowest < Tier::Village));
        assert_eq!(catalog.search(&item.initials).filter(|found| found.code == *code).count(), 1);
    }
}
