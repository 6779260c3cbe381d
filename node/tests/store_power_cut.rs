//! Power cuts and kills at every kind of moment: nothing that was acknowledged is ever lost.
#![allow(clippy::unwrap_used, reason = "a test panics on what it does not expect")]
#![allow(clippy::cast_possible_truncation, reason = "lengths that a test chooses")]

mod store_support;

use std::collections::BTreeSet;

use daiban_node::store::faulty::{Faults, MemoryDisk};
use daiban_node::store::kv::MemoryKvOpener;
use daiban_node::store::{Committer, OpenError, OpenReport, Record, Store, Subject};
use daiban_sync::entry::Payload;
use store_support::{Author, Draw, case, open_memory};

const CUTS: u64 = 1_200;

struct World {
    disk: MemoryDisk,
    kv: MemoryKvOpener,
    draw: Draw,
    author: Author,
    /// What a person was told is saved, in order; nothing where it was erased before that.
    acknowledged: Vec<Option<Vec<u8>>>,
    /// Cases whose erasure was acknowledged, and those for which it was only asked.
    erased: BTreeSet<Subject>,
    erasing: BTreeSet<Subject>,
    cuts_in_recovery: u32,
}

impl World {
    fn open(&mut self) -> Result<(Store, Committer, OpenReport), OpenError> {
        open_memory(&self.disk, &mut self.kv, self.draw.next())
    }

    /// Off and on.
    fn cut(&mut self) {
        self.disk.power_cut(&mut self.draw);
        self.lose_rows();
    }

    /// The process dies; what it wrote and did not sync is there until the power goes.
    fn kill(&mut self) {
        self.disk.kill();
        self.lose_rows();
    }

    /// The database goes back towards its last flush or to nothing, cannot be read at all, or is whole.
    fn lose_rows(&mut self) {
        match self.draw.below(5) {
            0 => self.kv.kv.wipe(),
            1 => self.kv.failures = 1,
            2 => (),
            _ => self.kv.kv.crash(|n| self.draw.below(n)),
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
            self.acknowledged.extend(waiting.into_iter().map(Some));
            if store.note_durable(appended).is_err() || !self.erase_one(store, committer) {
                return;
            }
            if self.draw.below(5) == 0 {
                store.flush().unwrap();
            }
        }
    }

    /// Now and then; false if the power went off.
    fn erase_one(&mut self, store: &mut Store, committer: &mut Committer) -> bool {
        if self.draw.below(12) > 0 {
            return true;
        }
        let subject = case(u8::try_from(self.draw.below(20)).unwrap());
        self.erasing.insert(subject);
        let Ok(appended) = committer.append(&[Record::Erased { subject }]) else { return false };
        if committer.sync().is_err() || store.note_durable(vec![appended]).is_err() {
            return false;
        }
        self.erased.insert(subject);
        true
    }

    /// Every acknowledged entry is there with its content, unless its case was erased.
    fn check(&mut self, store: &Store) {
        let entries = store.entries(self.author.log, 1).map(|entry| entry.unwrap().1.payload);
        let held: Vec<Payload> = entries.collect();
        assert!(held.len() >= self.acknowledged.len(), "something acknowledged is lost");
        for (held, saved) in held.iter().zip(&self.acknowledged) {
            let Some(saved) = saved else { continue };
            let subject: Subject = saved[..16].try_into().unwrap();
            match held {
                Payload::Present(bytes) => {
                    assert!(!self.erased.contains(&subject), "what was erased came back");
                    assert_eq!(bytes, saved);
                }
                Payload::Erased { .. } => assert!(self.erasing.contains(&subject)),
            }
        }
        // What was written but not acknowledged may be there; from now on it must stay.
        let more = held.iter().skip(self.acknowledged.len());
        self.acknowledged.extend(more.map(|payload| payload.bytes().map(<[u8]>::to_vec)));
        assert_eq!(store.verify(&mut |_, _| ()).unwrap().damages, []);
    }
}

fn check(seed: u64) -> u32 {
    let mut world = World {
        disk: MemoryDisk::default(),
        kv: MemoryKvOpener::default(),
        draw: Draw::new(seed),
        author: Author::new(),
        acknowledged: Vec::new(),
        erased: BTreeSet::new(),
        erasing: BTreeSet::new(),
        cuts_in_recovery: 0,
    };
    for _ in 0..8 {
        let (mut store, mut committer, report) = world.recover();
        assert_eq!(report.missing_records, 0, "seed {seed}");
        assert!(report.damaged_records.is_empty(), "seed {seed}: {report:?}");
        world.check(&store);
        world.live(&mut store, &mut committer);
        drop((store, committer));
        if world.draw.below(3) == 0 { world.kill() } else { world.cut() }
    }
    world.cuts_in_recovery
}

#[test]
fn nothing_acknowledged_is_lost() {
    let in_recovery: u32 = (0..CUTS / 8).map(check).sum();
    assert!(in_recovery > 20, "only {in_recovery} cuts hit the recovery");
}
