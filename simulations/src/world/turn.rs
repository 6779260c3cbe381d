//! A replica's turn: inputs in, and what they call for.
//!
//! In a brisk story a turn takes no time and its effects happen between its steps, so that a node
//! may die between any two of them. In a long story a turn takes a while, as on the cheap computers
//! of villages, and its effects happen at its end: meanwhile it is computed beside what happens
//! elsewhere.

use daiban_node::replica::Input;
use daiban_node::store::IndexError;

use super::{Event, World};
use crate::away::Promise;
use crate::checkers::Checker;
use crate::computer::{Computer, Outcome, SLICES, Turn};
use crate::node::Process;

/// What a turn takes when it takes time.
const TURN_MS: (u64, u64) = (50, 150);

impl World {
    pub(super) fn input(&mut self, node: usize, boot: u64, input: Input) {
        if !self.is_alive(node, boot) {
            return;
        }
        self.trace.note(self.now, name(&input), node as u64, &[]);
        let shown = self.nodes[node].shows(self.now);
        if let Some(process) = &mut self.nodes[node].process {
            match self.scenario.time.brisk {
                true => process.replica_mut().handle(shown, input),
                false => process.inbox.push((shown, input)),
            }
        }
        self.take_turn_soon(node);
    }

    /// Inputs gather for a moment, as they do in production.
    pub(super) fn take_turn_soon(&mut self, node: usize) {
        let ms = self.dice.between(0, 3);
        self.take_turn_in(node, ms);
    }

    fn take_turn_in(&mut self, node: usize, ms: u64) {
        let boot = self.nodes[node].boot;
        let Some(process) = &mut self.nodes[node].process else { return };
        if !std::mem::replace(&mut process.is_due, true) {
            self.after(ms, Event::Turn { node, boot });
        }
    }

    pub(super) fn turn(&mut self, node: usize, boot: u64) {
        if !self.is_alive(node, boot) {
            return;
        }
        match self.scenario.time.brisk {
            true => self.turn_by_steps(node, boot),
            false => self.begin_turn(node, boot, false),
        }
    }

    fn begin_turn(&mut self, node: usize, boot: u64, shows: bool) {
        let (now, shown) = (self.now, self.nodes[node].shows(self.now));
        let Some(process) = self.process_of(node, boot) else { return };
        let inputs = std::mem::take(&mut process.inbox);
        let turn = Turn { now: shown, inputs, shows, flushes: process.is_flush_due(now) };
        if let Some(outcome) = self.compute(node, |computer| computer.take_turn(turn)) {
            self.in_a_while(TURN_MS, Event::Turned { node, boot, outcome });
        }
    }

    /// A turn that took time is over.
    pub(super) fn turned(&mut self, node: usize, boot: u64, outcome: Promise<Outcome>) {
        let Some(outcome) = self.keep(node, boot, outcome) else { return };
        for effect in outcome.effects {
            if self.is_alive(node, boot) {
                self.carry_out_one(node, boot, effect);
            }
        }
        let Some(process) = self.process_of(node, boot) else { return };
        process.is_due = outcome.more;
        // What goes out does not wait for the views.
        if outcome.more {
            self.begin_turn(node, boot, true);
        } else if !process.inbox.is_empty() {
            self.take_turn_soon(node);
        }
        self.flushed(outcome.flushed);
        self.sleep(node, boot, outcome.wait_ms);
    }

    fn turn_by_steps(&mut self, node: usize, boot: u64) {
        let now = self.nodes[node].shows(self.now);
        if let Some(process) = &mut self.nodes[node].process {
            process.is_due = false;
            process.replica_mut().settle(now);
        }
        self.carry_out(node, boot);
        let views_lag = self.dice.chance(20);
        let slices = if views_lag { 0 } else { SLICES };
        let mut more = true;
        for _ in 0..slices {
            let Some(process) = self.process_of(node, boot) else { return };
            more = process.replica_mut().work(now);
            self.carry_out(node, boot);
            if !more {
                break;
            }
        }
        let Some(process) = self.process_of(node, boot) else { return };
        process.replica_mut().settle(now);
        self.carry_out(node, boot);
        if more {
            let ms = self.dice.between(1, 60);
            self.take_turn_in(node, ms);
        }
        self.flush(node, boot);
        let Some(process) = self.process_of(node, boot) else { return };
        let wait_ms = process.computer.get().wait_ms(now);
        self.sleep(node, boot, wait_ms);
    }

