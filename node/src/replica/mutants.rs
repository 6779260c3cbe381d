//! What the bugs need that are planted in the replica, see [`daiban_sync::mutants`].

use std::collections::BTreeMap;

use daiban_sync::frontier::Frontier;
use daiban_sync::id::{LogId, Millis};
use daiban_sync::planted;
use daiban_sync::run::{Run, VerifiedRun};

use super::Replica;

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
        if planted!(AckBeforeSync) {
            for after in self.commits.take_after() {
                self.after(after);
            }
            self.reply_applied(now);
        }
    }

    /// A run was proved and waits for the disk.
    pub(super) fn staged(&mut self, run: &VerifiedRun) {
        if planted!(RelayBeforeDurable) {
            let log = run.run().log;
            self.early.frontier = self.store.tips().clone();
            self.early.frontier.insert(log, *run.tip());
            self.early.runs = BTreeMap::from([(log, run.run().clone())]);
            self.announce(log);
        }
    }
}
