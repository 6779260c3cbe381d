//! Keys that can be erased: one for each case, sealed by the office's key.
//!
//! ```text
//! passphrase ─argon2id┐
//! key file ───────────┴→ keys/office: the office key ─┬→ keys/slots: case keys, sealed one by one
//!                                                    ├→ local records, office views
//!                                                    └→ blob keys, in the blob files
//! ```
//! Slots are made ahead of need in durable batches, so a new case costs no sync of its own. Erasing
//! a case overwrites its slot in place; every copy of its content is unreadable from then on.

mod bindings;
mod office;
mod seal;
mod slots;
mod unlock;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::disk::Disk;
use super::entropy::Entropy;

pub(super) use bindings::{Binding, Bindings, key as binding_key};
pub(super) use seal::{NONCE_BYTES, Purpose, SealKey, TAG_BYTES};
pub use unlock::{KeyError, Unlock, create_key_file, read_key_file};

use slots::Slots;

pub(super) const FOLDER: &str = "keys";
pub(super) const FILES: [&str; 4] = [office::FILE, office::COPY, slots::FILE, slots::COPY];
/// Case keys kept open; each takes 32 bytes for each purpose.
const OPEN_KEYS_MAX: usize = 16_384;

type OfficeKey = Zeroizing<[u8; 32]>;

/// All keys of a node, until it is locked.
pub(super) struct Keyring(Mutex<State>);

struct State {
    office: Option<Office>,
    slots: Slots,
    open: BTreeMap<(u32, Purpose), SealKey>,
}

struct Office {
    secret: OfficeKey,
    /// Seals the slots.
    slots: SealKey,
}

/// What a slot holds.
pub(super) enum Slot {
    Key(SealKey),
    /// It was overwritten.
    Erased,
    /// Neither a key of this office nor overwritten, in both copies.
    Damaged,
}

impl Keyring {
    /// Whether `disk` has one.
    pub(super) fn exists(disk: &dyn Disk) -> Result<bool, KeyError> {
        office::exists(disk)
    }

    /// Makes a keyring with the first batch of slots.
    pub(super) fn create(
        disk: &dyn Disk,
        unlock: &Unlock,
        argon2: (u32, u32),
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeyError> {
        Slots::create(disk)?;
        office::create(disk, unlock, argon2, entropy)
    }

    pub(super) fn open(disk: &dyn Disk, unlock: &Unlock) -> Result<Self, KeyError> {
        let secret = office::open(disk, unlock)?;
        let office = Office { slots: SealKey::derive(&secret, Purpose::Slot), secret };
        let slots = Slots::open(disk)?;
        Ok(Self(Mutex::new(State { office: Some(office), slots, open: BTreeMap::new() })))
    }

    /// Number of slots that can be used without a sync.
    pub(super) fn made(&self) -> u32 {
        self.state().slots.made()
    }

    /// Makes slots up to number `upto` and waits for the disk.
    pub(super) fn make(&self, upto: u32, entropy: &mut dyn Entropy) -> Result<(), KeyError> {
        let state = &mut *self.state();
        let office = state.office.as_ref().ok_or(KeyError::Locked)?;
        state.slots.make(upto, &office.slots, entropy)
    }

    /// The key in `slot` for one purpose.
    pub(super) fn case_key(&self, slot: u32, purpose: Purpose) -> Result<Slot, KeyError> {
        let mut state = self.state();
        if let Some(key) = state.open.get(&(slot, purpose)) {
            return Ok(Slot::Key(key.clone()));
        }
        let office = state.office.as_ref().ok_or(KeyError::Locked)?;
        let secret = match state.slots.read(slot, &office.slots)? {
            slots::Read::Key(secret) => secret,
            slots::Read::Erased => return Ok(Slot::Erased),
            slots::Read::Damaged => return Ok(Slot::Damaged),
        };
        if state.open.len() >= OPEN_KEYS_MAX {
            state.open.clear();
        }
        let key = SealKey::derive(&secret, purpose);
        state.open.insert((slot, purpose), key.clone());
        Ok(Slot::Key(key))
    }

    /// The office's own key for one purpose.
    pub(super) fn office_key(&self, purpose: Purpose) -> Result<SealKey, KeyError> {
        let state = self.state();
        let office = state.office.as_ref().ok_or(KeyError::Locked)?;
        Ok(SealKey::derive(&office.secret, purpose))
    }

    /// Overwrites a slot and waits for the disk.
    pub(super) fn destroy(&self, slot: u32) -> Result<(), KeyError> {
        let mut state = self.state();
        state.open.retain(|(open, _), _| *open != slot);
        state.slots.destroy(slot)
    }

    /// The slots that are damaged in one of the two copies, with the copy's name.
    pub(super) fn check(&self) -> Result<Vec<(u32, &'static str)>, KeyError> {
        let state = self.state();
        let office = state.office.as_ref().ok_or(KeyError::Locked)?;
        state.slots.check(&office.slots)
    }

    pub(super) fn lock(&self) {
        let mut state = self.state();
        state.office = None;
        state.open.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
