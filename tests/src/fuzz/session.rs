//! A town between two honest sessions and a hostile one: a village that works, and its neighbour,
//! which is enrolled and says whatever it likes.

use daiban_sync::channel::Channel;
use daiban_sync::entry::Entry;
use daiban_sync::error::{Misbehaviour, SessionError};
use daiban_sync::frame::{Bulk, Frame, Hello};
use daiban_sync::frontier::{Buckets, Digest, Scope};
use daiban_sync::id::{Incarnation, LogId, Millis, OfficeCode};
use daiban_sync::limits::WINDOW_BYTES;
use daiban_sync::run::{Run, RunError};
use daiban_sync::session::{Event, Lane, Opening, Role, Session};
use daiban_sync::wire::{Compression, Decoder, Encoder, PlainDecoder, framed};
use serde::{Deserialize, Serialize};

use super::office::{NEIGHBOUR, Office, TOWN, VILLAGE, entries};
use super::steps;

const NOW: Millis = Millis(1_790_000_000_000);
const STEPS_MAX: usize = 200;
/// Rounds of carrying after which two honest offices must have nothing more to say.
const ROUNDS_MAX: usize = 10_000;

/// Everything that may happen.
#[derive(Serialize, Deserialize)]
pub(super) enum Step {
    /// The village writes into the log of an incarnation.
    Write {
        log: u8,
        count: u8,
        bytes: u16,
    },
    /// The town answers, in the village's channel or to all below.
    Answer {
        to_all: bool,
        count: u8,
        bytes: u16,
    },
    /// Village and town hear each other, in parts of so many bytes.
    Carry {
        part: u16,
    },
    /// The link of village and town breaks; they greet each other anew.
    Break,
    /// The neighbour calls anew.
    Call,
    /// It says a frame.
    Say(Frame),
    SayBulk(Bulk),
    /// It sends bytes.
    Send {
        bulk: bool,
        bytes: Vec<u8>,
    },
    /// It greets as its certificate says, and claims to hold nothing.
    Greet,
    /// It passes on what the village wrote.
    Relay {
        log: u8,
        run: u8,
    },
    /// It writes into a channel and sends it.
    Sign {
        channel: Channel,
        log: u8,
        entries: Vec<Entry>,
    },
    /// It signs anything.
    Forge(Run),
    /// It listens.
    Hear,
}

pub(super) fn check(bytes: &[u8]) {
    let mut scene = Scene::new();
    for step in steps(bytes, STEPS_MAX) {
        scene.play(step);
        scene.check_town();
    }
    scene.end();
}

/// One end of an honest link.
struct Peer {
    session: Session,
    is_over: Option<SessionError>,
}

impl Peer {
    fn new(role: Role, us: &Office, peer: OfficeCode) -> Self {
        let opening = Opening {
            role,
            office: us.code,
            incarnation: Incarnation(7),
            peer,
            compression: Compression::SMALL,
            window: WINDOW_BYTES,
            beacon: Vec::new(),
            now: NOW,
        };
        Self { session: Session::new(opening, us), is_over: None }
    }

    /// Hears bytes and acts on what they bring, as a node does; gives the logs that grew.
    fn take(&mut self, us: &mut Office, lane: Lane, bytes: &[u8]) -> Vec<LogId> {
        if self.is_over.is_some() {
            return Vec::new();
        }
        let result = self.session.handle_bytes(lane, NOW, bytes, us);
        let mut grown = Vec::new();
        while let Some(event) = self.session.poll_event() {
            if let Event::Run(run) | Event::Fetched { run: Some(run), .. } = event {
                match self.take_run(us, run) {
                    Ok(log) => grown.extend(log),
                    Err(error) => self.is_over = self.is_over.take().or(Some(error)),
                }
            }
        }
        if let Err(error) = result {
            self.is_over = Some(error);
        }
        grown
    }

    /// As `daiban_node::replica` takes it.
    fn take_run(&mut self, us: &mut Office, run: Run) -> Result<Option<LogId>, SessionError> {
        let (log, end) = (run.log, run.head.head.len);
        if us.len(log) >= end {
            self.session.acknowledge(log, end);
            return Ok(None);
        }
        let held = us.frontier.get(&log).copied();
        match run.clone().verify(held.as_ref(), &super::office::Spelled) {
            Ok(proved) if !self.session.scope().contains(&proved.tip().channel) => {
                Err(Misbehaviour::OutOfScope(log).into())
            }
            Ok(_) => {
                us.hold(run).expect("it was proved a line above");
                self.session.acknowledge(log, end);
                Ok(Some(log))
            }
            Err(RunError::Forked { .. }) => {
                self.session.send_diverged(log, us.frontier[&log].head);
                Ok(None)
            }
            Err(error) => Err(Misbehaviour::from(error).into()),
        }
    }

