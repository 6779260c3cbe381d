//! The replica's own thread: inputs in, effects out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use daiban_sync::id::{Millis, OfficeCode};
use daiban_sync::session::{Lane, Role};
use tokio::sync::{mpsc, oneshot};

use super::hands::Hands;
use super::{Message, clock};
use crate::identity::KnownStandings;
use crate::replica::{Answer, CommandId, Effect, Input, LinkId, Refusal, Replica};
use crate::transport;

/// Inputs that are taken before their effects are carried out.
const INPUTS_AT_ONCE: usize = 256;
/// When no peer has sent anything for so long, views have their turn: longer than a peer waits for
/// the acknowledgement of a full window.
const QUIET_MS: u64 = 50;
/// However much comes in, views have a turn after this time.
const WORK_EVERY_MS: u64 = 1_000;
/// Views are made durable when this much time has passed since they last were.
const FLUSH_EVERY_MS: u64 = 5_000;
/// Application code of QUIC for a session that ended by the protocol's rules.
const CLOSE_CODE: u32 = 1;

pub(super) struct Drive {
    pub(super) replica: Replica,
    pub(super) inbox: mpsc::Receiver<Message>,
    pub(super) hands: Hands,
    pub(super) transport: mpsc::UnboundedSender<transport::Command>,
    pub(super) waiting: BTreeMap<CommandId, oneshot::Sender<Result<Answer, Refusal>>>,
    pub(super) registry: Arc<KnownStandings>,
    pub(super) congestion: super::congestion::Congestions,
    /// When bytes last came from a peer.
    pub(super) streamed_at: Millis,
    /// There may be something new for the views.
    pub(super) more_work: bool,
}

impl Drive {
    /// Runs until it is told to stop. Inputs go before views, unless somebody waits for the views or
    /// they have waited for long.
    pub(super) async fn run(mut self) {
        let (mut flushed_at, mut worked_at) = (clock::now(), clock::now());
        let mut stop = None;
        loop {
            let now = clock::now();
            let quiet = self.replica.is_idle() && now.since(self.streamed_at) >= QUIET_MS;
            let due = quiet || now.since(worked_at) >= WORK_EVERY_MS;
            let work_now = self.more_work && (self.replica.is_awaited() || due);
            let came = match work_now {
                true => self.inbox.try_recv().ok(),
                false => self.wait().await,
            };
            came.into_iter().for_each(|message| self.take(message, &mut stop));
            for _ in 0..INPUTS_AT_ONCE {
                let Ok(message) = self.inbox.try_recv() else { break };
                self.take(message, &mut stop);
            }
            self.carry_out();
            if work_now {
                self.more_work = self.replica.work(clock::now());
                worked_at = clock::now();
                self.carry_out();
                tokio::task::yield_now().await;
            }
            if clock::now().since(flushed_at) > FLUSH_EVERY_MS {
                self.flush();
                flushed_at = clock::now();
            }
            if stop.is_some() && self.replica.is_idle() {
                break;
            }
        }
        self.flush();
        // From here on nobody reads the inbox: a thread that still wants to tell something may go.
        drop(self.inbox);
        self.hands.stop();
        drop(self.replica);
        if let Some(done) = stop {
            // Whoever asked may have gone.
            let _: Result<(), ()> = done.send(());
        }
    }

    async fn wait(&mut self) -> Option<Message> {
        let now = clock::now();
        let pause = self.replica.wake_at(now).since(now).clamp(1, 1_000);
        let pause = if self.more_work { pause.min(QUIET_MS) } else { pause };
        tokio::time::timeout(Duration::from_millis(pause), self.inbox.recv()).await.ok().flatten()
    }

