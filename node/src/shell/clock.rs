//! The machine's clock, the only place where it is read.

use std::time::{SystemTime, UNIX_EPOCH};

use daiban_sync::id::Millis;

/// Milliseconds since the Unix epoch; a clock set before that reads zero.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
