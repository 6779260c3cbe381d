//! Spans of time and states, in words.

use daiban_domain::words::{self, Said};
use daiban_sync::id::Millis;

use crate::replica::{BoardRow, State, Trouble};

/// Rounded down, in the unit that people would use.
pub(super) fn span(ms: u64) -> Said {
    match ms / 60_000 {
        minutes @ 0..120 => words::span_minutes(minutes),
        minutes @ 120..2_880 => words::span_hours(minutes / 60),
        minutes => words::span_days(minutes / 1_440),
    }
}

/// The state of an office; of a dark one, since when.
pub(super) fn state(now: Millis, row: &BoardRow) -> Said {
    match (row.state, &row.heard) {
        (State::In(Trouble::Dark), Some(heard)) => {
            words::board_dark_since(&span(now.since(heard.at)))
        }
        (state, _) => state.words(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_the_unit_of_their_size() {
        let said = [59_999, 7_140_000, 7_200_000, 172_800_000].map(|ms| span(ms).en);
        assert_eq!(said.map(String::from), ["0 min", "119 min", "2 h", "2 d"]);
    }
}
