//! A data directory that tests harm.

use std::fs;
use std::sync::Arc;

use daiban_node::store::disk::RealDisk;
use daiban_node::store::kv::SledKvOpener;
use daiban_node::store::{Committer, OpenError, OpenReport, Options, Record, Store, Unlock};
use daiban_sync::run::Run;

use crate::store_support::{Author, Draw, key_file, save, small};

pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) type Opened = (Store, Committer, OpenReport);

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn try_open(&self, unlock: &Unlock, options: Options) -> Result<Opened, OpenError> {
        let disk = RealDisk::open(self.folder.path()).unwrap();
        let mut kv = SledKvOpener::new(self.path("db"), 16 << 20);
        Store::open(
            Arc::new(disk),
            &mut kv,
            unlock,
            options,
            Box::new(Draw::new(5)),
            &mut |_, _| (),
        )
    }

    pub(crate) fn open(&self) -> Opened {
        self.try_open(&key_file(), small()).unwrap()
    }

    /// A store with 60 entries in 20 runs, closed; and who wrote them.
    pub(crate) fn filled(&self) -> (Author, Vec<Run>) {
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

    pub(crate) fn flip(&self, name: &str, byte: u64) {
        let path = self.path(name);
        let mut bytes = fs::read(&path).unwrap();
        bytes[usize::try_from(byte).unwrap()] ^= 0x10;
        fs::write(path, bytes).unwrap();
    }
}

pub(crate) fn all_payloads(runs: &[Run]) -> Vec<Vec<u8>> {
    let entries = runs.iter().flat_map(|run| &run.entries).skip(1);
    entries.map(|entry| entry.payload.bytes().unwrap().to_vec()).collect()
}
