//! How fast bulk may go so that it does not stand in anybody's way.
//!
//! Stream priority alone does not help a small message behind bulk: the queue that it waits in is
//! the link's. So the sender watches how long a piece takes to be acknowledged and keeps just so
//! much in flight that the delay stays near the shortest one seen.

use std::collections::VecDeque;

use crate::id::Millis;

/// Bytes in flight at least, so that the slowest link moves.
const WINDOW_MIN: u64 = 4 * 1024;
const WINDOW_START: u64 = 32 * 1024;
const WINDOW_MAX: u64 = 2 << 20;
/// Queueing that is not worth shrinking for.
const DELAY_TARGET_MS: u64 = 60;
/// Queueing that a person behind it would notice.
const DELAY_MAX_MS: u64 = 150;
/// A link may change: the shortest delay is measured anew after this time.
const BASE_LASTS_MS: u64 = 120_000;
/// The largest piece; smaller when the window is.
const PIECE_MAX: u64 = 16 * 1024;

/// The sender's side of one session.
pub(super) struct Pacer {
    window: u64,
    sent: u64,
    arrived: u64,
    /// When the byte count at the end of each piece was sent.
    pieces: VecDeque<(u64, Millis)>,
    base_ms: Option<(u64, Millis)>,
}

impl Default for Pacer {
    fn default() -> Self {
        let pieces = VecDeque::new();
        Self { window: WINDOW_START, sent: 0, arrived: 0, pieces, base_ms: None }
    }
}

impl Pacer {
    /// Bytes that the next piece may have; none for now.
    pub(super) fn piece_len(&self) -> Option<usize> {
        let piece = (self.window / 2).clamp(1, PIECE_MAX);
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
        self.arrived = self.arrived.max(arrived);
        let mut delay = None;
        while let Some(&(_, sent_at)) = self.pieces.front().filter(|(end, _)| *end <= arrived) {
            self.pieces.pop_front();
            delay = Some(now.since(sent_at));
        }
        if let Some(delay) = delay {
            self.adapt(now, delay);
        }
        true
    }

    fn adapt(&mut self, now: Millis, delay: u64) {
        let base = match self.base_ms {
            Some((base, since)) if base <= delay && now.since(since) < BASE_LASTS_MS => base,
            _ => {
                self.base_ms = Some((delay, now));
                delay
            }
        };
        let queueing = delay - base;
        if queueing <= DELAY_TARGET_MS {
            self.window = (self.window + self.window / 8).min(WINDOW_MAX);
        } else if queueing > DELAY_MAX_MS {
            self.window = (self.window - self.window / 4).max(WINDOW_MIN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends for `seconds` over a link of `bytes_per_ms` with a base delay of 50 ms; gives bytes
    /// sent and the longest delay in the second half.
    fn run(bytes_per_ms: u64, seconds: u64) -> (u64, u64) {
        let mut pacer = Pacer::default();
        let mut link: VecDeque<(u64, u64, u64)> = VecDeque::new();
        let (mut free_at, mut worst) = (0, 0);
        for now in 0..seconds * 1_000 {
            while let Some(len) = pacer.piece_len() {
                let len = len as u64;
                pacer.sent(Millis(now), len);
                free_at = free_at.max(now) + len / bytes_per_ms;
                link.push_back((free_at + 50, now, pacer.sent));
            }
            while let Some(&(at, sent_at, total)) = link.front().filter(|(at, ..)| *at <= now) {
                link.pop_front();
                if now > seconds * 500 {
                    worst = worst.max(at - sent_at);
                }
                assert!(pacer.arrived(Millis(now), total));
            }
        }
        (pacer.arrived, worst)
    }

    #[test]
    fn bulk_uses_the_link_and_leaves_it_responsive() {
        for bytes_per_ms in [16, 128, 1_250] {
            let (bytes, worst) = run(bytes_per_ms, 60);
            assert!(bytes > bytes_per_ms * 60_000 * 6 / 10, "{bytes_per_ms}: {bytes}");
            assert!(worst < 50 + 700, "{bytes_per_ms}: {worst} ms");
        }
    }

    #[test]
    fn a_peer_cannot_have_more_than_it_was_sent() {
        assert!(!Pacer::default().arrived(Millis(0), 1));
    }
}
