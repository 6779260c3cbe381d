//! The network's part: calls, bytes, resets.

use daiban_node::replica::{Input, LinkId};
use daiban_sync::id::{Millis, OfficeCode};
use daiban_sync::session::{Lane, Role};

use super::{Event, World};
use crate::link::{End, Link};

/// A call fails for no reason, in percent.
const CALLS_LOST: u64 = 10;
/// A side that is not told hears of a broken link after this time at the latest.
const SILENCE_MS: u64 = 30_000;

impl World {
    /// A node calls an office.
    pub(super) fn dial(&mut self, node: usize, boot: u64, office: OfficeCode) {
        let ms = self.dice.between(20, 400);
        self.after(ms, Event::Dialled { node, boot, office });
    }

    pub(super) fn dialled(&mut self, node: usize, boot: u64, office: OfficeCode) {
        if !self.is_alive(node, boot) {
            return;
        }
        let target = self.nodes.iter().position(|node| node.office == office);
        let there = target.and_then(|target| Some((target, self.boot(target)?)));
        let is_lost = self.is_rough && self.dice.chance(CALLS_LOST);
        match there.filter(|(target, _)| !is_lost && !self.is_blocked(node, *target)) {
            Some(target) => self.connect((node, boot), target),
            None => {
                let ms = self.dice.between(10, 5_000);
                self.after(ms, Event::Input { node, boot, input: Input::DialFailed { office } });
            }
        }
    }

    fn connect(&mut self, dialer: (usize, u64), acceptor: (usize, u64)) {
        self.next_link += 1;
        self.counts.links += 1;
        let link = LinkId(self.next_link);
        let sides = [(dialer, acceptor, Role::Dialer), (acceptor, dialer, Role::Acceptor)];
        let ends = sides.map(|((node, boot), (peer, _), role)| {
            let (office, key) = (self.nodes[peer].office, self.nodes[peer].key());
            let ms = self.dice.between(0, 60);
            let input = Input::Connected { link, office, key, role };
            self.after(ms, Event::Input { node, boot, input });
            End::new(node, boot, self.now.plus(ms))
        });
        self.links.insert(link, Link::new(ends));
    }

    /// Puts bytes of a node onto a link.
    pub(super) fn put(&mut self, node: usize, boot: u64, id: LinkId, lane: Lane, bytes: Vec<u8>) {
        let delay = self.delay();
        let Some(link) = self.links.get_mut(&id) else { return };
        let Some(side) = link.side_of(node, boot).filter(|_| !link.is_broken) else { return };
        let other = 1 - side;
        let at = link.arrival(other, lane, self.now.plus(delay));
        self.at(at, Event::Arrive { link: id, side: other, lane, bytes });
    }

    fn delay(&mut self) -> u64 {
        match self.is_rough && self.dice.chance(5) {
            true => self.dice.between(300, 4_000),
            false => self.dice.between(5, 120),
        }
    }

    pub(super) fn arrive(&mut self, id: LinkId, side: usize, lane: Lane, bytes: Vec<u8>) {
        let Some(link) = self.links.get(&id) else { return };
        let end = &link.ends[side];
        if end.is_open && !link.is_lost[side] && self.is_alive(end.node, end.boot) {
            let (node, boot) = (end.node, end.boot);
            self.trace.note(self.now, "bytes", id.0 * 2 + side as u64, &bytes);
            self.input(node, boot, Input::Bytes { link: id, lane, bytes });
        }
    }

    /// A node closes its side; what it said before still arrives, mostly.
    pub(super) fn close(&mut self, node: usize, boot: u64, id: LinkId) {
        let is_lost = self.dice.chance(30);
        let Some(link) = self.links.get_mut(&id) else { return };
        let Some(side) = link.side_of(node, boot) else { return };
        link.ends[side].is_open = false;
        link.is_broken = true;
        link.is_lost[1 - side] |= is_lost;
        self.tell_side(id, 1 - side, 400);
    }

    /// Resets every link between two nodes: bytes on their way are lost, each side hears of it in
    /// its own time.
    pub(super) fn cut(&mut self, a: usize, b: usize) {
        self.counts.cuts += 1;
        let between = self.links.iter().filter(|(_, link)| link.joins(a, b) && !link.is_broken);
        for id in between.map(|(&id, _)| id).collect::<Vec<_>>() {
            self.break_link(id, [true, true]);
            self.tell_side(id, 0, SILENCE_MS);
            self.tell_side(id, 1, SILENCE_MS);
        }
    }

    /// A node is gone: what it had sent may still arrive.
    pub(super) fn drop_links_of(&mut self, node: usize) {
        let of_node =
            |link: &Link| link.ends.iter().position(|end| end.node == node && end.is_open);
        let ends: Vec<_> =
            self.links.iter().filter_map(|(&id, link)| Some((id, of_node(link)?))).collect();
        for (id, side) in ends {
            let mut is_lost = [true, true];
            is_lost[1 - side] = self.dice.chance(40);
            self.break_link(id, is_lost);
            self.bury(id, side);
            self.tell_side(id, 1 - side, SILENCE_MS);
        }
    }

    /// This side will never hear of it.
    fn bury(&mut self, id: LinkId, side: usize) {
        if let Some(link) = self.links.get_mut(&id) {
            link.ends[side].is_open = false;
        }
    }

    fn break_link(&mut self, id: LinkId, is_lost: [bool; 2]) {
        if let Some(link) = self.links.get_mut(&id) {
            link.is_broken = true;
            link.is_lost = [0, 1].map(|side| link.is_lost[side] || is_lost[side]);
        }
    }

    fn tell_side(&mut self, id: LinkId, side: usize, within_ms: u64) {
        let ms = self.dice.between(0, within_ms);
        let connected = self.links.get(&id).map_or(self.now, |link| link.ends[side].connected);
        self.at(connected.plus(1).max(self.now.plus(ms)), Event::Hangup { link: id, side });
    }

    pub(super) fn hang_up(&mut self, id: LinkId, side: usize) {
        let Some(link) = self.links.get_mut(&id) else { return };
        let end = &mut link.ends[side];
        let (node, boot, was_open) = (end.node, end.boot, end.is_open);
        end.is_open = false;
        if link.ends.iter().all(|end| !end.is_open) {
            self.links.remove(&id);
        }
        if was_open {
            self.input(node, boot, Input::Closed { link: id });
        }
    }

    pub(super) fn block(&mut self, a: usize, b: usize, ms: u64) {
        self.cut(a, b);
        let until = self.now.plus(ms);
        let known = self.blocked.entry((a.min(b), a.max(b))).or_insert(until);
        *known = until.max(*known);
    }

    pub(super) fn isolate(&mut self, node: usize, ms: u64) {
        for other in (0..self.nodes.len()).filter(|&other| other != node) {
            self.block(node, other, ms);
        }
    }

    fn is_blocked(&self, a: usize, b: usize) -> bool {
        let until = self.blocked.get(&(a.min(b), a.max(b))).copied().unwrap_or(Millis(0));
        until > self.now
    }
}
