//! Power cuts at every kind of moment: nothing that was acknowledged is ever lost.

mod store_support;

use daiban_node::store::faulty::{Faults, MemoryDisk};
use daiban_node::store::kv::MemoryKvOpener;
use daiban_node::store::{Committer, OpenError, OpenReport, Record, Store};
use store_support::{Author, Draw, contents, open_memory};

const CUTS: u64 = 400;

struct World {
    disk: MemoryDisk,
    kv: MemoryKvOpener,
    draw: Draw,
    author: Author,
    /// What a person was told is saved, in order.
    acknowledged: Vec<Vec<u8>>,
    cuts_in_recovery: u32,
}

impl World {
    fn open(&mut self) -> Result<(Store, Committer, OpenReport), OpenError> {
        open_memory(&self.disk, &mut self.kv, self.draw.next())
    }

    /// Off and on: the database goes back to its last flush, to nothing, or cannot be read at all.
    fn cut(&mut self) {
        self.disk.power_cut(&mut self.draw);
        match self.draw.below(4) {
            0 => self.kv.kv.wipe(),
            1 => self.kv.failures = 1,
            _ => self.kv.kv.crash(),
        }
    }

    /// Opens, with the power going off again and again in the middle of it.
    fn recover(&mut self) -> (Store, Committer, OpenReport) {
        while self.draw.below(3) == 0 {
            let cut_after = Some(self.draw.below(6));
            self.disk.set_faults(Faults { cut_after, ..Faults::default() });
            self.cuts_in_recovery += u32::from(self.open().is_err());
            self.cut();
        }
        self.disk.set_faults(Faults::default());
        self.open().unwrap()
    }

    /// Saves until the power goes off.
    fn live(&mut self, store: &mut Store, committer: &mut Committer) {
        self.author.follow(store);
        let cut_after = Some(self.draw.below(30));
        self.disk.set_faults(Faults { cut_after, ..Faults::default() });
        loop {
            let mut waiting = Vec::new();
            let mut appended = Vec::new();
            for _ in 0..=self.draw.below(3) {
                let payloads = self.author.payloads(1 + self.draw.below(4), &mut self.draw);
                let run = self.author.write(&payloads);
                let Ok(done) = committer.append(&[Record::Run(run)]) else { return };
                waiting.extend(payloads);
                appended.push(done);
            }
            if committer.sync().is_err() {
                return;
            }
            self.acknowledged.extend(waiting);
            store.note_durable(appended).unwrap();
            if self.draw.below(5) == 0 {
                store.flush().unwrap();
            }
        }
    }
}

fn check(seed: u64) -> u32 {
    let mut world = World {
        disk: MemoryDisk::default(),
        kv: MemoryKvOpener::default(),
        draw: Draw::new(seed),
        author: Author::new(),
        acknowledged: Vec::new(),
        cuts_in_recovery: 0,
    };
    for _ in 0..8 {
        let (mut store, mut committer, report) = world.recover();
        assert_eq!(report.missing_records, 0, "seed {seed}");
        assert!(report.damaged_records.is_empty(), "seed {seed}: {report:?}");
        let held = contents(&store, world.author.log);
        assert!(held.starts_with(&world.acknowledged), "seed {seed}: something acknowledged is lost");
        // What was written but not acknowledged may be there; from now on it must stay.
        world.acknowledged = held;
        world.live(&mut store, &mut committer);
        drop((store, committer));
        world.cut();
    }
    world.cuts_in_recovery
}

#[test]
fn nothing_acknowledged_is_lost() {
    let in_recovery: u32 = (0..CUTS / 8).map(check).sum();
    assert!(in_recovery > 20, "only {in_recovery} cuts hit the recovery");
}
