//! The disk's part: batches, blobs, and what is left of them after a crash.

use daiban_node::replica::{CommitId, Input};
use daiban_node::store::faulty::Faults;
use daiban_node::store::{CommitError, Record};
use daiban_sync::id::{BlobId, LogId};

use super::{Event, World};
use crate::away::Promise;
use crate::checkers::{Checker, lost};
use crate::computer::{Batch, Computer};
use crate::fault::{Death, Point};

/// What a disk takes for what is handed to it, when it takes time.
const WRITE_MS: (u64, u64) = (5, 40);

impl World {
    pub(super) fn append(
        &mut self,
        node: usize,
        boot: u64,
        commit: CommitId,
        records: Vec<Record>,
    ) {
        if !self.is_alive(node, boot) {
            return;
        }
        self.nodes[node].rewinding.extend(rewound(&records));
        let death = self.aimed(node, Point::BeforeAppend);
        if let Some(death) = death {
            if let Death::PowerCutInside { operations } = death {
                self.set_cut(node, operations);
                if let Some(process) = &mut self.nodes[node].process {
                    let committer = &mut process.computer.get_mut().committer;
                    // Whatever of it reaches the disk, nobody hears of it.
                    let _ = committer.append(&records).and_then(|_| committer.sync());
                }
            }
            return self.crash(node, death);
        }
        let work = move |computer: &mut Computer| computer.append(commit, records);
        if let Some(batch) = self.compute(node, work) {
            self.in_a_while(WRITE_MS, Event::Appended { node, boot, batch });
        }
    }

    pub(super) fn appended(&mut self, node: usize, boot: u64, batch: Promise<Batch>) {
        let Some(batch) = self.keep(node, boot, batch) else { return };
        if let Err(error) = batch.written {
            return self.refused(node, boot, batch.commit, error);
        }
        if !self.passes(node, Point::AfterAppend) {
            let ms = self.dice.between(1, 40);
            self.after(ms, Event::Sync { node, boot, batch });
        }
    }

    pub(super) fn sync(&mut self, node: usize, boot: u64, batch: Batch) {
        if !self.is_alive(node, boot) {
            return;
        }
        if let Some(batch) = self.compute(node, move |computer| computer.sync(batch)) {
            self.in_a_while(WRITE_MS, Event::Synced { node, boot, batch });
        }
    }

    pub(super) fn synced(&mut self, node: usize, boot: u64, batch: Promise<Batch>) {
        let Some(batch) = self.keep(node, boot, batch) else { return };
        let Batch { commit, records, written } = batch;
        let appended = match written {
            Ok(appended) => appended,
            Err(error) => return self.refused(node, boot, commit, error),
        };
        self.counts.syncs += 1;
        self.nodes[node].rewinding.clear();
        self.note_kept(node, &records);
        if !self.passes(node, Point::AfterSync) {
            let ms = self.dice.between(0, 10);
            let input = Input::Committed { commit, result: Ok(vec![appended]) };
            self.after(ms, Event::Input { node, boot, input });
        }
    }

    /// These records are on the disk now.
    fn note_kept(&mut self, node: usize, records: &[Record]) {
        let office = self.nodes[node].office;
        let runs = records.iter().filter_map(|record| match record {
            Record::Run(run) => Some(run.tip()),
            _ => None,
        });
        self.judge(lost::check_jurisdiction(office, runs));
        for record in records {
            for fact in self.nodes[node].kept.take(record) {
                if let Some((from, ms)) = self.promises.landed(fact, office, self.now) {
                    self.recorder.landed(from, office.tier(), ms);
                }
            }
        }
    }

    pub(super) fn finish(&mut self, node: usize, boot: u64, blob: BlobId) {
        if !self.is_alive(node, boot) {
            return;
        }
        if let Some(death) = self.aimed(node, Point::BeforeFinish) {
            if let Death::PowerCutInside { operations } = death {
                self.set_cut(node, operations);
                if let Some(process) = &self.nodes[node].process {
                    // Whatever of it reaches the disk, nobody hears of it.
                    let _ = process.blobs().finish(blob);
                }
            }
            return self.crash(node, death);
        }
        let work = move |computer: &mut Computer| computer.blobs.finish(blob).is_ok();
        if let Some(held) = self.compute(node, work) {
            self.in_a_while(WRITE_MS, Event::Finished { node, boot, blob, held });
        }
    }

    pub(super) fn finished(&mut self, node: usize, boot: u64, blob: BlobId, held: Promise<bool>) {
        let Some(held) = self.keep(node, boot, held) else { return };
        if held {
            self.nodes[node].kept.blobs.insert(blob);
        }
        if !self.passes(node, Point::AfterFinish) {
            let ms = self.dice.between(0, 10);
            self.after(ms, Event::Input { node, boot, input: Input::BlobFinished { blob, held } });
        }
    }

    /// What a crash does to the disk.
    pub(super) fn wreck_disk(&mut self, node: usize, death: Death) {
        let mut dice = self.dice.split();
        let node = &mut self.nodes[node];
        node.disk().set_faults(node.trouble);
        if death == Death::Kill {
            node.disk().kill();
        } else {
            node.disk().power_cut(&mut |bytes: &mut [u8]| dice.fill(bytes));
        }
        if death != Death::Kill || dice.chance(50) {
            node.database().kv.crash(|n| dice.between(0, n - 1));
        }
        // Seen with sled: silently empty, or not to be opened.
        match (death, dice.between(0, 19)) {
            (Death::Kill, _) => {}
            (_, 0) => node.database().kv.wipe(),
            (_, 1) => node.database().failures = 1,
            _ => {}
        }
    }

    /// The power goes off within the first operations of what comes now.
    pub(super) fn cut_power_soon(&mut self, node: usize) {
        let operations = self.dice.between(0, 12);
        self.set_cut(node, operations);
    }

    fn set_cut(&mut self, node: usize, operations: u64) {
        let cut_after = Some(operations);
        self.nodes[node].disk().set_faults(Faults { cut_after, ..Faults::default() });
    }

    /// The disk has refused, as the story wants it or not at all.
    fn refused(&mut self, node: usize, boot: u64, commit: CommitId, error: CommitError) {
        if self.nodes[node].disk_is_well() {
            let office = self.nodes[node].office;
            let sentence = format!("the disk of office {office} is sound and refuses: {error}");
            return self.fail(Checker::Calm, sentence);
        }
        let input = Input::Committed { commit, result: Err(error) };
        self.after(1, Event::Input { node, boot, input });
    }
}

/// Logs that these records take back in part.
fn rewound(records: &[Record]) -> impl Iterator<Item = LogId> {
    records.iter().filter_map(|record| match record {
        Record::Rewind { log, .. } => Some(*log),
        _ => None,
    })
}