    fn take(&mut self, message: Message, stop: &mut Option<oneshot::Sender<()>>) {
        let now = clock::now();
        self.more_work = true;
        match message {
            Message::Input(input) => {
                if matches!(input, Input::Bytes { .. }) {
                    self.streamed_at = now;
                }
                self.replica.handle(now, input);
            }
            Message::Ask(command, reply) => {
                let id = self.replica.next_command();
                self.waiting.insert(id, reply);
                self.replica.handle(now, Input::Command { id, command });
            }
            Message::Carried(from, frames, reply) => {
                let id = self.replica.next_command();
                self.waiting.insert(id, reply);
                self.replica.handle(now, Input::Carried { id, from, frames });
            }
            Message::Look(read) => read(&self.replica),
            Message::Stop(done) => *stop = Some(done),
        }
    }

    /// Whether nobody else wants anything of the replica now.
    fn is_alone(&self) -> bool {
        self.inbox.is_empty() && clock::now().since(self.streamed_at) >= QUIET_MS
    }

    fn carry_out(&mut self) {
        self.replica.settle(clock::now());
        while let Some(effect) = self.replica.poll_effect() {
            self.carry_out_one(effect);
        }
    }

    fn carry_out_one(&mut self, effect: Effect) {
        match effect {
            Effect::Commit { commit, records } => {
                if let Some(outcome) = self.hands.commit(commit, records, self.is_alone()) {
                    self.replica.handle(clock::now(), outcome);
                    self.more_work = true;
                }
            }
            Effect::FinishBlob { blob } => self.hands.finish(blob),
            Effect::Reply { id, answer } => {
                if let Some(reply) = self.waiting.remove(&id) {
                    // Whoever asked may have gone.
                    let _ = reply.send(answer);
                }
            }
            Effect::Standings(standings) => {
                self.registry.replace(standings);
                self.send(transport::Command::CloseRefused);
            }
            Effect::Alarm(alarm) => tracing::warn!(target: "daiban::alarm", "{alarm}"),
            Effect::Dial { office, addresses } => self.send(transport::Command::Dial {
                office,
                addrs: addresses,
                congestion: self.congestion.of(office),
            }),
            Effect::Send { link, lane, bytes } => {
                let lane = match lane {
                    Lane::Control => transport::Lane::Control,
                    Lane::Bulk => transport::Lane::Bulk,
                };
                self.send(transport::Command::Send {
                    link: transport::LinkId(link.0),
                    lane,
                    bytes,
                });
            }
            Effect::Close { link, reason } => self.send(transport::Command::Close {
                link: transport::LinkId(link.0),
                code: CLOSE_CODE,
                reason,
            }),
        }
    }

    fn send(&self, command: transport::Command) {
        // The transport ends after the replica does.
        let _ = self.transport.send(command);
    }

    fn flush(&mut self) {
        if let Err(error) = self.replica.flush_views() {
            tracing::error!(%error, "the views could not be flushed; the journal is safe");
        }
    }
}

/// What the transport says, in the replica's words.
pub(super) async fn forward(
    mut events: mpsc::Receiver<transport::Event>,
    inbox: mpsc::Sender<Message>,
) {
    while let Some(event) = events.recv().await {
        let input = match event {
            transport::Event::Connected { link, peer, dialed, remote } => {
                tracing::info!(office = %peer.office, node = %peer.key.short(), %remote, "connected");
                let role = if dialed { Role::Dialer } else { Role::Acceptor };
                Input::Connected { link: LinkId(link.0), office: peer.office, key: peer.key, role }
            }
            transport::Event::Bytes { link, lane, bytes } => {
                let lane = match lane {
                    transport::Lane::Control => Lane::Control,
                    transport::Lane::Bulk => Lane::Bulk,
                };
                Input::Bytes { link: LinkId(link.0), lane, bytes }
            }
            transport::Event::Revoked { by } => Input::Revoked { by },
            transport::Event::Closed { link, why } => {
                tracing::info!(link = link.0, %why, "disconnected");
                Input::Closed { link: LinkId(link.0) }
            }
            transport::Event::DialFailed { office, why } => {
                log_failed_dial(office, &why);
                Input::DialFailed { office }
            }
        };
        if inbox.send(Message::Input(input)).await.is_err() {
            return;
        }
    }
}

fn log_failed_dial(office: OfficeCode, why: &transport::DialError) {
    tracing::info!(%office, %why, "the office above is not reached");
}
