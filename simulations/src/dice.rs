//! Everything that is drawn, from one seed. Logarithms are those of `libm`: the same on every
//! machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// A stream of random numbers.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// An independent stream.
    pub(crate) fn split(&mut self) -> Self {
        Self(ChaCha8Rng::from_seed(self.bytes()))
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// `low..=high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.number() % (high - low + 1)
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.number() % 100 < percent
    }

    /// Once in so many times, in a million.
    pub(crate) fn one_in_million(&mut self, ppm: u64) -> bool {
        self.number() % 1_000_000 < ppm
    }

    /// `0 < x <= 1`.
    pub(crate) fn part(&mut self) -> f64 {
        const STEPS: u32 = 1 << 31;
        let step = u32::try_from(self.number() % u64::from(STEPS)).unwrap_or(0);
        f64::from(step + 1) / f64::from(STEPS)
    }

    /// A waiting time with this mean.
    pub(crate) fn wait(&mut self, mean_ms: u64) -> u64 {
        whole(-libm::log(self.part()) * real(mean_ms))
    }

    /// How many of something rare happen.
    pub(crate) fn poisson(&mut self, mean: f64) -> u64 {
        let (end, mut product, mut count) = (libm::exp(-mean), self.part(), 0);
        while product > end {
            product *= self.part();
            count += 1;
        }
        count
    }

    fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.part(), self.part());
        libm::sqrt(-2.0 * libm::log(radius)) * libm::cos(std::f64::consts::TAU * angle)
    }

    /// Log-normal with this median.
    pub(crate) fn around(&mut self, median: u64, sigma: f64) -> u64 {
        whole(real(median) * libm::exp(sigma * self.normal()))
    }

    /// Gamma with the mean 1, by Marsaglia and Tsang.
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let v = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
            if v > 0.0 && libm::log(self.part()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return d * v / shape;
            }
        }
    }

    /// How long a row of equal things is, one at least.
    pub(crate) fn row(&mut self, mean: f64) -> u64 {
        let stop = whole(1_000_000.0 / mean.max(1.0)).max(1);
        (1..1_000).find(|_| self.one_in_million(stop)).unwrap_or(1_000)
    }

    /// A place in a list of this length.
    pub(crate) fn place(&mut self, len: usize) -> usize {
        let len = len.max(1) as u64;
        usize::try_from(self.number() % len).unwrap_or(0)
    }

    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        let place = self.place(among.len());
        among.get(place)
    }

    /// The stream as a store wants it.
    pub(crate) fn entropy(mut self) -> impl FnMut(&mut [u8]) + Send {
        move |bytes| self.fill(bytes)
    }
}

#[allow(clippy::cast_precision_loss, reason = "a story is as good with a rounded mean")]
fn real(number: u64) -> f64 {
    number as f64
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, and nothing negative comes here"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_has_the_mean_that_was_asked_for() {
        let mut dice = Dice::new(7);
        let mut mean = |draw: &mut dyn FnMut(&mut Dice) -> f64| {
            (0..20_000).map(|_| draw(&mut dice)).sum::<f64>() / 20_000.0
        };
        let near = |found: f64, wanted: f64| (found / wanted - 1.0).abs() < 0.05;
        assert!(near(mean(&mut |dice| real(dice.wait(10_000))), 10_000.0));
        assert!(near(mean(&mut |dice| real(dice.poisson(4.0))), 4.0));
        assert!(near(mean(&mut |dice| dice.gamma(1.5)), 1.0));
        assert!(near(mean(&mut |dice| real(dice.row(2.2))), 2.2));
    }
}
