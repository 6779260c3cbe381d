//! Bugs that are planted in the nodes: the random stories of the short sweep, which end well without
//! them, find each of them.

use daiban_sim::sweep::{describe, sweep};
use daiban_sim::{Checker, Mutant, Options};

/// Seeds within which a bug must be found.
const SEEDS: u64 = 200;

fn find(mutant: Mutant, ignored: Option<Checker>) -> Checker {
    let options = Options { mutant: Some(mutant), ignored, ..Options::default() };
    let report = sweep(0..SEEDS, options, 1, &|_| ());
    let found = report.failures.first().unwrap_or_else(|| panic!("{mutant:?} was not found"));
    println!("{mutant:?}: found after {} seeds\n{}", report.seeds, describe(found));
    found.failure.as_ref().map(|failure| failure.checker).expect("a failure")
}

#[test]
fn acknowledge_before_the_sync() {
    assert_eq!(find(Mutant::AckBeforeSync, None), Checker::DurableFirst);
}

/// Nobody looks at the moment of the acknowledgement: only what was lost by it gives it away.
#[test]
fn acknowledge_before_the_sync_by_its_consequence() {
    let found = find(Mutant::AckBeforeSync, Some(Checker::DurableFirst));
    assert_eq!(found, Checker::NothingLost);
}

#[test]
fn relay_before_durable() {
    assert_eq!(find(Mutant::RelayBeforeDurable, None), Checker::DurableFirst);
}

#[test]
fn skip_the_fork_rule() {
    find(Mutant::ForkRuleSkipped, None);
}

#[test]
fn serve_a_channel_to_the_wrong_office() {
    assert_eq!(find(Mutant::WrongOfficeServed, None), Checker::Jurisdiction);
}

#[test]
fn forget_the_pinned_heads() {
    assert_eq!(find(Mutant::PinForgotten, None), Checker::Pinning);
}

#[test]
fn count_a_holiday() {
    assert_eq!(find(Mutant::HolidayCounted, None), Checker::Deadlines);
}

#[test]
fn do_not_resume_a_blob() {
    assert_eq!(find(Mutant::BlobNotResumed, None), Checker::Bounds);
}

#[test]
fn leave_a_log_out_of_the_digest() {
    assert_eq!(find(Mutant::DigestMissesALog, None), Checker::Convergence);
}

/// Nobody minds that a session breaks over it: what never arrives gives it away.
#[test]
fn leave_a_log_out_of_the_digest_by_its_consequence() {
    let found = find(Mutant::DigestMissesALog, Some(Checker::Calm));
    assert_eq!(found, Checker::Convergence);
}

#[test]
fn refuse_a_later_program() {
    assert_eq!(find(Mutant::LaterProgramRefused, Some(Checker::Calm)), Checker::Convergence);
}
