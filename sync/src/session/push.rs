//! Runs on their way: what the peer lacks, in which order it gets it, and how much may be in flight.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::channel::Channel;
use crate::error::Misbehaviour;
use crate::frontier::Frontier;
use crate::head::Head;
use crate::id::LogId;
use crate::limits::{PAYLOAD_BYTES_MAX, RUN_BYTES_MAX};
use crate::run::{Run, Tip};
use crate::session::Source;

/// Payload bytes in flight, by log, oldest first.
#[derive(Default)]
struct Flight {
    runs: BTreeMap<LogId, VecDeque<(Head, u64)>>,
    bytes: u64,
}

impl Flight {
    fn add(&mut self, log: LogId, head: Head, bytes: u64) {
        self.runs.entry(log).or_default().push_back((head, bytes));
        self.bytes += bytes;
    }

    /// Takes out every run of `log` that ends at or before `len`; gives the last one's head.
    fn land(&mut self, log: LogId, len: u64) -> Option<Head> {
        let runs = self.runs.get_mut(&log)?;
        let mut landed = None;
        while let Some(&(head, bytes)) = runs.front().filter(|(head, _)| head.len <= len) {
            runs.pop_front();
            self.bytes -= bytes;
            landed = Some(head);
        }
        if runs.is_empty() {
            self.runs.remove(&log);
        }
        landed
    }
}

/// The way out. Notices go first, then the logs with the smallest backlog.
#[derive(Default)]
pub(super) struct Push {
    window: u64,
    /// What the peer said that it holds, or acknowledged.
    peer: BTreeMap<LogId, Head>,
    /// What it will hold when everything in flight has landed.
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
    /// The peer is ready for this many bytes in flight.
    pub(super) fn open(&mut self, window: u64) {
        self.window = window;
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

    /// Sends nothing more of `log` in this session.
    pub(super) fn set_aside(&mut self, log: LogId) {
        self.unqueue(log);
        self.aside.insert(log);
    }

    /// The next run, if there is one and the window has room.
    pub(super) fn next(&mut self, source: &dyn Source) -> Option<Next> {
        while self.flight.bytes < self.window {
            let &(_, _, log) = self.ready.first()?;
            self.unqueue(log);
            let from = self.position(log);
            let Some(run) = source.read_run(log, from.len) else { continue };
            if run.after != from {
                self.set_aside(log);
                return Some(Next::Diverged { log, ours: run.after, theirs: from });
            }
            self.sent.insert(log, run.head.head);
            self.flight.add(log, run.head.head, run.payload_bytes());
            if let Some(tip) = source.frontier().get(&log) {
                self.offer(log, tip);
            }
            return Some(Next::Run(run));
        }
        None
    }

    /// The peer has flushed `log` up to `len`.
    pub(super) fn acknowledged(&mut self, log: LogId, len: u64) -> Result<(), Misbehaviour> {
        let sent = self.position(log).len;
        if len > sent {
            return Err(Misbehaviour::Acknowledged { log, acknowledged: len, sent });
        }
        if let Some(head) = self.flight.land(log, len) {
            self.peer_holds(log, head);
        }
        if !self.flight.runs.contains_key(&log) {
            self.sent.remove(&log);
        }
        Ok(())
    }

    /// Logs and entries that the peer lacks.
    pub(super) fn backlog(&self, frontier: &Frontier) -> (usize, u64) {
        let logs: BTreeSet<_> = self.queued.keys().chain(self.flight.runs.keys()).collect();
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

/// The way in: what the peer has sent and we have not yet flushed.
pub(super) struct Intake {
    window: u64,
    flight: Flight,
}

impl Intake {
    pub(super) fn new(window: u64) -> Self {
        Self { window, flight: Flight::default() }
    }

    pub(super) fn take(&mut self, run: &Run) -> Result<(), Misbehaviour> {
        // The sender looks at the window before a run, so one run may pass it.
        let slack = (RUN_BYTES_MAX + PAYLOAD_BYTES_MAX) as u64;
        if self.flight.bytes > self.window + slack {
            return Err(Misbehaviour::Window(self.window));
        }
        self.flight.add(run.log, run.head.head, run.payload_bytes());
        Ok(())
    }

    pub(super) fn release(&mut self, log: LogId, len: u64) {
        self.flight.land(log, len);
    }
}
