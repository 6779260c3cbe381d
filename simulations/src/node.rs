//! An office's computer: a disk that stays and a process that comes and goes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use daiban_node::replica::{CommandId, Config, Input, Law, Replica, Rules, Timing};
use daiban_node::store::faulty::{Faults, MemoryDisk};
use daiban_node::store::kv::{MemoryKv, MemoryKvOpener};
use daiban_node::store::{Blobs, OpenReport, Options, Store, Unlock};
use daiban_sync::id::{LogId, Millis, NodeKey, OfficeCode};
use daiban_sync::wire::{Compression, VERSION_MAX};
use ed25519_dalek::SigningKey;

use crate::away::Away;
use crate::city::{Memo, Root};
use crate::computer::Computer;
use crate::dice::Dice;
use crate::kept::Kept;
use crate::link::Line;
use crate::people::Asked;
use crate::scenario::Lie;

/// How nodes are set up.
#[derive(Clone, Copy)]
pub(crate) struct Habits {
    pub(crate) timing: Timing,
    segment_bytes: u32,
    key_batch: u32,
    sessions_max: usize,
}

impl Habits {
    /// Nodes that try again soon, with small segments and few keys at once, so that a short story
    /// holds many tries and crosses many borders.
    pub(crate) const BRISK: Self = Self {
        timing: Timing {
            backoff_ms_min: 1_000,
            backoff_ms_max: 60_000,
            fallback_ms: 120_000,
            beacon_ms: 300_000,
            greeting_ms: 10_000,
            clock_error_ms: 300_000,
        },
        segment_bytes: 64 << 10,
        key_batch: 8,
        sessions_max: 64,
    };

    /// As in production, with less of a journal and fewer keys ahead of need.
    pub(crate) fn usual() -> Self {
        // A month of 1,400 offices has sixty million reports of a minute each.
        let timing = Timing { beacon_ms: 300_000, ..Timing::default() };
        Self { timing, segment_bytes: 1 << 20, key_batch: 32, sessions_max: 4_096 }
    }
}

/// Views are made durable when this much time has passed since they last were.
const FLUSH_EVERY_MS: u64 = 5_000;

/// Of so many offices one runs a later program.
const LATER_ONE_IN: u64 = 3;

/// An installation, running or not.
pub(crate) struct Node {
    pub(crate) office: OfficeCode,
    key: SigningKey,
    chain: Vec<Vec<u8>>,
    disk: MemoryDisk,
    database: MemoryKvOpener,
    /// Counts its lives.
    pub(crate) boot: u64,
    pub(crate) process: Option<Process>,
    pub(crate) kept: Kept,
    /// Logs in which a mended fork takes the place of what was synced, as far as is known: after a
    /// crash either may be found.
    pub(crate) rewinding: BTreeSet<LogId>,
    /// A copy of the data directory.
    pub(crate) copy: Option<(MemoryDisk, MemoryKv)>,
    /// The disk was replaced by hand, or damaged, since the node last ran.
    pub(crate) is_replaced: bool,
    pub(crate) line: Line,
    clock: Clock,
    /// What is wrong with the disk.
    pub(crate) trouble: Faults,
    /// Its word counts no more: it lies, or it was revoked. It joins again when everything heals.
    pub(crate) standing: Standing,
    /// It does not start again before.
    pub(crate) off_until: Millis,
}

/// What an office's node is to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Good,
    Hostile(Lie),
    Revoked,
}

/// What the office believes the time to be.
#[derive(Clone, Copy, Default)]
struct Clock {
    ahead_ms: i64,
    drift_ppm: u64,
    set_at: Millis,
}

/// A running node.
pub(crate) struct Process {
    pub(crate) computer: Away<Computer>,
    /// What came since its last turn, each with what the clock showed.
    pub(crate) inbox: Vec<(Millis, Input)>,
    pub(crate) wakes_at: Millis,
    pub(crate) is_due: bool,
    flushed_at: Millis,
    pub(crate) asked: BTreeMap<CommandId, Asked>,
}

impl Process {
    pub(crate) fn replica(&self) -> &Replica {
        &self.computer.get().replica
    }

    pub(crate) fn replica_mut(&mut self) -> &mut Replica {
        &mut self.computer.get_mut().replica
    }

    /// Whether it is time that the views are made durable; if so, they are now.
    pub(crate) fn is_flush_due(&mut self, now: Millis) -> bool {
        let is_due = now.since(self.flushed_at) > FLUSH_EVERY_MS;
        if is_due {
            self.flushed_at = now;
        }
        is_due
    }

    pub(crate) fn blobs(&self) -> &Blobs {
        &self.computer.get().blobs
    }
}

/// Why a node did not start.
pub(crate) type Trouble = Box<dyn std::error::Error>;

