//! Backups: taken, brought back, damaged.

use daiban_node::store::disk::RealDisk;
use daiban_node::store::{backup, restore};

use crate::place::{Place, all_payloads};
use crate::store_support::{Draw, contents};

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
