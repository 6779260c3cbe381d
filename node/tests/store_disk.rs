//! A disk that fails: full, broken, read-only. And blobs on it.
#![allow(clippy::unwrap_used, reason = "a test panics on what it does not expect")]
#![allow(clippy::cast_possible_truncation, reason = "lengths that a test chooses")]

mod store_support;

use daiban_node::store::faulty::{Faults, MemoryDisk};
use daiban_node::store::kv::MemoryKvOpener;
use daiban_node::store::{BlobError, CommitError, Record};
use daiban_sync::blob::Manifest;
use daiban_sync::head::Head;
use daiban_sync::run::VerifiedRun;
use store_support::{Author, Draw, contents, open_memory, payload, save};

fn fails_and_latches(faults: Faults) {
    let (disk, mut kv) = (MemoryDisk::default(), MemoryKvOpener::default());
    let (mut store, mut committer, _) = open_memory(&disk, &mut kv, 1).unwrap();
    let mut author = Author::new();
    save(&mut store, &mut committer, &[Record::Run(author.write(&[payload(1, "saved")]))]);

    disk.set_faults(faults);
    // More than the room that the journal has made ahead.
    let second = author.write(&[payload(1, &"not saved ".repeat(30_000))]);
    let failed =
        committer.append(&[Record::Run(second)]).map(|_| ()).and_then(|()| committer.sync());
    let Err(CommitError::Latched { reason }) = failed else { panic!("{faults:?}: {failed:?}") };
    disk.set_faults(Faults::default());
    for _ in 0..2 {
        let again = committer.append(&[]).map(|_| ()).unwrap_err().to_string();
        assert!(again.contains(&reason), "{again}");
        assert!(committer.sync().is_err());
    }
    assert_eq!(contents(&store, author.log), [payload(1, "saved")], "reads go on");

    drop((store, committer));
    disk.power_cut(&mut Draw::new(3));
    kv.kv.crash(|_| 0);
    let (mut store, mut committer, _) = open_memory(&disk, &mut kv, 2).unwrap();
    author.follow(&store);
    assert_eq!(contents(&store, author.log)[0], payload(1, "saved"));
    save(&mut store, &mut committer, &[Record::Run(author.write(&[payload(1, "goes on")]))]);
    assert_eq!(contents(&store, author.log).last().unwrap(), &payload(1, "goes on"));
}

#[test]
fn a_failing_disk_latches_and_a_restart_goes_on() {
    fails_and_latches(Faults { room_bytes: Some(100), ..Faults::default() });
    fails_and_latches(Faults { fail_writes: true, ..Faults::default() });
    fails_and_latches(Faults { fail_syncs: true, ..Faults::default() });
    fails_and_latches(Faults { read_only: true, ..Faults::default() });
}

#[test]
fn an_old_image_opens_and_a_rewound_log_goes_on() {
    let (disk, mut kv) = (MemoryDisk::default(), MemoryKvOpener::default());
    let (mut store, mut committer, _) = open_memory(&disk, &mut kv, 1).unwrap();
    let mut author = Author::new();
    for text in ["a", "b", "c"] {
        let payloads = [payload(1, text), payload(1, "x")];
        save(&mut store, &mut committer, &[Record::Run(author.write(&payloads))]);
    }
    let to = Head { len: 4, hash: store.hash_at(author.log, 4).unwrap().unwrap() };
    let old = (disk.snapshot(), MemoryKvOpener { kv: kv.kv.snapshot(), failures: 0 });
    save(&mut store, &mut committer, &[Record::Rewind { log: author.log, to }]);
    assert_eq!(store.tips()[&author.log].head, to);
    assert_eq!(
        store.read_run(author.log, 3, 256, 1 << 18).unwrap().map(|_| ()),
        None,
        "unsigned yet"
    );
    assert_eq!(store.signed_head(author.log).unwrap().unwrap().head.len, 3);

    author.tip.head = to;
    let rest: VerifiedRun = author.write(&[payload(1, "other")]);
    save(&mut store, &mut committer, &[Record::Run(rest)]);
    let run = store.read_run(author.log, 3, 256, 1 << 18).unwrap().unwrap();
    assert_eq!((run.after.len, run.head.head.len), (3, 5));
    assert!(run.check_chain(author.tip.author).is_ok());
    for rebuilt in [false, true] {
        if rebuilt {
            kv.kv.wipe();
        }
        let (store, _, _) = open_memory(&disk, &mut kv, 2).unwrap();
        let texts = [payload(1, "a"), payload(1, "x"), payload(1, "b"), payload(1, "other")];
        assert_eq!(contents(&store, author.log), texts);
        assert_eq!(store.verify(&mut |_, _| ()).unwrap().damages, []);
    }
    let (disk, mut kv) = old;
    let (store, _, report) = open_memory(&disk, &mut kv, 3).unwrap();
    assert_eq!((contents(&store, author.log).len(), report.replayed), (6, 0));
}

