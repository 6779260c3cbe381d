//! Some seeds, and the same story twice. A long sweep is `daiban simulate --sweep N`.

use daiban_sim::sweep::{describe, sweep};
use daiban_sim::{Options, run_random};

const SEEDS: u64 = 60;

/// `DAIBAN_SEEDS=500..5000` runs others.
#[test]
fn the_first_seeds() {
    let report = sweep(seeds().unwrap_or(0..SEEDS), Options::default(), 5, &|_| ());
    println!("{} seeds: {:?}", report.seeds, report.counts);
    let failures: Vec<_> = report.failures.iter().map(describe).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn seeds() -> Option<std::ops::Range<u64>> {
    let asked = std::env::var("DAIBAN_SEEDS").ok()?;
    let (first, end) = asked.split_once("..")?;
    Some(first.parse().ok()?..end.parse().ok()?)
}

#[test]
fn same_seed_same_trace() {
    for seed in 0..8 {
        let [first, second] = [(); 2].map(|()| run_random(seed, Options::default()));
        assert_eq!(first, second, "seed {seed}");
    }
}

/// `DAIBAN_SEED=n cargo test --release -p daiban-sim one_seed -- --nocapture`
#[test]
fn one_seed() {
    let Some(seed) = std::env::var("DAIBAN_SEED").ok().and_then(|seed| seed.parse().ok()) else {
        return;
    };
    let outcome = run_random(seed, Options { tell: true, ..Options::default() });
    println!("{:?}", outcome.counts);
    assert!(outcome.failure.is_none(), "{}", describe(&outcome));
}

/// Seeds that once failed, with the reason.
#[test]
fn regressions() {
    for line in include_str!("../regressions.txt").lines().filter(|line| !line.starts_with('#')) {
        let Some(seed) = line.split_whitespace().next() else { continue };
        let seed = seed.parse().expect("a line begins with a seed");
        let outcome = run_random(seed, Options::default());
        assert!(outcome.failure.is_none(), "{line}\n{}", describe(&outcome));
    }
}
