//! One way of a road, without a clock: a packet and the time come in, its arrival comes out.

use std::time::Duration;

use super::weather::{Lane, MILLION};
use crate::draw::Draw;

/// What one way remembers of earlier packets. Times are since the road began.
pub(super) struct Course {
    draw: Draw,
    /// Until then it transmits what came before.
    busy_until: Duration,
    /// When the last of those that keep the order arrives.
    last_arrival: Duration,
    is_in_burst: bool,
}

impl Course {
    pub(super) fn new(seeds: &[u64]) -> Self {
        let (busy_until, last_arrival) = (Duration::ZERO, Duration::ZERO);
        Self { draw: Draw::new(seeds), busy_until, last_arrival, is_in_burst: false }
    }

    /// When a packet that comes now arrives, and its double if it has one; nothing if it is lost.
    pub(super) fn pass(
        &mut self,
        lane: &Lane,
        now: Duration,
        bytes: usize,
    ) -> [Option<Duration>; 2] {
        let begins = self.busy_until.max(now);
        if begins - now > lane.queue {
            return [None; 2];
        }
        self.busy_until = begins + lane.takes(bytes);
        // What is lost on the way has occupied the road, too.
        if self.is_lost(lane) {
            return [None; 2];
        }
        let arrival = self.busy_until + lane.delay + self.jitter(lane);
        let arrival = match self.happens(lane.reorder_ppm.into()) {
            true => arrival + lane.reorder_by,
            false => {
                self.last_arrival = self.last_arrival.max(arrival);
                self.last_arrival
            }
        };
        let double = self.happens(lane.duplicate_ppm.into()).then(|| arrival + self.jitter(lane));
        [Some(arrival), double]
    }

    fn is_lost(&mut self, lane: &Lane) -> bool {
        let Some(burst) = lane.burst else { return self.happens(lane.loss_ppm.into()) };
        let turns = if self.is_in_burst { burst.ends_ppm } else { burst.begins_ppm };
        self.is_in_burst ^= self.happens(turns.into());
        let is_lost = self.happens(burst.loss_ppm(lane.loss_ppm));
        self.is_in_burst && is_lost
    }

    fn jitter(&mut self, lane: &Lane) -> Duration {
        let most = u64::try_from(lane.jitter.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.draw.below(most.saturating_add(1)))
    }

    fn happens(&mut self, ppm: u64) -> bool {
        self.draw.below(MILLION) < ppm
    }
}

#[cfg(test)]
mod tests {
    use super::super::weather::Burst;
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const PACKET: usize = 1_200;

    /// Arrivals of packets that are sent `every` so long; losses are left out.
    fn arrivals(lane: &Lane, count: u32, every: Duration) -> Vec<(u32, Duration)> {
        let mut course = Course::new(&[7]);
        let arrived = (0..count).flat_map(|n| {
            course.pass(lane, every * n, PACKET).into_iter().flatten().map(move |at| (n, at))
        });
        arrived.collect()
    }

    fn lost(lane: &Lane, count: u32) -> Vec<bool> {
        let mut course = Course::new(&[7]);
        (0..count).map(|n| course.pass(lane, MS * n, PACKET)[0].is_none()).collect()
    }

    #[test]
    fn a_packet_takes_its_delay_and_its_length() {
        let lane = Lane { delay: 50 * MS, kbps: Some(96), ..Lane::CLEAR };
        assert_eq!(arrivals(&lane, 2, Duration::ZERO), [(0, 150 * MS), (1, 250 * MS)]);
    }

    #[test]
    fn who_would_wait_too_long_is_lost() {
        let lane = Lane { kbps: Some(96), queue: 250 * MS, ..Lane::CLEAR };
        assert_eq!(arrivals(&lane, 9, Duration::ZERO).len(), 3);
        assert_eq!(arrivals(&lane, 9, 100 * MS).len(), 9);
    }

    #[test]
    fn jitter_keeps_the_order_and_reordering_does_not() {
        let lane = Lane { delay: 50 * MS, jitter: 40 * MS, ..Lane::CLEAR };
        let in_order = arrivals(&lane, 1_000, MS);
        assert!(in_order.is_sorted_by_key(|(_, at)| *at));
        assert!(in_order.iter().all(|(n, at)| (50 * MS..130 * MS).contains(&(*at - MS * *n))));
        let lane = Lane { reorder_ppm: 100_000, reorder_by: 30 * MS, ..lane };
        assert!(!arrivals(&lane, 1_000, MS).is_sorted_by_key(|(_, at)| *at));
    }

    #[test]
    fn losses_and_doubles_come_as_often_as_asked() {
        let lane = Lane { loss_ppm: 20_000, duplicate_ppm: 30_000, ..Lane::CLEAR };
        let alone = lost(&lane, 50_000).into_iter().filter(|lost| *lost).count();
        assert!((900..1_100).contains(&alone), "{alone} lost");
        let doubles = arrivals(&lane, 50_000, MS).len() - (50_000 - alone);
        assert!((1_350..1_650).contains(&doubles), "{doubles} twice");
    }

    #[test]
    fn bursts_lose_as_much_but_together() {
        let burst = Some(Burst { begins_ppm: 10_000, ends_ppm: 200_000 });
        let lane = Lane { loss_ppm: 20_000, burst, ..Lane::CLEAR };
        let lost = lost(&lane, 100_000);
        let count = lost.iter().filter(|lost| **lost).count();
        assert!((1_700..2_300).contains(&count), "{count} lost");
        let together = lost.windows(2).filter(|pair| pair[0] && pair[1]).count();
        assert!(together > 400, "{together} pairs; by themselves there would be forty");
    }
}
