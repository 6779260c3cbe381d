//! What the corpora begin with: real encodings, and stories of people and of a hostile neighbour.
//! `cargo run --package daiban-tests --example corpora` writes them.

mod peers;
mod people;

use serde::Serialize;

/// A file of a corpus: its name and its bytes.
pub type Seed = (String, Vec<u8>);

/// What the corpus of a target begins with.
pub fn of(target: &str) -> Vec<Seed> {
    match target {
        "frame" => peers::frames(),
        "run" => peers::runs(),
        "session" => peers::sessions(),
        "fold" => people::folds(),
        "form" => people::forms(),
        "import" => people::lists(),
        "settings" => people::settings(),
        "bundle" => peers::bundles(),
        _ => Vec::new(),
    }
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(value).expect("plain data encodes")
}

fn named<const N: usize>(seeds: [(&str, Vec<u8>); N]) -> Vec<Seed> {
    seeds.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}
