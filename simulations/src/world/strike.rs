//! What a story does to an office.

use daiban_domain::notice::Notice;
use daiban_domain::shipped;
use daiban_domain::standing;
use daiban_node::replica::{Command, Disposal, Input};
use daiban_node::store::Space;
use daiban_node::store::faulty::Faults;
use daiban_sync::id::{LogId, Millis, NodeKey};
use daiban_sync::run::Tip;

use super::{Event, World};
use crate::fault::{Aim, Death};
use crate::node::{Process, Standing};
use crate::people::Asked;
use crate::scenario::{Count, Fault, Lie, Place};

/// What a full disk still takes, for the files that are open.
const ROOM_LEFT_BYTES: u64 = 4_096;
const JOURNAL: &str = "journal/";
/// A node measures its disk every few seconds. Here it does so late, and writes to a full one first.
const MEASURED_AFTER_MS: u64 = 300_000;

impl World {
    /// Sets the story's faults and deaths to their times.
    pub(super) fn plan(&mut self) {
        for plan in self.scenario.faults.clone() {
            for node in self.choose(plan.place, plan.count) {
                let at = plan.at_ms + self.dice.between(0, plan.spread_ms);
                self.after(at, Event::Fault { node, fault: plan.fault.clone() });
            }
        }
        for crash in self.scenario.crashes.clone() {
            for node in self.choose(crash.place, Count::All) {
                let (point, left, death) = (crash.point, crash.nth, crash.death);
                self.aims.push(Aim { node, point, left, death });
            }
        }
    }

    fn choose(&mut self, place: Place, count: Count) -> Vec<usize> {
        let is_there = |node: &usize| place.contains(self.nodes[*node].office);
        let mut chosen: Vec<usize> = (0..self.nodes.len()).filter(is_there).collect();
        let left = match count {
            Count::All => chosen.len(),
            Count::Percent(percent) => chosen.len() * usize::try_from(percent).unwrap_or(100) / 100,
            Count::Some(number) => number.min(chosen.len()),
        };
        while chosen.len() > left {
            let place = self.dice.place(chosen.len());
            chosen.remove(place);
        }
        chosen
    }

    pub(super) fn strike(&mut self, node: usize, fault: Fault) {
        if self.nodes[node].standing != Standing::Good {
            return;
        }
        self.tell(Some(node), &format!("{fault:?}"));
        let until = |ms: u64| self.now.plus(ms);
        match fault {
            Fault::Kill { for_ms } => self.switch_off(node, Death::Kill, until(for_ms)),
            Fault::PowerCut { for_ms } => self.switch_off(node, Death::PowerCut, until(for_ms)),
            Fault::Off { for_ms } => self.shut_down(node, until(for_ms)),
            Fault::Reset => self.reset(node),
            Fault::Cut { for_ms } => self.cut_line(node, until(for_ms)),
            Fault::Dark { for_ms } => self.darken(node, until(for_ms)),
            Fault::Mute { for_ms } => self.mute(node, until(for_ms)),
            Fault::UdpBlocked { for_ms } => self.darken(node, until(for_ms)),
            Fault::Carry => self.carry(node),
            Fault::Copy => self.nodes[node].copy_aside(),
            Fault::Restore { alone_ms } => self.restore(node, until(alone_ms)),
            Fault::Lose => self.lose(node),
            Fault::Clock { jump_ms, drift_ppm } => self.set_clock(node, jump_ms, drift_ppm),
            Fault::FlipBits { count } => self.flip_bits(node, count),
            Fault::DiskFull { for_ms } => {
                let room_bytes = Some(ROOM_LEFT_BYTES);
                self.spoil_disk(node, Faults { room_bytes, ..Faults::default() }, until(for_ms));
                self.after(MEASURED_AFTER_MS, Event::Measure { node });
            }
            Fault::DiskFails { for_ms } => {
                let fail_syncs = self.dice.chance(50);
                let faults = Faults { fail_syncs, fail_writes: !fail_syncs, ..Faults::default() };
                self.spoil_disk(node, faults, until(for_ms));
            }
            Fault::Hostile { lie } => self.turn_hostile(node, lie),
            Fault::Revoke => self.revoke(node),
            Fault::Catalog { item } => self.publish(node, &item),
        }
    }

    /// An old copy of the data comes back.
    fn restore(&mut self, node: usize, alone_until: Millis) {
        self.crash(node, Death::Kill);
        if self.nodes[node].restore_copy() {
            self.darken(node, alone_until);
        }
    }

    /// The data directory is gone; the office joins again with a new key.
    pub(super) fn lose(&mut self, node: usize) {
        self.crash(node, Death::Kill);
        self.nodes[node].lose(&self.root, &mut self.dice);
        self.memo.know(self.nodes[node].signing_key());
        self.after(60_000, Event::Start { node });
    }

    fn set_clock(&mut self, node: usize, jump_ms: i64, drift_ppm: u64) {
        self.nodes[node].set_clock(self.now, jump_ms, drift_ppm);
        let boot = self.nodes[node].boot;
        self.after(1, Event::Input { node, boot, input: Input::Tick });
    }

