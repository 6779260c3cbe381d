//! The file of accounts: `accounts.json`, version 1.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::session::{Session, TokenHash};
use super::{Account, AccountError, Accounts};
use crate::owned_file;

const FILE: &str = "accounts.json";
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: u32,
    accounts: Vec<Account>,
    sessions: BTreeMap<TokenHash, Session>,
}

impl Accounts {
    /// Reads the accounts of a data directory; none if nobody has made any.
    ///
    /// # Errors
    /// [`AccountError`]: the disk, or a file that is not ours.
    pub fn open(data: &Path) -> Result<Self, AccountError> {
        let path = data.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self { path, accounts: BTreeMap::new(), sessions: BTreeMap::new() });
            }
            Err(source) => return Err(AccountError::Io { path, source }),
        };
        let malformed = |why: String| AccountError::Malformed { path: path.clone(), why };
        let stored: Stored =
            serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
        if stored.format != FORMAT {
            return Err(malformed(format!("expected format {FORMAT}, got {}", stored.format)));
        }
        let accounts = stored.accounts.into_iter().map(|account| (account.id.clone(), account));
        Ok(Self { accounts: accounts.collect(), sessions: stored.sessions, path })
    }

    pub(super) fn save(&self) -> Result<(), AccountError> {
        let stored = Stored {
            format: FORMAT,
            accounts: self.accounts.values().cloned().collect(),
            sessions: self.sessions.clone(),
        };
        let bytes = serde_json::to_vec_pretty(&stored).expect("plain data becomes JSON");
        owned_file::replace(&self.path, &bytes)
            .map_err(|source| AccountError::Io { path: self.path.clone(), source })
    }
}
