//! A disk in memory that forgets what was not synced, and fails on demand.

mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::disk::{Access, Disk, DiskFile, folder};
use super::entropy::Entropy;
use file::{Handle, Inode};

/// What goes wrong, until it is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Bytes that can still be added before `StorageFull`; `None`: any number.
    pub room_bytes: Option<u64>,
    pub fail_writes: bool,
    pub fail_syncs: bool,
    pub read_only: bool,
    /// The power goes off before this many further operations that change something.
    pub cut_after: Option<u64>,
}

/// Shared: clones are the same disk, see [`MemoryDisk::snapshot`].
#[derive(Clone, Default)]
pub struct MemoryDisk(Arc<Mutex<State>>);

#[derive(Clone, Default)]
struct State {
    inodes: BTreeMap<u64, Inode>,
    /// As a running process sees them.
    names: BTreeMap<String, u64>,
    /// As they are after a power cut, but for `renamed`.
    durable_names: BTreeMap<String, u64>,
    /// Changes of names that are not durable yet, oldest first; each change is atomic.
    renamed: Vec<Vec<(String, Option<u64>)>>,
    /// How many names, now, after a power cut or on their way, an inode has.
    uses: BTreeMap<u64, usize>,
    folders: BTreeSet<String>,
    used_bytes: u64,
    faults: Faults,
    operations: u64,
    next_inode: u64,
    /// Handles of an earlier life are dead.
    life: u64,
}

impl MemoryDisk {
    /// Off and on again. Of what was not synced, `draw` decides for each write whether it is there,
    /// torn at some byte, or not there; and for each change of names whether it happened.
    pub fn power_cut(&self, draw: &mut dyn Entropy) {
        let mut state = self.state();
        state.life += 1;
        state.faults.cut_after = None;
        for change in std::mem::take(&mut state.renamed) {
            if random(draw, 2) == 0 {
                state.make_durable(&change);
            }
        }
        state.names = state.durable_names.clone();
        state.count_names();
        state.inodes.values_mut().for_each(|inode| inode.lose_power(draw));
        state.count_bytes();
    }

    /// The process dies, the system lives on: nothing is lost, but old handles are dead.
    pub fn kill(&self) {
        self.state().life += 1;
    }

