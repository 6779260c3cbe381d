//! Runs in flight, and the way in: what the peer has sent and we have not yet flushed.

use std::collections::{BTreeMap, VecDeque};

use crate::error::Misbehaviour;
use crate::head::Head;
use crate::id::LogId;
use crate::run::Run;

/// Weight in flight, by log, oldest first.
#[derive(Default)]
pub(super) struct Flight {
    runs: BTreeMap<LogId, VecDeque<(Head, u64)>>,
    weight: u64,
}

impl Flight {
    pub(super) fn add(&mut self, run: &Run) {
        self.runs.entry(run.log).or_default().push_back((run.head.head, run.weight()));
        self.weight += run.weight();
    }

    /// Takes out every run of `log` that ends at or before `len`; gives the last one's head and the
    /// weight of all.
    pub(super) fn land(&mut self, log: LogId, len: u64) -> Option<(Head, u64)> {
        let runs = self.runs.get_mut(&log)?;
        let mut landed: Option<(Head, u64)> = None;
        while let Some(&(head, weight)) = runs.front().filter(|(head, _)| head.len <= len) {
            runs.pop_front();
            self.weight -= weight;
            landed = Some((head, landed.map_or(0, |(_, before)| before) + weight));
        }
        if runs.is_empty() {
            self.runs.remove(&log);
        }
        landed
    }

    /// Whether the window has room for one more run, whatever it weighs.
    pub(super) fn has_room(&self, window: u64) -> bool {
        self.weight < window
    }

    pub(super) fn weight(&self) -> u64 {
        self.weight
    }

    pub(super) fn logs(&self) -> impl Iterator<Item = &LogId> {
        self.runs.keys()
    }
}

/// The way in.
pub(super) struct Intake {
    window: u64,
    flight: Flight,
}

impl Intake {
    pub(super) fn new(window: u64) -> Self {
        Self { window, flight: Flight::default() }
    }

    pub(super) fn take(&mut self, run: &Run) -> Result<(), Misbehaviour> {
        if !self.flight.has_room(self.window) {
            return Err(Misbehaviour::Window(self.window));
        }
        self.flight.add(run);
        Ok(())
    }

    pub(super) fn weight(&self) -> u64 {
        self.flight.weight()
    }

    /// Logs of which something is not yet flushed.
    pub(super) fn logs(&self) -> impl Iterator<Item = &LogId> {
        self.flight.logs()
    }

    /// `log` is flushed up to `len`: gives the end and the weight of the runs that this settles.
    pub(super) fn release(&mut self, log: LogId, len: u64) -> Option<(u64, u64)> {
        self.flight.land(log, len).map(|(head, weight)| (head.len, weight))
    }
}
