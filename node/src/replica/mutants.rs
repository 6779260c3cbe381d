//! Bugs planted on purpose, to prove that the simulator finds such bugs. Compiled only with the
//! feature `mutants`, switched on by [`Config::mutant`](super::Config).

use std::collections::BTreeMap;

use daiban_sync::frontier::Frontier;
use daiban_sync::id::{LogId, Millis};
use daiban_sync::run::{Run, VerifiedRun};

use super::Replica;

/// Which bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// Peers and people are told when a batch is handed to the disk, not when it is synced.
    AckBeforeSync,
    /// Runs that were taken in are shown to other sessions before they are durable.
    RelayBeforeDurable,
}

/// Runs that are shown too early.
#[derive(Default)]
pub(super) struct Early {
    frontier: Frontier,
    runs: BTreeMap<LogId, Run>,
}

impl Early {
    pub(super) fn frontier(&self) -> Option<&Frontier> {
        (!self.runs.is_empty()).then_some(&self.frontier)
    }

    pub(super) fn read_run(&self, log: LogId, from: u64) -> Option<Run> {
        self.runs.get(&log).filter(|run| run.after.len == from).cloned()
    }
}

impl Replica {
    /// The batch was handed to the disk.
    pub(super) fn handed_over(&mut self, now: Millis) {
        if self.config.mutant == Some(Mutant::AckBeforeSync) {
            for after in self.commits.take_after() {
                self.after(after);
            }
            self.reply_applied(now);
        }
    }

    /// A run was proved and waits for the disk.
    pub(super) fn staged(&mut self, run: &VerifiedRun) {
        if self.config.mutant == Some(Mutant::RelayBeforeDurable) {
            let log = run.run().log;
            self.early.frontier = self.store.tips().clone();
            self.early.frontier.insert(log, *run.tip());
            self.early.runs = BTreeMap::from([(log, run.run().clone())]);
            self.announce(log);
        }
    }
}
