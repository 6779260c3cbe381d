//! Numbers drawn from a seed.

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Draw(u64);

impl Draw {
    /// From all of these.
    pub(crate) fn new(seeds: &[u64]) -> Self {
        let mut draw = Self(0);
        for seed in seeds {
            draw.0 = draw.next() ^ seed;
        }
        draw
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`; zero if the bound is.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// One of `choices`, of which there is at least one.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[low(self.below(choices.len() as u64))]
    }

    pub(crate) fn digit(&mut self) -> char {
        char::from(b"0123456789"[low(self.below(10))])
    }
}

/// A small number as an index.
pub(crate) fn low(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}
