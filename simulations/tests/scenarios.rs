//! The shipped scenarios, and one more on demand.

use std::path::Path;

use daiban_sim::{Options, Outcome, Scenario, run};

fn play(path: &Path, seed: u64, options: Options) -> Outcome {
    let name = path.file_stem().expect("a file has a name").to_string_lossy();
    let text = std::fs::read_to_string(path).expect("the scenario can be read");
    let scenario = Scenario::parse(&name, &text).unwrap_or_else(|error| panic!("{name}: {error}"));
    run(&scenario, seed, options, &mut |_, _| ())
}

/// Whole cities take minutes: `daiban simulate` runs them.
#[test]
fn the_small_ones_end_well() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let mut played = 0;
    for file in std::fs::read_dir(folder).expect("the scenarios are here") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let scenario = Scenario::parse("shipped", &text).expect("another test reads them all");
        if scenario.city.villages.is_some() {
            let outcome = play(&path, 7, Options::default());
            assert!(outcome.failure.is_none(), "{}: {:?}", path.display(), outcome.failure);
            played += 1;
        }
    }
    assert!(played > 8);
}

/// `DAIBAN_SCENARIO=file DAIBAN_SEED=n cargo test --release -p daiban-sim one_scenario -- --nocapture`
#[test]
fn one_scenario() {
    let Ok(path) = std::env::var("DAIBAN_SCENARIO") else { return };
    let seed = std::env::var("DAIBAN_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    let tell = std::env::var("DAIBAN_TELL").is_ok();
    let outcome = play(Path::new(&path), seed, Options { tell, ..Options::default() });
    println!("{:?}\n{:?}", outcome.counts, outcome.record.alarms);
    for (name, figures) in &outcome.record.profiles {
        println!("{name}: {figures:?}");
    }
    println!("trace {}", outcome.record.trace_hash);
    assert!(outcome.failure.is_none(), "{:?}", outcome.failure);
}
