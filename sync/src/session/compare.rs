//! How two nodes find out what the other lacks.
//!
//! Equal digests in the greetings: nothing to do. Otherwise the dialer leads:
//!
//! ```text
//! dialer                                acceptor
//! Summary (many logs) ───────────────▶
//!          ◀─────────────────────────── Heads of the differing buckets
//! Heads of the same buckets ─────────▶
//!
//! Heads of all buckets (few logs) ───▶
//!          ◀─────────────────────────── Heads of the differing buckets
//! ```
//!
//! Everything is computed from the heads announced in the greeting, so what grows meanwhile is
//! never mistaken for a difference.

use std::collections::BTreeSet;

use crate::error::Misbehaviour;
use crate::frame::Frame;
use crate::frontier::{Buckets, Heads, Summary, bucket_of};
use crate::head::Head;
use crate::id::LogId;
use crate::limits::{HEADS_AT_ONCE, HEADS_PER_FRAME, SHARED_LOGS_MAX};
use crate::session::Role;

/// The comparison of one session.
pub(super) struct Compare {
    role: Role,
    state: State,
    announced: Heads,
    /// What the peer announced in the buckets seen so far.
    theirs: Heads,
    settled: Buckets,
}

/// The legal moves: `Greeting` → one of the waiting states or `Done`;
/// `AcceptorWaits` → `AcceptorWaitsForHeads` or `Done`; every waiting state → `Done`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Greeting,
    /// The dialer has sent a summary and owes heads.
    DialerOwesHeads,
    /// The dialer has sent all its heads.
    DialerWaits,
    /// The acceptor waits for a summary or for all heads.
    AcceptorWaits,
    /// The acceptor has answered a summary and waits for the dialer's heads.
    AcceptorWaitsForHeads,
    Done,
}

/// What follows from one message.
pub(super) struct Answer {
    pub(super) frames: Vec<Frame>,
    /// Heads of the peer that are now known.
    pub(super) peer_heads: Vec<(LogId, Head)>,
    /// Buckets in which everything that the peer holds is now known.
    pub(super) settled: Buckets,
    pub(super) done: bool,
}

impl Compare {
    pub(super) fn new(role: Role, announced: Heads) -> Self {
        let (theirs, settled) = (Heads::new(), Buckets::NONE);
        Self { role, state: State::Greeting, announced, theirs, settled }
    }

    pub(super) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Whether the peer's position in `log` is known (it may be: nothing).
    pub(super) fn knows(&self, log: LogId) -> bool {
        self.settled.contains(bucket_of(log))
    }

    /// The digests were equal.
    pub(super) fn all_equal(&mut self) -> Answer {
        self.finish(Vec::new(), self.heads_within(&Buckets::ALL), Buckets::ALL)
    }

    /// The digests differ.
    pub(super) fn begin(&mut self) -> Answer {
        let frames = match self.role {
            Role::Acceptor => {
                self.state = State::AcceptorWaits;
                Vec::new()
            }
            Role::Dialer if self.announced.len() <= HEADS_AT_ONCE => {
                self.state = State::DialerWaits;
                self.heads_in(&Buckets::ALL)
            }
            Role::Dialer => {
                self.state = State::DialerOwesHeads;
                vec![Frame::Summary(Summary::of(&self.announced))]
            }
        };
        Answer { frames, peer_heads: Vec::new(), settled: Buckets::NONE, done: false }
    }

    pub(super) fn handle_summary(&mut self, theirs: &Summary) -> Result<Answer, Misbehaviour> {
        if self.state != State::AcceptorWaits || !theirs.is_well_formed() {
            return Err(self.out_of_turn("a summary"));
        }
        let differing = Summary::of(&self.announced).differing(theirs);
        let frames = self.heads_in(&differing);
        self.state = State::AcceptorWaitsForHeads;
        let settled = differing.complement();
        let peer_heads = self.heads_within(&settled);
        self.settled = settled;
        Ok(Answer { frames, peer_heads, settled, done: false })
    }

