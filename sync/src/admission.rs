//! Admission: a morning on which everybody returns at once is a normal morning.

use crate::id::Millis;

/// How many sessions may begin and be compared at the same time.
pub struct Admission {
    sessions_max: usize,
    comparing_max: usize,
    /// Shortest time to wait before coming back.
    retry_ms: u64,
    refused_since: Option<(Millis, u64)>,
}

/// The answer to a peer that wants to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    Yes,
    /// Come back after this many milliseconds.
    Later {
        retry_after_ms: u64,
    },
}

/// The refused are spread over at most this time.
const SPREAD_MS_MAX: u64 = 120_000;
/// A crowd is over when nobody was refused for this long.
const CROWD_LASTS_MS: u64 = 30_000;

impl Admission {
    /// At most `sessions_max` sessions, of which at most `comparing_max` are not yet live.
    pub fn new(sessions_max: usize, comparing_max: usize, retry_ms: u64) -> Self {
        Self { sessions_max, comparing_max, retry_ms: retry_ms.max(1), refused_since: None }
    }

    /// Whether one more may begin; `random` spreads the refused over time, wider the more there are.
    pub fn ask(&mut self, now: Millis, sessions: usize, comparing: usize, random: u64) -> Admitted {
        if sessions < self.sessions_max && comparing < self.comparing_max {
            return Admitted::Yes;
        }
        let before = match self.refused_since {
            Some((at, refused)) if now.since(at) < CROWD_LASTS_MS => refused,
            _ => 0,
        };
        self.refused_since = Some((now, before + 1));
        let waves = 1 + before / self.comparing_max.max(1) as u64;
        let spread = self.retry_ms.saturating_mul(waves).clamp(1, SPREAD_MS_MAX);
        Admitted::Later { retry_after_ms: self.retry_ms.saturating_add(random % spread) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_spread_over_time() {
        let mut admission = Admission::new(2_000, 100, 500);
        assert_eq!(admission.ask(Millis(0), 10, 99, 7), Admitted::Yes);
        let mut longest = 0;
        for i in 0..1_300 {
            match admission.ask(Millis(i), 10, 100, i * 7_919) {
                Admitted::Later { retry_after_ms } => longest = longest.max(retry_after_ms),
                Admitted::Yes => panic!("100 are being compared"),
            }
        }
        assert!((5_000..=SPREAD_MS_MAX).contains(&longest), "{longest}");
    }
}
