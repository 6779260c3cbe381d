//! The journal: torn, flipped, healed.

use std::fs;

use daiban_node::store::{Damage, Options, ReadError, Record};

use crate::place::{Place, all_payloads};
use crate::store_support::{Draw, contents, key_file, save, small};

#[test]
fn a_reopened_store_holds_the_same() {
    let place = Place::new();
    let (author, runs) = place.filled();
    let (store, _committer, report) = place.open();
    assert_eq!(report.replayed, 0);
    assert_eq!(report.new_incarnation, None);
    assert_eq!(contents(&store, author.log), all_payloads(&runs));
    let verified = store.verify(&mut |_, _| ()).unwrap();
    assert_eq!(verified.damages, []);
    assert_eq!((verified.records, verified.entries), (21, 61));
}

#[test]
fn a_torn_tail_is_cut() {
    let place = Place::new();
    let (author, runs) = place.filled();
    let last = place.path("journal/").read_dir().unwrap().map(|e| e.unwrap().path()).max().unwrap();
    let mut bytes = fs::read(&last).unwrap();
    bytes.extend_from_slice(&[200, 0, 0, 0, 1, 2, 3]);
    fs::write(&last, bytes).unwrap();
    let (store, _, report) = place.open();
    assert_eq!(report.cut.unwrap().1, 7);
    assert_eq!(report.missing_records, 0);
    assert_eq!(contents(&store, author.log), all_payloads(&runs));
}

#[test]
fn a_damaged_record_is_named_and_healed_by_a_neighbour() {
    let place = Place::new();
    let (author, runs) = place.filled();
    place.flip("journal/00000001.seg", 1_500);
    let (mut store, mut committer, _) = place.open();
    let damaged = store.entries(author.log, 0).find_map(Result::err);
    let Some(ReadError::Damaged(range)) = damaged else { panic!("{damaged:?}") };
    assert_eq!(range.log, author.log);
    assert_eq!(store.damaged_ranges(), std::slice::from_ref(&range));
    let report = store.verify(&mut |_, _| ()).unwrap();
    assert!(report.damages.contains(&Damage::Entries(range.clone())), "{report:?}");

    let healing: Vec<Record> = runs
        .iter()
        .filter(|run| run.after.len < range.to && range.from < run.head.head.len)
        .map(|run| {
            let before = daiban_sync::run::Tip { head: run.after, ..author.tip };
            Record::Run(daiban_sync::run::VerifiedRun::authored(run.clone(), &before))
        })
        .collect();
    save(&mut store, &mut committer, &healing);
    assert_eq!(store.damaged_ranges(), []);
    assert_eq!(store.tips()[&author.log].head, author.tip.head);
    assert_eq!(contents(&store, author.log), all_payloads(&runs));
    let report = store.verify(&mut |_, _| ()).unwrap();
    assert_eq!((report.damages, report.healed), (vec![], 1));
    drop((store, committer));
    let rebuild = Options { rebuild: true, ..small() };
    let (store, _committer, report) = place.try_open(&key_file(), rebuild).unwrap();
    assert!(!report.damaged_records.is_empty());
    assert_eq!(contents(&store, author.log), all_payloads(&runs), "healed for a rebuild too");
    assert_eq!(store.verify(&mut |_, _| ()).unwrap().damages, []);
}

#[test]
fn every_byte_of_a_journal_may_be_damaged() {
    let mut draw = Draw::new(77);
    for _ in 0..60 {
        let place = Place::new();
        let (author, runs) = place.filled();
        let segment = format!("journal/{:08}.seg", 1 + draw.below(2));
        let len = fs::metadata(place.path(&segment)).unwrap().len();
        place.flip(&segment, draw.below(len));
        let rebuild = Options { rebuild: draw.below(2) == 0, ..small() };
        let (store, _committer, report) = place.try_open(&key_file(), rebuild).unwrap();
        let held: Vec<_> = store.entries(author.log, 1).filter_map(Result::ok).collect();
        let all = all_payloads(&runs);
        let sound =
            held.iter().all(|(seq, e)| e.payload.bytes() == Some(&all[*seq as usize - 1][..]));
        assert!(sound, "never other content than was saved");
        let verified = store.verify(&mut |_, _| ()).unwrap();
        let told = !verified.damages.is_empty() || !report.damaged_records.is_empty();
        assert!(told || report.missing_records > 0, "damage is never silent: {report:?}");
        assert!(held.len() + 6 >= all.len() || store.tips().is_empty(), "one record at most");
    }
}
