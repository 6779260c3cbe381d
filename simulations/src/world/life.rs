//! How nodes die and start again.

use daiban_node::replica::Timing;
use daiban_node::store::OpenReport;

use super::{Event, World};
use crate::checkers::{Checker, lost};
use crate::fault::{Aim, Death, Point};
use crate::node::Setup;

/// Brisk, so that a short story holds many tries.
const TIMING: Timing = Timing {
    backoff_ms_min: 1_000,
    backoff_ms_max: 60_000,
    fallback_ms: 120_000,
    beacon_ms: 300_000,
    greeting_ms: 10_000,
    clock_error_ms: 300_000,
};

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
        if self.nodes[node].process.take().is_none() {
            return;
        }
        if self.trace.is_told() {
            self.trace.tell(self.now, node as u64, &format!("dies: {death:?}"));
        }
        self.counts.crashes += 1;
        self.nodes[node].boot += 1;
        self.drop_links_of(node);
        self.wreck_disk(node, death);
        let rest = self.dice.between(500, 120_000);
        self.after(rest, Event::Start { node });
    }

    pub(super) fn start(&mut self, node: usize) {
        if self.nodes[node].process.is_some() {
            return;
        }
        let now = self.now;
        let inside = self.is_rough && self.nodes[node].boot > 0 && self.dice.chance(15);
        if inside {
            self.cut_power_soon(node);
        }
        let setup = Setup {
            root: &self.root,
            law: &self.law,
            timing: TIMING,
            #[cfg(feature = "mutants")]
            mutant: self.options.mutant,
        };
        match self.nodes[node].start(now, &setup, &mut self.dice) {
            Err(_) if inside => {
                self.trace.tell(now, node as u64, "dies while it starts");
                self.counts.crashes += 1;
                self.nodes[node].boot += 1;
                self.wreck_disk(node, Death::PowerCut);
                self.after(1_000, Event::Start { node });
            }
            Err(error) => {
                let office = self.nodes[node].office;
                self.fail(Checker::NothingLost, format!("office {office} does not start: {error}"));
            }
            Ok(report) => {
                self.trace.tell(now, node as u64, "starts");
                self.started(node, &report);
            }
        }
    }

    fn started(&mut self, node: usize, report: &OpenReport) {
        if std::mem::take(&mut self.nodes[node].is_replaced) {
            let others = self.nodes.iter().enumerate().filter(|(other, _)| *other != node);
            let others: Vec<_> = others.map(|(_, other)| &other.kept).collect();
            self.promises.disk_replaced(node, &self.nodes[node].kept, &others);
        } else {
            let verdict = lost::check_start(node, &self.nodes[node].kept, report, &self.promises);
            self.judge(verdict);
        }
        self.judge(lost::check_jurisdiction(self.nodes[node].office, &self.nodes[node].kept));
        self.take_turn_soon(node);
    }
}
