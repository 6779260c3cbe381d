//! A node that lies: it has its office's genuine key, and says what it likes to the office above.

use daiban_sync::channel::Channel;
use daiban_sync::entry::{Entry, Genesis, Kind, Payload};
use daiban_sync::frame::{Frame, Hello};
use daiban_sync::frontier::Digest;
use daiban_sync::head::Head;
use daiban_sync::id::{Hlc, Incarnation, LogId, OfficeCode};
use daiban_sync::run::{Run, chain};
use daiban_sync::session::Lane;
use daiban_sync::wire::{Compression, Encoder};

use super::{Event, World};
use crate::node::Standing;
use crate::scenario::Lie;

/// How many messages a flood has.
const FLOOD: u64 = 2_000;
/// The number under which it writes, always the same, so that its histories meet.
const INCARNATION: Incarnation = Incarnation(13);

impl World {
    /// Calls the office above and lies to it.
    pub(super) fn lie(&mut self, node: usize) {
        let Standing::Hostile(lie) = self.nodes[node].standing else { return };
        let pause = self.dice.between(20_000, 300_000);
        self.after(pause, Event::Lie { node });
        let Some(upper) = self.parent_of(node) else { return };
        let Some(boot) = self.boot(upper) else { return };
        if self.is_blocked(node, upper) {
            return;
        }
        let own_boot = self.nodes[node].boot;
        let link = self.connect((node, own_boot), (upper, boot));
        let bytes = self.lies(node, lie);
        self.put(node, own_boot, link, Lane::Control, bytes);
        let silence = self.dice.between(1_000, 60_000);
        for side in [0, 1] {
            self.after(silence, Event::Hangup { link, side });
        }
    }

    fn lies(&mut self, node: usize, lie: Lie) -> Vec<u8> {
        let mut encoder = Encoder::new(Compression::SMALL);
        let mut frames = vec![Frame::Hello(self.greeting(node))];
        match lie {
            Lie::Garbage => {}
            Lie::Flood => frames.extend((0..FLOOD).map(|_| self.question())),
            Lie::Fork => {
                let own = Channel::cases(self.nodes[node].office);
                frames.push(Frame::Run(self.history(node, own)));
            }
            Lie::WrongChannel => {
                let other = self.somebody_else(node);
                frames.push(Frame::Run(self.history(node, Channel::cases(other))));
            }
        }
        for frame in &frames {
            // Whatever does not fit is not said.
            let _ = encoder.push(frame);
        }
        let mut bytes = encoder.take();
        if lie == Lie::Garbage {
            let mut garbage = vec![0; self.dice.place(5_000)];
            self.dice.fill(&mut garbage);
            let keep = self.dice.place(bytes.len() + 1);
            bytes.truncate(keep);
            bytes.extend(garbage);
        }
        bytes
    }

    fn greeting(&mut self, node: usize) -> Hello {
        Hello {
            office: self.nodes[node].office,
            incarnation: INCARNATION,
            frontier: Digest(self.dice.bytes()),
            receipts: Digest(self.dice.bytes()),
            now: self.now,
            window: u64::MAX,
            beacon: Vec::new(),
        }
    }

    fn question(&mut self) -> Frame {
        match self.dice.chance(50) {
            true => Frame::Fetch { log: LogId(self.dice.bytes()), from: self.dice.number() },
            false => Frame::Beacon(vec![0; self.dice.place(2_048)]),
        }
    }

    /// A log that begins as it should and goes on as it likes: sometimes with one history, sometimes
    /// with what follows in another.
    fn history(&mut self, node: usize, channel: Channel) -> Run {
        let is_other = self.dice.chance(60);
        let later = Entry { payload: Payload::Present(self.dice.bytes::<40>().into()), ..said(2) };
        let node = &self.nodes[node];
        let genesis = Genesis {
            author: node.key(),
            incarnation: INCARNATION,
            channel,
            chain: node.chain().to_vec(),
        };
        let log = genesis.log_id();
        let begun = genesis.entry(Hlc::default());
        match is_other {
            false => Run::write(log, Head::EMPTY, vec![begun, said(0)], node.signing_key()),
            true => {
                let after = chain(log, Head::EMPTY, &[begun, said(1)]);
                Run::write(log, after, vec![later], node.signing_key())
            }
        }
    }

    fn somebody_else(&mut self, node: usize) -> OfficeCode {
        let own = self.nodes[node].office;
        let others = self.nodes.iter().map(|node| node.office);
        let others: Vec<_> =
            others.filter(|office| !own.is_within(*office) && !office.is_within(own)).collect();
        self.dice.pick(&others).copied().unwrap_or(own)
    }
}

/// Something that means nothing.
fn said(version: u8) -> Entry {
    let payload = Payload::Present(vec![version; 40]);
    Entry { at: Hlc::default(), kind: Kind::Act, payload }
}
