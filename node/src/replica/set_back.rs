//! A clock that was wrong and is set right, perhaps by years.

use daiban_sync::id::Millis;

use super::Replica;

impl Replica {
    /// Takes the time. Forward it may jump: whatever waited for a moment in between has waited
    /// enough. When it was set back, what waits for a moment would wait too long: links begin anew,
    /// and the offices above are called at once.
    pub(super) fn take_time(&mut self, now: Millis) {
        let was = std::mem::replace(&mut self.now, now);
        if was.since(now) <= self.config.timing.backoff_ms_max {
            return;
        }
        for link in self.links.keys().copied().collect::<Vec<_>>() {
            self.close(now, link, "the clock of this office was set back".into());
        }
        self.upstream.set_back(now);
        (self.beacon_at, self.passed_on_at) = (now, now);
        self.watch.set_back(now);
    }
}
