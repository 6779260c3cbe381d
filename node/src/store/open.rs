//! Opening: which of the journal and the database is to be believed, and making them agree.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use daiban_sync::entry::{Entry, Kind};
use daiban_sync::head::Receipt;
use daiban_sync::id::Incarnation;
use daiban_sync::run::Tip;

use super::backup::RESTORED_FILE;
use super::committer::Committer;
use super::damage::DamagedRange;
use super::disk::{self, Access, Disk};
use super::entropy::Entropy;
use super::error::OpenError;
use super::index;
use super::journal::{self, Checkpoint, Position, Reader, Writer};
use super::keyring::{self, Bindings, Keyring, Unlock};
use super::kv::{Kv, KvError, KvOpener};
use super::record::{Evidence, Record, Subject, SubjectOf};
use super::replay::{self, Replay};
use super::store::{Memory, Store};

/// How far opening has come: bytes of the journal read, of how many.
pub type Progress<'a> = dyn FnMut(u64, u64) + 'a;

/// What does not change while a store is open.
#[derive(Clone, Copy)]
pub struct Options {
    pub subject_of: SubjectOf,
    /// A segment is closed when it is longer.
    pub segment_bytes: u32,
    /// Keys that are made at once, ahead of need.
    pub key_batch: u32,
    /// Memory (KiB) and passes of argon2id for a new passphrase.
    pub argon2: (u32, u32),
    /// Make the database anew even if it looks right.
    pub rebuild: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            subject_of: case_of,
            segment_bytes: 8 << 20,
            key_batch: 1_024,
            argon2: (64 * 1024, 3),
            rebuild: false,
        }
    }
}

/// The case of a form change or an act: the first 16 bytes of its payload.
pub fn case_of(entry: &Entry) -> Option<Subject> {
    match entry.kind {
        Kind::FormChange | Kind::Act => entry.payload.bytes()?.first_chunk().copied(),
        Kind::Genesis | Kind::Notice => None,
    }
}

/// What opening found and did.
#[derive(Debug, Default)]
pub struct OpenReport {
    /// The store did not exist.
    pub created: bool,
    /// Records that were read again because the database did not have them.
    pub replayed: u64,
    /// Why the database was set aside and made anew.
    pub rebuilt: Option<String>,
    /// Where an unfinished write was cut off, and how many bytes.
    pub cut: Option<(Position, u64)>,
    /// Records that were durable and are gone from the journal.
    pub missing_records: u64,
    /// Damaged records met while reading.
    pub damaged_records: Vec<Position>,
    /// What has to be fetched again.
    pub damaged: Vec<DamagedRange>,
    /// Why this node writes under a new incarnation: what it wrote before may not all be here.
    pub new_incarnation: Option<&'static str>,
}

impl Store {
    /// Opens or makes the store on `disk`.
    ///
    /// # Errors
    /// [`OpenError`]; nothing that was saved is lost by it.
    pub fn open(
        disk: Arc<dyn Disk>,
        kv: &mut dyn KvOpener,
        unlock: &Unlock,
        options: Options,
        mut entropy: Box<dyn Entropy>,
        progress: &mut Progress<'_>,
    ) -> Result<(Self, Committer, OpenReport), OpenError> {
        let mut report = OpenReport::default();
        let keyring = open_keyring(&disk, unlock, options, entropy.as_mut(), &mut report)?;
        let (mut store, known) = open_database(&disk, kv, keyring, options, &mut report)?;
        settle_tail(disk.as_ref())?;
        let end = Replay::run(&mut store, &mut report, progress, known)?;
        if !report.damaged_records.is_empty() {
            store.bindings.skip_to(store.keyring.made());
        }
        let writer = Writer::open(disk, end, options.segment_bytes).map_err(io_error("journal"))?;
        let mut committer = Committer {
            writer,
            keyring: store.keyring.clone(),
            bindings: store.bindings.clone(),
            subject_of: options.subject_of,
            key_batch: options.key_batch,
            entropy,
            latched: None,
        };
        store.renew_incarnation(&mut committer, &mut report)?;
        report.damaged = store.damaged_ranges();
        Ok((store, committer, report))
    }

