//! Bundles: what somebody carries between an office and the one above, where no link works.

use daiban_node::replica::Input;
use daiban_sync::frame::Frame;
use daiban_sync::id::BlobId;
use daiban_sync::limits::RECEIPTS_PER_FRAME;

use super::{Event, World};
use crate::people::Asked;

/// The way of a bundle.
const WAY_MS: u64 = 30 * 60_000;
/// Files are unpacked when their cases are shown.
const UNPACK_MS: u64 = 5_000;

impl World {
    /// A bundle is carried to the office above, and another one back.
    pub(super) fn carry(&mut self, lower: usize) {
        let Some(upper) = self.parent_of(lower) else { return };
        self.hand_over(lower, upper);
        self.hand_over(upper, lower);
    }

    /// An office gets all that the office above holds for it, at once.
    pub(crate) fn carry_again(&mut self, lower: usize) {
        let Some(upper) = self.parent_of(lower) else { return };
        let Some(frames) = self.pack(upper, lower, true) else { return };
        self.bring(upper, lower, 0, frames);
    }

    fn hand_over(&mut self, from: usize, to: usize) {
        let Some(frames) = self.pack(from, to, false) else { return };
        self.counts.bundles += 1;
        let way = self.dice.between(60_000, WAY_MS);
        self.bring(from, to, way, frames);
        self.after(way + UNPACK_MS, Event::CarryFiles { from, to });
    }

    fn bring(&mut self, from: usize, to: usize, way: u64, frames: Vec<Frame>) {
        let sender = self.nodes[from].office;
        let boot = self.nodes[to].boot;
        let Some(process) = &mut self.nodes[to].process else { return };
        let id = process.replica_mut().next_command();
        process.asked.insert(id, Asked { what: "bundle".into(), mark: None });
        let input = Input::Carried { id, from: sender, frames };
        self.after(way, Event::Input { node: to, boot, input });
    }

    /// What goes into the bundle, if there is anything.
    fn pack(&self, from: usize, to: usize, everything: bool) -> Option<Vec<Frame>> {
        let replica = self.nodes[from].process.as_ref()?.replica();
        let load = replica.load_for(self.nodes[to].office, everything).ok()?;
        let mut frames = Vec::new();
        for (log, mut next) in load.logs {
            while let Some(run) = replica.next_for_bundle(log, next) {
                next = run.head.head.len;
                frames.push(Frame::Run(run));
            }
        }
        let receipts = load.receipts.chunks(RECEIPTS_PER_FRAME);
        frames.extend(receipts.map(|receipts| Frame::Receipts(receipts.to_vec())));
        (!frames.is_empty()).then_some(frames)
    }

    /// The files that the receiver still wants.
    pub(super) fn carry_files(&mut self, from: usize, to: usize) {
        let (Some(sender), Some(receiver)) = (&self.nodes[from].process, &self.nodes[to].process)
        else {
            return;
        };
        let wanted = |blob: &&BlobId| receiver.replica().wants_blob(**blob);
        let blobs: Vec<BlobId> =
            self.nodes[from].kept.blobs.iter().filter(wanted).copied().collect();
        let read = |blob: BlobId| {
            let chunks = sender.blobs().manifest(blob).ok()??.chunks.len();
            let bytes: Option<Vec<Vec<u8>>> =
                (0..chunks).map(|chunk| sender.blobs().read_chunk(blob, chunk).ok()).collect();
            Some(bytes?.concat())
        };
        let files: Vec<(BlobId, Vec<u8>)> =
            blobs.into_iter().filter_map(|blob| Some((blob, read(blob)?))).collect();
        let boot = self.nodes[to].boot;
        for (blob, bytes) in files {
            let mut dice = self.dice.split();
            let Some(receiver) = &self.nodes[to].process else { return };
            let put = receiver.blobs().put(&bytes, &mut |draw: &mut [u8]| dice.fill(draw));
            if put.is_ok_and(|put| put == blob) {
                self.nodes[to].kept.blobs.insert(blob);
                let input = Input::BlobFinished { blob, held: true };
                self.input(to, boot, input);
            }
        }
    }
}
