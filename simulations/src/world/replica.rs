//! A replica's turn: inputs in, effects out, with the checkers and the crashes beside each effect.

use daiban_domain::act::{ActId, CaseId};
use daiban_node::replica::{
    Alarm, Answer, Command, CommandId, Effect, Input, Refusal, RefusalKind,
};
use daiban_sync::id::BlobId;

use super::{Event, World};
use crate::checkers::{Checker, calm, durable};
use crate::fault::Point;
use crate::kept::Fact;
use crate::people::Asked;
use crate::told::Told;

/// Views are made durable when this much time has passed since they last were.
const FLUSH_EVERY_MS: u64 = 5_000;
/// Slices of views in one turn.
const SLICES: usize = 4;

impl World {
    pub(super) fn input(&mut self, node: usize, boot: u64, input: Input) {
        if !self.is_alive(node, boot) {
            return;
        }
        self.trace.note(self.now, name(&input), node as u64, &[]);
        let shown = self.nodes[node].shows(self.now);
        if let Some(process) = &mut self.nodes[node].process {
            process.replica.handle(shown, input);
        }
        self.take_turn_soon(node);
    }

    /// Inputs gather for a moment, as they do in production.
    pub(super) fn take_turn_soon(&mut self, node: usize) {
        let ms = self.dice.between(0, 3);
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
        let now = self.nodes[node].shows(self.now);
        if let Some(process) = &mut self.nodes[node].process {
            process.is_due = false;
            process.replica.settle(now);
        }
        self.carry_out(node, boot);
        // In a brisk story the views may lag behind.
        let lags = self.scenario.time.brisk && self.dice.chance(20);
        let slices = if lags { 0 } else { SLICES };
        let mut more = true;
        for _ in 0..slices {
            let Some(process) = self.process_of(node, boot) else { return };
            more = process.replica.work(now);
            self.carry_out(node, boot);
            if !more {
                break;
            }
        }
        let Some(process) = self.process_of(node, boot) else { return };
        process.replica.settle(now);
        self.carry_out(node, boot);
        if more {
            self.work_later(node, boot);
        }
        self.flush(node, boot);
        self.sleep(node, boot);
    }

    fn process_of(&mut self, node: usize, boot: u64) -> Option<&mut crate::node::Process> {
        let node = &mut self.nodes[node];
        node.process.as_mut().filter(|_| node.boot == boot)
    }

    fn work_later(&mut self, node: usize, boot: u64) {
        let ms = self.dice.between(1, 60);
        let Some(process) = self.process_of(node, boot) else { return };
        if !std::mem::replace(&mut process.is_due, true) {
            self.after(ms, Event::Turn { node, boot });
        }
    }

    fn flush(&mut self, node: usize, boot: u64) {
        let now = self.now;
        let Some(process) = self.process_of(node, boot) else { return };
        if now.since(process.flushed_at) > FLUSH_EVERY_MS {
            process.flushed_at = now;
            if let Err(error) = process.replica.flush_views() {
                self.fail(Checker::Calm, error.to_string());
            }
        }
    }

    /// Wakes the replica when it wants to be woken.
    fn sleep(&mut self, node: usize, boot: u64) {
        let (now, shown) = (self.now, self.nodes[node].shows(self.now));
        let Some(process) = self.process_of(node, boot) else { return };
        let wait = process.replica.wake_at(shown).since(shown);
        let wake = now.plus(if wait <= 1 { 500 } else { wait });
        if process.wakes_at <= now || wake < process.wakes_at {
            process.wakes_at = wake;
            self.at(wake, Event::Input { node, boot, input: Input::Tick });
        }
    }

    /// Carries effects out until there are none or the node dies of one.
    fn carry_out(&mut self, node: usize, boot: u64) {
        while let Some(effect) = self.process_of(node, boot).and_then(|p| p.replica.poll_effect()) {
            self.carry_out_one(node, boot, effect);
        }
    }

