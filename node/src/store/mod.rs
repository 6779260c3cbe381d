//! What a node keeps: the journal (the truth), the database (views and indexes, made from it), the
//! keys that make both readable, and the blobs.
//!
//! ```text
//! Committer::append → journal ─sync→ "saved" → Store::note_durable → tips, receipts, index
//!                                            → Store::unapplied → replica → Store::apply_views
//! ```
//!
//! **Invariants.** Everything blocks; nothing here knows the time or draws randomness of its own.
//! Nothing is readable through the [`Store`] before it is durable. Payloads and keys are never in
//! an error, a log line or a `Debug`.

mod backup;
mod blob_file;
mod blobs;
mod body;
mod committer;
mod damage;
pub mod disk;
mod entropy;
mod error;
pub mod faulty;
mod index;
pub mod journal;
pub mod keyring;
pub mod kv;
mod open;
mod reads;
mod record;
mod replay;
mod sealed_run;
mod space;
#[allow(clippy::module_inception, reason = "the type that the module is named after")]
mod store;
mod unapplied;
mod verify;
mod views;

pub use backup::{BackupError, BackupReport, backup, restore};
pub use blobs::{BlobError, Blobs};
pub use committer::{Appended, Committer, Mark};
pub use damage::{Cause, DamagedRange};
pub use entropy::{Entropy, os_entropy};
pub use error::{CommitError, IndexError, OpenError, ReadError, ViewError};
pub use journal::Position;
pub use keyring::Unlock;
pub use open::{OpenReport, Options, Progress, case_of};
pub use reads::Entries;
pub use record::{Durable, Evidence, Record, Subject, SubjectOf};
pub use space::{Space, SpaceError, SpaceKeeper, Thresholds};
pub use store::Store;
pub use verify::{Damage, VerifyReport};
pub use views::{ViewBatch, ViewScan};
