//! How nodes die and start again.

use daiban_node::store::OpenReport;
use daiban_sync::id::Millis;

use super::{Event, World};
use crate::checkers::{Checker, lost};
use crate::fault::{Aim, Death, Point};
use crate::kept::Kept;
use crate::node::{Setup, Standing};

/// A node that does not come up on a broken disk is tried again after this time.
const TRY_AGAIN_MS: u64 = 60_000;

impl World {
    /// A node comes to a point at which the story may let it die; `true` if it did.
    pub(crate) fn passes(&mut self, node: usize, point: Point) -> bool {
        let Some(death) = self.aimed(node, point) else { return false };
        self.crash(node, death);
        true
    }

    /// How the node dies here, if it does.
    pub(super) fn aimed(&mut self, node: usize, point: Point) -> Option<Death> {
        let is_here = |aim: &Aim| aim.node == node && aim.point == point;
        let fires = self.aims.iter().position(|aim| is_here(aim) && aim.left == 0);
        for aim in self.aims.iter_mut().filter(|aim| is_here(aim)) {
            aim.left = aim.left.saturating_sub(1);
        }
        fires.map(|place| self.aims.remove(place).death)
    }

    /// A node dies and will start again.
    pub(crate) fn crash(&mut self, node: usize, death: Death) {
        if !self.nodes[node].stop() {
            return;
        }
        self.tell(Some(node), &format!("dies: {death:?}"));
        self.counts.crashes += 1;
        self.nodes[node].boot += 1;
        self.drop_links_of(node);
        self.wreck_disk(node, death);
        let rest = self.dice.between(500, 120_000);
        self.after(rest, Event::Start { node });
    }

    /// As [`World::crash`], and it stays off until then.
    pub(super) fn switch_off(&mut self, node: usize, death: Death, until: Millis) {
        self.nodes[node].off_until = until;
        self.crash(node, death);
        self.at(until, Event::Start { node });
    }

    /// Switched off in order: what the system holds is written.
    pub(super) fn shut_down(&mut self, node: usize, until: Millis) {
        self.nodes[node].off_until = until;
        if self.nodes[node].stop() {
            self.nodes[node].boot += 1;
            self.drop_links_of(node);
            self.nodes[node].disk().kill();
        }
        self.at(until, Event::Start { node });
    }

    pub(super) fn start(&mut self, node: usize) {
        let is_off = self.nodes[node].off_until > self.now;
        let is_hostile = matches!(self.nodes[node].standing, Standing::Hostile(_));
        if self.nodes[node].process.is_some() || is_off || is_hostile {
            return;
        }
        let now = self.now;
        let may_die = self.is_rough && self.scenario.time.brisk && self.nodes[node].boot > 0;
        let inside = may_die && self.nodes[node].disk_is_well() && self.dice.chance(15);
        if inside {
            self.cut_power_soon(node);
        }
        let setup = Setup { memo: &self.memo, law: &self.law, habits: self.habits };
        match self.nodes[node].start(now, &setup, &mut self.dice) {
            Err(_) if inside => {
                self.tell(Some(node), "dies while it starts");
                self.counts.crashes += 1;
                self.nodes[node].boot += 1;
                self.wreck_disk(node, Death::PowerCut);
                self.after(1_000, Event::Start { node });
            }
            Err(_) if !self.nodes[node].disk_is_well() => {
                self.after(TRY_AGAIN_MS, Event::Start { node });
            }
            Err(error) => {
                let office = self.nodes[node].office;
                self.fail(Checker::NothingLost, format!("office {office} does not start: {error}"));
            }
            Ok((report, before)) => {
                self.tell(Some(node), "starts");
                self.started(node, &report, &before);
            }
        }
    }

    fn started(&mut self, node: usize, report: &OpenReport, before: &Kept) {
        let rewinding = std::mem::take(&mut self.nodes[node].rewinding);
        if std::mem::take(&mut self.nodes[node].is_replaced) {
            let others = self.nodes.iter().enumerate().filter(|(other, _)| *other != node);
            let others: Vec<_> = others.map(|(_, other)| &other.kept).collect();
            self.promises.disk_replaced(node, &self.nodes[node].kept, &others);
        } else {
            let kept = &self.nodes[node].kept;
            let verdict = lost::check_start(node, kept, report, &self.promises);
            let verdict = verdict.and_then(|()| lost::check_positions(before, kept, &rewinding));
            self.judge(verdict);
        }
        let kept = &self.nodes[node].kept;
        self.judge(lost::check_jurisdiction(self.nodes[node].office, kept.tips.values()));
        if !self.nodes[node].disk_is_well() {
            self.measure_disk(node);
        }
        self.take_turn_soon(node);
    }
}
