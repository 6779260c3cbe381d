//! The links that are up.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use daiban_sync::id::NodeKey;
use tokio::sync::Notify;

use super::LinkId;
use super::error::code;
use super::link::Link;

/// A node that starts anew may find its former link still waiting for the idle timeout.
const LINKS_PER_KEY_MAX: usize = 2;

#[derive(Default)]
pub(super) struct Links {
    up: Mutex<BTreeMap<LinkId, Arc<Link>>>,
    next: AtomicU64,
    ended: Notify,
}

impl Links {
    pub(super) fn next_id(&self) -> LinkId {
        LinkId(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// A key's newest links stay; older ones are closed.
    pub(super) fn insert(&self, link: Arc<Link>) {
        let mut up = self.lock();
        let key: NodeKey = link.peer().key;
        let of_key: Vec<_> = up.values().filter(|other| other.peer().key == key).collect();
        for old in of_key.iter().rev().skip(LINKS_PER_KEY_MAX - 1) {
            old.close_now(code::REPLACED, "the same node has connected again".to_owned());
        }
        up.insert(link.id(), link);
    }

    pub(super) fn remove(&self, id: LinkId) {
        self.lock().remove(&id);
        self.ended.notify_waiters();
    }

    pub(super) fn get(&self, id: LinkId) -> Option<Arc<Link>> {
        self.lock().get(&id).cloned()
    }

    pub(super) fn all(&self) -> Vec<Arc<Link>> {
        self.lock().values().cloned().collect()
    }

    pub(super) fn count(&self) -> usize {
        self.lock().len()
    }

    pub(super) async fn wait_empty(&self) {
        loop {
            let ended = self.ended.notified();
            tokio::pin!(ended);
            ended.as_mut().enable();
            if self.count() == 0 {
                return;
            }
            ended.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<LinkId, Arc<Link>>> {
        self.up.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
