//! Group commit: while one batch is on its way to the disk the next one gathers.
//!
//! **Invariant.** Everything that may be said only of durable entries hangs on a commit as an
//! [`After`]; nothing in it happens before [`super::Input::Committed`] says that the disk has them.

use std::collections::{BTreeMap, BTreeSet};

use daiban_sync::head::Receipt;
use daiban_sync::id::{LogId, Millis};
use daiban_sync::run::{Tip, VerifiedRun};

use super::alarm::Alarm;
use super::answer::Answer;
use super::io::{CommandId, CommitId, LinkId};
use super::{PendingReply, Replica};
use crate::store::{Appended, CommitError, Record};

/// What may happen once a batch is durable.
pub(super) enum After {
    /// Tell the peer that sent it.
    Acknowledge {
        link: LinkId,
        log: LogId,
        len: u64,
    },
    /// Tell the person who waits, as soon as the views show it too.
    Reply {
        id: CommandId,
        answer: Answer,
    },
    Repaired {
        log: LogId,
        from: u64,
        to: u64,
    },
    /// A fork of this log is mended.
    Mended {
        log: LogId,
    },
    /// An alarm about an office is open.
    Raised(Alarm),
    /// Tell the offices below of what an office above signed for.
    PassDown(Vec<Receipt>),
}

/// Records that wait for the disk.
#[derive(Default)]
pub(super) struct Commits {
    next: Batch,
    in_flight: Option<(CommitId, Landed)>,
    /// Logs as they will be when everything that waits is durable.
    staged: BTreeMap<LogId, Tip>,
    count: u64,
    /// Why nothing is saved any more.
    latched: Option<String>,
}

#[derive(Default)]
struct Batch {
    records: Vec<Record>,
    /// The logs that grow by it.
    logs: BTreeSet<LogId>,
    after: Vec<After>,
}

/// What follows from a batch that has landed.
#[derive(Default)]
pub(super) struct Landed {
    pub(super) logs: BTreeSet<LogId>,
    pub(super) after: Vec<After>,
}

impl Commits {
    /// Adds a record to the next batch.
    pub(super) fn push(&mut self, record: Record) {
        if let Record::Run(run) = &record {
            self.staged.insert(run.run().log, *run.tip());
            self.next.logs.insert(run.run().log);
        }
        self.next.records.push(record);
    }

    /// Adds a run that lies inside what the log already is: it replaces what cannot be read.
    pub(super) fn heal(&mut self, run: VerifiedRun) {
        self.next.records.push(Record::Run(run));
    }

    /// Hangs something on the next batch.
    pub(super) fn after(&mut self, after: After) {
        self.next.after.push(after);
    }

    /// The log as it will be, if something of it waits.
    pub(super) fn staged(&self, log: LogId) -> Option<&Tip> {
        self.staged.get(&log)
    }

    /// A log was rewound: what was staged of it no longer counts.
    pub(super) fn stage_rewind(&mut self, log: LogId, tip: Tip) {
        self.staged.insert(log, tip);
    }

    /// Whether nothing is on its way.
    pub(super) fn is_idle(&self) -> bool {
        self.in_flight.is_none()
    }

    pub(super) fn has_next(&self) -> bool {
        !self.next.records.is_empty() || !self.next.after.is_empty()
    }

    /// Sends the next batch off.
    pub(super) fn begin(&mut self) -> (CommitId, Vec<Record>) {
        self.count += 1;
        let commit = CommitId(self.count);
        let batch = std::mem::take(&mut self.next);
        self.in_flight = Some((commit, Landed { logs: batch.logs, after: batch.after }));
        (commit, batch.records)
    }

    /// The batch is durable: gives what may happen now.
    pub(super) fn landed(&mut self, commit: CommitId) -> Landed {
        let in_flight = self.in_flight.take_if(|(id, _)| *id == commit);
        if self.next.records.is_empty() {
            self.staged.clear();
        }
        in_flight.map(|(_, landed)| landed).unwrap_or_default()
    }

    /// The disk refused: what waited is not saved and never will be by this process.
    pub(super) fn latch(&mut self, reason: String) -> Vec<CommandId> {
        let flying = self.in_flight.take().map(|(_, landed)| landed.after).unwrap_or_default();
        let waiting = std::mem::take(&mut self.next).after;
        self.latched = Some(reason);
        let replies = flying.into_iter().chain(waiting).filter_map(|after| match after {
            After::Reply { id, .. } => Some(id),
            _ => None,
        });
        replies.collect()
    }

    /// What hangs on the batch that is on its way.
    #[cfg(feature = "mutants")]
    pub(super) fn take_after(&mut self) -> Vec<After> {
        let in_flight = self.in_flight.as_mut();
        in_flight.map(|(_, landed)| std::mem::take(&mut landed.after)).unwrap_or_default()
    }

    pub(super) fn latched(&self) -> Option<&str> {
        self.latched.as_deref()
    }
}

impl Replica {
    /// The disk has answered for the batch that was on its way.
    pub(super) fn committed(
        &mut self,
        now: Millis,
        commit: CommitId,
        result: Result<Vec<Appended>, CommitError>,
    ) {
        let appended = match result {
            Ok(appended) => appended,
            Err(error) => return self.latch(now, error.to_string()),
        };
        if let Err(error) = self.store.note_durable(appended) {
            return self.index_failed(now, commit, error.to_string());
        }
        let landed = self.commits.landed(commit);
        #[cfg(feature = "mutants")]
        std::mem::take(&mut self.early);
        for after in landed.after {
            self.after(after);
        }
        self.ask_again_for_damaged(&landed.logs);
        for log in landed.logs {
            if let Some(tip) = self.store.tips().get(&log) {
                self.offices.insert(tip.author, tip.office);
            }
            self.announce(log);
        }
        if let Err(error) = self.prove_receipts() {
            self.alarm(Alarm::PeerRefused {
                office: self.config.office,
                reason: error.to_string(),
            });
        }
        self.reply_applied(now);
    }

    pub(super) fn after(&mut self, after: After) {
        match after {
            After::Acknowledge { link, log, len } => {
                if let Some(peer) = self.links.get_mut(&link) {
                    peer.session.acknowledge(log, len);
                }
            }
            After::Reply { id, answer } => {
                let position = self.store.durable().position;
                self.replies.push_back(PendingReply { position, id, answer });
            }
            After::Repaired { log, from, to } => self.alarm(Alarm::Repaired { log, from, to }),
            After::Mended { log } => self.mended(log),
            After::Raised(alarm) => self.alarm(alarm),
            After::PassDown(receipts) => self.pass_down(&receipts),
        }
    }
}
