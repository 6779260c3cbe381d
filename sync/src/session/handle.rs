//! What each frame of the peer means. A frame is checked here for turn, scope and bounds; whether a
//! run is genuine is proved by [`Run::verify`](crate::run::Run::verify), by the node.

use super::{Event, Session, Source, compare};
use crate::entry::Genesis;
use crate::error::{Misbehaviour, SessionError};
use crate::frame::{Frame, Hello};
use crate::frontier::bucket_of;
use crate::head::{Head, Receipt};
use crate::id::{LogId, Millis};
use crate::limits::{
    ACKS_PER_FRAME, BEACON_BYTES_MAX, EVENTS_MAX, FETCHES_MAX, RECEIPTS_PER_FRAME, SHARED_LOGS_MAX,
    WINDOW_BYTES,
};
use crate::run::Run;

impl Session {
    pub(super) fn handle_control(
        &mut self,
        now: Millis,
        mut bytes: &[u8],
        source: &dyn Source,
    ) -> Result<(), SessionError> {
        while let Some(frame) = self.decoder.next(&mut bytes)? {
            self.handle_frame(now, frame, source)?;
            self.check_events()?;
        }
        Ok(())
    }

    pub(super) fn handle_bulk(&mut self, mut bytes: &[u8]) -> Result<(), SessionError> {
        while let Some(bulk) = self.bulk_decoder.next(&mut bytes)? {
            let event = self.blobs.handle(bulk)?;
            self.events.extend(event);
            self.outbox.acknowledge_bulk(self.blobs.bytes_arrived());
            self.check_events()?;
        }
        Ok(())
    }

    fn check_events(&self) -> Result<(), Misbehaviour> {
        Misbehaviour::check_bound("messages at once", self.events.len(), EVENTS_MAX)
    }

    fn handle_frame(
        &mut self,
        now: Millis,
        frame: Frame,
        source: &dyn Source,
    ) -> Result<(), SessionError> {
        if !self.greeted && !matches!(frame, Frame::Hello(_) | Frame::Busy { .. }) {
            let (expected, got) = ("a greeting", frame.name());
            return Err(Misbehaviour::OutOfTurn { expected, got }.into());
        }
        match frame {
            Frame::Hello(hello) => self.handle_hello(hello, source)?,
            Frame::Summary(summary) => {
                let answer = self.compare.handle_summary(&summary)?;
                self.settle(answer, source)?;
            }
            Frame::Heads { buckets, heads, last } => {
                let answer = self.compare.handle_heads(&buckets, heads, last)?;
                self.settle(answer, source)?;
            }
            Frame::Run(run) => self.handle_run(run, source)?,
            Frame::Durable(acks) => self.handle_durable(&acks)?,
            Frame::Receipts(receipts) => {
                let bound = RECEIPTS_PER_FRAME;
                Misbehaviour::check_bound("receipts in one frame", receipts.len(), bound)?;
                receipts.iter().try_for_each(|receipt| self.check_receipt(receipt, source))?;
                self.events.push_back(Event::Receipts(receipts));
            }
            Frame::Diverged { log, at } => self.handle_diverged(log, at, source)?,
            Frame::Fetch { log, from } => self.handle_fetch(log, from, source)?,
            Frame::Fetched(log, run) => self.handle_fetched(log, run, source)?,
            Frame::Beacon(beacon) => {
                check_beacon(&beacon)?;
                self.events.push_back(Event::Beacon(beacon));
            }
            Frame::Busy { retry_after_ms } => self.events.push_back(Event::Busy { retry_after_ms }),
            blob => self.handle_blob_frame(now, blob, source)?,
        }
        Ok(())
    }

