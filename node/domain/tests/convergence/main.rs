//! The same set of entries gives the same case, whatever the order, however often.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "../common/mod.rs"]
mod common;
mod kinds;
mod spread;

use common::{
    DAY_MS, START_MS, World, Written, agree, is_kept, node_of, organ, replayed, replayed_from,
    written,
};
use daiban_domain::act::{Act, ActId, CaseId, OfficerRef};
use daiban_domain::authority::Authority;
use daiban_domain::calendar::Date;
use daiban_domain::case::Case;
use daiban_domain::catalog::Grade;
use daiban_domain::desk::{ActRequest, Draft};
use daiban_domain::fold::{CaseState, NumberView};
use daiban_domain::form::{FieldValue, Fields, Form, actor_for, stem_of};
use daiban_domain::licence::HolderId;
use daiban_domain::numbering::{self, Block, Lease, Numbering};
use daiban_domain::payload;
use daiban_domain::sample::texts;
use daiban_domain::shipped;
use daiban_sync::entry::Kind;
use daiban_sync::id::Tier::{City, County, Town, Village};
use daiban_sync::id::{Hlc, Incarnation, Millis, NodeKey, OfficeCode};
use kinds::kinds;
use proptest::prelude::*;

/// A joint case whose village wrote on while it was decided, with a withdrawal against the clock.
fn busy_log() -> Vec<Written> {
    let mut world = World::new();
    let (mut case, mut log) = world.submitted("JB-04");
    let mut village = replayed(&log);
    let organs: Vec<_> = ["ZJJ", "ZR", "HJ", "NY", "MZ"].map(organ).to_vec();
    log.extend(world.act(&mut case, Town, "ZJ", ActRequest::Accept).unwrap());
    log.extend(world.act(&mut case, County, "FG", ActRequest::Refer { organs }).unwrap());
    log.extend(
        world
            .edit(
                &mut village,
                Village,
                &[("site", "北白象镇"), ("summary", "年产低压电器三十万套")],
            )
            .unwrap(),
    );
    log.extend(
        world
            .edit(&mut case, County, &[("site", "柳市镇"), ("summary", "年产电器二十万套。")])
            .unwrap(),
    );
    for reviewer in ["NY", "ZJJ", "MZ", "HJ", "ZR"] {
        log.extend(world.act(&mut case, County, reviewer, agree()).unwrap());
    }
    let grant = world.grant(&case);
    log.extend(world.act(&mut case, County, "FG", grant).unwrap());
    log.extend(world.attach(&mut village, "SITE", 9).unwrap());
    let confirm = world.confirm(&case);
    log.extend(world.act(&mut case, City, "ZR", confirm).unwrap());
    log.extend(
        world
            .act(&mut village, Village, "", ActRequest::Withdraw { reason: "不办了".into() })
            .unwrap(),
    );
    let said = || "情况属实".to_owned();
    for (tier, organ, request) in [
        (Village, "", ActRequest::Complain { text: said() }),
        (Village, "", ActRequest::Rate { stars: 1, comment: said() }),
        (County, "FG", ActRequest::AnswerComplaint { complaint: None, answer: said() }),
        (County, "FG", ActRequest::Rectify { measures: said() }),
        (Village, "", ActRequest::Rate { stars: 4, comment: said() }),
        (County, "ZW", ActRequest::Supervise { text: said() }),
    ] {
        log.extend(world.act(&mut case, tier, organ, request).unwrap());
    }
    log
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn any_order_and_any_duplicates_give_the_same_case(
        order in Just((0..busy_log().len()).collect::<Vec<_>>()).prop_shuffle(),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let (world, log) = (World::new(), busy_log());
        let plain = replayed(&log);
        let mut entries: Vec<&Written> = order.iter().map(|at| &log[*at]).collect();
        for index in again {
            let copy = *index.get(&entries);
            entries.insert(index.index(entries.len()), copy);
        }
        let shuffled = replayed(entries.iter().copied());
        prop_assert_eq!(shuffled.form().heads(), plain.form().heads());
        prop_assert_eq!(shuffled.form().to_json(), plain.form().to_json());
        prop_assert_eq!(world.state(&shuffled), world.state(&plain));
    }

    #[test]
    fn two_nodes_that_met_halfway_agree_in_the_end(side in prop::collection::vec(any::<bool>(), 40)) {
        let (world, log) = (World::new(), busy_log());
        let sides: Vec<_> = log.iter().zip(side.iter().cycle()).collect();
        let mine = |wanted: bool| sides.iter().filter(move |(_, side)| **side == wanted).map(|(entry, _)| *entry);
        let left = replayed(mine(true).chain(mine(false)));
        let right = Case::load(&replayed(mine(false)).save()).unwrap();
        let mut right = right;
        for entry in mine(true) {
            right.apply(entry.draft.kind, &entry.draft.payload, entry.author, entry.at).unwrap();
        }
        prop_assert_eq!(world.state(&left), world.state(&right));
        prop_assert_eq!(left.form().to_json(), right.form().to_json());
    }

    #[test]
    fn edits_of_two_people_merge_alike_in_any_order(
        edits in prop::collection::vec((any::<bool>(), 0_usize..4, "[a-c一二𬱖]{0,6}"), 1..10),
        order in any::<u64>(),
    ) {
        let case = CaseId([5; 16]);
        let nodes = [NodeKey([1; 32]), NodeKey([2; 32])];
        let actor = |who: usize| actor_for(nodes[who], case, Incarnation(1));
        let start: Fields = [("a", "x"), ("b", "y")].map(|(key, text)| (key.to_owned(), text.into())).into();
        let start = start.into_iter().chain([("prose".to_owned(), FieldValue::LongText("起因".into()))]).collect();
        let (mut left, first) = Form::create(&actor(0), &start, Millis(START_MS));
        let mut right = Form::default();
        right.adopt(&first, stem_of(nodes[0], case)).unwrap();
        let mut changes = vec![(0, first)];
        for (who, key, text) in edits {
            let (who, form) = if who { (0, &mut left) } else { (1, &mut right) };
            let key = ["a", "b", "c", "prose"][key];
            let value = if key == "prose" { FieldValue::LongText(text) } else { FieldValue::Text(text) };
            let edit = Fields::from([(key.to_owned(), value)]);
            changes.extend(form.edit(&actor(who), &edit, Millis(START_MS)).map(|change| (who, change)));
        }
        for (who, change) in &changes {
            left.adopt(change, stem_of(nodes[*who], case)).unwrap();
        }
        let count = changes.len();
        changes.rotate_left(usize::try_from(order).unwrap_or(7) % count);
        let mut late = Form::default();
        for (who, change) in changes.iter().rev().chain(&changes) {
            late.adopt(change, stem_of(nodes[*who], case)).unwrap();
        }
        prop_assert_eq!(late.heads(), left.heads());
        prop_assert_eq!(late.to_json(), left.to_json());
        prop_assert_eq!(late.conflicts(), left.conflicts());
    }

    #[test]
    fn acts_survive_their_bytes(kind in kinds(), name in "\\PC{0,12}", nonce in any::<[u8; 8]>()) {
        let act = Act { officer: OfficerRef { name, id: "id".into() }, organ: Some(organ("MZ")), nonce, kind };
        let case = CaseId([3; 16]);
        let bytes = payload::act(case, &act);
        prop_assert_eq!(payload::subject(&bytes), Some(case));
        prop_assert_eq!(payload::read_act(&bytes), Ok((case, act)));
        for end in 0..bytes.len() {
            prop_assert!(payload::read_act(&bytes[..end]).is_err());
        }
    }

    #[test]
    fn random_bytes_are_never_an_act_by_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(payload::read_act(&bytes));
        drop(payload::read_notice(&bytes));
    }
}