    /// What the database says, believed if the journal says the same.
    fn load(disk: Arc<dyn Disk>, keyring: Arc<Keyring>, kv: Arc<dyn Kv>) -> Result<Self, KvError> {
        let mark: Option<(Checkpoint, u32)> = index::get(kv.as_ref(), index::MARK)?;
        let (mark, next_slot) = mark.unwrap_or((Checkpoint::START, 0));
        let memory = Memory {
            tips: index::by_log::<Tip>(kv.as_ref(), index::TIPS)?.into_iter().collect(),
            receipts: index::by_log::<Receipt>(kv.as_ref(), index::RECEIPTS)?
                .into_iter()
                .map(|(log, receipt)| ((log, receipt.office), receipt))
                .collect(),
            evidence: index::by_log::<Evidence>(kv.as_ref(), index::EVIDENCE)?
                .into_iter()
                .collect(),
            incarnation: index::get::<Incarnation>(kv.as_ref(), index::INCARNATION)?,
            mark,
            indexed: mark,
            applied: index::get(kv.as_ref(), index::APPLIED)?.unwrap_or(Position::START),
            flushed_records: mark.records,
        };
        let damaged: BTreeMap<_, _> = index::by_log::<DamagedRange>(kv.as_ref(), index::DAMAGE)?
            .into_iter()
            .map(|(log, range)| ((log, range.from), range))
            .collect();
        let bindings = Arc::new(Bindings::new(kv.clone(), next_slot));
        let reader = Reader::new(disk.clone());
        Ok(Self { disk, reader, kv, keyring, bindings, memory, damaged: Mutex::new(damaged) })
    }

    fn renew_incarnation(
        &mut self,
        committer: &mut Committer,
        report: &mut OpenReport,
    ) -> Result<(), OpenError> {
        let restored =
            disk::read(self.disk.as_ref(), RESTORED_FILE).map_err(io_error(RESTORED_FILE))?;
        report.new_incarnation = if restored.is_some() {
            Some("the store was restored from a backup")
        } else if report.missing_records > 0 || !report.damaged_records.is_empty() {
            Some("records are missing or damaged")
        } else if self.memory.incarnation.is_none() {
            Some("the store is new")
        } else {
            return Ok(());
        };
        let incarnation = Self::draw_incarnation(committer.entropy.as_mut());
        let appended = committer.append(&[Record::Incarnation(incarnation)])?;
        committer.sync()?;
        self.note_durable(vec![appended]).map_err(OpenError::Index)?;
        if restored.is_some() {
            let removed = self.disk.remove(RESTORED_FILE).and_then(|()| self.disk.sync_dir(""));
            removed.map_err(io_error(RESTORED_FILE))?;
        }
        Ok(())
    }
}

fn open_keyring(
    disk: &Arc<dyn Disk>,
    unlock: &Unlock,
    options: Options,
    entropy: &mut dyn Entropy,
    report: &mut OpenReport,
) -> Result<Arc<Keyring>, OpenError> {
    for folder in [journal::FOLDER, keyring::FOLDER, super::blobs::FOLDER] {
        disk.make_dir(folder).map_err(io_error(folder))?;
    }
    disk.sync_dir("").map_err(io_error("data directory"))?;
    if !Keyring::exists(disk.as_ref())? {
        if !journal::segments(disk.as_ref()).map_err(io_error(journal::FOLDER))?.is_empty() {
            return Err(OpenError::KeyringMissing);
        }
        Keyring::create(disk.as_ref(), unlock, options.argon2, entropy)?;
        report.created = true;
    }
    Ok(Arc::new(Keyring::open(disk.as_ref(), unlock)?))
}

fn open_database(
    disk: &Arc<dyn Disk>,
    opener: &mut dyn KvOpener,
    keyring: Arc<Keyring>,
    options: Options,
    report: &mut OpenReport,
) -> Result<(Store, Checkpoint), OpenError> {
    let mut known = Checkpoint::START;
    let load = |kv: Arc<dyn Kv>| Store::load(disk.clone(), keyring.clone(), kv);
    let reason = if options.rebuild {
        "asked for".to_owned()
    } else {
        match opener.open().and_then(load) {
            Err(error) => error.to_string(),
            Ok(store) => match replay::disagreement(&store).map_err(io_error("journal"))? {
                None => return Ok((store, known)),
                Some(reason) => {
                    known = store.memory.mark;
                    reason
                }
            },
        }
    };
    opener.set_aside()?;
    report.rebuilt = Some(reason);
    Ok((load(opener.open()?)?, known))
}

/// Makes durable what a killed process wrote and did not sync, before any row counts it: the power
/// may fail while the store is being opened.
fn settle_tail(disk: &dyn Disk) -> Result<(), OpenError> {
    let segments = journal::segments(disk).map_err(io_error(journal::FOLDER))?;
    let Some(path) = segments.last().map(|last| journal::path(*last)) else { return Ok(()) };
    let file = disk.open(&path, Access::Write).map_err(io_error(&path))?;
    file.sync_data().and_then(|()| disk.sync_dir(journal::FOLDER)).map_err(io_error(&path))
}

pub(super) fn io_error(what: &str) -> impl Fn(io::Error) -> OpenError {
    move |source| OpenError::Io { what: what.to_owned(), source }
}