    fn handle_hello(&mut self, hello: Hello, source: &dyn Source) -> Result<(), Misbehaviour> {
        if self.greeted {
            return Err(Misbehaviour::OutOfTurn { expected: "one greeting", got: "two" });
        }
        if hello.office != self.scope.theirs {
            let certificate = self.scope.theirs;
            return Err(Misbehaviour::Office { certificate, hello: hello.office });
        }
        check_beacon(&hello.beacon)?;
        self.greeted = true;
        self.push.open(hello.window.min(WINDOW_BYTES));
        let receipts_differ = hello.receipts != self.our_receipts;
        let equal = hello.frontier == self.ours;
        self.events.push_back(Event::Hello(hello));
        if receipts_differ && self.scope.upper() == Some(self.scope.ours) {
            self.outbox.add_receipts(&source.receipts(&self.scope));
        }
        let answer = if equal { self.compare.all_equal() } else { self.compare.begin() };
        self.settle(answer, source)
    }

    /// Sends what the comparison asks for and offers what it found the peer to lack.
    fn settle(&mut self, answer: compare::Answer, source: &dyn Source) -> Result<(), Misbehaviour> {
        self.outbox.extend(answer.frames);
        for (log, theirs) in answer.peer_heads {
            self.handle_head(log, theirs, source)?;
        }
        for (&log, tip) in source.frontier() {
            if answer.settled.contains(bucket_of(log)) && self.scope.contains(&tip.channel) {
                self.push.offer(log, tip);
            }
        }
        if answer.done {
            self.events.push_back(Event::Live);
        }
        Ok(())
    }

    fn handle_head(
        &mut self,
        log: LogId,
        theirs: Head,
        source: &dyn Source,
    ) -> Result<(), Misbehaviour> {
        let tip = source.frontier().get(&log);
        if tip.is_some_and(|tip| !self.scope.contains(&tip.channel)) {
            return Err(Misbehaviour::OutOfScope(log));
        }
        self.push.peer_holds(log, theirs);
        let ours = tip.map_or(Head::EMPTY, |tip| tip.head);
        if theirs.len > ours.len {
            self.events.push_back(Event::Ahead { log, len: theirs.len });
        } else if theirs.len == ours.len && theirs.hash != ours.hash && self.set_aside(log) {
            self.events.push_back(Event::Diverged { log, theirs });
            self.outbox.push(Frame::Diverged { log, at: ours });
        }
        Ok(())
    }

    fn handle_run(&mut self, run: Run, source: &dyn Source) -> Result<(), Misbehaviour> {
        self.check_run(&run, source)?;
        if self.push.is_aside(run.log) {
            return Ok(()); // it crossed our word that the log diverges
        }
        self.check_room_for(run.log, source)?;
        self.intake.take(&run)?;
        self.push.peer_holds(run.log, run.head.head);
        self.events.push_back(Event::Run(run));
        Ok(())
    }

    fn handle_durable(&mut self, acks: &[(LogId, u64)]) -> Result<(), Misbehaviour> {
        Misbehaviour::check_bound("acknowledgements in one frame", acks.len(), ACKS_PER_FRAME)?;
        for &(log, len) in acks {
            self.push.acknowledged(log, len)?;
            self.events.push_back(Event::Durable { log, len });
        }
        Ok(())
    }

    fn handle_diverged(
        &mut self,
        log: LogId,
        theirs: Head,
        source: &dyn Source,
    ) -> Result<(), Misbehaviour> {
        let shared = |tip: &crate::run::Tip| self.scope.contains(&tip.channel);
        if !source.frontier().get(&log).is_some_and(shared) {
            return Err(Misbehaviour::OutOfScope(log));
        }
        if self.set_aside(log) {
            self.events.push_back(Event::Diverged { log, theirs });
        }
        Ok(())
    }

    fn handle_fetch(
        &mut self,
        log: LogId,
        from: u64,
        source: &dyn Source,
    ) -> Result<(), Misbehaviour> {
        if source.frontier().get(&log).is_some_and(|tip| !self.scope.contains(&tip.channel)) {
            return Err(Misbehaviour::OutOfScope(log));
        }
        self.asked.push_back((log, from));
        Misbehaviour::check_bound("fetches", self.asked.len(), FETCHES_MAX)
    }

