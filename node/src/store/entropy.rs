//! Where random bytes come from: an argument, so that the simulator draws them from its seed.

/// A source of random bytes.
pub trait Entropy: Send {
    fn fill(&mut self, bytes: &mut [u8]);
}

impl<F: FnMut(&mut [u8]) + Send> Entropy for F {
    fn fill(&mut self, bytes: &mut [u8]) {
        self(bytes);
    }
}

/// The kernel's random source.
pub fn os_entropy(bytes: &mut [u8]) {
    getrandom::fill(bytes)
        .expect("Linux since 3.17 always has getrandom, and it blocks until seeded");
}
