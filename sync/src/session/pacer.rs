//! How fast bulk may go so that it does not stand in anybody's way.
//!
//! Stream priority alone does not help a small message behind bulk: the queue that it waits in is
//! the link's. So the sender watches how long a piece takes to be acknowledged and keeps just so
//! much in flight that the delay stays near the shortest one seen.
//!
//! A link may change, so the shortest delay is remembered for two epochs only. Our own queue must not
//! pass for the new shortest delay: each epoch begins with a window small enough to drain it.

use std::collections::VecDeque;

use crate::id::Millis;

/// Bytes in flight at least, so that the slowest link moves.
const WINDOW_MIN: u64 = 2 * 1024;
const WINDOW_START: u64 = 16 * 1024;
const WINDOW_MAX: u64 = 2 << 20;
/// Queueing that a person behind it does not notice: below it the window grows, above it shrinks.
const QUEUEING_TARGET_MS: u64 = 80;
const EPOCH_MS: u64 = 60_000;
/// A piece is an eighth of the window within these bounds: its own length must not look like a queue.
const PIECE_MIN: u64 = 512;
const PIECE_MAX: u64 = 16 * 1024;

/// The sender's side of one session.
pub(super) struct Pacer {
    window: u64,
    sent: u64,
    arrived: u64,
    /// When the byte count at the end of each piece was sent.
    pieces: VecDeque<(u64, Millis)>,
    /// The shortest delay of the last epoch and of this one.
    shortest_ms: [u64; 2],
    epoch: Option<Millis>,
}

impl Default for Pacer {
    fn default() -> Self {
        let pieces = VecDeque::new();
        let shortest_ms = [u64::MAX; 2];
        Self { window: WINDOW_START, sent: 0, arrived: 0, pieces, shortest_ms, epoch: None }
    }
}

impl Pacer {
    /// Bytes that the next piece may have; none for now.
    pub(super) fn piece_len(&self) -> Option<usize> {
        let piece = (self.window / 8).clamp(PIECE_MIN, PIECE_MAX);
        let fits = self.sent - self.arrived + piece <= self.window;
        fits.then(|| usize::try_from(piece).expect("at most PIECE_MAX"))
    }

    pub(super) fn sent(&mut self, now: Millis, bytes: u64) {
        self.sent += bytes;
        self.pieces.push_back((self.sent, now));
    }

    /// The peer has `arrived` bytes in all. `false` if it cannot have.
    pub(super) fn arrived(&mut self, now: Millis, arrived: u64) -> bool {
        if arrived > self.sent {
            return false;
        }
        let newly = arrived.saturating_sub(self.arrived);
        self.arrived += newly;
        let mut delay = None;
        while let Some(&(_, sent_at)) = self.pieces.front().filter(|(end, _)| *end <= arrived) {
            self.pieces.pop_front();
            delay = Some(now.since(sent_at));
        }
        if let Some(delay) = delay {
            self.adapt(now, delay, newly);
        }
        true
    }

    /// In one round trip the window grows by a half at most and shrinks by a half at most.
    fn adapt(&mut self, now: Millis, delay: u64, newly: u64) {
        if now.since(*self.epoch.get_or_insert(now)) >= EPOCH_MS {
            self.epoch = Some(now);
            self.shortest_ms = [self.shortest_ms[1], u64::MAX];
            self.window = (self.window / 4).max(WINDOW_MIN);
        }
        self.shortest_ms[1] = self.shortest_ms[1].min(delay);
        let queueing = delay - self.shortest_ms[0].min(self.shortest_ms[1]);
        let step =
            |distance_ms: u64| newly * distance_ms.min(QUEUEING_TARGET_MS) / QUEUEING_TARGET_MS / 2;
        let grown = self.window + step(QUEUEING_TARGET_MS.saturating_sub(queueing));
        let shrunk = grown.saturating_sub(step(queueing.saturating_sub(QUEUEING_TARGET_MS)));
        self.window = shrunk.clamp(WINDOW_MIN, WINDOW_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends for `seconds` over a link of `bytes_per_ms` with a base delay of `base_ms`; gives the
    /// used share of the link in percent and the longest queueing after the first ten seconds.
    fn run(bytes_per_ms: u64, base_ms: u64, seconds: u64) -> (u64, u64) {
        let mut pacer = Pacer::default();
        let mut link: VecDeque<(u64, u64, u64)> = VecDeque::new();
        let (mut free_at, mut worst) = (0, 0);
        for now in 0..seconds * 1_000 {
            while let Some(len) = pacer.piece_len() {
                let len = len as u64;
                pacer.sent(Millis(now), len);
                free_at = free_at.max(now) + len / bytes_per_ms;
                link.push_back((free_at + base_ms, now, pacer.sent));
            }
            while let Some(&(at, sent_at, total)) = link.front().filter(|(at, ..)| *at <= now) {
                link.pop_front();
                if now > 10_000 {
                    worst = worst.max(at - sent_at - base_ms);
                }
                assert!(pacer.arrived(Millis(now), total));
            }
        }
        (pacer.arrived * 100 / (bytes_per_ms * seconds * 1_000), worst)
    }

    #[test]
    fn bulk_uses_the_link_and_leaves_it_responsive() {
        for (bytes_per_ms, base_ms) in [(16, 50), (128, 5), (128, 300), (1_250, 50)] {
            for seconds in [60, 1_200] {
                let (used, worst) = run(bytes_per_ms, base_ms, seconds);
                let link = format!("{bytes_per_ms} B/ms, {base_ms} ms, {seconds} s");
                assert!(used >= 90, "{link}: used {used} %");
                assert!(worst <= 300, "{link}: queued for {worst} ms");
            }
        }
    }

    #[test]
    fn a_peer_cannot_have_more_than_it_was_sent() {
        assert!(!Pacer::default().arrived(Millis(0), 1));
    }
}
