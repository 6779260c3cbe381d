//! The network's part: calls, bytes, resets.

use daiban_node::replica::{Input, LinkId};
use daiban_sync::id::{Millis, OfficeCode};
use daiban_sync::session::{Lane, Role};
use daiban_sync::wire::PREFACE;

use super::{Event, World};
use crate::link::{End, Link, Way};
use crate::node::Standing;

/// Lost packets in a million that make one call in a hundred fail.
const LOSS_PPM_A_CALL: u64 = 2_000;
/// A side that is not told hears of a broken link after this time at the latest.
const SILENCE_MS: u64 = 30_000;

impl World {
    /// A node calls an office.
    pub(super) fn dial(&mut self, node: usize, boot: u64, office: OfficeCode) {
        let rtt_ms = self.nodes[node].line.profile.rtt_ms;
        let ms = rtt_ms + self.dice.between(10, 200);
        self.after(ms, Event::Dialled { node, boot, office });
    }

    pub(super) fn dialled(&mut self, node: usize, boot: u64, office: OfficeCode) {
        if !self.is_alive(node, boot) {
            return;
        }
        let target = self.place_of(office);
        let there = target.and_then(|target| Some((target, self.boot(target)?)));
        let loss = self.nodes[node].line.profile.loss_ppm / LOSS_PPM_A_CALL;
        let is_lost = self.is_rough && self.dice.chance(loss.min(50));
        match there.filter(|(target, _)| !is_lost && !self.is_blocked(node, *target)) {
            Some(target) => {
                self.connect((node, boot), target);
            }
            None => {
                let ms = self.dice.between(10, 5_000);
                if there.is_some() && self.nodes[node].standing == Standing::Revoked {
                    let input = Input::Revoked { by: office };
                    self.after(ms, Event::Input { node, boot, input });
                }
                self.after(ms, Event::Input { node, boot, input: Input::DialFailed { office } });
            }
        }
    }

    pub(super) fn connect(&mut self, dialer: (usize, u64), acceptor: (usize, u64)) -> LinkId {
        self.next_link += 1;
        self.counts.links += 1;
        let link = LinkId(self.next_link);
        let sides = [(dialer, acceptor, Role::Dialer), (acceptor, dialer, Role::Acceptor)];
        let ends = sides.map(|((node, boot), (peer, _), role)| {
            let (office, key) = (self.nodes[peer].office, self.nodes[peer].key());
            let ms = self.dice.between(0, 60);
            let input = Input::Connected { link, office, key, role };
            self.after(ms, Event::Input { node, boot, input });
            self.links_of[node].insert(link);
            End::new(node, boot, self.now.plus(ms))
        });
        self.links.insert(link, Link::new(ends));
        link
    }

    /// Puts bytes of a node onto a link.
    pub(super) fn put(
        &mut self,
        node: usize,
        boot: u64,
        id: LinkId,
        lane: Lane,
        mut bytes: Vec<u8>,
    ) {
        let Some(link) = self.links.get_mut(&id) else { return };
        let Some(side) = link.side_of(node, boot).filter(|_| !link.is_broken) else { return };
        if lane == Lane::Control && !std::mem::replace(&mut link.ends[side].has_spoken, true) {
            introduce(&mut bytes, self.nodes[node].speaks());
        }
        let other = 1 - side;
        let peer = link.ends[other].node;
        let at = self.passage(node, peer, lane, bytes.len());
        let Some(link) = self.links.get_mut(&id) else { return };
        let at = link.arrival(other, lane, at);
        self.at(at, Event::Arrive { link: id, side: other, lane, bytes });
    }

