//! The shell around the replica: threads, sockets and clocks.
//!
//! ```text
//!  transport ─┐                       ┌─▶ transport commands
//!  admin ─────┼─▶ inbox ─▶ replica ───┼─▶ committer thread ─▶ inbox
//!  timers ────┘            (one       ├─▶ blob thread ──────▶ inbox
//!                           thread)   └─▶ replies
//! ```
//!
//! Nothing is decided here.

mod accounts;
mod admin;
mod batch;
mod bundles;
mod carried_files;
pub(crate) mod clock;
mod congestion;
mod drive;
mod error;
pub(crate) mod files;
mod hands;
pub(crate) mod legibility;
mod materials;
mod metrics;
mod open;
mod renewal;
mod start;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use daiban_sync::frame::Frame;
use daiban_sync::id::{BlobId, OfficeCode};
use tokio::sync::{mpsc, oneshot, watch};

pub use accounts::AccountChange;
pub use admin::{ADMIN_FILE, AdminAddress};
pub(crate) use admin::{machine_operations, status_of};
pub(crate) use bundles::{Brought, Carrier, Wish};
pub use error::StartError;
pub use materials::{MaterialError, Prepared, prepare};
pub use open::{Begun, Certificates, Opened, note_backup, open_replica, open_store};
pub(crate) use renewal::RenewNow;

use crate::replica::{Answer, Command, Input, Refusal, Replica};
use crate::store::{Blobs, Space};
use crate::transport::Transport;

/// What waits for the replica.
pub(crate) enum Message {
    Input(Input),
    Ask(Command, oneshot::Sender<Result<Answer, Refusal>>),
    Carried(OfficeCode, Vec<Frame>, oneshot::Sender<Result<Answer, Refusal>>),
    Look(Box<dyn FnOnce(&Replica) + Send>),
    Stop(oneshot::Sender<()>),
}

/// Inputs that may wait before whoever sends them is slowed down.
const INBOX_MAX: usize = 4_096;

/// A way to ask the node, for as many as like to.
#[derive(Clone)]
pub struct Handle {
    inbox: mpsc::Sender<Message>,
    blobs: Blobs,
    room: watch::Receiver<Space>,
}

impl Handle {
    /// Carries out a command; `None` if the node has stopped.
    pub async fn ask(&self, command: Command) -> Option<Result<Answer, Refusal>> {
        self.submit(command).await?.await.ok()
    }

    /// Hands over a command; the answer comes on the receiver.
    pub(crate) async fn submit(
        &self,
        command: Command,
    ) -> Option<oneshot::Receiver<Result<Answer, Refusal>>> {
        let (reply, answer) = oneshot::channel();
        self.inbox.send(Message::Ask(command, reply)).await.ok()?;
        Some(answer)
    }

    /// Reads something of the replica between two of its steps; `None` if the node has stopped.
    pub(crate) async fn look<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Replica) -> T + Send + 'static,
    ) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        let look = move |replica: &Replica| {
            // Whoever asked may have gone.
            let _ = reply.send(read(replica));
        };
        self.inbox.send(Message::Look(Box::new(look))).await.ok()?;
        answer.await.ok()
    }

    /// Hands over what a bundle brought; `None` if the node has stopped.
    pub(crate) async fn carried(
        &self,
        from: OfficeCode,
        frames: Vec<Frame>,
    ) -> Option<Result<Answer, Refusal>> {
        let (reply, answer) = oneshot::channel();
        self.inbox.send(Message::Carried(from, frames, reply)).await.ok()?;
        answer.await.ok()
    }

    /// How much room the disk has.
    pub(crate) fn room(&self) -> Space {
        *self.room.borrow()
    }

    /// A file was read and is damaged.
    pub(crate) async fn tell_damaged(&self, blob: BlobId) {
        // A node that stops finds it again.
        let _ = self.inbox.send(Message::Input(Input::BlobDamaged { blob })).await;
    }

    /// The files of materials.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }
}

/// The transport, until the node stops.
pub(crate) type SharedTransport = Arc<Mutex<Option<Transport>>>;

/// A node that runs in this process.
pub struct Node {
    office: OfficeCode,
    admin: SocketAddr,
    listen: SocketAddr,
    handle: Handle,
    transport: SharedTransport,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Node {
    /// The office that it serves.
    pub fn office(&self) -> OfficeCode {
        self.office
    }

    /// Where the command line and the pages reach it.
    pub fn admin(&self) -> SocketAddr {
        self.admin
    }

    /// Where other offices reach it.
    pub fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// A way to ask it.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Ends it in order: what was accepted is finished, peers are told.
    pub async fn stop(mut self) {
        for task in std::mem::take(&mut self.tasks) {
            task.abort();
            // It was aborted: what it answers does not matter.
            let _ = task.await;
        }
        let (done, stopped) = oneshot::channel();
        if self.handle.inbox.send(Message::Stop(done)).await.is_ok() {
            // The thread answers when its last batch is on the disk.
            let _ = stopped.await;
        }
        let transport = self.transport.lock().ok().and_then(|mut held| held.take());
        if let Some(transport) = transport {
            transport.shutdown().await;
        }
        if let Some(thread) = self.thread.take() {
            // It has answered, so it is past its last step.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}
