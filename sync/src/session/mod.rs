//! A session with one peer, as a state machine.
//!
//! The caller's loop, in production and in simulation:
//!
//! ```text
//! on bytes   session.handle_bytes(lane, now, bytes, &source)?
//! then       while let Some(event) = session.poll_event()            { act on it }
//!            while let Some(bytes) = session.poll_transmit(lane, …)?  { send them }
//! on flush   session.acknowledge(log, len) for what the peer sent,
//!            session.advance(log, &source) for what is new here
//! ```
//!
//! After an error the session is over: its events up to the fault still count, nothing more is
//! given to it. Everything that a peer can make it keep has a bound in [`crate::limits`].
//!
//! **Invariant.** A session reads only through [`Source`], which shows what is flushed and nothing
//! else: what is not durable here can be neither announced, nor sent, nor acknowledged.

mod blobs;
mod compare;
mod event;
mod flight;
mod handle;
mod outbox;
mod pacer;
mod push;
#[cfg(test)]
mod tests;
mod transmit;

use std::collections::VecDeque;

use crate::blob::Manifest;
use crate::error::SessionError;
use crate::frame::{Frame, Hello};
use crate::frontier::{Digest, Frontier, Scope, digest, receipts_digest};
use crate::head::{Head, Receipt};
use crate::id::{BlobId, Incarnation, LogId, Millis, OfficeCode};
use crate::limits::BEACON_BYTES_MAX;
use crate::run::Run;
use crate::wire::{Compression, Decoder, Encoder, PlainDecoder, framed};

use blobs::Blobs;
use compare::Compare;
pub use event::Event;
use flight::Intake;
use outbox::Outbox;
use push::Push;

/// What a session may see of its node: only what is durable.
pub trait Source {
    /// Every log and how far it goes.
    fn frontier(&self) -> &Frontier;
    /// The log from entry `from` on: one run that ends at a signed head. `None` if there is nothing
    /// or if it cannot be read (the node knows why).
    fn read_run(&self, log: LogId, from: u64) -> Option<Run>;
    /// The newest receipts that go down in `scope`, ordered by log and office.
    fn receipts(&self, scope: &Scope) -> Vec<Receipt>;
    /// What `blob` consists of, if it is here and belongs to a case in `scope`.
    fn manifest(&self, blob: BlobId, scope: &Scope) -> Option<Manifest>;
    /// One chunk of a blob that is here.
    fn chunk(&self, blob: BlobId, chunk: u32) -> Option<Vec<u8>>;
}

/// The two streams of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Everything but the bytes of blobs.
    Control,
    /// The bytes of blobs; may lag behind as far as it likes.
    Bulk,
}

/// Who opened the connection; the dialer leads the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// We called.
    Dialer,
    /// We were called.
    Acceptor,
}

/// What a session needs to know when it begins.
pub struct Opening {
    pub role: Role,
    /// Our own.
    pub office: OfficeCode,
    /// Our own.
    pub incarnation: Incarnation,
    /// The office that the peer's certificate names.
    pub peer: OfficeCode,
    pub compression: Compression,
    /// Weight of runs ([`Run::weight`]) that the peer may have in flight towards us.
    pub window: u64,
    /// Our health report; one beyond [`BEACON_BYTES_MAX`] is left out.
    pub beacon: Vec<u8>,
    /// The wall clock.
    pub now: Millis,
}

/// One session.
pub struct Session {
    scope: Scope,
    greeted: bool,
    ours: Digest,
    our_receipts: Digest,
    compare: Compare,
    push: Push,
    intake: Intake,
    blobs: Blobs,
    outbox: Outbox,
    /// Fetches of the peer, oldest first.
    asked: VecDeque<(LogId, u64)>,
    events: VecDeque<Event>,
    encoder: Encoder,
    decoder: Decoder,
    bulk_decoder: PlainDecoder,
    refused: bool,
}

/// What a session keeps for its peer. Each is bounded by [`crate::limits`], whatever the peer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Weight of runs that were sent and are not acknowledged.
    pub sent_weight: u64,
    /// Weight of runs that came and are not flushed.
    pub taken_weight: u64,
    /// Bytes on each lane that are no whole frame yet.
    pub staged_bytes: [usize; 2],
    /// Frames and fetches that wait to be sent.
    pub answers: usize,
    /// What happened and was not looked at.
    pub events: usize,
}

impl Session {
    /// Begins a session; the greeting is the first thing to transmit.
    pub fn new(opening: Opening, source: &dyn Source) -> Self {
        let scope = Scope { ours: opening.office, theirs: opening.peer };
        let announced = scope.heads(source.frontier());
        let ours = digest(&announced);
        let our_receipts = receipts_digest(source.receipts(&scope).iter());
        let hello = Hello {
            office: opening.office,
            incarnation: opening.incarnation,
            frontier: ours,
            receipts: our_receipts,
            now: opening.now,
            window: opening.window,
            beacon: within_bound(opening.beacon).unwrap_or_default(),
        };
        Self {
            scope,
            greeted: false,
            ours,
            our_receipts,
            compare: Compare::new(opening.role, announced),
            push: Push::default(),
            intake: Intake::new(opening.window),
            blobs: Blobs::default(),
            outbox: Outbox::only(Frame::Hello(hello)),
            asked: VecDeque::new(),
            events: VecDeque::new(),
            encoder: Encoder::new(opening.compression),
            decoder: Decoder::new(),
            bulk_decoder: PlainDecoder::default(),
            refused: false,
        }
    }