    fn handle_fetched(
        &mut self,
        log: LogId,
        run: Option<Run>,
        source: &dyn Source,
    ) -> Result<(), Misbehaviour> {
        self.outbox.fetched(log)?;
        if let Some(run) = &run {
            if run.log != log {
                let (expected, got) = ("a run of the log that was asked for", "another");
                return Err(Misbehaviour::OutOfTurn { expected, got });
            }
            self.check_run(run, source)?;
            self.decoder.credit(run.weight());
        }
        self.events.push_back(Event::Fetched { log, run });
        Ok(())
    }

    fn handle_blob_frame(
        &mut self,
        now: Millis,
        frame: Frame,
        source: &dyn Source,
    ) -> Result<(), Misbehaviour> {
        match frame {
            Frame::BlobWant { blob, first } => match source.manifest(blob, &self.scope) {
                Some(manifest) => self.blobs.serve(blob, manifest, first)?,
                None => {
                    self.blobs.remember(blob)?;
                    self.outbox.answer(Frame::BlobMissing(blob))?;
                }
            },
            Frame::BlobMissing(blob) => {
                self.blobs.forget(blob);
                self.events.push_back(Event::BlobMissing(blob));
            }
            Frame::BlobHere(blob) => self.events.push_back(Event::BlobHere(blob)),
            Frame::BulkArrived(bytes) => self.blobs.pieces_arrived(now, bytes)?,
            Frame::BlobHeld(blob) => {
                self.blobs.held_by_peer(blob);
                self.events.push_back(Event::BlobHeld(blob));
            }
            other => {
                let (expected, got) = ("a frame of blobs", other.name());
                return Err(Misbehaviour::OutOfTurn { expected, got });
            }
        }
        Ok(())
    }

    /// A run within the bounds, of a log that both offices hold as far as can be told by now.
    fn check_run(&self, run: &Run, source: &dyn Source) -> Result<(), Misbehaviour> {
        run.check_size()?;
        let held = source.frontier().get(&run.log).map(|tip| tip.channel);
        let begun = || run.entries.first().and_then(Genesis::read).map(|genesis| genesis.channel);
        match held.or_else(begun) {
            Some(channel) if !self.scope.contains(&channel) => {
                Err(Misbehaviour::OutOfScope(run.log))
            }
            _ => Ok(()),
        }
    }

    /// A peer may not begin more logs than two offices can compare.
    fn check_room_for(&self, log: LogId, source: &dyn Source) -> Result<(), Misbehaviour> {
        let held = source.frontier();
        if held.contains_key(&log) || held.len() + self.intake.logs().count() < SHARED_LOGS_MAX {
            return Ok(());
        }
        let shared = held.values().filter(|tip| self.scope.contains(&tip.channel)).count();
        let arriving =
            self.intake.logs().filter(|other| **other != log && !held.contains_key(other)).count();
        Misbehaviour::check_bound("shared logs", shared + arriving + 1, SHARED_LOGS_MAX)
    }

    /// A receipt that comes from above and that its office could give.
    fn check_receipt(&self, receipt: &Receipt, source: &dyn Source) -> Result<(), Misbehaviour> {
        let is_from_above = self.scope.upper() == Some(self.scope.theirs)
            && self.scope.theirs.is_within(receipt.office);
        let fits = source.frontier().get(&receipt.log).is_none_or(|tip| {
            self.scope.contains(&tip.channel) && tip.channel.is_receipted_by(receipt.office)
        });
        if is_from_above && fits { Ok(()) } else { Err(Misbehaviour::Receipt(receipt.log)) }
    }
}

fn check_beacon(beacon: &[u8]) -> Result<(), Misbehaviour> {
    Misbehaviour::check_bound("bytes of health report", beacon.len(), BEACON_BYTES_MAX)
}
