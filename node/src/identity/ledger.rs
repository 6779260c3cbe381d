//! The invitations that an office has given out: one for each child, on disk before it is answered.

use std::path::{Path, PathBuf};

use daiban_sync::id::{Millis, NodeKey, OfficeCode};
use serde::{Deserialize, Serialize};

use super::enrol::Refusal;
use super::save::{SaveError, make_folder, write_file};

const FILE: &str = "invitations.json";
const WRONG_TRIES_MAX: u8 = 5;

/// One invitation as the parent keeps it: without the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvitationRecord {
    pub office: OfficeCode,
    pub made: Millis,
    pub expires: Millis,
    pub wrong_tries: u8,
    /// Whoever gave it out has taken it back.
    #[serde(default)]
    pub taken_back: bool,
    /// The node key (hex) that joined with it.
    pub used_by: Option<String>,
    /// Of the secret; 128 random bits need no slow hash.
    hash: String,
}

/// What an invitation is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InvitationState {
    /// Somebody may join with it.
    Open,
    /// Somebody has.
    Used,
    /// Too many wrong secrets, or taken back.
    Closed,
    /// Too late.
    Expired,
}

impl InvitationRecord {
    pub(super) fn new(
        office: OfficeCode,
        secret: &[u8; 16],
        made: Millis,
        expires: Millis,
    ) -> Self {
        let hash = hash_of(secret).to_hex().to_string();
        Self { office, made, expires, wrong_tries: 0, taken_back: false, used_by: None, hash }
    }

    /// How it stands at `now`.
    pub fn state(&self, now: Millis) -> InvitationState {
        if self.used_by.is_some() {
            InvitationState::Used
        } else if self.taken_back || self.wrong_tries >= WRONG_TRIES_MAX {
            InvitationState::Closed
        } else if now >= self.expires {
            InvitationState::Expired
        } else {
            InvitationState::Open
        }
    }

    /// Compares in constant time.
    fn has_secret(&self, secret: &[u8; 16]) -> bool {
        blake3::Hash::from_hex(&self.hash).is_ok_and(|hash| hash == hash_of(secret))
    }
}

fn hash_of(secret: &[u8; 16]) -> blake3::Hash {
    blake3::Hash::from_bytes(blake3::derive_key("daiban 2026 invitation secret", secret))
}

pub(super) struct Ledger {
    path: PathBuf,
    records: Vec<InvitationRecord>,
}

impl Ledger {
    pub(super) fn open(data: &Path) -> Result<Self, SaveError> {
        let path = make_folder(data)?.join(FILE);
        let records = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| SaveError::Malformed {
                path: path.clone(),
                why: error.to_string(),
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(SaveError::Io { path, source }),
        };
        Ok(Self { path, records })
    }

    pub(super) fn records(&self) -> &[InvitationRecord] {
        &self.records
    }

    /// A new invitation takes the place of the office's earlier one.
    pub(super) fn put(&mut self, record: InvitationRecord) -> Result<(), SaveError> {
        let mut records = self.records.clone();
        records.retain(|old| old.office != record.office);
        records.push(record);
        self.replace(records)
    }

    /// Ends the invitation of `office` unless somebody has used it; `false` if none is open.
    pub(super) fn take_back(&mut self, office: OfficeCode, now: Millis) -> Result<bool, SaveError> {
        let mut records = self.records.clone();
        let is_open = |record: &&mut InvitationRecord| {
            record.office == office && record.state(now) == InvitationState::Open
        };
        let Some(record) = records.iter_mut().find(is_open) else { return Ok(false) };
        record.taken_back = true;
        self.replace(records)?;
        Ok(true)
    }

    /// Uses the invitation of `office` for `key`. The same key may ask again while the invitation
    /// lasts, for an answer can get lost.
    pub(super) fn redeem(
        &mut self,
        office: OfficeCode,
        secret: &[u8; 16],
        key: NodeKey,
        now: Millis,
    ) -> Result<(), Refusal> {
        let mut records = self.records.clone();
        let record = records
            .iter_mut()
            .find(|record| record.office == office)
            .ok_or(Refusal::NotInvited { office })?;
        match record.state(now) {
            InvitationState::Closed => return Err(Refusal::Closed { office }),
            InvitationState::Used if record.used_by != Some(key.to_string()) => {
                return Err(Refusal::Used { office });
            }
            _ if now >= record.expires => {
                return Err(Refusal::Expired { office, expired: record.expires, now });
            }
            _ => {}
        }
        let answer = if record.has_secret(secret) {
            record.used_by = Some(key.to_string());
            Ok(())
        } else {
            record.wrong_tries = record.wrong_tries.saturating_add(1);
            let tries_left = WRONG_TRIES_MAX.saturating_sub(record.wrong_tries);
            Err(Refusal::WrongSecret { office, tries_left })
        };
        self.replace(records).map_err(|error| Refusal::OwnFault { why: error.to_string() })?;
        answer
    }

    fn replace(&mut self, records: Vec<InvitationRecord>) -> Result<(), SaveError> {
        let text = serde_json::to_vec_pretty(&records).map_err(|error| SaveError::Malformed {
            path: self.path.clone(),
            why: error.to_string(),
        })?;
        write_file(&self.path, &text)?;
        self.records = records;
        Ok(())
    }
}
