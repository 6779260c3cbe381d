//! `/live`: tells open pages that something has changed, so that they fetch themselves again.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{Stream, StreamExt as _};

use super::Web;
use super::guard::Visitor;
use crate::shell::Handle;

/// How often the node is looked at while a page is open.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Beats when the node's views have changed.
pub(crate) struct Pulse(watch::Sender<u64>);

impl Pulse {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(0)))
    }

    /// Looks at the node while anybody listens. Ends with the node.
    pub(crate) async fn watch(self: Arc<Self>, handle: Handle) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if self.0.receiver_count() == 0 {
                continue;
            }
            let Some(seen) = handle.look(crate::replica::Replica::pulse).await else { return };
            self.0.send_if_modified(|last| std::mem::replace(last, seen) != seen);
        }
    }
}

/// `GET /live`: an event for each change, without content.
pub(super) async fn changes(
    State(web): State<Web>,
    _visitor: Visitor,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = WatchStream::from_changes(web.pulse.0.subscribe());
    let changes = changes.map(|_| Ok(Event::default().data("changed")));
    Sse::new(changes).keep_alive(KeepAlive::default())
}
