//! What is fuzzed: one function for each way into a node. It takes any bytes, and panics when an
//! invariant does not hold.
//!
//! `tests/fuzz` feeds them from a fuzzer; `tests/tests/corpora.rs` replays what was found before,
//! on stable Rust. The stateful ones read their bytes as a list of steps ([`steps`]), so a corpus
//! holds stories that are written down as values ([`seeds`]). `docs/fuzzing.md` says how to go on.

mod bundle;
mod fold;
mod form;
mod frame;
mod import;
mod office;
mod run;
pub mod seeds;
mod session;
mod settings;

use serde::de::DeserializeOwned;

/// A way in: its name, which is that of its corpus, and the function.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 8] = [
    ("frame", frame::check),
    ("run", run::check),
    ("session", session::check),
    ("fold", fold::check),
    ("form", form::check),
    ("import", import::check),
    ("settings", settings::check),
    ("bundle", bundle::check),
];

/// The function of a target.
///
/// # Panics
/// There is none of this name.
pub fn target(name: &str) -> fn(&[u8]) {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no target {name}")).1
}

/// Panics that the code under test contains say nothing; one that escapes still ends the fuzzer.
pub fn contain_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// The steps of a story, as far as the bytes are some; at most so many.
fn steps<T: DeserializeOwned>(mut bytes: &[u8], max: usize) -> impl Iterator<Item = T> {
    std::iter::from_fn(move || {
        let (step, rest) = postcard::take_from_bytes(bytes).ok()?;
        bytes = rest;
        Some(step)
    })
    .take(max)
}
