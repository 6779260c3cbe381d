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
//! **Invariant.** A session reads only through [`Source`], which shows what is flushed and nothing
//! else: what is not durable here can be neither announced, nor sent, nor acknowledged.

mod blobs;
mod compare;
mod pacer;
mod push;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use crate::blob::Manifest;
use crate::error::{Misbehaviour, SessionError};
use crate::frame::{Bulk, Frame, Hello};
use crate::frontier::{Digest, Frontier, Scope, digest, receipts_digest};
use crate::head::{Head, Receipt};
use crate::id::{BlobId, Incarnation, LogId, Millis, OfficeCode};
use crate::limits::{ACKS_PER_FRAME, BEACON_BYTES_MAX, RECEIPTS_PER_FRAME, WINDOW_BYTES};
use crate::run::Run;
use crate::wire::{Compression, Decoder, Encoder, PlainDecoder, framed};

use blobs::Blobs;
use compare::Compare;
use push::{Intake, Push};

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
    Dialer,
    Acceptor,
}

/// What a session needs to know when it begins.
pub struct Opening {
    pub role: Role,
    pub office: OfficeCode,
    pub incarnation: Incarnation,
    /// The office that the peer's certificate names.
    pub peer: OfficeCode,
    pub compression: Compression,
    /// Payload bytes that the peer may have in flight towards us.
    pub window: u64,
    pub beacon: Vec<u8>,
    pub now: Millis,
}

/// What the node must know of or do.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// The peer has introduced itself: admission is proved.
    Hello(Hello),
    /// Both sides know what the other lacks.
    Live,
    /// A stretch of a log, unverified.
    Run(Run),
    /// The peer's disk holds the log up to here.
    Durable {
        log: LogId,
        len: u64,
    },
    /// The peer announces a log up to here, which is more than we hold.
    Ahead {
        log: LogId,
        len: u64,
    },
    /// At this place of the log the peer holds something else than we.
    Diverged {
        log: LogId,
        theirs: Head,
    },
    /// The answer to [`Session::fetch`].
    Fetched {
        log: LogId,
        run: Option<Run>,
    },
    /// Ancestors' signed word, unverified.
    Receipts(Vec<Receipt>),
    Beacon(Vec<u8>),
    /// Come back later.
    Busy {
        retry_after_ms: u64,
    },
    /// The peer will send this blob; the manifest fits the name.
    Manifest {
        blob: BlobId,
        manifest: Manifest,
    },
    /// A chunk that fits the manifest.
    Chunk {
        blob: BlobId,
        chunk: u32,
        bytes: Vec<u8>,
    },
    /// The peer cannot send this blob now.
    BlobMissing(BlobId),
    /// The peer can send it now.
    BlobHere(BlobId),
    /// The peer holds it durably.
    BlobHeld(BlobId),
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
    out: VecDeque<Frame>,
    events: VecDeque<Event>,
    encoder: Encoder,
    decoder: Decoder,
    bulk_decoder: PlainDecoder,
    acks: Vec<(LogId, u64)>,
}

