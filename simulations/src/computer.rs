//! What an office's computer does while its node runs.

use daiban_node::replica::{CommitId, Effect, Input, Replica};
use daiban_node::store::{Appended, Blobs, CommitError, Committer, IndexError, Record};
use daiban_sync::id::Millis;

/// Slices of views in one turn.
pub(crate) const SLICES: usize = 4;

/// A replica with its hands on the disk.
pub(crate) struct Computer {
    pub(crate) replica: Replica,
    pub(crate) committer: Committer,
    pub(crate) blobs: Blobs,
}

/// What a replica does at once: it takes inputs, each with what the clock showed when it came, and
/// does what they call for.
pub(crate) struct Turn {
    pub(crate) now: Millis,
    pub(crate) inputs: Vec<(Millis, Input)>,
    /// It brings its views forward, however far they lag behind.
    pub(crate) shows: bool,
    /// Its views are made durable too.
    pub(crate) flushes: bool,
}

/// What came of a turn.
pub(crate) struct Outcome {
    pub(crate) effects: Vec<Effect>,
    /// The views lag behind.
    pub(crate) more: bool,
    pub(crate) flushed: Result<(), IndexError>,
    /// When it wants another turn if nothing comes in.
    pub(crate) wait_ms: u64,
}

/// Records that are being written, with what the disk said of them last.
pub(crate) struct Batch {
    pub(crate) commit: CommitId,
    pub(crate) records: Vec<Record>,
    pub(crate) written: Result<Appended, CommitError>,
}

impl Computer {
    pub(crate) fn take_turn(&mut self, turn: Turn) -> Outcome {
        let Self { replica, .. } = self;
        for (at, input) in turn.inputs {
            replica.handle(at, input);
        }
        replica.settle(turn.now);
        let lags = !replica.shows_all();
        let more = match lags && !turn.shows {
            true => true,
            false => (0..SLICES).all(|_| replica.work(turn.now)),
        };
        replica.settle(turn.now);
        let flushed = if turn.flushes { replica.flush_views() } else { Ok(()) };
        let effects = std::iter::from_fn(|| replica.poll_effect()).collect();
        Outcome { effects, more, flushed, wait_ms: self.wait_ms(turn.now) }
    }

    /// How long it may rest if nothing comes in.
    pub(crate) fn wait_ms(&self, now: Millis) -> u64 {
        self.replica.wake_at(now).since(now)
    }

    pub(crate) fn append(&mut self, commit: CommitId, records: Vec<Record>) -> Batch {
        let written = self.committer.append(&records);
        Batch { commit, records, written }
    }

    pub(crate) fn sync(&mut self, mut batch: Batch) -> Batch {
        let synced = self.committer.sync();
        batch.written = batch.written.and_then(|appended| synced.map(|_| appended));
        batch
    }
}
