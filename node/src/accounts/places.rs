//! Where somebody is signed in, and leaving all other places at once.

use daiban_sync::id::Millis;

use super::session::SESSION_MS;
use super::{AccountError, Accounts, Token};

/// A browser at which an account is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub since: Millis,
    /// The last click, to the minute.
    pub seen: Millis,
    /// The browser that asks.
    pub is_this: bool,
}

impl Accounts {
    /// Every browser at which whoever is at this one is signed in, the latest first.
    pub fn places(&self, now: Millis, token: &Token) -> Vec<Place> {
        let this = token.hash();
        let Some(here) = self.sessions.get(&this) else { return Vec::new() };
        let own = self.sessions.iter().filter(|(_, session)| {
            session.account == here.account && now.since(session.since) < SESSION_MS
        });
        let place = own.map(|(hash, session)| Place {
            since: session.since,
            seen: session.seen,
            is_this: *hash == this,
        });
        let mut places: Vec<_> = place.collect();
        places.sort_by_key(|place| std::cmp::Reverse(place.since));
        places
    }

    /// Signs whoever is at this browser out at all others.
    ///
    /// # Errors
    /// [`AccountError`]: the disk; the sessions have ended all the same.
    pub fn leave_other_places(&mut self, token: &Token) -> Result<(), AccountError> {
        let this = token.hash();
        let Some(account) = self.sessions.get(&this).map(|here| here.account.clone()) else {
            return Ok(());
        };
        self.sessions.retain(|hash, session| session.account != account || *hash == this);
        self.save()
    }
}
