//! A peer with valid certificates that says what it likes: real QUIC, real sessions' bytes, no rules.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use daiban_node::identity::{Identity, KnownStandings};
use daiban_node::settings::Settings;
use daiban_node::transport::{
    Command, Event, JoinHandler, Lane, LinkId, Parts, Transport, TransportSettings,
};
use daiban_sync::frame::{Frame, Hello};
use daiban_sync::frontier::{Buckets, Digest};
use daiban_sync::id::{Incarnation, Millis, OfficeCode};
use daiban_sync::wire::{Compression, Decoder, Encoder};
use tokio::sync::mpsc;

use crate::tree::now;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The stranger's end of one connection.
pub struct Stranger {
    _transport: Transport,
    commands: mpsc::UnboundedSender<Command>,
    events: mpsc::Receiver<Event>,
    link: LinkId,
    office: OfficeCode,
    encoder: Encoder,
    decoder: Decoder,
}

struct Nobody;

impl JoinHandler for Nobody {
    fn handle_request(&self, _: &[u8], _: Millis) -> Vec<u8> {
        Vec::new()
    }
}

impl Stranger {
    /// Connects as `identity` to the office at `address`.
    pub async fn connect(identity: &Identity, office: OfficeCode, address: SocketAddr) -> Self {
        let mut settings = Settings::default();
        settings.node.listen = ([127, 0, 0, 1], 0).into();
        let (sender, mut events) = mpsc::channel(1_024);
        let parts = Parts {
            settings: TransportSettings::from(&settings),
            identity: Arc::new(identity.clone()),
            registry: Arc::new(KnownStandings::default()),
            join_handler: Arc::new(Nobody),
            clock: Arc::new(now),
        };
        let (transport, commands) =
            Transport::bind(parts, sender).await.expect("loopback has room");
        let addrs = vec![address.to_string()];
        let dial = Command::Dial { office, addrs, congestion: Default::default() };
        commands.send(dial).expect("the transport is up");
        let link = loop {
            match events.recv().await.expect("the transport is up") {
                Event::Connected { link, .. } => break link,
                Event::DialFailed { why, .. } => panic!("not admitted: {why}"),
                _ => {}
            }
        };
        let (office, encoder) = (identity.office(), Encoder::new(Compression::TIGHT));
        let mut decoder = Decoder::new();
        decoder.credit(u64::MAX / 2); // it listens and proves nothing
        Self { _transport: transport, commands, events, link, office, encoder, decoder }
    }

    /// A greeting as any node would give it, which holds nothing.
    pub fn hello(&self) -> Hello {
        Hello {
            office: self.office,
            incarnation: Incarnation(1),
            frontier: Digest([0; 32]),
            receipts: Digest([0; 32]),
            now: now(),
            window: 1 << 20,
            beacon: Vec::new(),
        }
    }

    /// Greets.
    pub fn greet(&mut self) {
        let hello = self.hello();
        self.say(&[Frame::Hello(hello)]);
    }

    /// Greets, and ends the comparison with nothing.
    pub fn go_live(&mut self) {
        let hello = self.hello();
        let nothing = Frame::Heads { buckets: Buckets::ALL, heads: Vec::new(), last: true };
        self.say(&[Frame::Hello(hello), nothing]);
    }

    /// Sends frames at once.
    pub fn say(&mut self, frames: &[Frame]) {
        for frame in frames {
            self.encoder.push(frame).expect("a frame within the bounds");
        }
        let bytes = self.encoder.take();
        self.send(Lane::Control, bytes);
    }

    /// Sends bytes as they are.
    pub fn send(&self, lane: Lane, bytes: Vec<u8>) {
        let link = self.link;
        self.commands.send(Command::Send { link, lane, bytes }).expect("the transport is up");
    }

    /// Waits until the other side says what is waited for.
    pub async fn hear(&mut self, awaited: impl Fn(&Frame) -> bool) {
        let heard = async {
            while let Some(event) = self.events.recv().await {
                let Event::Bytes { lane: Lane::Control, bytes, .. } = event else { continue };
                let mut rest = bytes.as_slice();
                while let Some(frame) = self.decoder.next(&mut rest).expect("a node's own words") {
                    if awaited(&frame) {
                        return;
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, heard).await.expect("the other side says it");
    }

    /// Waits until the other side ends the connection; gives its reason.
    pub async fn closed(&mut self) -> String {
        let closed = async {
            loop {
                match self.events.recv().await {
                    Some(Event::Closed { why, .. }) => return why,
                    Some(_) => {}
                    None => return "the transport ended".into(),
                }
            }
        };
        tokio::time::timeout(PATIENCE, closed)
            .await
            .expect("the other side ends what breaks the rules")
    }
}
