//! The database: lost, or flipped, and made anew.

use std::fs;
use std::path::Path;

use daiban_node::store::kv::{Batch, KvOpener as _, SledKvOpener};
use daiban_node::store::{Damage, Options};

use crate::place::{Place, all_payloads};
use crate::store_support::{Draw, contents, key_file, small};

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
    let kv = SledKvOpener::new(place.path("db"), 16 << 20).open().unwrap();
    let mut batch = Batch::default();
    batch.put(*b"vcase", *b"\0other bytes");
    kv.apply(&batch).unwrap();
    drop(kv);
    let (store, _committer, _) = place.open();
    let named = store.verify(&mut |_, _| ()).unwrap().damages;
    assert!(matches!(named[..], [Damage::Database(_)]), "{named:?}");
}
