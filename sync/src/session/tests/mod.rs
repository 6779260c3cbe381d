//! A pair of sessions in memory, and one session with a hand-moved peer.

mod blobs;
mod compare;
mod office;
mod push;
mod random;
mod refusal;

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;

use super::*;
use crate::channel::Channel;
use crate::entry::{Entry, Kind, Payload};
use crate::frame::Bulk;
use crate::id::{EntryHash, Hlc};
use crate::limits::{BLOB_CHUNK_BYTES, WINDOW_BYTES};
use crate::run::RunError;
use office::{Office, entry};

const VILLAGE: u64 = 330_382_001_001;
const NEIGHBOUR: u64 = 330_382_001_002;
const TOWN: u64 = 330_382_001_000;
const COUNTY: u64 = 330_382_000_000;
const NOW: Millis = Millis(1_790_000_000_000);

fn code(code: u64) -> OfficeCode {
    OfficeCode::new(code).unwrap()
}

fn cases(origin: u64) -> Channel {
    Channel::cases(code(origin))
}

fn opening(role: Role, us: &Office, peer: OfficeCode) -> Opening {
    Opening {
        role,
        office: us.code,
        incarnation: Incarnation(7),
        peer,
        compression: Compression::TIGHT,
        window: WINDOW_BYTES,
        beacon: Vec::new(),
        now: NOW,
    }
}

/// One end of a [`Pair`].
struct Peer {
    office: Office,
    session: Session,
    events: Vec<Event>,
    /// All that it has sent.
    frames: Vec<Frame>,
    bulk: Vec<Bulk>,
    sent_bytes: usize,
    tap: (Decoder, PlainDecoder),
    /// Runs that wait for their acknowledgement, unless they get it at once.
    unacknowledged: Option<Vec<(LogId, u64)>>,
    /// Bytes of blobs as they come.
    chunks: BTreeMap<BlobId, Vec<u8>>,
}

impl Peer {
    fn new(office: Office, opening: Opening) -> Self {
        let mut tap = (Decoder::new(), PlainDecoder::default());
        tap.0.credit(u64::MAX / 2); // it listens and proves nothing
        Self {
            session: Session::new(opening, &office),
            office,
            events: Vec::new(),
            frames: Vec::new(),
            bulk: Vec::new(),
            sent_bytes: 0,
            tap,
            unacknowledged: None,
            chunks: BTreeMap::new(),
        }
    }

    fn transmit(&mut self, lane: Lane) -> Option<Vec<u8>> {
        let bytes = self.session.poll_transmit(lane, NOW, &self.office).unwrap()?;
        self.sent_bytes += bytes.len();
        let mut rest = bytes.as_slice();
        match lane {
            Lane::Control => {
                self.frames.extend(std::iter::from_fn(|| self.tap.0.next(&mut rest).unwrap()))
            }
            Lane::Bulk => {
                self.bulk.extend(std::iter::from_fn(|| self.tap.1.next(&mut rest).unwrap()))
            }
        }
        Some(bytes)
    }

    fn take(&mut self, lane: Lane, bytes: &[u8]) {
        self.session.handle_bytes(lane, NOW, bytes, &self.office).unwrap();
        self.drain_events();
    }

    fn drain_events(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.events.push(event.clone());
            match event {
                Event::Run(run) => self.take_run(run),
                Event::Chunk { blob, bytes, .. } => {
                    self.chunks.entry(blob).or_default().extend(bytes);
                }
                _ => {}
            }
        }
    }

    fn take_run(&mut self, run: Run) {
        let (log, end) = (run.log, run.head.head.len);
        if self.office.len(log) < end {
            self.office.hold(run).unwrap();
        }
        match &mut self.unacknowledged {
            Some(waiting) => waiting.push((log, end)),
            None => self.session.acknowledge(log, end),
        }
        self.session.advance(log, &self.office);
    }

    fn waiting(&self) -> &[(LogId, u64)] {
        self.unacknowledged.as_deref().unwrap_or_default()
    }

    fn acknowledge_oldest(&mut self) {
        let (log, len) = self.unacknowledged.as_mut().unwrap().remove(0);
        self.session.acknowledge(log, len);
    }

    /// Writes here and says so to the session.
    fn write(&mut self, log: LogId, count: usize, len: usize) {
        self.office.write(log, count, len);
        self.session.advance(log, &self.office);
    }

    /// The logs of the runs that it sent, in order, with the entry after each.
    fn runs(&self) -> Vec<(LogId, u64)> {
        let run = |frame: &Frame| match frame {
            Frame::Run(run) => Some((run.log, run.head.head.len)),
            _ => None,
        };
        self.frames.iter().filter_map(run).collect()
    }

    fn heads_named(&self) -> usize {
        let named = |frame: &Frame| match frame {
            Frame::Heads { heads, .. } => heads.len(),
            _ => 0,
        };
        self.frames.iter().map(named).sum()
    }

    fn count(&self, event: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|e| event(e)).count()
    }
}

