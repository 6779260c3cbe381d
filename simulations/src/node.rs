//! An office's computer: a disk that stays and a process that comes and goes.

use std::collections::BTreeMap;
use std::sync::Arc;

use daiban_node::replica::{CommandId, CommitId, Config, Law, Replica, Timing};
use daiban_node::store::faulty::{Faults, MemoryDisk};
use daiban_node::store::kv::{MemoryKv, MemoryKvOpener};
use daiban_node::store::{Appended, Blobs, Committer, OpenReport, Options, Record, Store, Unlock};
use daiban_sync::id::{Millis, NodeKey, OfficeCode};
use daiban_sync::wire::Compression;
use ed25519_dalek::SigningKey;

use crate::city::Root;
use crate::dice::Dice;
use crate::kept::Kept;
use crate::people::Asked;

/// Small segments and few keys at once, so that a short story crosses their borders.
const SEGMENT_BYTES: u32 = 64 << 10;
const KEY_BATCH: u32 = 8;

/// An installation, running or not.
pub(crate) struct Node {
    pub(crate) office: OfficeCode,
    key: SigningKey,
    chain: Vec<Vec<u8>>,
    pub(crate) disk: MemoryDisk,
    pub(crate) database: MemoryKvOpener,
    /// Counts its lives.
    pub(crate) boot: u64,
    pub(crate) process: Option<Process>,
    pub(crate) kept: Kept,
    /// A copy of the data directory.
    pub(crate) copy: Option<(MemoryDisk, MemoryKv)>,
    /// The disk was replaced by hand since the node last ran.
    pub(crate) is_replaced: bool,
}

/// A running node.
pub(crate) struct Process {
    pub(crate) replica: Replica,
    pub(crate) committer: Committer,
    pub(crate) blobs: Blobs,
    /// Appended and not synced.
    pub(crate) unsynced: Option<(CommitId, Appended, Vec<Record>)>,
    pub(crate) wakes_at: Millis,
    pub(crate) is_due: bool,
    pub(crate) flushed_at: Millis,
    pub(crate) asked: BTreeMap<CommandId, Asked>,
}

/// Why a node did not start.
pub(crate) type Trouble = Box<dyn std::error::Error>;

impl Node {
    pub(crate) fn new(office: OfficeCode, root: &Root, dice: &mut Dice) -> Self {
        let key = SigningKey::from_bytes(&dice.bytes());
        let chain = root.certify(office, node_key(&key));
        Self {
            office,
            key,
            chain,
            disk: MemoryDisk::default(),
            database: MemoryKvOpener::default(),
            boot: 0,
            process: None,
            kept: Kept::default(),
            copy: None,
            is_replaced: false,
        }
    }

    pub(crate) fn key(&self) -> NodeKey {
        node_key(&self.key)
    }

    /// The data directory is gone; the office joins again with a new key.
    pub(crate) fn lose(&mut self, root: &Root, dice: &mut Dice) {
        self.key = SigningKey::from_bytes(&dice.bytes());
        self.chain = root.certify(self.office, self.key());
        (self.disk, self.database) = (MemoryDisk::default(), MemoryKvOpener::default());
        self.is_replaced = true;
    }

    pub(crate) fn copy_aside(&mut self) {
        self.copy = Some((self.disk.snapshot(), self.database.kv.snapshot()));
    }

    /// The copy replaces the data directory; `false` if there is none.
    pub(crate) fn restore_copy(&mut self) -> bool {
        let Some((disk, kv)) = self.copy.take() else { return false };
        (self.disk, self.database) = (disk, MemoryKvOpener { kv, failures: 0 });
        self.is_replaced = true;
        true
    }

    /// Starts the process, as production does.
    ///
    /// # Errors
    /// Those of the store and of its views.
    pub(crate) fn start(
        &mut self,
        now: Millis,
        setup: &Setup<'_>,
        dice: &mut Dice,
    ) -> Result<OpenReport, Trouble> {
        let unlock = Unlock::KeyFile(zeroize::Zeroizing::new([7; 32]));
        let options =
            Options { segment_bytes: SEGMENT_BYTES, key_batch: KEY_BATCH, ..Options::default() };
        let (store, committer, report) = Store::open(
            Arc::new(self.disk.clone()),
            &mut self.database,
            &unlock,
            options,
            Box::new(dice.split().entropy()),
            &mut |_, _| (),
        )?;
        self.disk.set_faults(Faults::default());
        let blobs = store.blobs();
        self.kept = Kept::read(&store, &blobs)?;
        let certificates = Box::new(setup.root.authenticator());
        let law = setup.law.clone();
        let replica =
            Replica::new(now, self.config(setup), store, law, certificates, dice.bytes())?;
        self.process = Some(Process {
            replica,
            committer,
            blobs,
            unsynced: None,
            wakes_at: Millis(u64::MAX),
            is_due: false,
            flushed_at: now,
            asked: BTreeMap::new(),
        });
        Ok(report)
    }

    fn config(&self, setup: &Setup<'_>) -> Config {
        let address = |office: OfficeCode| (office, vec![office.to_string()]);
        Config {
            office: self.office,
            key: self.key.clone(),
            chain: self.chain.clone(),
            ancestors: self.office.line().skip(1).map(address).collect(),
            timing: setup.timing,
            window_bytes: 64 << 10,
            compression_up: Compression { level: 1, window_log: 17 },
            compression_down: Compression::SMALL,
            sessions_max: 64,
            training: true,
            #[cfg(feature = "mutants")]
            mutant: setup.mutant,
        }
    }
}

/// What all nodes are started with.
pub(crate) struct Setup<'a> {
    pub(crate) root: &'a Root,
    pub(crate) law: &'a Law,
    pub(crate) timing: Timing,
    #[cfg(feature = "mutants")]
    pub(crate) mutant: Option<daiban_node::replica::Mutant>,
}

fn node_key(key: &SigningKey) -> NodeKey {
    NodeKey(key.verifying_key().to_bytes())
}
