//! People come, edit and see to cases.

use daiban_domain::act::CaseId;
use daiban_sync::channel::Channel;

use super::{Event, World};
use crate::people::Asked;
use crate::workload::Looked;

/// A case that is not here yet, or waits for a date, is looked at again after about this time.
const LOOK_AGAIN_MS: u64 = 30 * 60_000;
/// Who edits a case again does so within this time.
const EDITED_WITHIN_MS: u64 = 20 * 60_000;
/// Who is in a hurry sees to a case within this time.
const HURRY_MS: u64 = 10 * 60_000;

impl World {
    /// Restless people: somebody, somewhere.
    pub(super) fn person(&mut self) {
        let Some(pause) = self.scenario.people.restless_ms else { return };
        let pause = self.dice.between(pause / 25, pause * 2);
        self.after(pause, Event::Person);
        let node = self.dice.place(self.nodes.len());
        self.person_at(node);
    }

    pub(super) fn person_at(&mut self, node: usize) {
        let people = &self.scenario.people;
        let said = self.workload.next(&self.nodes[node], people, &mut self.dice);
        self.say(node, said);
    }

    /// An applicant comes to an agent.
    pub(super) fn come(&mut self, node: usize) {
        if self.nodes[node].process.is_none() {
            self.counts.turned_away += 1;
            return;
        }
        let people = &self.scenario.people;
        let said = self.workload.open(&self.nodes[node], people, &mut self.dice);
        self.say(node, said);
    }

    pub(super) fn edit(&mut self, node: usize, case: CaseId) {
        let people = &self.scenario.people;
        let said = self.workload.edit(case, &self.nodes[node], people, &mut self.dice);
        self.say(node, said);
    }

    pub(super) fn attend(&mut self, node: usize, case: CaseId) {
        let people = &self.scenario.people;
        match self.workload.look(case, &self.nodes[node], people, &mut self.dice) {
            Looked::Said(asked, command) => self.say(node, Some((asked, command))),
            Looked::At(office) => {
                if let Some(node) = self.place_of(office) {
                    let ms = self.patience();
                    self.after(ms, Event::Attend { node, case });
                }
            }
            Looked::Later => {
                let ms = self.dice.between(LOOK_AGAIN_MS / 2, LOOK_AGAIN_MS * 2);
                self.after(ms, Event::Attend { node, case });
            }
            Looked::Done => {}
        }
    }

    fn say(&mut self, node: usize, said: Option<(Asked, daiban_node::replica::Command)>) {
        let Some((asked, command)) = said else { return };
        self.trace.tell(self.now, node as u64, &asked.what);
        self.ask(node, asked, command);
    }

    /// Somebody was told that something is saved: what follows from it.
    pub(super) fn follow_up(&mut self, node: usize, asked: &Asked, case: CaseId, channel: Channel) {
        if let Some(mark) = asked.mark
            && let Some(process) = &self.nodes[node].process
        {
            let shown = || process.replica().case(case).ok().flatten();
            self.workload.register.told(mark, case, shown);
        }
        if self.workload.learn(case, channel) {
            self.recorder.opened(node);
            let edits = self.scenario.people.edits;
            if self.dice.chance(edits) {
                self.edit_soon(node, case);
            }
        }
        self.counts.decided += u64::from(asked.what == "decide");
        if self.scenario.people.restless_ms.is_none() && asked.what != "edit" {
            let ms = self.patience();
            self.after(ms, Event::Attend { node, case });
        }
    }

    /// The agent and somebody at the office above, each without knowing of the other.
    fn edit_soon(&mut self, node: usize, case: CaseId) {
        let ms = self.dice.between(60_000, EDITED_WITHIN_MS);
        self.after(ms, Event::Edit { node, case });
        if let Some(node) = self.parent_of(node) {
            let ms = ms + self.dice.between(0, 60_000);
            self.after(ms, Event::Edit { node, case });
        }
    }

    /// How long somebody takes to see to a case.
    fn patience(&mut self) -> u64 {
        if self.scenario.people.hurry {
            return self.dice.between(20_000, HURRY_MS);
        }
        let ms = self.dice.wait(self.customs.decides_after_ms);
        self.in_office_hours(ms)
    }
}