#[test]
fn runs_are_merged_up_to_the_bounds() {
    let (disk, mut kv) = (MemoryDisk::default(), MemoryKvOpener::default());
    let (mut store, mut committer, _) = open_memory(&disk, &mut kv, 1).unwrap();
    let mut author = Author::new();
    for text in 0..50 {
        let run = author.write(&[payload(1, &text.to_string())]);
        save(&mut store, &mut committer, &[Record::Run(run)]);
    }
    let ends = |from, entries, bytes| {
        let run = store.read_run(author.log, from, entries, bytes).unwrap().unwrap();
        assert!(run.check_chain(author.tip.author).is_ok());
        assert_eq!(run.after.len, from);
        run.head.head.len
    };
    assert_eq!(ends(0, 256, 1 << 18), 51);
    assert_eq!(ends(0, 10, 1 << 18), 10);
    assert_eq!(ends(1, 10, 1 << 18), 11, "from the middle of a record");
    assert_eq!(ends(20, 256, 60), 23);
    assert_eq!(ends(20, 0, 0), 21, "at least one");
    assert!(store.read_run(author.log, 51, 256, 1 << 18).unwrap().is_none());
    for len in [0, 1, 2, 30, 51] {
        let run = store.read_run(author.log, 0, 256, 1 << 18).unwrap().unwrap();
        let expected = daiban_sync::run::hash_within(&run, len);
        assert_eq!(store.hash_at(author.log, len).unwrap(), expected);
    }
    assert_eq!(store.hash_at(author.log, 52).unwrap(), None);
}

#[test]
fn a_blob_resumes_after_a_power_cut_and_names_a_flipped_bit() {
    for seed in 0..40 {
        let (disk, mut kv) = (MemoryDisk::default(), MemoryKvOpener::default());
        let mut draw = Draw::new(seed);
        let bytes: Vec<u8> = (0..200_000).map(|_| draw.below(256) as u8).collect();
        let manifest = Manifest::of(&bytes);
        let (id, chunks) = (manifest.id(), bytes.chunks(65_536));
        let (store, committer, _) = open_memory(&disk, &mut kv, 1).unwrap();
        let blobs = store.blobs();
        blobs.begin(&manifest, &mut draw).unwrap();
        blobs.write_chunk(id, 0, &bytes[..65_536]).unwrap();
        assert!(matches!(blobs.write_chunk(id, 1, b"wrong"), Err(BlobError::WrongChunk { .. })));
        assert!(matches!(blobs.finish(id), Err(BlobError::Incomplete { index: 1, .. })));
        drop((store, committer, blobs));
        disk.power_cut(&mut draw);

        let (store, committer, _) = open_memory(&disk, &mut kv, 2).unwrap();
        let blobs = store.blobs();
        blobs.begin(&manifest, &mut draw).unwrap();
        let held = blobs.have_chunks(id).unwrap().unwrap();
        for (index, chunk) in chunks.enumerate().filter(|(index, _)| !held[*index]) {
            blobs.write_chunk(id, index, chunk).unwrap();
        }
        blobs.finish(id).unwrap();
        drop((store, committer, blobs));
        disk.power_cut(&mut draw);

        let (store, _committer, _) = open_memory(&disk, &mut kv, 3).unwrap();
        let blobs = store.blobs();
        assert_eq!(blobs.list().unwrap(), [id]);
        assert_eq!(blobs.partial().unwrap(), []);
        let read: Vec<u8> = (0..4).flat_map(|index| blobs.read_chunk(id, index).unwrap()).collect();
        assert_eq!(read, bytes);
        assert!(disk.holding(&bytes[1_000..1_032]).is_empty(), "sealed");

        let path = disk.paths().into_iter().find(|path| path.ends_with(&id.to_string())).unwrap();
        disk.flip_bit(&path, (disk.len(&path) - 100) * 8);
        assert!(matches!(blobs.read_chunk(id, 3), Err(BlobError::Damaged { index: 3, .. })));
        assert_eq!(store.verify(&mut |_, _| ()).unwrap().damages.len(), 1);
        blobs.write_chunk(id, 3, &bytes[3 * 65_536..]).unwrap();
        assert_eq!(store.verify(&mut |_, _| ()).unwrap().damages, []);
        disk.flip_bit(&path, 200);
        assert!(matches!(blobs.read_chunk(id, 0), Err(BlobError::DamagedHeader { .. })));
        blobs.begin(&manifest, &mut draw).unwrap();
        assert!(!blobs.contains(id));
        blobs.remove(id).unwrap();
        assert!(blobs.have_chunks(id).unwrap().is_none());
    }
}
