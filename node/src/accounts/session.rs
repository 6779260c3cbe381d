//! Who is signed in at a browser, and for how long.

use daiban_sync::id::Millis;
use serde::{Deserialize, Serialize};

use super::{Account, AccountError, Accounts, SignInError};
use crate::store::os_entropy;

/// Without a click for so long the password is asked for again: the PC is shared.
pub(super) const IDLE_MS: u64 = 15 * 60_000;
/// A working day, at most.
pub(super) const SESSION_MS: u64 = 12 * 3_600_000;
/// How far the time of the last click may lag on the disk.
const SEEN_EVERY_MS: u64 = 60_000;

/// What a browser shows to be known again. The node keeps only its hash.
#[derive(Clone)]
pub struct Token([u8; 32]);

/// `BLAKE3` of a token.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct TokenHash(String);

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    pub(super) account: String,
    pub(super) since: Millis,
    pub(super) seen: Millis,
}

/// A signed-in person at a page.
#[derive(Clone, Debug)]
pub struct Visit {
    pub account: Account,
    /// Nothing was clicked for long: only the password opens the pages again.
    pub is_locked: bool,
}

impl Token {
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        os_entropy(&mut bytes);
        Self(bytes)
    }

    /// Reads what [`Token::text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        hex::decode(text).ok()?.try_into().ok().map(Self)
    }

    pub fn text(&self) -> String {
        hex::encode(self.0)
    }

    /// What every form of this browser carries, so that no other site can send one.
    pub fn form_key(&self) -> String {
        blake3::Hasher::new_derive_key("daiban 2026 form key")
            .update(&self.0)
            .finalize()
            .to_string()
    }

    pub(super) fn hash(&self) -> TokenHash {
        TokenHash(blake3::hash(&self.0).to_string())
    }
}

impl Session {
    pub(super) fn new(account: &str, now: Millis) -> Self {
        Self { account: account.to_owned(), since: now, seen: now }
    }
}

impl Accounts {
    /// Who is at this browser; a click of theirs counts as a sign of life.
    pub fn visit(&mut self, now: Millis, token: &Token, clicked: bool) -> Option<Visit> {
        let hash = token.hash();
        let session = self.sessions.get_mut(&hash)?;
        let account = self.accounts.get(&session.account).filter(|account| !account.disabled);
        let (Some(account), true) = (account, now.since(session.since) < SESSION_MS) else {
            self.sessions.remove(&hash);
            return None;
        };
        let visit =
            Visit { account: account.clone(), is_locked: now.since(session.seen) >= IDLE_MS };
        if clicked && !visit.is_locked && now.since(session.seen) >= SEEN_EVERY_MS {
            session.seen = now;
            if let Err(error) = self.save() {
                tracing::warn!(%error, "the time of the last click is not kept");
            }
        }
        Some(visit)
    }

    /// The password again after the lock, at the same page.
    ///
    /// # Errors
    /// [`SignInError`].
    pub fn unlock(
        &mut self,
        now: Millis,
        token: &Token,
        password: &str,
    ) -> Result<(), SignInError> {
        let session = self.sessions.get(&token.hash()).ok_or(SignInError::Wrong)?;
        let account = session.account.clone();
        self.sign_in(now, &account, password, token.clone()).map(|_| ())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`AccountError`]: the disk; the session has ended all the same.
    pub fn sign_out(&mut self, token: &Token) -> Result<(), AccountError> {
        self.sessions.remove(&token.hash());
        self.save()
    }
}
