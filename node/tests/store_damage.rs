//! Damage to real files: named, repaired from a neighbour, never silent.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test panics on what it does not expect"
)]

mod store_support;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use daiban_node::store::disk::{DirectoryError, RealDisk};
use daiban_node::store::kv::{Batch, KvOpener as _, SledKvOpener};
use daiban_node::store::{
    Committer, Damage, OpenError, OpenReport, Options, ReadError, Record, Store, Unlock, ViewBatch,
    backup, restore,
};
use daiban_sync::entry::Payload;
use daiban_sync::run::Run;
use store_support::{Author, Draw, case, contents, key_file, payload, save, small};
use zeroize::Zeroizing;

struct Place {
    folder: tempfile::TempDir,
}

type Opened = (Store, Committer, OpenReport);

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn try_open(&self, unlock: &Unlock, options: Options) -> Result<Opened, OpenError> {
        let disk = RealDisk::open(self.folder.path()).unwrap();
        let mut kv = SledKvOpener::new(self.path("db"));
        Store::open(
            Arc::new(disk),
            &mut kv,
            unlock,
            options,
            Box::new(Draw::new(5)),
            &mut |_, _| (),
        )
    }

    fn open(&self) -> Opened {
        self.try_open(&key_file(), small()).unwrap()
    }

    /// A store with 60 entries in 20 runs, closed; and who wrote them.
    fn filled(&self) -> (Author, Vec<Run>) {
        let (mut store, mut committer, _) = self.open();
        let mut author = Author::new();
        let mut draw = Draw::new(1);
        let mut runs = Vec::new();
        for _ in 0..20 {
            let payloads = author.payloads(3, &mut draw);
            let run = author.write(&payloads);
            runs.push(run.run().clone());
            save(&mut store, &mut committer, &[Record::Run(run)]);
        }
        store.flush().unwrap();
        (author, runs)
    }

    fn flip(&self, name: &str, byte: u64) {
        let path = self.path(name);
        let mut bytes = fs::read(&path).unwrap();
        bytes[usize::try_from(byte).unwrap()] ^= 0x10;
        fs::write(path, bytes).unwrap();
    }
}

fn all_payloads(runs: &[Run]) -> Vec<Vec<u8>> {
    let entries = runs.iter().flat_map(|run| &run.entries).skip(1);
    entries.map(|entry| entry.payload.bytes().unwrap().to_vec()).collect()
}