    pub(super) fn handle_heads(
        &mut self,
        buckets: &Buckets,
        heads: Vec<(LogId, Head)>,
        last: bool,
    ) -> Result<Answer, Misbehaviour> {
        if matches!(self.state, State::Greeting | State::Done) {
            return Err(self.out_of_turn("heads"));
        }
        Misbehaviour::check_bound("heads in one frame", heads.len(), HEADS_PER_FRAME)?;
        let named = self.theirs.len() + heads.len();
        Misbehaviour::check_bound("shared logs", named, SHARED_LOGS_MAX)?;
        let before = self.theirs.last_key_value().map(|(log, _)| *log);
        let in_order = heads.is_sorted_by(|(a, _), (b, _)| a < b)
            && heads.first().is_none_or(|(log, _)| Some(*log) > before);
        if !in_order || heads.iter().any(|(log, _)| self.knows(*log)) {
            return Err(self.out_of_turn("heads out of order or named before"));
        }
        self.theirs.extend(heads.iter().copied());
        self.settled = self.settled.union(buckets);
        if last {
            if !self.theirs.keys().all(|log| self.knows(*log)) {
                return Err(self.out_of_turn("heads of a bucket that is not complete"));
            }
            return Ok(self.last_heads(heads, *buckets));
        }
        Ok(Answer { frames: Vec::new(), peer_heads: heads, settled: *buckets, done: false })
    }

    /// Buckets that the peer did not name are equal where it answers us, and empty where it leads.
    fn last_heads(&mut self, mut heads: Vec<(LogId, Head)>, buckets: Buckets) -> Answer {
        let unnamed = self.settled.complement();
        let frames = match self.state {
            State::AcceptorWaits => self.heads_in(&self.differing_from_theirs()),
            State::DialerOwesHeads => self.heads_in(&self.settled),
            _ => Vec::new(),
        };
        if self.role == Role::Dialer {
            heads.extend(self.heads_within(&unnamed));
        }
        self.finish(frames, heads, buckets.union(&unnamed))
    }

    fn finish(
        &mut self,
        frames: Vec<Frame>,
        peer_heads: Vec<(LogId, Head)>,
        settled: Buckets,
    ) -> Answer {
        self.state = State::Done;
        self.settled = Buckets::ALL;
        self.announced = Heads::new();
        self.theirs = Heads::new();
        Answer { frames, peer_heads, settled, done: true }
    }

    fn differing_from_theirs(&self) -> Buckets {
        let mut differing = Buckets::NONE;
        let logs: BTreeSet<_> = self.announced.keys().chain(self.theirs.keys()).collect();
        for log in logs {
            if self.announced.get(log) != self.theirs.get(log) {
                differing.insert(bucket_of(*log));
            }
        }
        differing
    }

    /// What we announced in `buckets`; where those are equal, the peer holds it too.
    fn heads_within(&self, buckets: &Buckets) -> Vec<(LogId, Head)> {
        let inside = self.announced.iter().filter(|(log, _)| buckets.contains(bucket_of(**log)));
        inside.map(|(&log, &head)| (log, head)).collect()
    }

    /// Frames that name every announced head in `buckets`, each with the buckets that it completes.
    fn heads_in(&self, buckets: &Buckets) -> Vec<Frame> {
        let heads = self.heads_within(buckets);
        let mut left = *buckets;
        let mut parts = heads.chunks(HEADS_PER_FRAME).peekable();
        let mut frames = Vec::new();
        loop {
            let heads = parts.next().unwrap_or_default().to_vec();
            let Some(next) = parts.peek() else {
                frames.push(Frame::Heads { buckets: left, heads, last: true });
                return frames;
            };
            let buckets = left.below(bucket_of(next[0].0));
            left = left.without(&buckets);
            frames.push(Frame::Heads { buckets, heads, last: false });
        }
    }

    fn out_of_turn(&self, got: &'static str) -> Misbehaviour {
        let expected = match self.state {
            State::Greeting => "a greeting",
            State::DialerOwesHeads | State::DialerWaits => "heads of the differing buckets",
            State::AcceptorWaits => "a summary or all heads",
            State::AcceptorWaitsForHeads => "heads of the buckets that differ",
            State::Done => "runs",
        };
        Misbehaviour::OutOfTurn { expected, got }
    }
}