/// Bytes that one call of [`Session::poll_transmit`] gathers before it returns.
const TRANSMIT_BYTES: u64 = 256 * 1024;

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
            beacon: opening.beacon,
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
            out: VecDeque::from([Frame::Hello(hello)]),
            events: VecDeque::new(),
            encoder: Encoder::new(opening.compression),
            decoder: Decoder::new(),
            bulk_decoder: PlainDecoder::default(),
            acks: Vec::new(),
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
        match lane {
            Lane::Control => {
                let mut decoder = std::mem::take(&mut self.decoder);
                let result =
                    decoder.read(bytes, &mut |frame| self.handle_frame(now, frame, source));
                self.decoder = decoder;
                result
            }
            Lane::Bulk => {
                let mut decoder = std::mem::take(&mut self.bulk_decoder);
                let result = decoder.read(bytes, &mut |bulk: Bulk| self.handle_bulk(bulk));
                self.bulk_decoder = decoder;
                result
            }
        }
    }

    /// What happened, oldest first.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
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

    /// The log is durable here up to `len`, as the peer sent it.
    pub fn acknowledge(&mut self, log: LogId, len: u64) {
        self.intake.release(log, len);
        match self.acks.iter_mut().find(|(acked, _)| *acked == log) {
            Some(ack) => ack.1 = ack.1.max(len),
            None => self.acks.push((log, len)),
        }
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
        for part in receipts.chunks(RECEIPTS_PER_FRAME) {
            self.out.push_back(Frame::Receipts(part.to_vec()));
        }
    }

    /// A health report.
    pub fn send_beacon(&mut self, beacon: Vec<u8>) {
        self.out.push_back(Frame::Beacon(beacon));
    }

    /// Refuses the peer for now.
    pub fn send_busy(&mut self, retry_after_ms: u64) {
        self.out.push_back(Frame::Busy { retry_after_ms });
    }

    /// Asks for one run of `log` from entry `from` on, whatever the peer thinks we hold.
    pub fn fetch(&mut self, log: LogId, from: u64) {
        self.out.push_back(Frame::Fetch { log, from });
    }

    /// Asks for a blob from chunk `first` on; `manifest` is what is known of it from before.
    pub fn want_blob(&mut self, blob: BlobId, first: u32, manifest: Option<Manifest>) {
        if let Some(frame) = self.blobs.want(blob, first, manifest) {
            self.out.push_back(frame);
        }
    }

    /// A blob is now here, durably.
    pub fn blob_arrived(&mut self, blob: BlobId) {
        if let Some(frame) = self.blobs.arrived(blob) {
            self.out.push_back(frame);
        }
    }

    fn transmit_control(&mut self, source: &dyn Source) -> Result<Option<Vec<u8>>, SessionError> {
        for acks in std::mem::take(&mut self.acks).chunks(ACKS_PER_FRAME) {
            self.out.push_front(Frame::Durable(acks.to_vec()));
        }
        let (mut gathered, mut frames) = (0, 0);
        while let Some(frame) = self.out.pop_front().or_else(|| self.next_run(source)) {
            if let Frame::Run(run) = &frame {
                gathered += run.payload_bytes();
            }
            self.encoder.push(&frame)?;
            frames += 1;
            if gathered >= TRANSMIT_BYTES {
                break;
            }
        }
        Ok((frames > 0).then(|| self.encoder.take()))
    }

    fn next_run(&mut self, source: &dyn Source) -> Option<Frame> {
        match self.push.next(source)? {
            push::Next::Run(run) => Some(Frame::Run(run)),
            push::Next::Diverged { log, ours, theirs } => {
                self.events.push_back(Event::Diverged { log, theirs });
                Some(Frame::Diverged { log, at: ours })
            }
        }
    }

    fn handle_frame(
        &mut self,
        now: Millis,
        frame: Frame,
        source: &dyn Source,
    ) -> Result<(), SessionError> {
        if !self.greeted && !matches!(frame, Frame::Hello(_) | Frame::Busy { .. }) {
            let expected = "a greeting";
            return Err(Misbehaviour::OutOfTurn { expected, got: frame.name() }.into());
        }
        match frame {
            Frame::Hello(hello) => self.greet(hello, source)?,
            Frame::Summary(summary) => {
                let answer = self.compare.handle_summary(&summary)?;
                self.settle(answer, source);
            }
            Frame::Heads { buckets, heads, last } => {
                let answer = self.compare.handle_heads(&buckets, heads, last)?;
                self.settle(answer, source);
            }
            Frame::Run(run) => {
                self.intake.take(&run)?;
                self.push.peer_holds(run.log, run.head.head);
                self.events.push_back(Event::Run(run));
            }
            Frame::Durable(acks) => {
                for (log, len) in acks {
                    self.push.acknowledged(log, len)?;
                    self.events.push_back(Event::Durable { log, len });
                }
            }
            Frame::Receipts(receipts) => self.events.push_back(Event::Receipts(receipts)),
            Frame::Diverged { log, at } => {
                self.push.set_aside(log);
                self.events.push_back(Event::Diverged { log, theirs: at });
            }
            Frame::Fetch { log, from } => self.answer_fetch(log, from, source)?,
            Frame::Fetched(log, run) => self.events.push_back(Event::Fetched { log, run }),
            Frame::Beacon(beacon) => self.events.push_back(Event::Beacon(bounded(beacon)?)),
            Frame::Busy { retry_after_ms } => {
                self.events.push_back(Event::Busy { retry_after_ms });
            }
            blob => self.handle_blob_frame(now, blob, source)?,
        }
        Ok(())
    }

    fn handle_blob_frame(
        &mut self,
        now: Millis,
        frame: Frame,
        source: &dyn Source,
    ) -> Result<(), SessionError> {
        match frame {
            Frame::BlobWant { blob, first } => match source.manifest(blob, &self.scope) {
                Some(manifest) => self.blobs.serve(blob, manifest, first)?,
                None => {
                    self.blobs.remember(blob)?;
                    self.out.push_back(Frame::BlobMissing(blob));
                }
            },
            Frame::BlobMissing(blob) => {
                self.blobs.forget(blob);
                self.events.push_back(Event::BlobMissing(blob));
            }
            Frame::BlobHere(blob) => self.events.push_back(Event::BlobHere(blob)),
            Frame::BulkArrived(bytes) => self.blobs.pieces_arrived(now, bytes)?,
            Frame::BlobHeld(blob) => self.events.push_back(Event::BlobHeld(blob)),
            other => {
                let (expected, got) = ("a frame of blobs", other.name());
                return Err(Misbehaviour::OutOfTurn { expected, got }.into());
            }
        }
        Ok(())
    }

    fn handle_bulk(&mut self, bulk: Bulk) -> Result<(), SessionError> {
        let (event, arrived) = self.blobs.handle(bulk)?;
        self.events.extend(event);
        if let Some(bytes) = arrived {
            self.out.push_back(Frame::BulkArrived(bytes));
        }
        Ok(())
    }

    fn greet(&mut self, hello: Hello, source: &dyn Source) -> Result<(), SessionError> {
        if self.greeted {
            return Err(Misbehaviour::OutOfTurn { expected: "one greeting", got: "two" }.into());
        }
        if hello.office != self.scope.theirs {
            let certificate = self.scope.theirs;
            return Err(Misbehaviour::Office { certificate, hello: hello.office }.into());
        }
        bounded(hello.beacon.clone())?;
        self.greeted = true;
        self.push.open(hello.window.min(WINDOW_BYTES));
        let receipts_differ = hello.receipts != self.our_receipts;
        let equal = hello.frontier == self.ours;
        self.events.push_back(Event::Hello(hello));
        if receipts_differ && self.scope.upper() == Some(self.scope.ours) {
            self.send_receipts(&source.receipts(&self.scope));
        }
        let answer = if equal { self.compare.all_equal() } else { self.compare.begin() };
        self.settle(answer, source);
        Ok(())
    }

    /// Sends what the comparison asks for and offers what it found the peer to lack.
    fn settle(&mut self, answer: compare::Answer, source: &dyn Source) {
        self.out.extend(answer.frames);
        let frontier = source.frontier();
        for (log, theirs) in answer.peer_heads {
            self.push.peer_holds(log, theirs);
            let ours = frontier.get(&log).map_or(Head::EMPTY, |tip| tip.head);
            if theirs.len > ours.len {
                self.events.push_back(Event::Ahead { log, len: theirs.len });
            } else if theirs.len == ours.len && theirs.hash != ours.hash {
                self.events.push_back(Event::Diverged { log, theirs });
                self.out.push_back(Frame::Diverged { log, at: ours });
            }
        }
        for (&log, tip) in frontier {
            let in_scope = self.scope.contains(&tip.channel);
            if in_scope && answer.settled.contains(crate::frontier::bucket_of(log)) {
                self.push.offer(log, tip);
            }
        }
        if answer.done {
            self.events.push_back(Event::Live);
        }
    }

    fn answer_fetch(
        &mut self,
        log: LogId,
        from: u64,
        source: &dyn Source,
    ) -> Result<(), SessionError> {
        let held = source.frontier().get(&log);
        if held.is_some_and(|tip| !self.scope.contains(&tip.channel)) {
            return Err(Misbehaviour::OutOfScope(log).into());
        }
        let run = held.and_then(|_| source.read_run(log, from));
        self.out.push_back(Frame::Fetched(log, run));
        Ok(())
    }
}

fn bounded(beacon: Vec<u8>) -> Result<Vec<u8>, Misbehaviour> {
    if beacon.len() <= BEACON_BYTES_MAX {
        return Ok(beacon);
    }
    Err(Misbehaviour::TooMany { what: "bytes of health report", bound: BEACON_BYTES_MAX })
}
