//! Keys: damaged, wrong, locked, erased.

use std::fs;
use std::path::Path;

use daiban_node::store::disk::{DirectoryError, RealDisk};
use daiban_node::store::{Options, ReadError, Record, Store, Unlock, ViewBatch};
use daiban_sync::entry::Payload;
use zeroize::Zeroizing;

use crate::place::{Place, all_payloads};
use crate::store_support::{Author, case, contents, key_file, payload, save, small};

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