    /// Bits of the journal turn around while the machine is off.
    fn flip_bits(&mut self, node: usize, count: u64) {
        self.crash(node, Death::Kill);
        let disk = self.nodes[node].disk().clone();
        let files: Vec<_> =
            disk.paths().into_iter().filter(|path| path.starts_with(JOURNAL)).collect();
        for _ in 0..count {
            if let Some(path) = self.dice.pick(&files) {
                let bit = self.dice.place(disk.len(path) * 8);
                disk.flip_bit(path, bit);
            }
        }
        self.nodes[node].is_replaced = true;
    }

    fn spoil_disk(&mut self, node: usize, faults: Faults, until: Millis) {
        self.nodes[node].trouble = faults;
        self.nodes[node].disk().set_faults(faults);
        self.at(until, Event::DiskMended { node });
    }

    /// A node hears how much room its disk has.
    pub(super) fn measure_disk(&mut self, node: usize) {
        let is_full = self.nodes[node].trouble.room_bytes.is_some();
        let space = if is_full { Space::Full } else { Space::Plenty };
        self.input(node, self.nodes[node].boot, Input::Space(space));
    }

    /// The disk is sound again; a node that has latched has to be started anew.
    pub(super) fn mend_disk(&mut self, node: usize) {
        let trouble = std::mem::take(&mut self.nodes[node].trouble);
        self.nodes[node].disk().set_faults(Faults::default());
        let has_latched = |process: &Process| process.replica().status(self.now).latched.is_some();
        let is_dead = self.nodes[node].process.as_ref().is_none_or(has_latched);
        match trouble.room_bytes {
            Some(_) if !is_dead => self.measure_disk(node),
            _ => self.crash(node, Death::Kill),
        }
    }

    fn turn_hostile(&mut self, node: usize, lie: Lie) {
        self.crash(node, Death::Kill);
        self.nodes[node].standing = Standing::Hostile(lie);
        self.after(10_000, Event::Lie { node });
    }

    /// An office above believes the node no more, and goes by what it has had of it so far.
    fn revoke(&mut self, node: usize) {
        let above: Vec<usize> = self.above(node);
        let Some(&by) = self.dice.pick(&above) else { return };
        let disposal = Disposal::Revoke;
        self.dispose(by, self.nodes[node].key(), disposal);
        self.nodes[node].standing = Standing::Revoked;
        self.reset(node);
    }

    /// Those who revoked a node accept everything that it has written: it was no thief's. `true` if
    /// there was something.
    pub(crate) fn accept_all(&mut self) -> bool {
        let mut accepted = false;
        for by in 0..self.nodes.len() {
            let Some(process) = &self.nodes[by].process else { continue };
            let (office, replica) = (self.nodes[by].office, process.replica());
            let standings = replica.standings();
            let is_mine = |tip: &Tip| match standings.of_node(tip.author, tip.office) {
                standing::Standing::Revoked { by, .. } => by == office,
                _ => false,
            };
            let beyond = |(&log, tip): (&LogId, &Tip)| {
                let is_beyond = standings.limit(log, tip).is_some_and(|len| len < tip.head.len);
                (is_mine(tip) && is_beyond).then_some((tip.author, log))
            };
            let logs: Vec<_> = replica.store().tips().iter().filter_map(beyond).collect();
            accepted |= !logs.is_empty();
            for (node, log) in logs {
                let disposal = Disposal::Accept { log: log.to_string(), upto: None };
                self.dispose(by, node, disposal);
            }
        }
        accepted
    }

    fn dispose(&mut self, by: usize, of: NodeKey, disposal: Disposal) {
        let asked = Asked { what: format!("{disposal:?}").into(), mark: None };
        let (node, reason) = (of.to_string(), "as the story goes".to_owned());
        self.ask(by, asked, Command::Dispose { node, disposal, reason, rehearse: false });
    }

    fn above(&self, node: usize) -> Vec<usize> {
        let offices = self.nodes[node].office.line().skip(1);
        offices.filter_map(|office| self.place_of(office)).collect()
    }

    /// A newer version of an item, which cases that are open do not follow.
    fn publish(&mut self, node: usize, item: &str) {
        let notice = newer_version(item);
        let asked = Asked { what: "publish".into(), mark: None };
        self.ask(node, asked, Command::Publish { notice, rehearse: false });
    }
}

/// What is published: the item with the version after the shipped one.
pub(crate) fn newer_version(item: &str) -> Notice {
    let shared = |name: &str| name.starts_with('_');
    let is_it = |name: &str| name.strip_suffix(".toml") == Some(item);
    let files = shipped::CATALOG_FILES.iter().filter(|(name, _)| shared(name) || is_it(name));
    let raised = |(name, text): &(&str, &str)| {
        let text = match is_it(name) {
            true => text.replacen("version = 1", "version = 2", 1),
            false => (*text).to_owned(),
        };
        ((*name).to_owned(), text)
    };
    Notice::Catalog { files: files.map(raised).collect() }
}