    pub(super) fn process_of(&mut self, node: usize, boot: u64) -> Option<&mut Process> {
        let node = &mut self.nodes[node];
        node.process.as_mut().filter(|_| node.boot == boot)
    }

    fn flush(&mut self, node: usize, boot: u64) {
        let now = self.now;
        let Some(process) = self.process_of(node, boot) else { return };
        if process.is_flush_due(now) {
            let flushed = process.replica_mut().flush_views();
            self.flushed(flushed);
        }
    }

    fn flushed(&mut self, flushed: Result<(), IndexError>) {
        if let Err(error) = flushed {
            self.fail(Checker::Calm, error.to_string());
        }
    }

    /// Wakes the replica when it wants to be woken.
    fn sleep(&mut self, node: usize, boot: u64, wait_ms: u64) {
        let now = self.now;
        let Some(process) = self.process_of(node, boot) else { return };
        let wake = now.plus(if wait_ms <= 1 { 500 } else { wait_ms });
        if process.wakes_at <= now || wake < process.wakes_at {
            process.wakes_at = wake;
            self.at(wake, Event::Wake { node, boot });
        }
    }

    /// A replica is woken when it has asked for it, unless it has asked for another time since. In a
    /// brisk story it is woken all the same: a tick too many must change nothing.
    pub(super) fn wake(&mut self, node: usize, boot: u64) {
        let (now, is_brisk) = (self.now, self.scenario.time.brisk);
        if self.process_of(node, boot).is_some_and(|process| is_brisk || process.wakes_at == now) {
            self.input(node, boot, Input::Tick);
        }
    }

    /// Lets a running computer do something, in a long story beside what happens next.
    pub(super) fn compute<R: Send + 'static>(
        &mut self,
        node: usize,
        work: impl FnOnce(&mut Computer) -> R + Send + 'static,
    ) -> Option<Promise<R>> {
        let process = self.nodes[node].process.as_mut()?;
        Some(process.computer.give(&self.hands, work))
    }

    /// What a computer does takes a while in a long story, and no time in a brisk one.
    pub(super) fn in_a_while(&mut self, (least_ms, most_ms): (u64, u64), event: Event) {
        if self.scenario.time.brisk {
            return self.happen(event);
        }
        let ms = self.dice.between(least_ms, most_ms);
        self.after(ms, event);
    }

    /// What a computer has done, if its node still lives.
    pub(super) fn keep<R>(&mut self, node: usize, boot: u64, promise: Promise<R>) -> Option<R> {
        let process = self.process_of(node, boot)?;
        let outcome = promise.keep();
        if outcome.is_none() {
            // It has panicked, and so does whoever looks at it.
            process.computer.get();
        }
        outcome
    }
}

fn name(input: &Input) -> &'static str {
    match input {
        Input::Connected { .. } => "connected",
        Input::Bytes { .. } => "takes bytes",
        Input::Closed { .. } => "closed",
        Input::DialFailed { .. } => "not reached",
        Input::Committed { .. } => "committed",
        Input::Revoked { .. } => "hears that it is revoked",
        Input::BlobFinished { .. } => "blob finished",
        Input::BlobDamaged { .. } => "blob damaged",
        Input::Command { .. } => "command",
        Input::Carried { .. } => "takes a bundle",
        Input::Space(_) => "space",
        Input::Free { .. } => "free space",
        Input::Tick => "tick",
    }
}