    fn carry_out_one(&mut self, node: usize, boot: u64, effect: Effect) {
        match effect {
            Effect::Dial { office, .. } => self.dial(node, boot, office),
            Effect::Send { link, lane, bytes } => self.send(node, boot, link, lane, bytes),
            Effect::Close { link, reason } => {
                if self.trace.is_told() {
                    self.trace.tell(
                        self.now,
                        node as u64,
                        &format!("closes link {}: {reason}", link.0),
                    );
                }
                self.close(node, boot, link);
            }
            Effect::Commit { commit, records } => {
                let ms = self.dice.between(0, 15);
                self.after(ms, Event::Append { node, boot, commit, records });
            }
            Effect::FinishBlob { blob } => {
                let ms = self.dice.between(1, 60);
                self.after(ms, Event::Finish { node, boot, blob });
            }
            Effect::Reply { id, answer } => self.reply(node, id, answer),
            // Links follow what the world knows of a node, see `is_blocked`.
            Effect::Standings(_) => {}
            Effect::Alarm(alarm) => {
                self.counts.alarms += 1;
                self.tell(Some(node), &alarm.to_string());
                self.recorder.alarm(calm::kind(&alarm));
                if matches!(alarm, Alarm::ForkMended { .. }) {
                    self.workload.register.mended();
                }
                let expects = &self.scenario.expects;
                self.judge(calm::check_alarm(self.nodes[node].office, &alarm, expects));
            }
        }
    }

    /// A person gives a command.
    pub(super) fn ask(&mut self, node: usize, asked: Asked, command: Command) {
        let boot = self.nodes[node].boot;
        self.nodes[node].kept.blobs.extend(blobs_of(&command));
        let Some(process) = &mut self.nodes[node].process else { return };
        let id = process.replica.next_command();
        process.asked.insert(id, asked);
        self.counts.commands += 1;
        self.input(node, boot, Input::Command { id, command });
    }

    fn reply(&mut self, node: usize, id: CommandId, answer: Result<Answer, Refusal>) {
        if self.passes(node, Point::BeforeReply) {
            return;
        }
        let process = self.nodes[node].process.as_mut();
        let Some(asked) = process.and_then(|process| process.asked.remove(&id)) else { return };
        match answer {
            Err(refusal) => self.refusal(node, &asked, &refusal),
            Ok(Answer::Saved { case, act, .. }) => self.saved(node, &asked, case, act),
            Ok(_) => {}
        }
        self.passes(node, Point::AfterReply);
    }

    fn refusal(&mut self, node: usize, asked: &Asked, refusal: &Refusal) {
        self.counts.refusals += 1;
        if self.trace.is_told() {
            self.trace.tell(
                self.now,
                node as u64,
                &format!("{} refused: {refusal} {}", asked.what, refusal.detail),
            );
        }
        let is_fault = matches!(refusal.kind, RefusalKind::Internal | RefusalKind::Disk);
        if is_fault && self.nodes[node].disk_is_well() {
            let office = self.nodes[node].office;
            self.fail(Checker::Calm, format!("office {office} fails to {}: {refusal}", asked.what));
        }
    }

    fn saved(&mut self, node: usize, asked: &Asked, case: CaseId, act: Option<ActId>) {
        let facts: Vec<Fact> =
            act.map(Fact::Act).into_iter().chain(asked.mark.map(Fact::Mark)).collect();
        let office = self.nodes[node].office;
        let verdict = durable::check_reply(case, &facts, &self.nodes[node].kept);
        self.judge(
            verdict.map_err(|(checker, said)| (checker, format!("office {office}: {said}"))),
        );
        let Some(channel) = self.workload.channel_of(case, asked.mark) else { return };
        let at = self.now;
        for fact in facts {
            self.promises.add(Told { node, case, channel, fact, at, is_away: false });
        }
        self.follow_up(node, asked, case, channel);
    }
}

/// Files that a command names were stored before, durably.
fn blobs_of(command: &Command) -> Vec<BlobId> {
    match command {
        Command::NewCase { materials, .. } => materials.iter().map(|m| m.blob.id).collect(),
        Command::Attach { material, .. } => vec![material.blob.id],
        _ => Vec::new(),
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
