//! The shortest story that still fails.

use crate::checkers::Checker;
use crate::scenario::Scenario;
use crate::story::{Options, run};

/// Stories that are tried at most.
const TRIES_MAX: usize = 200;

/// Leaves out of a failing scenario whatever the failure does not need: faults and deaths one by
/// one, then time, then people. What is left fails by the same checker.
pub fn shrink(scenario: &Scenario, seed: u64, options: Options, found: Checker) -> Scenario {
    let mut shrinker = Shrinker { least: scenario.clone(), seed, options, found, tries: 0 };
    let (faults, crashes) = (scenario.faults.len(), scenario.crashes.len());
    for place in (0..faults).rev() {
        shrinker.attempt(|story| {
            story.faults.remove(place);
        });
    }
    for place in (0..crashes).rev() {
        shrinker.attempt(|story| {
            story.crashes.remove(place);
        });
    }
    shrinker.attempt(|story| story.time.core = None);
    while shrinker.attempt(|story| story.time.lasts_ms /= 2) {}
    while shrinker.attempt(|story| {
        story.people.cases_max = story.people.cases_max.map(|most| most.div_ceil(2).max(1));
    }) {}
    shrinker.attempt(|story| story.people.elsewhere = 0);
    shrinker.least
}

struct Shrinker {
    least: Scenario,
    seed: u64,
    options: Options,
    found: Checker,
    tries: usize,
}

impl Shrinker {
    /// Keeps the change if it is one and the story still fails the same way.
    fn attempt(&mut self, change: impl FnOnce(&mut Scenario)) -> bool {
        let mut story = self.least.clone();
        change(&mut story);
        if story == self.least || self.tries >= TRIES_MAX {
            return false;
        }
        self.tries += 1;
        let quiet = Options { tell: false, ..self.options };
        let failure = run(&story, self.seed, quiet, &mut |_, _| ()).failure;
        let still_fails = failure.is_some_and(|failure| failure.checker == self.found);
        if still_fails {
            self.least = story;
        }
        still_fails
    }
}
