//! The threads that wait for the disk, so that the replica does not: unless the disk is quick.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use daiban_sync::id::BlobId;
use tokio::sync::{mpsc as inbox, watch};

use super::Message;
use crate::replica::{CommitId, Input};
use crate::store::{Blobs, Committer, Record, Space, SpaceKeeper};

/// How often the disk's free space is looked at.
const SPACE_EVERY: Duration = Duration::from_secs(5);
/// A commit that takes less is waited for on the spot: two changes of thread take as long.
const QUICK: Duration = Duration::from_millis(1);

/// Work for the two threads.
pub(super) struct Hands {
    journal: Arc<Mutex<Journal>>,
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
        let journal = Arc::new(Mutex::new(Journal { committer, took: Duration::MAX }));
        let (to_commit, end) = (inbox.clone(), Arc::clone(&journal));
        let committing = thread::Builder::new()
            .name("committer".into())
            .spawn(move || commit_all(&end, &batches, &to_commit))?;
        let to_finish = inbox.clone();
        let finishing = thread::Builder::new()
            .name("blobs".into())
            .spawn(move || finish_all(&blobs, &space, &to_be_finished, &to_finish))?;
        Ok(Self { journal, commits, blobs: finish, threads: [committing, finishing] })
    }

    /// Gives the outcome at once if the replica has nothing else to do and the disk was quick the
    /// last time; otherwise it comes to the inbox.
    pub(super) fn commit(
        &self,
        commit: CommitId,
        records: Vec<Record>,
        is_alone: bool,
    ) -> Option<Input> {
        let mut journal = lock(&self.journal);
        if is_alone && journal.took < QUICK {
            return Some(journal.commit(commit, &records));
        }
        drop(journal);
        // The thread ends only after this sender is gone.
        let _ = self.commits.send((commit, records));
        None
    }

    pub(super) fn finish(&self, blob: BlobId) {
        let _ = self.blobs.send(blob);
    }
}

impl Hands {
    /// Lets both threads finish what they have, and waits: after this nobody holds the disk.
    pub(super) fn stop(self) {
        drop((self.journal, self.commits, self.blobs));
        for thread in self.threads {
            // A thread that panicked has said so on its own.
            let _ = thread.join();
        }
    }
}

/// The end of the journal, and how long the last commit took.
struct Journal {
    committer: Committer,
    took: Duration,
}

impl Journal {
    fn commit(&mut self, commit: CommitId, records: &[Record]) -> Input {
        let began = Instant::now();
        let appended = self.committer.append(records);
        let result = appended.and_then(|appended| self.committer.sync().map(|_| vec![appended]));
        self.took = began.elapsed();
        Input::Committed { commit, result }
    }
}

fn lock(journal: &Mutex<Journal>) -> MutexGuard<'_, Journal> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}

fn commit_all(
    journal: &Mutex<Journal>,
    batches: &mpsc::Receiver<(CommitId, Vec<Record>)>,
    inbox: &inbox::Sender<Message>,
) {
    while let Ok((commit, records)) = batches.recv() {
        let outcome = lock(journal).commit(commit, &records);
        if inbox.blocking_send(Message::Input(outcome)).is_err() {
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
    let mut told = Told::default();
    loop {
        let checked = space.check().inspect_err(|error| tracing::error!(%error, "free space"));
        for input in checked.ok().into_iter().flat_map(|checked| told.news(checked)) {
            if let Input::Space(level) = input {
                room.send_replace(level);
            }
            if inbox.blocking_send(Message::Input(input)).is_err() {
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

/// What the replica was told of the disk.
#[derive(Default)]
struct Told {
    level: Option<Space>,
    free_mb: Option<u64>,
}

impl Told {
    /// What it does not know yet; free space is told by the mebibyte.
    fn news(&mut self, (level, free): (Space, u64)) -> Vec<Input> {
        let is_other_level = self.level.replace(level) != Some(level);
        let is_other_size = self.free_mb.replace(free >> 20) != Some(free >> 20);
        let space = is_other_level.then_some(Input::Space(level));
        space.into_iter().chain(is_other_size.then_some(Input::Free { bytes: free })).collect()
    }
}
