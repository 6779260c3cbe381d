//! Accounts of the people of an office, and where they are signed in.
//!
//! They belong to this office alone and never travel: one file beside the journal, replaced as a
//! whole. What a person does is signed by the node; the account says who sat before it.

mod error;
mod file;
mod password;
mod places;
mod session;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use daiban_domain::act::OfficerRef;
use daiban_domain::organ::OrganCode;
use daiban_domain::words::{self, Said};
use daiban_sync::id::Millis;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use error::{AccountError, SignInError};
pub use places::Place;
pub use session::{Token, Visit};

use password::Password;
use session::{Session, TokenHash};

/// Failed tries before an account is locked for a while.
pub const TRIES_MAX: u32 = 5;
/// The first wait after too many tries; each further failure doubles it.
const LOCK_MS_MIN: u64 = 30_000;
const LOCK_MS_MAX: u64 = 3_600_000;
/// Characters of a password at least (GB/T 22239 asks for complexity, length serves it best).
pub const PASSWORD_CHARS_MIN: usize = 8;

/// What somebody may do at the pages.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 代办员: enters cases and speaks with applicants.
    Agent,
    /// 审批人员: decides for an organ.
    Officer,
    /// 运维: sees the offices below and their links.
    Operator,
    /// 监察: reads everything, changes nothing.
    Auditor,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Agent, Self::Officer, Self::Operator, Self::Auditor];

    /// As it is typed and stored.
    pub fn key(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Officer => "officer",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }

    /// 中文 and English word.
    pub fn words(self) -> Said {
        match self {
            Self::Agent => words::role_agent(),
            Self::Officer => words::role_officer(),
            Self::Operator => words::role_operator(),
            Self::Auditor => words::role_auditor(),
        }
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.key() == text);
        found.ok_or_else(|| format!("expected agent, officer, operator or auditor, got {text:?}"))
    }
}

/// A person of the office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What is typed to sign in; acts carry it.
    pub id: String,
    pub name: String,
    pub roles: Vec<Role>,
    /// The organ for which an officer acts.
    pub organ: Option<OrganCode>,
    #[serde(default)]
    pub disabled: bool,
    password: Password,
    #[serde(default)]
    failures: u32,
    #[serde(default)]
    locked_until: Millis,
}

impl Account {
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    pub fn has_one_of(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// What the roles are called.
    pub fn role_words(&self) -> Said {
        let own: Vec<_> = self.roles.iter().map(|role| role.words()).collect();
        Said::joined(&own, ["、", ", "])
    }

    /// How acts name the person.
    pub fn officer(&self) -> OfficerRef {
        OfficerRef { name: self.name.clone(), id: self.id.clone() }
    }
}

/// What a new account is made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewAccount {
    pub id: String,
    pub name: String,
    pub roles: Vec<Role>,
    #[serde(default)]
    pub organ: Option<OrganCode>,
    pub password: String,
}

/// All accounts of the office, with the places where somebody is signed in.
pub struct Accounts {
    path: PathBuf,
    accounts: BTreeMap<String, Account>,
    sessions: BTreeMap<TokenHash, Session>,
}

impl Accounts {
    /// Every account, by its id.
    pub fn list(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// Makes an account.
    ///
    /// # Errors
    /// [`AccountError`]: the id is taken or unfit, an officer without organ, a weak password, the
    /// disk.
    pub fn add(&mut self, new: NewAccount) -> Result<(), AccountError> {
        let NewAccount { id, name, roles, organ, password } = new;
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if id.is_empty() || id.len() > 32 || !id.chars().all(fits) {
            return Err(AccountError::Id { found: id });
        }
        if self.accounts.contains_key(&id) {
            return Err(AccountError::Taken { id });
        }
        if name.trim().is_empty() || roles.is_empty() {
            return Err(AccountError::Nameless { id });
        }
        if roles.contains(&Role::Officer) && organ.is_none() {
            return Err(AccountError::WithoutOrgan { id });
        }
        let password = Password::new(&password)?;
        let (disabled, failures, locked_until) = (false, 0, Millis::default());
        let account =
            Account { id, name, roles, organ, disabled, password, failures, locked_until };
        self.change(|accounts| _ = accounts.insert(account.id.clone(), account))
    }

    /// Gives a new password and ends every session of the account.
    ///
    /// # Errors
    /// [`AccountError`].
    pub fn reset_password(&mut self, id: &str, password: &str) -> Result<(), AccountError> {
        self.known(id)?;
        let password = Password::new(password)?;
        self.sessions.retain(|_, session| session.account != id);
        self.change(|accounts| {
            if let Some(account) = accounts.get_mut(id) {
                (account.password, account.failures) = (password, 0);
                account.locked_until = Millis::default();
            }
        })
    }

    /// Lets somebody in no more (or again), and ends every session of the account.
    ///
    /// # Errors
    /// [`AccountError`].
    pub fn set_disabled(&mut self, id: &str, disabled: bool) -> Result<(), AccountError> {
        self.known(id)?;
        self.sessions.retain(|_, session| session.account != id);
        self.change(|accounts| {
            if let Some(account) = accounts.get_mut(id) {
                account.disabled = disabled;
            }
        })
    }

    /// Looks at a password. It takes as long for an account that is not there.
    ///
    /// # Errors
    /// [`SignInError`]; after [`TRIES_MAX`] failures the account waits longer with each.
    pub fn sign_in(
        &mut self,
        now: Millis,
        id: &str,
        password: &str,
        token: Token,
    ) -> Result<Token, SignInError> {
        let Some(account) = self.accounts.get_mut(id) else {
            Password::waste_time(password);
            return Err(SignInError::Wrong);
        };
        if now < account.locked_until {
            return Err(SignInError::Locked { for_ms: account.locked_until.since(now) });
        }
        let is_right = account.password.is(password);
        if !is_right || account.disabled {
            account.failures += 1;
            let beyond = account.failures.saturating_sub(TRIES_MAX);
            if account.failures >= TRIES_MAX {
                let wait_ms = LOCK_MS_MIN.saturating_mul(1 << beyond.min(16)).min(LOCK_MS_MAX);
                account.locked_until = now.plus(wait_ms);
            }
            self.save()?;
            return Err(SignInError::Wrong);
        }
        account.failures = 0;
        self.sessions.insert(token.hash(), Session::new(id, now));
        self.save()?;
        Ok(token)
    }

    fn known(&self, id: &str) -> Result<(), AccountError> {
        match self.accounts.contains_key(id) {
            true => Ok(()),
            false => Err(AccountError::Unknown { id: id.to_owned() }),
        }
    }

    /// On the disk, or not at all.
    fn change(
        &mut self,
        change: impl FnOnce(&mut BTreeMap<String, Account>),
    ) -> Result<(), AccountError> {
        let before = self.accounts.clone();
        change(&mut self.accounts);
        self.save().inspect_err(|_| self.accounts = before)
    }
}

#[cfg(test)]
mod tests;
