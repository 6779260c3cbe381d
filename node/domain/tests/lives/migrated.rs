//! 换版: a draft goes over to a newer version of its item.

use daiban_domain::case::Case;
use daiban_domain::catalog::Catalog;
use daiban_domain::desk::ActRequest;
use daiban_domain::fold::Status;
use daiban_domain::form::FieldValue;
use daiban_domain::shipped::CATALOG_FILES;
use daiban_sync::id::Tier::{Town, Village};
use proptest::prelude::*;

use crate::common::{World, Written, replayed};

const ITEM: &str = "CL-SB-01";

/// The shipped item under a higher version number, with other rules from that day on.
fn version(number: u32, from: &str) -> Catalog {
    let shared = CATALOG_FILES.iter().filter(|(name, _)| name.starts_with('_'));
    let mut files: Vec<_> = shared.map(|(name, text)| (*name, (*text).to_owned())).collect();
    let (_, item) = CATALOG_FILES.iter().find(|(name, _)| *name == "CL-SB-01.toml").unwrap();
    let lines = item.lines().map(|line| match line.split(' ').next() {
        Some("version") => format!("version = {number}"),
        Some("valid_from") => format!("valid_from = \"{from}\""),
        _ => line.to_owned(),
    });
    let added = format!("[[field]]\nkey = \"new{number}\"\nlabel = \"新栏目\"\ntype = \"text\"");
    let text = lines.collect::<Vec<_>>().join("\n");
    let (head, stages) = text.split_once("[[material]]").unwrap();
    files
        .push(("CL-SB-01.toml", format!("{head}{added}\nrequired = true\n\n[[material]]{stages}")));
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Catalog::parse(&files).unwrap()
}

fn world(versions: &[(u32, &str)]) -> (World, Case, Vec<Written>) {
    let mut world = World::new();
    let (case, log) = world.open(ITEM);
    for (number, from) in versions {
        world.catalog = world.catalog.clone().with(version(*number, from));
    }
    (world, case, log)
}

fn migrate(version: u32) -> ActRequest {
    ActRequest::Migrate { version }
}

fn pinned(world: &World, case: &Case) -> u32 {
    case.item(&world.catalog, &world.calendar, &world.authority).unwrap().version
}

#[test]
fn a_draft_goes_over_and_keeps_what_was_typed() {
    let (mut world, mut case, _) = world(&[(2, "2026-01-01")]);
    world.edit(&mut case, Village, &[("not_asked_for", "仍在")]).unwrap();
    let before = (case.form().heads(), case.form().fields());
    world.act(&mut case, Village, "", migrate(2)).unwrap();
    assert_eq!((case.form().heads(), case.form().fields()), before);
    let opened = world.state(&case).opened.unwrap();
    assert_eq!((opened.opened_under, opened.version, pinned(&world, &case)), (1, 2, 2));
    let refused = world.act(&mut case, Village, "", ActRequest::Submit).unwrap_err();
    assert!(refused.fields.iter().any(|field| field.field == "new2"), "{refused}");
}

#[test]
fn what_may_not_migrate_is_told_why() {
    let (mut world, mut case, _) = world(&[(2, "2026-01-01"), (3, "2027-01-01")]);
    let mut refused = |version, tier, why: &str| {
        let said = world.act(&mut case, tier, "", migrate(version)).unwrap_err().to_string();
        assert!(said.contains(why), "{said}");
    };
    refused(1, Village, "已是第1版");
    refused(3, Village, "第3版在2026-03-02不适用");
    refused(2, Town, "由收件的");
    let (mut case, _) = world.submitted("CL-SB-02");
    let said = world.act(&mut case, Village, "", migrate(2)).unwrap_err().to_string();
    assert!(said.contains("沿用第1版"), "{said}");
}

#[test]
fn a_version_that_is_not_here_leaves_the_case_incomplete_until_it_is() {
    let (mut world, mut case, _) = world(&[(2, "2026-01-01")]);
    world.act(&mut case, Village, "", migrate(2)).unwrap();
    let newer = std::mem::replace(&mut world.catalog, daiban_domain::shipped::catalog());
    let state = world.state(&case);
    assert_eq!((state.status, state.opened.unwrap().version), (Status::Incomplete, 2));
    world.catalog = newer;
    assert_eq!(world.status(&case), Status::Draft);
}

proptest! {
    /// Two nodes of the counter migrate apart, edits in between: every order gives one result,
    /// the newest version, and loses no value.
    #[test]
    fn migrating_apart_folds_to_one_result(
        seed in prop::collection::vec((0_u32..4, "[a-z]{1,6}"), 1..6),
        order in any::<prop::sample::Index>(),
    ) {
        let (mut world, opened, mut log) = world(&[(2, "2026-01-01"), (3, "2026-02-01")]);
        let mut typed = opened.clone();
        for (does, text) in &seed {
            log.extend(match *does {
                0 | 1 => world.act(&mut opened.clone(), Village, "", migrate(2 + does)).unwrap(),
                _ => world.edit(&mut typed, Village, &[(&format!("k{text}"), text)]).unwrap(),
            });
        }
        let whole = replayed(&log);
        let mut turned = log.clone();
        turned.rotate_left(order.index(log.len()));
        let other = replayed(&turned);
        prop_assert_eq!(world.state(&whole), world.state(&other));
        let newest = seed.iter().filter(|(does, _)| *does < 2).map(|(does, _)| 2 + does).max();
        prop_assert_eq!(pinned(&world, &other), newest.unwrap_or(1));
        for (_, text) in seed.iter().filter(|(does, _)| *does > 1) {
            let kept = other.form().field(&format!("k{text}"));
            prop_assert_eq!(kept, Some(FieldValue::from(text.as_str())));
        }
    }
}
