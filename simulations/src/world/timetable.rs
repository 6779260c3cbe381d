//! Who would come and what would break, if nobody played the story.

use super::{Event, World};
use crate::scenario::Fault;

/// What happens to an office by the timetable.
pub(crate) enum Entry {
    Come,
    Fault(Fault),
}

impl World {
    /// Everything that the story's days bring until its end: how long after the beginning, and where.
    pub(crate) fn timetable(&mut self) -> Vec<(u64, usize, Entry)> {
        let end = self.begins.plus(self.scenario.time.lasts_ms);
        let mut entries = Vec::new();
        while let Some(next) = self.queue.first_entry().filter(|next| next.key().0 < end) {
            let ((at, _), event) = next.remove_entry();
            self.now = at;
            let at_ms = at.since(self.begins);
            match event {
                Event::Day => self.day(),
                Event::Come { node } => entries.push((at_ms, node, Entry::Come)),
                Event::Fault { node, fault } => entries.push((at_ms, node, Entry::Fault(fault))),
                _ => {}
            }
        }
        entries
    }
}
