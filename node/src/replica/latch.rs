//! When the disk or the database fails: nothing more is written by this process, nobody waits in
//! vain, and everything goes on being read.

use daiban_sync::id::Millis;

use super::Replica;
use super::alarm::Alarm;
use super::commit::After;
use super::io::{CommitId, Effect};
use super::refusal::Refusal;

impl Replica {
    /// Whether this process still writes.
    pub(super) fn check_saving(&self) -> Result<(), Refusal> {
        match (self.commits.latched(), &self.views_broken) {
            (Some(reason), _) => Err(Refusal::latched(reason)),
            (None, Some(reason)) => Err(Refusal::views_broken(reason)),
            (None, None) => Ok(()),
        }
    }

    /// Why no command is saved, if so.
    pub(super) fn writes_nothing(&self) -> Option<&str> {
        self.commits.latched().or(self.views_broken.as_deref())
    }

    /// The batch is on the disk and the database does not follow: whoever wrote is told that it is
    /// saved, and nothing more is written until the next start makes the two agree.
    pub(super) fn index_failed(&mut self, now: Millis, commit: CommitId, reason: String) {
        for after in self.commits.landed(commit).after {
            if let After::Reply { id, answer } = after {
                self.effects.push_back(Effect::Reply { id, answer: Ok(answer) });
            }
        }
        self.views_broken = Some(reason.clone());
        self.latch(now, reason);
        self.reply_applied(now);
    }

    /// The disk refused a batch.
    pub(super) fn latch(&mut self, now: Millis, reason: String) {
        for id in self.commits.latch(reason.clone()) {
            let answer = Err(Refusal::latched(&reason));
            self.effects.push_back(Effect::Reply { id, answer });
        }
        self.alarm(Alarm::Latched { reason });
        self.release_writers(now);
    }

    /// This process writes nothing any more: whoever waits to write is told, a fork waits for the
    /// next start.
    pub(super) fn release_writers(&mut self, now: Millis) {
        self.recovery.clear();
        self.busy.clear();
        self.ahead.clear();
        self.opening.clear();
        for (id, command) in std::mem::take(&mut self.hold).commands {
            self.command(now, id, command);
        }
        self.retry_deferred(now);
    }
}
