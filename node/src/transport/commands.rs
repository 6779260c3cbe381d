//! What the replica wants, one after another and without waiting.

use std::sync::Arc;

use daiban_sync::id::OfficeCode;
use tokio::sync::mpsc;

use super::config::Congestion;
use super::shared::Shared;
use super::{Command, Event, dial, link};

pub(super) async fn run(shared: Arc<Shared>, mut inbox: mpsc::UnboundedReceiver<Command>) {
    while let Some(command) = inbox.recv().await {
        match command {
            Command::Dial { office, addrs, congestion } => {
                tokio::spawn(dial_and_run(Arc::clone(&shared), office, addrs, congestion));
            }
            Command::Send { link, lane, bytes } => {
                if let Some(link) = shared.links.get(link) {
                    link.send(lane, bytes, shared.settings.backlog_bytes);
                }
            }
            Command::Close { link, code, reason } => {
                if let Some(link) = shared.links.get(link) {
                    link.close_after_flush(code, reason);
                }
            }
            Command::CloseAll { code, reason } => {
                for link in shared.links.all() {
                    link.close_after_flush(code, reason.clone());
                }
            }
            Command::CloseRefused => shared.close_refused(),
        }
    }
}

async fn dial_and_run(
    shared: Arc<Shared>,
    office: OfficeCode,
    addrs: Vec<String>,
    congestion: Congestion,
) {
    match dial::dial(&shared, office, &addrs, congestion).await {
        Ok((connection, peer, keys)) => link::run(shared, connection, peer, keys, true).await,
        Err(why) => {
            shared.counters.dials_failed.add_one();
            tracing::info!(%office, %why, "dial failed");
            let _ = shared.events.send(Event::DialFailed { office, why }).await;
        }
    }
}