    /// What both offices may see.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether both sides know what the other lacks.
    pub fn is_live(&self) -> bool {
        self.greeted && self.compare.is_done()
    }

    /// Logs and entries that wait to be sent to this peer.
    pub fn backlog(&self, source: &dyn Source) -> (usize, u64) {
        self.push.backlog(source.frontier())
    }

    /// What is kept for this peer at the moment.
    pub fn held(&self) -> Held {
        Held {
            sent_weight: self.push.in_flight(),
            taken_weight: self.intake.weight(),
            staged_bytes: [self.decoder.staged_bytes(), self.bulk_decoder.staged_bytes()],
            answers: self.outbox.len() + self.asked.len(),
            events: self.events.len(),
        }
    }

    /// Takes bytes of one lane.
    ///
    /// # Errors
    /// The session is over; the error names who is to blame.
    pub fn handle_bytes(
        &mut self,
        lane: Lane,
        now: Millis,
        bytes: &[u8],
        source: &dyn Source,
    ) -> Result<(), SessionError> {
        if self.refused {
            return Ok(());
        }
        match lane {
            Lane::Control => self.handle_control(now, bytes, source),
            Lane::Bulk => self.handle_bulk(bytes),
        }
    }

    /// What happened, oldest first.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Whether something happened that was not polled yet.
    pub fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// Bytes to send on `lane`, if there are any and the peer has room for them.
    ///
    /// # Errors
    /// [`SessionError::ApiMisuse`] if the source gives a run that no peer would accept.
    pub fn poll_transmit(
        &mut self,
        lane: Lane,
        now: Millis,
        source: &dyn Source,
    ) -> Result<Option<Vec<u8>>, SessionError> {
        match lane {
            Lane::Control => self.transmit_control(source),
            Lane::Bulk => match self.blobs.next_piece(now, source) {
                Some(bulk) => framed(&bulk).map(Some),
                None => Ok(None),
            },
        }
    }

    /// The log is durable here up to `len`: every run of it that the peer sent and that ends there
    /// or before is acknowledged, also one that was held already. What the peer did not send is not.
    pub fn acknowledge(&mut self, log: LogId, len: u64) {
        if let Some((end, weight)) = self.intake.release(log, len) {
            self.decoder.credit(weight);
            self.outbox.acknowledge(log, end);
        }
    }

    /// What the peer sent of `log` does not fit what is held here, which ends at `ours`: the peer is
    /// told, and the log is left alone for the rest of the session.
    pub fn send_diverged(&mut self, log: LogId, ours: Head) {
        if self.set_aside(log) {
            self.outbox.push(Frame::Diverged { log, at: ours });
        }
    }

    /// Whether the log is left alone for the rest of the session, because the peer's differs.
    pub fn leaves_alone(&self, log: LogId) -> bool {
        self.push.is_aside(log)
    }

    /// A log has grown, durably; the peer gets what it lacks of it.
    pub fn advance(&mut self, log: LogId, source: &dyn Source) {
        if let Some(tip) = source.frontier().get(&log)
            && self.scope.contains(&tip.channel)
            && self.greeted
            && self.compare.knows(log)
        {
            self.push.offer(log, tip);
        }
    }

    /// Receipts that go down to the peer.
    pub fn send_receipts(&mut self, receipts: &[Receipt]) {
        self.outbox.add_receipts(receipts);
    }

    /// Whether a health report still waits to be sent.
    pub fn has_beacon_waiting(&self) -> bool {
        self.outbox.has_beacon()
    }

    /// A health report; it replaces one that is not yet sent. One beyond [`BEACON_BYTES_MAX`] is
    /// left out.
    pub fn send_beacon(&mut self, beacon: Vec<u8>) {
        if let Some(beacon) = within_bound(beacon) {
            self.outbox.set_beacon(beacon);
        }
    }

    /// Refuses the peer for now: nothing else is said, and nothing that it says is heard.
    pub fn send_busy(&mut self, retry_after_ms: u64) {
        self.refused = true;
        self.outbox = Outbox::only(Frame::Busy { retry_after_ms });
        self.asked.clear();
        (self.push, self.blobs) = (Push::default(), Blobs::default());
    }

    /// Asks for one run of `log` from entry `from` on, whatever the peer thinks we hold. Answers
    /// come in the order of the questions.
    pub fn fetch(&mut self, log: LogId, from: u64) {
        self.outbox.fetch(log, from);
    }

    /// Asks for a blob from chunk `first` on; `manifest` is what is known of it from before.
    /// `false` if it is being asked for already, or if too many are: ask again when one has come.
    pub fn want_blob(&mut self, blob: BlobId, first: u32, manifest: Option<Manifest>) -> bool {
        let want = self.blobs.want(blob, first, manifest);
        let is_new = want.is_some();
        self.outbox.extend(want);
        is_new
    }

    /// A blob is now here, durably.
    pub fn blob_arrived(&mut self, blob: BlobId) {
        self.outbox.extend(self.blobs.arrived(blob));
    }

    /// Neither sends nor expects runs of `log` any more; `false` if that was so already.
    fn set_aside(&mut self, log: LogId) -> bool {
        if let Some((_, weight)) = self.intake.release(log, u64::MAX) {
            self.decoder.credit(weight);
        }
        self.push.set_aside(log)
    }
}

fn within_bound(beacon: Vec<u8>) -> Option<Vec<u8>> {
    (beacon.len() <= BEACON_BYTES_MAX).then_some(beacon)
}
