//! What nodes say to each other, with what is checked of it before it leaves.

use daiban_node::replica::LinkId;
use daiban_sync::frame::{Bulk, Frame};
use daiban_sync::session::Lane;

use super::{Event, World};
use crate::checkers::{Checker, Verdict, bounds, durable, lost};
use crate::fault::Point;
use crate::link::End;
use crate::tap;

/// What people do while a node fetches what it lacks, and within how long.
const DISTURBANCES: usize = 3;
const DISTURBED_FOR_MS: u64 = 400;

/// What a node says.
enum Overheard {
    Control(Vec<Frame>),
    Bulk(Vec<Bulk>),
}

impl World {
    pub(super) fn send(
        &mut self,
        node: usize,
        boot: u64,
        link: LinkId,
        lane: Lane,
        bytes: Vec<u8>,
    ) {
        self.counts.sent_bytes += bytes.len() as u64;
        let frames = self.overhear(node, boot, link, lane, &bytes);
        let verdict = match &frames {
            Overheard::Control(frames) => self.check_said(node, link, frames),
            Overheard::Bulk(messages) => self.check_files(node, link, messages),
        };
        self.judge(verdict.map_err(|(checker, sentence)| {
            (checker, format!("office {}: {sentence}", self.nodes[node].office))
        }));
        let frames = if let Overheard::Control(frames) = frames { frames } else { Vec::new() };
        if self.trace.is_told() {
            for said in frames.iter().filter_map(tap::worth_telling) {
                self.trace.tell(self.now, node as u64, &format!("on link {}: {said}", link.0));
            }
        }
        let is_mending = frames.iter().any(|frame| matches!(frame, Frame::Fetch { .. }));
        if is_mending && self.scenario.people.restless_ms.is_some() {
            self.disturb(node);
        }
        let kinds = tap::kinds(&frames);
        if kinds.iter().any(|&kind| self.passes(node, Point::BeforeSend(kind))) {
            return;
        }
        self.put(node, boot, link, lane, bytes);
        for kind in kinds {
            if self.passes(node, Point::AfterSend(kind)) {
                return;
            }
        }
    }

    /// What a node is about to say is durable, meant for the office that hears it, and nothing that
    /// it need not ask for.
    fn check_said(&self, node: usize, link: LinkId, frames: &[Frame]) -> Verdict {
        let (speaker, kept) = (&self.nodes[node], &self.nodes[node].kept);
        durable::check_frames(frames, speaker.key(), kept)?;
        if let Some(hearer) = self.hearer(node, link) {
            lost::check_meant_for(self.nodes[hearer.node].office, frames, kept)?;
        }
        let Some(process) = &speaker.process else { return Ok(()) };
        frames.iter().try_for_each(|frame| match frame {
            Frame::BlobWant { blob, first } => {
                bounds::check_resumed(*blob, *first, process.blobs())
            }
            _ => Ok(()),
        })
    }

    /// A piece of a file is what the office that gets it asked for, and may have.
    fn check_files(&self, node: usize, link: LinkId, messages: &[Bulk]) -> Verdict {
        let Some(hearer) = self.hearer(node, link) else { return Ok(()) };
        messages.iter().try_for_each(|message| {
            let (blob, office) = (message.blob(), self.nodes[hearer.node].office);
            lost::check_file_meant_for(office, blob, &self.nodes[node].kept)?;
            match message {
                Bulk::Piece(piece) => {
                    bounds::check_wished(blob, piece.chunk, hearer.tap.wished(blob))
                }
                _ => Ok(()),
            }
        })
    }

    /// The other side of a link.
    fn hearer(&self, node: usize, link: LinkId) -> Option<&End> {
        self.links.get(&link)?.ends.iter().find(|end| end.node != node)
    }

    /// People do not stop working because their node mends its log.
    fn disturb(&mut self, node: usize) {
        for _ in 0..DISTURBANCES {
            let ms = self.dice.between(0, DISTURBED_FOR_MS);
            self.after(ms, Event::PersonAt { node });
        }
    }

    fn overhear(
        &mut self,
        node: usize,
        boot: u64,
        id: LinkId,
        lane: Lane,
        bytes: &[u8],
    ) -> Overheard {
        let nothing = Overheard::Control(Vec::new());
        let Some(link) = self.links.get_mut(&id) else { return nothing };
        let Some(side) = link.side_of(node, boot) else { return nothing };
        let tap = &mut link.ends[side].tap;
        let heard = match lane {
            Lane::Control => tap.read(bytes).map(Overheard::Control),
            Lane::Bulk => tap.read_bulk(bytes).map(Overheard::Bulk),
        };
        heard.unwrap_or_else(|error| {
            self.fail(Checker::Calm, format!("a frame that nobody can read: {error}"));
            nothing
        })
    }
}
