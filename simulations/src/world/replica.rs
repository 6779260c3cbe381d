//! What a replica does to the world, with the checkers and the crashes beside each effect.

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

impl World {
    /// Carries effects out until there are none or the node dies of one.
    pub(super) fn carry_out(&mut self, node: usize, boot: u64) {
        while let Some(effect) =
            self.process_of(node, boot).and_then(|p| p.replica_mut().poll_effect())
        {
            self.carry_out_one(node, boot, effect);
        }
    }

    pub(super) fn carry_out_one(&mut self, node: usize, boot: u64, effect: Effect) {
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
        let id = process.replica_mut().next_command();
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