    fn said(&mut self, us: &Office, lane: Lane) -> Option<Vec<u8>> {
        if self.is_over.is_some() {
            return None;
        }
        self.session.poll_transmit(lane, NOW, us).expect("what is held may be sent")
    }
}

/// The hostile end: no session, just words.
struct Mouth {
    encoder: Encoder,
    ears: (Decoder, PlainDecoder),
}

impl Mouth {
    fn new() -> Self {
        let mut ears = (Decoder::new(), PlainDecoder::default());
        ears.0.credit(u64::MAX / 2); // it listens and proves nothing
        Self { encoder: Encoder::new(Compression::SMALL), ears }
    }
}

struct Scene {
    village: Office,
    town: Office,
    neighbour: Office,
    /// Village's end and town's end.
    honest: [Peer; 2],
    /// The town's end towards the neighbour.
    watched: Peer,
    mouth: Mouth,
}

impl Scene {
    fn new() -> Self {
        let [village, town, neighbour] = [VILLAGE, TOWN, NEIGHBOUR].map(Office::new);
        let honest = linked(&village, &town);
        let watched = Peer::new(Role::Acceptor, &town, neighbour.code);
        Self { village, town, neighbour, honest, watched, mouth: Mouth::new() }
    }

    fn play(&mut self, step: Step) {
        match step {
            Step::Write { log, count, bytes } => {
                let channel = Channel::cases(self.village.code);
                self.village.write(channel, log.into(), few(count, bytes));
                self.grown();
            }
            Step::Answer { to_all, count, bytes } => {
                let cases = Channel::cases(self.village.code);
                let channel =
                    if to_all { Channel::Notices { issuer: self.town.code } } else { cases };
                self.town.write(channel, 1, few(count, bytes));
                self.grown();
            }
            Step::Carry { part } => drop(self.carry(usize::from(part).max(1), 8)),
            Step::Break => self.honest = linked(&self.village, &self.town),
            Step::Call => {
                self.watched = Peer::new(Role::Acceptor, &self.town, self.neighbour.code);
                self.mouth = Mouth::new();
            }
            Step::Say(frame) => self.say(&frame),
            Step::SayBulk(bulk) => {
                let Ok(bytes) = framed(&bulk) else { return };
                self.send(Lane::Bulk, &bytes);
            }
            Step::Send { bulk, bytes } => {
                self.send(if bulk { Lane::Bulk } else { Lane::Control }, &bytes);
            }
            Step::Greet => self.greet(),
            Step::Relay { log, run } => {
                let logs: Vec<_> = self.village.logs.values().collect();
                let log = logs.get(usize::from(log) % logs.len().max(1));
                let run = log.and_then(|runs| runs.get(usize::from(run) % runs.len())).cloned();
                run.into_iter().for_each(|run| self.say(&Frame::Run(run)));
            }
            Step::Sign { channel, log, entries } => {
                self.neighbour.write(channel, log.into(), entries);
                let log = self.neighbour.genesis(channel, log.into()).log_id();
                let last = self.neighbour.logs.get(&log).and_then(|runs| runs.last()).cloned();
                last.into_iter().for_each(|run| self.say(&Frame::Run(run)));
            }
            Step::Forge(run) => self.say(&Frame::Run(self.neighbour.sign(run))),
            Step::Hear => self.hear(),
        }
    }

    fn greet(&mut self) {
        self.say(&Frame::Hello(Hello {
            office: self.neighbour.code,
            incarnation: Incarnation(1),
            frontier: Digest([9; 32]),
            receipts: Digest([9; 32]),
            now: NOW,
            window: WINDOW_BYTES,
            beacon: Vec::new(),
        }));
        self.say(&Frame::Heads { buckets: Buckets::ALL, heads: Vec::new(), last: true });
    }

    fn say(&mut self, frame: &Frame) {
        if self.mouth.encoder.push(frame).is_ok() {
            let bytes = self.mouth.encoder.take();
            self.send(Lane::Control, &bytes);
        }
    }