impl Node {
    pub(crate) fn new(office: OfficeCode, line: Line, root: &Root, dice: &mut Dice) -> Self {
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
            rewinding: BTreeSet::new(),
            copy: None,
            is_replaced: false,
            line,
            clock: Clock::default(),
            trouble: Faults::default(),
            standing: Standing::Good,
            off_until: Millis(0),
        }
    }

    /// What the clock of the office shows.
    pub(crate) fn shows(&self, now: Millis) -> Millis {
        let drift = u128::from(now.since(self.clock.set_at)) * u128::from(self.clock.drift_ppm);
        let drift = u64::try_from(drift / 1_000_000).unwrap_or(0);
        Millis(now.0.saturating_add_signed(self.clock.ahead_ms)).plus(drift)
    }

    /// Somebody, or a dead battery, sets the clock.
    pub(crate) fn set_clock(&mut self, now: Millis, jump_ms: i64, drift_ppm: u64) {
        let shown = self.shows(now).0.saturating_add_signed(jump_ms);
        let ahead = i128::from(shown) - i128::from(now.0);
        let ahead_ms = i64::try_from(ahead).unwrap_or(0);
        self.clock = Clock { ahead_ms, drift_ppm, set_at: now };
    }

    /// The highest version of the protocol that its program speaks. Programs are updated one office
    /// after the other: some are ahead of this build, and speak one version more beside its own.
    pub(crate) fn speaks(&self) -> u8 {
        let is_later = u64::from(self.office) % LATER_ONE_IN == 0;
        VERSION_MAX + u8::from(is_later)
    }

    pub(crate) fn disk_is_well(&self) -> bool {
        self.trouble == Faults::default()
    }

    /// The clock is right.
    pub(crate) fn mend_clock(&mut self) {
        self.clock = Clock::default();
    }

    pub(crate) fn key(&self) -> NodeKey {
        node_key(&self.key)
    }

    pub(crate) fn signing_key(&self) -> &SigningKey {
        &self.key
    }

    pub(crate) fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// The data directory is gone; the office joins again with a new key.
    pub(crate) fn lose(&mut self, root: &Root, dice: &mut Dice) {
        self.key = SigningKey::from_bytes(&dice.bytes());
        self.chain = root.certify(self.office, self.key());
        (self.disk, self.database) = (MemoryDisk::default(), MemoryKvOpener::default());
        self.is_replaced = true;
    }

    pub(crate) fn copy_aside(&mut self) {
        let disk = self.disk().snapshot();
        self.copy = Some((disk, self.database.kv.snapshot()));
    }

    /// The copy replaces the data directory; `false` if there is none.
    pub(crate) fn restore_copy(&mut self) -> bool {
        let Some((disk, kv)) = self.copy.take() else { return false };
        (self.disk, self.database) = (disk, MemoryKvOpener { kv, failures: 0 });
        self.is_replaced = true;
        true
    }

    /// Stops the process, if it runs: it touches its disk no more.
    pub(crate) fn stop(&mut self) -> bool {
        self.process.take().is_some()
    }

    /// The disk, when the process does nothing to it.
    pub(crate) fn disk(&self) -> &MemoryDisk {
        self.pause();
        &self.disk
    }

    /// The views, when the process does nothing to them.
    pub(crate) fn database(&mut self) -> &mut MemoryKvOpener {
        self.pause();
        &mut self.database
    }

    fn pause(&self) {
        if let Some(process) = &self.process {
            process.computer.get();
        }
    }

    /// Starts the process, as production does. Gives what the store says, and what was on the disk
    /// before.
    ///
    /// # Errors
    /// Those of the store and of its views.
    pub(crate) fn start(
        &mut self,
        now: Millis,
        setup: &Setup<'_>,
        dice: &mut Dice,
    ) -> Result<(OpenReport, Kept), Trouble> {
        let unlock = Unlock::KeyFile(zeroize::Zeroizing::new([7; 32]));
        let Habits { segment_bytes, key_batch, .. } = setup.habits;
        let options = Options { segment_bytes, key_batch, ..Options::default() };
        let (store, committer, report) = Store::open(
            Arc::new(self.disk.clone()),
            &mut self.database,
            &unlock,
            options,
            Box::new(dice.split().entropy()),
            &mut |_, _| (),
        )?;
        self.disk.set_faults(self.trouble);
        let blobs = store.blobs();
        let before = std::mem::replace(&mut self.kept, Kept::read(&store, &blobs)?);
        let (law, memo) = (setup.law.clone(), Box::new(setup.memo.clone()));
        let shown = self.shows(now);
        let replica = Replica::new(shown, self.config(setup), store, law, memo, dice.bytes())?;
        self.process = Some(Process {
            computer: Away::new(Computer { replica, committer, blobs }),
            inbox: Vec::new(),
            wakes_at: Millis(u64::MAX),
            is_due: false,
            flushed_at: now,
            asked: BTreeMap::new(),
        });
        Ok((report, before))
    }

    fn config(&self, setup: &Setup<'_>) -> Config {
        let address = |office: OfficeCode| (office, vec![office.to_string()]);
        Config {
            office: self.office,
            key: self.key.clone(),
            chain: self.chain.clone(),
            ancestors: self.office.line().skip(1).map(address).collect(),
            timing: setup.habits.timing,
            window_bytes: 64 << 10,
            compression_up: Compression { level: 1, window_log: 17 },
            compression_down: Compression::SMALL,
            sessions_max: setup.habits.sessions_max,
            training: true,
            // Its alarms would be told of nobody: the story tells what is cut.
            watch: Rules::default(),
            backed_up: None,
        }
    }
}

/// What all nodes are started with.
pub(crate) struct Setup<'a> {
    pub(crate) memo: &'a Memo,
    pub(crate) law: &'a Law,
    pub(crate) habits: Habits,
}

fn node_key(key: &SigningKey) -> NodeKey {
    NodeKey(key.verifying_key().to_bytes())
}