    /// An independent copy, as if everything had been synced.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        let copy = Self(Arc::new(Mutex::new(self.state().clone())));
        copy.settle();
        copy
    }

    pub fn set_faults(&self, faults: Faults) {
        self.state().faults = faults;
    }

    /// Operations so far that changed something, for aiming [`Faults::cut_after`].
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// All files.
    pub fn paths(&self) -> Vec<String> {
        self.state().names.keys().cloned().collect()
    }

    /// Bytes of a file; 0 if there is none.
    pub fn len(&self, path: &str) -> usize {
        let state = self.state();
        state.names.get(path).and_then(|inode| state.inodes.get(inode)).map_or(0, Inode::len)
    }

    /// Bytes in all files.
    pub fn used_bytes(&self) -> u64 {
        self.state().used_bytes
    }

    /// Turns one bit of a file around; it stays so over power cuts.
    pub fn flip_bit(&self, path: &str, bit: usize) {
        let mut state = self.state();
        let inode = state.names.get(path).copied();
        if let Some(inode) = inode.and_then(|inode| state.inodes.get_mut(&inode)) {
            inode.flip(bit);
        }
    }

    /// The files that hold `bytes` somewhere.
    pub fn holding(&self, bytes: &[u8]) -> Vec<String> {
        let state = self.state();
        let holds =
            |inode: &u64| state.inodes.get(inode).is_some_and(|inode| inode.contains(bytes));
        state.names.iter().filter(|(_, inode)| holds(inode)).map(|(name, _)| name.clone()).collect()
    }

    /// Makes everything durable.
    pub fn settle(&self) {
        let mut state = self.state();
        state.renamed.clear();
        state.durable_names = state.names.clone();
        state.count_names();
        state.inodes.values_mut().for_each(Inode::sync);
        state.count_bytes();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Before every operation that changes something.
    fn begin_change(&mut self) -> io::Result<()> {
        match &mut self.faults.cut_after {
            Some(0) => return Err(io::Error::other("the power is off")),
            Some(left) => *left -= 1,
            None => (),
        }
        if self.faults.read_only {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        }
        self.operations += 1;
        Ok(())
    }

    fn begin_write(&mut self, growth: u64) -> io::Result<()> {
        self.begin_change()?;
        if self.faults.fail_writes {
            return Err(io::Error::other("input/output error"));
        }
        match &mut self.faults.room_bytes {
            Some(room) if *room < growth => Err(io::ErrorKind::StorageFull.into()),
            Some(room) => {
                *room -= growth;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn change_names(&mut self, change: Vec<(String, Option<u64>)>) {
        for (_, inode) in &change {
            self.used(*inode);
        }
        for (name, inode) in &change {
            self.used(*inode);
            let before = rename(&mut self.names, name, *inode);
            self.unused(before);
        }
        self.renamed.push(change);
    }

    /// A change of names that was on its way has happened.
    fn make_durable(&mut self, change: &[(String, Option<u64>)]) {
        for (name, inode) in change {
            self.used(*inode);
            let before = rename(&mut self.durable_names, name, *inode);
            self.unused(before);
        }
        for (_, inode) in change {
            self.unused(*inode);
        }
    }

    fn used(&mut self, inode: Option<u64>) {
        if let Some(inode) = inode {
            *self.uses.entry(inode).or_default() += 1;
        }
    }

    /// What has no name left is gone.
    fn unused(&mut self, inode: Option<u64>) {
        let Some(inode) = inode else { return };
        let uses = self.uses.entry(inode).or_default();
        *uses = uses.saturating_sub(1);
        if *uses == 0 {
            self.uses.remove(&inode);
            let gone = self.inodes.remove(&inode);
            self.used_bytes -= gone.map_or(0, |inode| inode.len() as u64);
        }
    }

    /// Counts anew, when nothing is on its way.
    fn count_names(&mut self) {
        self.uses.clear();
        for inode in self.names.values().chain(self.durable_names.values()) {
            *self.uses.entry(*inode).or_default() += 1;
        }
        let Self { inodes, uses, .. } = self;
        inodes.retain(|inode, _| uses.contains_key(inode));
    }

    fn count_bytes(&mut self) {
        self.used_bytes = self.inodes.values().map(|inode| inode.len() as u64).sum();
    }
}

impl Disk for MemoryDisk {
    fn open(&self, path: &str, access: Access) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state();
        let inode = match (state.names.get(path), access) {
            (Some(inode), _) => *inode,
            (None, Access::Create) => {
                state.begin_write(0)?;
                let inode = state.next_inode;
                state.next_inode += 1;
                state.inodes.insert(inode, Inode::default());
                state.change_names(vec![(path.to_owned(), Some(inode))]);
                inode
            }
            (None, _) => return Err(io::ErrorKind::NotFound.into()),
        };
        Ok(Box::new(Handle { disk: self.clone(), inode, life: state.life }))
    }

    fn make_dir(&self, path: &str) -> io::Result<()> {
        self.state().folders.insert(path.to_owned());
        Ok(())
    }

    fn sync_dir(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        state.begin_change()?;
        if state.faults.fail_syncs {
            return Err(io::Error::other("input/output error"));
        }
        let here = |change: &Vec<(String, Option<u64>)>| {
            change.iter().any(|(name, _)| folder(name) == path)
        };
        let (synced, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut state.renamed).into_iter().partition(here);
        state.renamed = rest;
        for change in &synced {
            state.make_durable(change);
        }
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state();
        state.begin_change()?;
        let inode = *state.names.get(from).ok_or(io::ErrorKind::NotFound)?;
        state.change_names(vec![(from.to_owned(), None), (to.to_owned(), Some(inode))]);
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        state.begin_change()?;
        if !state.names.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.change_names(vec![(path.to_owned(), None)]);
        Ok(())
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let state = self.state();
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let from = state.names.range(prefix.clone()..).map(|(name, _)| name);
        let below = from.map_while(|name| name.strip_prefix(&prefix));
        let names: BTreeSet<String> = below
            .map(|rest| match rest.split_once('/') {
                Some((folder, _)) => format!("{folder}/"),
                None => rest.to_owned(),
            })
            .collect();
        Ok(names.into_iter().collect())
    }

    fn free_bytes(&self) -> io::Result<u64> {
        Ok(self.state().faults.room_bytes.unwrap_or(u64::MAX))
    }
}

/// Gives a name to an inode, or takes it away; gives the inode that had it.
fn rename(names: &mut BTreeMap<String, u64>, name: &str, inode: Option<u64>) -> Option<u64> {
    match inode {
        Some(inode) => names.insert(name.to_owned(), inode),
        None => names.remove(name),
    }
}

/// A number below `bound`.
fn random(draw: &mut dyn Entropy, bound: usize) -> usize {
    let mut bytes = [0; 8];
    draw.fill(&mut bytes);
    let bound = bound.max(1) as u64;
    usize::try_from(u64::from_le_bytes(bytes) % bound).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::disk;

    #[test]
    fn what_was_synced_survives_and_a_rename_is_atomic() {
        for seed in 0..100u8 {
            let mut state = u64::from(seed);
            let mut draw = move |bytes: &mut [u8]| {
                for byte in bytes {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    *byte = state.to_be_bytes()[0];
                }
            };
            let disk = MemoryDisk::default();
            disk::replace(&disk, "a/file", b"old").unwrap();
            let file = disk.open("a/file.new", Access::Create).unwrap();
            file.write_at(0, b"newer").unwrap();
            file.sync_data().unwrap();
            disk.rename("a/file.new", "a/file").unwrap();
            disk.power_cut(&mut draw);
            let found = disk::read(&disk, "a/file").unwrap().unwrap();
            assert!(found == b"old" || found == b"newer", "{found:?}");
            let named: usize = disk.paths().iter().map(|path| disk.len(path)).sum();
            assert_eq!(disk.used_bytes(), named as u64);
            assert!(file.sync_data().is_err(), "the handle of a dead process");
        }
    }
}
