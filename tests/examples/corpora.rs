//! Writes the beginnings of the corpora into `tests/fuzz/corpus`: real encodings and known hostile
//! samples. What a fuzzer found stays where it is.

use std::error::Error;
use std::fs;
use std::path::Path;

use daiban_tests::fuzz::{TARGETS, seeds};

fn main() -> Result<(), Box<dyn Error>> {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (target, _) in TARGETS {
        let folder = corpora.join(target);
        fs::create_dir_all(&folder)?;
        for (name, bytes) in seeds::of(target) {
            fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}