/// Two sessions and the wire between them; `a` dials.
struct Pair {
    a: Peer,
    b: Peer,
}

impl Pair {
    fn new(a: Office, b: Office) -> Self {
        Self::with_windows(a, b, [WINDOW_BYTES; 2])
    }

    fn with_windows(a: Office, b: Office, windows: [u64; 2]) -> Self {
        let dialer = Opening { window: windows[0], ..opening(Role::Dialer, &a, b.code) };
        let acceptor = Opening { window: windows[1], ..opening(Role::Acceptor, &b, a.code) };
        Self { a: Peer::new(a, dialer), b: Peer::new(b, acceptor) }
    }

    /// Carries bytes until nobody has any; `cut` gives the length of each part.
    fn carry_cut(&mut self, cut: &mut dyn FnMut() -> usize) {
        loop {
            let mut quiet = true;
            for lane in [Lane::Control, Lane::Bulk] {
                quiet &= !pump(&mut self.a, &mut self.b, lane, cut);
                quiet &= !pump(&mut self.b, &mut self.a, lane, cut);
            }
            if quiet {
                return;
            }
        }
    }

    fn carry(&mut self) {
        self.carry_cut(&mut || usize::MAX);
    }

    fn done(mut self) -> Self {
        self.carry();
        self
    }
}

/// Carries all that `from` has to say on `lane`; `false` if that is nothing.
fn pump(from: &mut Peer, to: &mut Peer, lane: Lane, cut: &mut dyn FnMut() -> usize) -> bool {
    let mut any = false;
    while let Some(bytes) = from.transmit(lane) {
        any = true;
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (part, after) = rest.split_at(cut().clamp(1, rest.len()));
            to.take(lane, part);
            rest = after;
        }
    }
    from.drain_events();
    any
}

/// One session whose peer says what the test wants.
struct Puppet {
    session: Session,
    office: Office,
    encoder: Encoder,
    decoder: Decoder,
}

impl Puppet {
    /// A town's session, called by an office that has not greeted.
    fn silent(town: Office, caller: u64) -> Self {
        let session = Session::new(opening(Role::Acceptor, &town, code(caller)), &town);
        let (encoder, decoder) = (Encoder::new(Compression::TIGHT), Decoder::new());
        Self { session, office: town, encoder, decoder }
    }

    /// The same after a greeting with another frontier.
    fn greeted(town: Office, caller: u64) -> Self {
        let mut puppet = Self::silent(town, caller);
        puppet.say(hello(caller)).unwrap();
        puppet.heard();
        puppet
    }

    /// The same after a comparison in which the caller holds nothing.
    fn live(town: Office, caller: u64) -> Self {
        let mut puppet = Self::greeted(town, caller);
        let (buckets, heads) = (crate::frontier::Buckets::ALL, Vec::new());
        puppet.say(Frame::Heads { buckets, heads, last: true }).unwrap();
        assert!(puppet.session.is_live());
        puppet
    }

    fn say(&mut self, frame: Frame) -> Result<(), SessionError> {
        self.encoder.push(&frame).unwrap();
        let bytes = self.encoder.take();
        self.session.handle_bytes(Lane::Control, NOW, &bytes, &self.office)
    }

    fn say_bulk(&mut self, bulk: &Bulk) -> Result<(), SessionError> {
        self.session.handle_bytes(Lane::Bulk, NOW, &framed(bulk).unwrap(), &self.office)
    }

    /// All that the session has to say.
    fn heard(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some(bytes) =
            self.session.poll_transmit(Lane::Control, NOW, &self.office).unwrap()
        {
            let mut rest = bytes.as_slice();
            frames.extend(std::iter::from_fn(|| self.decoder.next(&mut rest).unwrap()));
        }
        frames
    }
}

/// A greeting of somebody who holds something else.
fn hello(office: u64) -> Frame {
    Frame::Hello(Hello {
        office: code(office),
        incarnation: Incarnation(1),
        frontier: Digest([9; 32]),
        receipts: Digest([9; 32]),
        now: NOW,
        window: WINDOW_BYTES,
        beacon: Vec::new(),
    })
}