fn files_below(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

fn holds(folder: &Path, needle: &[u8]) -> bool {
    let mut files = Vec::new();
    files_below(folder, &mut files);
    files.iter().any(|file| fs::read(file).unwrap().windows(needle.len()).any(|w| w == needle))
}

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
fn a_lost_database_is_made_anew() {
    type Harm = fn(&Path);
    let harms: [(&str, Harm); 4] = [
        ("deleted", |db| fs::remove_dir_all(db).unwrap()),
        ("emptied", |db| {
            fs::remove_dir_all(db).unwrap();
            fs::create_dir(db).unwrap();
        }),
        ("garbage", |db| fs::write(db.join("db"), vec![0xa5; 70_000]).unwrap()),
        ("a file", |db| {
            fs::remove_dir_all(db).unwrap();
            fs::write(db, b"not a folder").unwrap();
        }),
    ];
    for (name, harm) in harms {
        let place = Place::new();
        let (author, runs) = place.filled();
        harm(&place.path("db"));
        let (store, _committer, report) = place.open();
        assert!(report.rebuilt.is_some() || report.replayed > 0, "{name}: {report:?}");
        assert_eq!(contents(&store, author.log), all_payloads(&runs), "{name}");
        assert_eq!(store.verify(&mut |_, _| ()).unwrap().damages, [], "{name}");
        assert_eq!(
            store.unapplied(usize::MAX).unwrap().len(),
            21,
            "{name}: every view comes again"
        );
    }
}

#[test]
fn a_bit_flipped_in_the_database_is_survived() {
    for byte in (0..60).map(|i| i * 997) {
        let place = Place::new();
        let (author, runs) = place.filled();
        if byte >= fs::metadata(place.path("db/db")).unwrap().len() {
            continue;
        }
        place.flip("db/db", byte);
        let (store, committer, _) = place.open();
        let agrees = store.verify(&mut |_, _| ()).is_ok_and(|report| report.damages.is_empty());
        drop((store, committer));
        if !agrees {
            let rebuild = Options { rebuild: true, ..small() };
            drop(place.try_open(&key_file(), rebuild).unwrap());
        }
        let (store, _committer, _) = place.open();
        assert_eq!(contents(&store, author.log), all_payloads(&runs), "byte {byte}");
    }
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
fn a_damaged_file_is_remembered_until_it_is_whole_again() {
    let place = Place::new();
    let (store, committer, _) = place.open();
    let content = [5; 150_000];
    let id = store.blobs().put(&content, &mut Draw::new(3)).unwrap();
    let name = id.to_string();
    place.flip(&format!("blobs/{}/{}/{name}", &name[..2], &name[2..4]), 100_000);
    let named = store.verify(&mut |_, _| ()).unwrap().damages;
    assert_eq!(named, [Damage::Chunk { id, index: 1 }]);
    drop((store, committer));

    let (store, _committer, _) = place.open();
    assert_eq!(store.damaged_blobs().unwrap(), [id]);
    let blobs = store.blobs();
    blobs.unfinish(id).unwrap();
    assert!(!blobs.contains(id));
    assert_eq!(blobs.have_chunks(id).unwrap().unwrap(), [true, false, true]);
    let named = store.verify(&mut |_, _| ()).unwrap().damages;
    assert_eq!(named, [Damage::Unfinished { id }]);
    blobs.write_chunk(id, 1, &content[65_536..131_072]).unwrap();
    blobs.finish(id).unwrap();
    assert_eq!(store.verify(&mut |_, _| ()).unwrap().damages, []);
    assert_eq!(store.damaged_blobs().unwrap(), []);
}

#[test]
fn views_that_do_not_open_are_named() {
    let place = Place::new();
    place.filled();
    let (store, committer, _) = place.open();
    store.view_put(b"case", None, b"content").unwrap();
    assert_eq!(store.verify(&mut |_, _| ()).unwrap().damages, []);
    drop((store, committer));
    let kv = SledKvOpener::new(place.path("db")).open().unwrap();
    let mut batch = Batch::default();
    batch.put(*b"vcase", *b"\0other bytes");
    kv.apply(&batch).unwrap();
    drop(kv);
    let (store, _committer, _) = place.open();
    let named = store.verify(&mut |_, _| ()).unwrap().damages;
    assert!(matches!(named[..], [Damage::Database(_)]), "{named:?}");
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

#[test]
fn a_flipped_bit_in_the_keyring_is_mended_by_its_copy() {
    for (file, byte) in
        [("keys/slots", 30), ("keys/slots.copy", 100), ("keys/office", 50), ("keys/slots", 3)]
    {
        let place = Place::new();
        let (author, runs) = place.filled();
        place.flip(file, byte);
        let (store, _committer, _) = place.open();
        assert_eq!(contents(&store, author.log), all_payloads(&runs), "{file}");
        let named = store.verify(&mut |_, _| ()).unwrap().damages;
        assert_eq!(named.is_empty(), byte == 50 || byte == 3, "{file}: {named:?}");
    }
}

#[test]
fn a_key_damaged_in_both_copies_is_damage_and_not_erasure() {
    let place = Place::new();
    let (author, _) = place.filled();
    place.flip("keys/slots", 30);
    place.flip("keys/slots.copy", 30);
    let (store, _committer, _) = place.open();
    assert!(store.entries(author.log, 1).any(|entry| entry.is_err()));
    assert!(!store.damaged_ranges().is_empty());
}

#[test]
fn a_second_process_is_refused() {
    let place = Place::new();
    let _disk = RealDisk::open(place.folder.path()).unwrap();
    let Err(DirectoryError::Owned { pid, .. }) = RealDisk::open(place.folder.path()) else {
        panic!("two owners")
    };
    assert_eq!(pid, std::process::id().to_string());
}

#[test]
fn a_wrong_passphrase_is_told() {
    let place = Place::new();
    let passphrase = |text: &str| Unlock::Passphrase(Zeroizing::new(text.into()));
    drop(place.try_open(&passphrase("correct horse"), small()).unwrap());
    let wrong = place.try_open(&passphrase("battery staple"), small()).err().unwrap();
    assert!(wrong.to_string().starts_with("wrong passphrase"), "{wrong}");
    let other = place.try_open(&key_file(), small()).err().unwrap();
    assert!(other.to_string().contains("passphrase"), "{other}");
    drop(place.try_open(&passphrase("correct horse"), small()).unwrap());
}

#[test]
fn a_locked_store_reads_and_writes_nothing() {
    let place = Place::new();
    let (mut author, _) = place.filled();
    let (store, mut committer, _) = place.open();
    store.lock();
    assert!(matches!(store.entries(author.log, 1).next(), Some(Err(ReadError::Key(_)))));
    let run = author.write(&[payload(1, "x")]);
    assert!(committer.append(&[Record::Run(run)]).is_err());
    assert_eq!(committer.latched(), None);
}

#[test]
fn an_erased_case_is_unreadable_everywhere() {
    let secret = "身份证 330382199001011234".as_bytes();
    let place = Place::new();
    let (mut store, mut committer, _) = place.open();
    let mut author = Author::new();
    let text = payload(1, std::str::from_utf8(secret).unwrap());
    let run = author.write(&[text.clone(), payload(2, "stays")]);
    save(&mut store, &mut committer, &[Record::Run(run)]);
    let up_to = store.unapplied(usize::MAX).unwrap().last().unwrap().next;
    let mut views = ViewBatch::default();
    views.put(*b"case/1", Some(case(1)), secret);
    views.put(*b"case/2", Some(case(2)), *b"stays");
    store.apply_views(views, up_to).unwrap();
    store.flush().unwrap();
    assert_eq!(store.view_get(b"case/1").unwrap().unwrap(), secret);
    assert!(!holds(place.folder.path(), secret), "never in the clear");
    let before = fs::read(place.path("keys/slots")).unwrap();

    save(&mut store, &mut committer, &[Record::Erased { subject: case(1) }]);
    let (log, key) = (author.log, author.tip.author);
    let check = |store: &Store| {
        assert!(store.is_erased(&case(1)).unwrap());
        assert_eq!(store.view_get(b"case/1").unwrap(), None);
        assert_eq!(store.view_get(b"case/2").unwrap().unwrap(), b"stays");
        let payloads: Vec<_> = store.entries(log, 1).map(|e| e.unwrap().1.payload).collect();
        assert!(matches!(&payloads[0], Payload::Erased { len, .. } if *len as usize == text.len()));
        assert_eq!(payloads[1].bytes().unwrap(), payload(2, "stays"));
        let sent = store.read_run(log, 0, 256, 1 << 18).unwrap().unwrap();
        assert!(sent.check_chain(key).is_ok(), "the chain still verifies");
    };
    check(&store);
    let after = fs::read(place.path("keys/slots")).unwrap();
    assert_ne!(before, after);
    assert_eq!(after, fs::read(place.path("keys/slots.copy")).unwrap());

    let late = author.write(&[payload(1, "arrives later")]);
    save(&mut store, &mut committer, &[Record::Run(late)]);
    drop((store, committer));
    let (store, committer, _) = place.open();
    check(&store);
    let last = store.entries(author.log, 3).next().unwrap().unwrap().1;
    assert!(matches!(last.payload, Payload::Erased { .. }), "stays erased");
    drop((store, committer));
    let (store, _committer, _) =
        place.try_open(&key_file(), Options { rebuild: true, ..small() }).unwrap();
    assert!(store.is_erased(&case(1)).unwrap());
    assert!(matches!(
        store.entries(author.log, 1).next().unwrap().unwrap().1.payload,
        Payload::Erased { .. }
    ));
}

#[test]
fn a_backup_comes_back_under_a_new_incarnation() {
    let (place, copy, other) = (Place::new(), Place::new(), Place::new());
    let (author, runs) = place.filled();
    let (store, committer, _) = place.open();
    let blob = store.blobs().put(&[3; 100_000], &mut Draw::new(3)).unwrap();
    let incarnation = store.incarnation();
    backup(&store, &RealDisk::open(copy.folder.path()).unwrap()).unwrap();
    drop((store, committer));

    restore(
        &RealDisk::open(copy.folder.path()).unwrap(),
        &RealDisk::open(other.folder.path()).unwrap(),
    )
    .unwrap();
    let (store, committer, report) = other.open();
    assert_eq!(report.new_incarnation, Some("the store was restored from a backup"));
    assert_ne!(store.incarnation(), incarnation);
    assert_eq!(contents(&store, author.log), all_payloads(&runs));
    assert_eq!(store.blobs().read_chunk(blob, 1).unwrap(), [3; 100_000 - 65_536]);
    let renewed = store.incarnation();
    drop((store, committer));
    assert_eq!(other.open().0.incarnation(), renewed, "only once");
}

#[test]
fn a_damaged_backup_is_refused() {
    let (place, copy, other) = (Place::new(), Place::new(), Place::new());
    place.filled();
    backup(&place.open().0, &RealDisk::open(copy.folder.path()).unwrap()).unwrap();
    copy.flip("journal/00000001.seg", 700);
    let restored = restore(
        &RealDisk::open(copy.folder.path()).unwrap(),
        &RealDisk::open(other.folder.path()).unwrap(),
    );
    assert!(restored.is_err());
}
