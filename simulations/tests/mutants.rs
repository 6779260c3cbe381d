//! Bugs that are planted in the node: the seeds that find nothing without them find each of them.

use daiban_node::replica::Mutant;
use daiban_sim::sweep::{describe, sweep};
use daiban_sim::{Checker, Mutant as Planted, Options};

const SEEDS: u64 = 500;

fn find(mutant: Mutant, ignored: Option<Checker>) -> Checker {
    let options = Options { mutant: Some(Planted::Node(mutant)), ignored, ..Options::default() };
    let report = sweep(0..SEEDS, options, 1, &|_| ());
    let found = report.failures.first().unwrap_or_else(|| panic!("{mutant:?} was not found"));
    println!("{mutant:?}: found after {} seeds\n{}", report.seeds, describe(found));
    found.failure.as_ref().map(|failure| failure.checker).expect("a failure")
}

#[test]
fn acknowledge_before_the_sync() {
    assert_eq!(find(Mutant::AckBeforeSync, None), Checker::DurableFirst);
}

#[test]
fn relay_before_durable() {
    assert_eq!(find(Mutant::RelayBeforeDurable, None), Checker::DurableFirst);
}
