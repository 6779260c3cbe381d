//! Every file of every corpus through its target: nothing panics, and the invariants hold.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::fs;
use std::path::{Path, PathBuf};

use daiban_tests::fuzz::{TARGETS, seeds, target};

fn corpus(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn replay(name: &str) {
    let files = corpus(name);
    assert!(files.len() >= 10, "{name} has {} files", files.len());
    for file in files {
        println!("{}", file.display()); // which one it was, when one fails
        target(name)(&fs::read(&file).unwrap());
    }
    for (seed, bytes) in seeds::of(name) {
        println!("{name}: {seed} as it is made today");
        target(name)(&bytes);
    }
}

macro_rules! replayed {
    ($($target:ident)*) => {
        $(#[test] fn $target() { replay(stringify!($target)); })*

        #[test]
        fn every_target_is_replayed() {
            assert_eq!(TARGETS.map(|(name, _)| name), [$(stringify!($target)),*]);
        }
    };
}

replayed!(frame run session fold form import settings bundle);
