//! Runs on their way: what the peer lacks, in which order it gets it, and how much may be in flight.

use std::collections::{BTreeMap, BTreeSet};

use crate::channel::Channel;
use crate::error::Misbehaviour;
use crate::frontier::Frontier;
use crate::head::Head;
use crate::id::LogId;
use crate::planted;
use crate::run::{Run, Tip};
use crate::session::Source;
use crate::session::flight::Flight;

/// The way out. Notices go first, then the logs with the smallest backlog.
#[derive(Default)]
pub(super) struct Push {
    window: u64,
    /// What the peer said that it holds, sent us, or acknowledged.
    peer: BTreeMap<LogId, Head>,
    /// How far we have sent: what the peer will hold when everything in flight has landed.
    sent: BTreeMap<LogId, Head>,
    ready: BTreeSet<(Class, u64, LogId)>,
    queued: BTreeMap<LogId, (Class, u64)>,
    /// Logs in which we and the peer hold different histories.
    aside: BTreeSet<LogId>,
    flight: Flight,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Notice,
    Case,
}

/// The next thing to send.
pub(super) enum Next {
    Run(Run),
    Diverged { log: LogId, ours: Head, theirs: Head },
}

impl Push {
    /// The peer is ready for runs of this weight in flight.
    pub(super) fn open(&mut self, window: u64) {
        self.window = window;
    }

    /// Weight that is sent and not acknowledged.
    pub(super) fn in_flight(&self) -> u64 {
        self.flight.weight()
    }

    /// The peer holds `log` at least up to `head`.
    pub(super) fn peer_holds(&mut self, log: LogId, head: Head) {
        let known = self.peer.entry(log).or_insert(head);
        if head.len >= known.len {
            *known = head;
        }
    }

    /// Queues `log` if the peer lacks something of it.
    pub(super) fn offer(&mut self, log: LogId, tip: &Tip) {
        let from = self.position(log).len;
        if tip.head.len <= from || self.aside.contains(&log) {
            return;
        }
        let class = match tip.channel {
            Channel::Notices { .. } => Class::Notice,
            Channel::Cases { .. } => Class::Case,
        };
        self.unqueue(log);
        self.queued.insert(log, (class, tip.head.len - from));
        self.ready.insert((class, tip.head.len - from, log));
    }

    /// Sends nothing more of `log` in this session; `false` if that was so already.
    pub(super) fn set_aside(&mut self, log: LogId) -> bool {
        self.unqueue(log);
        self.flight.land(log, u64::MAX);
        self.aside.insert(log)
    }

    pub(super) fn is_aside(&self, log: LogId) -> bool {
        self.aside.contains(&log)
    }

    /// The next run, if there is one and the window has room.
    pub(super) fn next(&mut self, source: &dyn Source) -> Option<Next> {
        while self.flight.has_room(self.window) {
            let &(_, _, log) = self.ready.first()?;
            self.unqueue(log);
            let from = self.position(log);
            let Some(run) = source.read_run(log, from.len) else { continue };
            if run.after != from && !planted!(ForkRuleSkipped) {
                self.set_aside(log);
                return Some(Next::Diverged { log, ours: run.after, theirs: from });
            }
            self.sent.insert(log, run.head.head);
            self.flight.add(&run);
            if let Some(tip) = source.frontier().get(&log) {
                self.offer(log, tip);
            }
            return Some(Next::Run(run));
        }
        None
    }

    /// The peer has flushed `log` up to `len`.
    pub(super) fn acknowledged(&mut self, log: LogId, len: u64) -> Result<(), Misbehaviour> {
        let sent = self.sent.get(&log).map_or(0, |head| head.len);
        if len > sent {
            return Err(Misbehaviour::Acknowledged { log, acknowledged: len, sent });
        }
        if let Some((head, _)) = self.flight.land(log, len) {
            self.peer_holds(log, head);
        }
        Ok(())
    }

    /// Logs and entries that the peer lacks.
    pub(super) fn backlog(&self, frontier: &Frontier) -> (usize, u64) {
        let logs: BTreeSet<_> = self.queued.keys().chain(self.flight.logs()).collect();
        let missing = |log: &LogId| {
            let held = self.peer.get(log).map_or(0, |head| head.len);
            frontier.get(log).map_or(0, |tip| tip.head.len.saturating_sub(held))
        };
        (logs.len(), logs.iter().map(|log| missing(log)).sum())
    }

    fn position(&self, log: LogId) -> Head {
        let held = self.peer.get(&log).copied().unwrap_or(Head::EMPTY);
        self.sent.get(&log).copied().filter(|sent| sent.len > held.len).unwrap_or(held)
    }

    fn unqueue(&mut self, log: LogId) {
        if let Some((class, backlog)) = self.queued.remove(&log) {
            self.ready.remove(&(class, backlog, log));
        }
    }
}
