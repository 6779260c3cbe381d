//! Certificates are renewed at half of their life, for as long as the node runs.
//!
//! A city renews itself, the others ask the office directly above. Keys stay the same, so links
//! that are up stay up; an expired node, which nobody lets in, still may ask.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use daiban_domain::words;
use daiban_sync::id::Millis;
use tokio::sync::{mpsc, oneshot};

use super::{SharedTransport, clock};
use crate::identity::{ChainError, Desk, Identity, IdentityError, Lifetimes, SaveError, show_time};
use crate::settings::Settings;
use crate::transport::{self, BindError, Clock, RenewError};

/// How often a sound certificate is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(3_600);

/// Why nothing was renewed. The certificates stay as they are, and it is tried again.
#[derive(Debug, thiserror::Error)]
enum RenewalError {
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error(transparent)]
    City(#[from] IdentityError),
    #[error(transparent)]
    Above(#[from] RenewError),
    #[error(transparent)]
    Save(#[from] SaveError),
    #[error(transparent)]
    Use(#[from] BindError),
}

/// Whoever has to use the new certificates.
pub(super) struct Renewal {
    pub(super) data: PathBuf,
    pub(super) identity: Arc<Identity>,
    pub(super) addresses: Vec<String>,
    pub(super) lifetimes: Lifetimes,
    pub(super) desk: Arc<Mutex<Desk>>,
    pub(super) transport: SharedTransport,
    /// Between attempts that fail: the shortest and the longest time.
    pub(super) pauses: [Duration; 2],
    /// Who wants it done at once.
    pub(super) asked: mpsc::Receiver<Asked>,
}

/// Is told until when the new certificates hold, or why there are none.
pub(super) type Asked = oneshot::Sender<Result<Millis, String>>;

/// Lets somebody ask for a renewal now.
#[derive(Clone)]
pub(crate) struct RenewNow(mpsc::Sender<Asked>);

impl RenewNow {
    pub(super) fn channel() -> (Self, mpsc::Receiver<Asked>) {
        let (ask, asked) = mpsc::channel(1);
        (Self(ask), asked)
    }

    /// Until when the new certificates hold.
    ///
    /// # Errors
    /// Why the old ones stay, in a sentence.
    pub(crate) async fn renew(&self) -> Result<Millis, String> {
        let (tell, told) = oneshot::channel();
        let stopping = |_| words::node_stopping().to_string();
        self.0.send(tell).await.map_err(|error| error.to_string())?;
        told.await.unwrap_or_else(|error| Err(stopping(error)))
    }
}

impl Renewal {
    /// Keeps the certificates fresh until the task is aborted.
    pub(super) async fn keep(mut self) {
        let [shortest, longest] = self.pauses;
        let mut pause = shortest;
        loop {
            let wait = match self.renew_if_due().await {
                Ok(()) => {
                    pause = shortest;
                    LOOK_EVERY
                }
                Err(error) => {
                    tracing::warn!(%error, "the certificates could not be renewed yet");
                    let longer = (2 * pause).min(longest);
                    std::mem::replace(&mut pause, longer)
                }
            };
            if let Ok(Some(tell)) = tokio::time::timeout(wait, self.asked.recv()).await {
                let renewed = self.renew().await.map_err(|error| error.to_string());
                // Whoever asked may have gone.
                let _ = tell.send(renewed);
            }
        }
    }

    async fn renew_if_due(&mut self) -> Result<(), RenewalError> {
        match self.identity.needs_renewal(clock::now())? {
            true => self.renew().await.map(drop),
            false => Ok(()),
        }
    }

    /// Gives until when the new certificates hold.
    async fn renew(&mut self) -> Result<Millis, RenewalError> {
        let now = clock::now();
        let clock: Clock = Arc::new(clock::now);
        let renewed = match self.identity.renewed_city(now, &self.lifetimes)? {
            Some(city) => city,
            None => transport::renew(&self.identity, &self.addresses, &clock).await?,
        };
        // After a crash from here on the next start finds the new ones.
        renewed.save(&self.data)?;
        let renewed = Arc::new(renewed);
        if let Some(transport) = held(&self.transport).as_ref() {
            transport.replace_identity(Arc::clone(&renewed))?;
        }
        held(&self.desk).replace_identity(Arc::clone(&renewed));
        let until = renewed.validity()?.not_after;
        // Last: whatever failed before is tried again.
        self.identity = renewed;
        tracing::info!(until = %show_time(until), "the certificates were renewed");
        Ok(until)
    }
}

/// Where the office above is asked: as the settings say, or where it was last said to be.
pub(super) fn parent_addresses(identity: &Identity, settings: &Settings) -> Vec<String> {
    match identity.parent() {
        Some(parent) if settings.parent.addresses.is_empty() => parent.addresses.clone(),
        _ => settings.parent.addresses.clone(),
    }
}

/// What a panic elsewhere left behind is whole: each holder replaces it in one step.
fn held<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