    /// When bytes from one node have come to another: through the last mile of the lower one, then
    /// over the line of the upper one.
    fn passage(&mut self, from: usize, to: usize, lane: Lane, len: usize) -> Millis {
        let tier = |node: usize| self.nodes[node].office.tier();
        let (lower, upper, way) = match tier(from) > tier(to) {
            true => (from, to, Way::Up),
            false => (to, from, Way::Down),
        };
        self.recorder.moved(lower, way == Way::Up, len);
        let last_mile = self.nodes[lower].line.pass(self.now, way, lane, len, &mut self.dice);
        let at_office = self.nodes[upper].line.pass(self.now, way, lane, len, &mut self.dice);
        last_mile.plus(at_office.since(self.now))
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

    /// Every link of a node resets: bytes on their way are lost, each side hears of it in its own
    /// time.
    pub(super) fn reset(&mut self, node: usize) {
        self.reset_some(node, |_| true);
    }

    fn reset_some(&mut self, node: usize, is_meant: impl Fn(&Link) -> bool) {
        self.counts.cuts += 1;
        for id in self.links_of[node].clone() {
            let is_meant = self.links.get(&id).is_some_and(|l| !l.is_broken && is_meant(l));
            if is_meant {
                self.break_link(id, [true, true]);
                self.tell_side(id, 0, SILENCE_MS);
                self.tell_side(id, 1, SILENCE_MS);
            }
        }
    }

    /// Nobody is reached until then.
    pub(super) fn darken(&mut self, node: usize, until: Millis) {
        let dark_until = &mut self.nodes[node].line.dark_until;
        *dark_until = until.max(*dark_until);
        self.reset(node);
    }

    /// The office right above is not reached until then.
    pub(super) fn cut_line(&mut self, node: usize, until: Millis) {
        let cut_until = &mut self.nodes[node].line.cut_until;
        *cut_until = until.max(*cut_until);
        if let Some(parent) = self.parent_of(node) {
            self.reset_some(node, |link| link.joins(node, parent));
        }
    }

    /// What the node says is lost until then; both sides hear of the silence in their own time.
    pub(super) fn mute(&mut self, node: usize, until: Millis) {
        let mute_until = &mut self.nodes[node].line.mute_until;
        *mute_until = until.max(*mute_until);
        self.counts.cuts += 1;
        for id in self.links_of[node].clone() {
            let Some(link) = self.links.get_mut(&id) else { continue };
            let Some(side) = link.ends.iter().position(|end| end.node == node) else { continue };
            link.is_lost[1 - side] = true;
            self.tell_side(id, 0, SILENCE_MS);
            self.tell_side(id, 1, SILENCE_MS);
        }
    }

    /// A node is gone: what it had sent may still arrive.
    pub(super) fn drop_links_of(&mut self, node: usize) {
        for id in self.links_of[node].clone() {
            let Some(link) = self.links.get(&id) else { continue };
            let side = link.ends.iter().position(|end| end.node == node && end.is_open);
            let Some(side) = side else { continue };
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
            let nodes = [0, 1].map(|side| link.ends[side].node);
            self.links.remove(&id);
            for node in nodes {
                self.links_of[node].remove(&id);
            }
        }
        if was_open {
            self.input(node, boot, Input::Closed { link: id });
        }
    }

    pub(super) fn is_blocked(&self, a: usize, b: usize) -> bool {
        let [one, other] = [&self.nodes[a], &self.nodes[b]];
        let is_out = |node: &crate::node::Node| {
            let line = &node.line;
            let is_silent = line.dark_until.max(line.mute_until) > self.now;
            is_silent || line.profile.blocked || node.standing == Standing::Revoked
        };
        let is_cut = |lower: usize, upper: usize| {
            self.nodes[lower].line.cut_until > self.now && self.parent_of(lower) == Some(upper)
        };
        is_out(one) || is_out(other) || is_cut(a, b) || is_cut(b, a)
    }
}

/// In the preface, the highest version that the program of the speaker knows.
fn introduce(bytes: &mut [u8], version: u8) {
    if let Some(([.., highest], _)) = bytes.split_first_chunk_mut::<{ PREFACE.len() }>() {
        *highest = version;
    }
}