/// Every item; those that are abolished in a version that is not.
fn codes() -> Vec<String> {
    shipped::catalog().iter().map(|item| item.code.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(480) })]

    #[test]
    fn whatever_anybody_signs_on_any_item_folds_alike_in_any_order(
        code in prop::sample::select(codes()),
        statements in prop::collection::vec((kinds(), 0_usize..4, any::<prop::sample::Index>(), 0_u64..2_000), 0..25).prop_shuffle(),
        leases in prop::collection::vec((0_u64..3, 1_u16..4, 0_u16..3), 0..4),
    ) {
        let mut world = World::of_every_item();
        world.authority = leased(leases.iter());
        let (case, mut log) = world.submitted(&code);
        let item = world.catalog.latest(&code).unwrap().clone();
        let mut organs: Vec<_> = item.stages.iter().map(|stage| stage.organ.to_string()).collect();
        organs.extend([String::new(), "ZJ".into()]);
        for (nonce, (kind, tier, organ, hours)) in statements.into_iter().enumerate() {
            let organ: &String = organ.get(&organs);
            let mut by = world.by([Village, Town, County, City][tier], organ);
            // Clocks of others are what they say, also before the case began.
            by.at = Hlc((by.at.millis().0 + hours * 3_600_000 - DAY_MS) << 16);
            let nonce = u64::try_from(nonce).unwrap().to_be_bytes();
            let act = Act { officer: by.officer.clone(), organ: by.organ, nonce, kind };
            let draft = Draft { kind: Kind::Act, payload: payload::act(case.id, &act) };
            log.extend(written(vec![draft], &by).into_iter().filter(|entry| is_kept(&case, entry)));
        }
        let origin = case.of.origin;
        let forth = world.state(&replayed_from(origin, &log));
        world.authority = leased(leases.iter().rev().chain(&leases));
        let back = world.state(&replayed_from(origin, log.iter().rev().chain(&log)));
        prop_assert!(forth.status.is_final() || !forth.next.is_empty(), "stuck: {:#?}", forth);
        prop_assert_eq!(&forth, &back);
        if let Some(NumberView { number, .. }) = forth.number {
            let holds = |(town, first, more): &(u64, u16, u16)| {
                forth.accepted_by == Some(lessee(*town)) && (*first..=first + more).contains(&number.serial())
            };
            let issuer = numbering::issuer(item.implementing(case.of).0);
            let is_heard = world.authority.numbering().hears(issuer);
            prop_assert!(!is_heard || leases.iter().any(holds), "{number} comes out of no block");
        }
        for material in &forth.materials {
            let Some(reused) = &material.reused else { continue };
            let at = case_act_day(&log, material.act);
            prop_assert!(reused.verified.on <= at && Some(at) <= reused.until, "expired: {:?}", reused);
            prop_assert!(reused.verified.of.includes(origin), "foreign: {:?}", reused);
            prop_assert_ne!(reused.verified.holder, HolderId([1; 16]));
            prop_assert!(reused.verified.grade <= Grade::C);
        }
        let without = world.state(&replayed_from(origin, in_effect(&log, &forth)));
        prop_assert_eq!(CaseState { ignored: Vec::new(), alarms: without.alarms.clone(), ..forth }, without);
    }
}

