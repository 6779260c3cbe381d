//! The threads that wait for the disk, so that the replica never does.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use daiban_sync::id::BlobId;
use tokio::sync::{mpsc as inbox, watch};

use super::Message;
use crate::replica::{CommitId, Input};
use crate::store::{Blobs, Committer, Record, Space, SpaceKeeper};

/// How often the disk's free space is looked at.
const SPACE_EVERY: Duration = Duration::from_secs(5);

/// Work for the two threads.
pub(super) struct Hands {
    commits: mpsc::Sender<(CommitId, Vec<Record>)>,
    blobs: mpsc::Sender<BlobId>,
    threads: [thread::JoinHandle<()>; 2],
}

impl Hands {
    pub(super) fn new(
        committer: Committer,
        blobs: Blobs,
        space: (SpaceKeeper, watch::Sender<Space>),
        inbox: &inbox::Sender<Message>,
    ) -> std::io::Result<Self> {
        let (commits, batches) = mpsc::channel();
        let (finish, to_be_finished) = mpsc::channel();
        let to_commit = inbox.clone();
        let committing = thread::Builder::new()
            .name("committer".into())
            .spawn(move || commit_all(committer, &batches, &to_commit))?;
        let to_finish = inbox.clone();
        let finishing = thread::Builder::new()
            .name("blobs".into())
            .spawn(move || finish_all(&blobs, &space, &to_be_finished, &to_finish))?;
        Ok(Self { commits, blobs: finish, threads: [committing, finishing] })
    }

    pub(super) fn commit(&self, commit: CommitId, records: Vec<Record>) {
        // The thread ends only after this sender is gone.
        let _ = self.commits.send((commit, records));
    }

    pub(super) fn finish(&self, blob: BlobId) {
        let _ = self.blobs.send(blob);
    }
}

impl Hands {
    /// Lets both threads finish what they have, and waits: after this nobody holds the disk.
    pub(super) fn stop(self) {
        drop((self.commits, self.blobs));
        for thread in self.threads {
            // A thread that panicked has said so on its own.
            let _ = thread.join();
        }
    }
}

fn commit_all(
    mut committer: Committer,
    batches: &mpsc::Receiver<(CommitId, Vec<Record>)>,
    inbox: &inbox::Sender<Message>,
) {
    while let Ok((commit, records)) = batches.recv() {
        let appended = committer.append(&records);
        let result = appended.and_then(|appended| committer.sync().map(|_| vec![appended]));
        if inbox.blocking_send(Message::Input(Input::Committed { commit, result })).is_err() {
            return;
        }
    }
}

fn finish_all(
    blobs: &Blobs,
    (space, room): &(SpaceKeeper, watch::Sender<Space>),
    finishing: &mpsc::Receiver<BlobId>,
    inbox: &inbox::Sender<Message>,
) {
    let mut last = None;
    loop {
        let level = space.check().inspect_err(|error| tracing::error!(%error, "free space")).ok();
        if let Some(level) = level.filter(|_| level != last) {
            last = Some(level);
            room.send_replace(level);
            if inbox.blocking_send(Message::Input(Input::Space(level))).is_err() {
                return;
            }
        }
        match finishing.recv_timeout(SPACE_EVERY) {
            Ok(blob) => {
                let held =
                    blobs.finish(blob).inspect_err(|error| tracing::warn!(%error, "blob")).is_ok();
                let message = Message::Input(Input::BlobFinished { blob, held });
                if inbox.blocking_send(message).is_err() {
                    return;
                }
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}