    fn send(&mut self, lane: Lane, bytes: &[u8]) {
        let grown = self.watched.take(&mut self.town, lane, bytes);
        if let Some(SessionError::ApiMisuse(what)) = self.watched.is_over {
            panic!("a peer makes us say that we are at fault: {what}");
        }
        self.offer(&grown);
    }

    /// Nothing reaches the neighbour that is not for it.
    fn hear(&mut self) {
        let scope = Scope { ours: self.town.code, theirs: self.neighbour.code };
        while let Some(bytes) = self.watched.said(&self.town, Lane::Control) {
            let mut rest = bytes.as_slice();
            while let Some(frame) = self.mouth.ears.0.next(&mut rest).expect("the town speaks well")
            {
                let named = match frame {
                    Frame::Run(run) | Frame::Fetched(_, Some(run)) => vec![run.log],
                    Frame::Heads { heads, .. } => heads.into_iter().map(|(log, _)| log).collect(),
                    _ => Vec::new(),
                };
                for log in named {
                    let tip = self.town.frontier.get(&log).expect("it is sent from the store");
                    assert!(scope.contains(&tip.channel), "the neighbour hears of {}", tip.channel);
                }
            }
        }
        while let Some(bytes) = self.watched.said(&self.town, Lane::Bulk) {
            let mut rest = bytes.as_slice();
            while self.mouth.ears.1.next::<Bulk>(&mut rest).expect("the town speaks well").is_some()
            {
            }
        }
    }

    /// Village and town hear each other; whether they have nothing more to say.
    fn carry(&mut self, part: usize, rounds: usize) -> bool {
        for _ in 0..rounds {
            let mut is_quiet = true;
            for lane in [Lane::Control, Lane::Bulk] {
                if let Some(bytes) = self.honest[0].said(&self.village, lane) {
                    is_quiet = false;
                    for part in bytes.chunks(part) {
                        let grown = self.honest[1].take(&mut self.town, lane, part);
                        self.offer(&grown);
                    }
                }
                if let Some(bytes) = self.honest[1].said(&self.town, lane) {
                    is_quiet = false;
                    for part in bytes.chunks(part) {
                        let grown = self.honest[0].take(&mut self.village, lane, part);
                        grown
                            .iter()
                            .for_each(|log| self.honest[0].session.advance(*log, &self.village));
                    }
                }
            }
            for end in &self.honest {
                assert_eq!(end.is_over, None, "an honest session ended");
            }
            if is_quiet {
                return true;
            }
        }
        false
    }

    /// The town tells both sides of what is new.
    fn offer(&mut self, logs: &[LogId]) {
        for log in logs {
            self.honest[1].session.advance(*log, &self.town);
            self.watched.session.advance(*log, &self.town);
        }
    }

    fn grown(&mut self) {
        let logs: Vec<_> = self.village.frontier.keys().copied().collect();
        logs.iter().for_each(|log| self.honest[0].session.advance(*log, &self.village));
        let logs: Vec<_> = self.town.frontier.keys().copied().collect();
        self.offer(&logs);
    }

    /// The town holds what its authors wrote, where they may, and nothing else.
    fn check_town(&self) {
        for (log, tip) in &self.town.frontier {
            assert!(tip.channel.may_be_written_by(tip.office), "{} in {}", tip.office, tip.channel);
            assert!(tip.channel.is_held_by(self.town.code), "not for a town: {}", tip.channel);
            if tip.office == self.village.code {
                assert!(self.village.has_signed(*log, tip.head), "the village did not write it");
            }
            let is_hostile = tip.office == self.neighbour.code;
            let is_its_own = !is_hostile || tip.channel.is_held_by(self.neighbour.code);
            assert!(is_its_own, "the neighbour wrote into {}", tip.channel);
        }
    }

    /// Whatever the neighbour did, village and town agree.
    fn end(mut self) {
        self.hear();
        self.honest = linked(&self.village, &self.town);
        assert!(self.carry(usize::MAX, ROUNDS_MAX), "they never end");
        self.check_town();
        let scope = Scope { ours: self.village.code, theirs: self.town.code };
        let [here, there] = [&self.village, &self.town].map(|office| scope.heads(&office.frontier));
        assert_eq!(here, there, "village and town differ");
    }
}

fn linked(village: &Office, town: &Office) -> [Peer; 2] {
    [Peer::new(Role::Dialer, village, town.code), Peer::new(Role::Acceptor, town, village.code)]
}

fn few(count: u8, bytes: u16) -> Vec<Entry> {
    entries(usize::from(count % 16), usize::from(bytes % 2_048))
}