/// The town of the cases, its county, or another town.
fn lessee(n: u64) -> OfficeCode {
    let town: OfficeCode = common::VILLAGE.parse::<OfficeCode>().unwrap().at_tier(Town).unwrap();
    match n {
        0 => town,
        1 => town.at_tier(County).unwrap(),
        _ => "330382002000".parse().unwrap(),
    }
}

/// The law of a county that gave these blocks to these offices, as far as they do not overlap.
fn leased<'a>(leases: impl Iterator<Item = &'a (u64, u16, u16)>) -> Authority {
    let county = lessee(1);
    let mut numbering = Numbering::default().at(county);
    for &(town, first, more) in leases {
        let lease = Lease {
            decided: Millis(START_MS),
            office: lessee(town),
            item: None,
            block: Block::new(first, first + more).unwrap(),
            from_day: Date::at(Millis(0)),
            until: None,
        };
        // One that overlaps another may be refused, whichever comes first.
        drop(numbering.take(county, lease));
    }
    Authority::default().with_numbering(numbering)
}

/// The day on which an act was signed.
fn case_act_day(log: &[Written], act: ActId) -> Date {
    let is_it = |entry: &&Written| ActId::of(entry.author.node, &entry.draft.payload) == act;
    Date::at(log.iter().find(is_it).unwrap().at.millis())
}

/// The entries but those that are without effect: these change nothing.
fn in_effect<'a>(log: &'a [Written], state: &CaseState) -> Vec<&'a Written> {
    let ignored = |entry: &&Written| {
        let id = ActId::of(entry.author.node, &entry.draft.payload);
        state.ignored.iter().any(|ignored| ignored.act == id)
    };
    log.iter().filter(|entry| !ignored(entry)).collect()
}

#[test]
fn a_change_under_another_name_is_refused() {
    let case = CaseId([5; 16]);
    let mallory = node_of("330382001002".parse().unwrap());
    let (_, change) =
        Form::create(&actor_for(mallory, case, Incarnation(1)), &texts(&[("a", "b")]), Millis(1));
    let mut form = Form::default();
    let refused = form.adopt(&change, stem_of(NodeKey([1; 32]), case)).unwrap_err();
    assert!(refused.to_string().contains("another's name"), "{refused}");
}
