//! Many seeds on all cores.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::story::{Counts, Options, Outcome, run_random};

/// What a sweep found.
#[derive(Debug, Default)]
pub struct Report {
    pub seeds: u64,
    pub failures: Vec<Outcome>,
    /// Of all stories together.
    pub counts: Counts,
}

/// Runs the random stories of seeds on all cores, up to `failures_max` failures. `progress` hears
/// how many have been run.
pub fn sweep(
    seeds: Range<u64>,
    options: Options,
    failures_max: usize,
    progress: &(dyn Fn(u64) + Sync),
) -> Report {
    let next = AtomicU64::new(seeds.start);
    let report = Mutex::new(Report::default());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| work(&next, seeds.end, options, failures_max, &report, progress));
        }
    });
    let mut report = report.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    report.failures.sort_by_key(|outcome| outcome.seed);
    report
}

fn work(
    next: &AtomicU64,
    end: u64,
    options: Options,
    failures_max: usize,
    report: &Mutex<Report>,
    progress: &(dyn Fn(u64) + Sync),
) {
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return;
        }
        let outcome = run_random(seed, options);
        let mut report = report.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        report.seeds += 1;
        report.counts.add(&outcome.counts);
        progress(report.seeds);
        if outcome.failure.is_some() {
            report.failures.push(outcome);
        }
        if report.failures.len() >= failures_max {
            next.store(end, Ordering::Relaxed);
        }
    }
}

/// What to print of a failure: the seed, who found what, and how to see it again.
pub fn describe(outcome: &Outcome) -> String {
    let seed = outcome.seed;
    let failure = outcome.failure.as_ref().map_or_else(|| "fine".to_owned(), ToString::to_string);
    format!("seed {seed}: {failure}\n  again: daiban simulate --random --seed {seed} --tell")
}
