//! Something that is worked on elsewhere now and then.

use std::cell::{Cell, OnceCell};
use std::sync::{Arc, Mutex};

use crate::hands::{Errand, Hands, Task, lock};

/// A thing that is here, or given away to be worked on: whoever looks at it then waits for it.
pub(crate) struct Away<T: Send + 'static> {
    here: OnceCell<Box<T>>,
    away: Cell<Option<Errand<Box<T>>>>,
}

/// What comes of work on a thing.
pub(crate) enum Promise<R> {
    Kept(R),
    Given(Task, Arc<Mutex<Option<R>>>),
}

impl<T: Send + 'static> Away<T> {
    pub(crate) fn new(thing: T) -> Self {
        Self { here: OnceCell::from(Box::new(thing)), away: Cell::default() }
    }

    pub(crate) fn get(&self) -> &T {
        self.here.get_or_init(|| self.away.take().expect("what is not here is away").wait())
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.get();
        self.here.get_mut().expect("it was waited for")
    }

    #[cfg(test)]
    pub(crate) fn into_inner(mut self) -> T {
        self.get();
        *self.here.take().expect("it was waited for")
    }

    /// Lets it be worked on once what was asked before is done: elsewhere, or at once if nobody else
    /// is there.
    pub(crate) fn give<R: Send + 'static>(
        &mut self,
        hands: &Hands,
        work: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> Promise<R> {
        if hands.is_alone() {
            return Promise::Kept(work(self.get_mut()));
        }
        let (here, away) = (self.here.take(), self.away.take());
        let outcome = Arc::<Mutex<Option<R>>>::default();
        let slot = Arc::clone(&outcome);
        let errand = hands.give(move || {
            let earlier = || away.expect("what is not here is away").wait_idly();
            let mut thing = here.unwrap_or_else(earlier);
            *lock(&slot) = Some(work(&mut thing));
            thing
        });
        let promise = Promise::Given(errand.task(), outcome);
        self.away.set(Some(errand));
        promise
    }
}

impl<T: Send + 'static> Drop for Away<T> {
    /// What is worked on is finished first: it may touch what others share with it.
    fn drop(&mut self) {
        if let Some(errand) = self.away.take() {
            errand.finish();
        }
    }
}

impl<R> Promise<R> {
    /// What came of it; `None` if that was a panic, of which the thing's owner hears.
    pub(crate) fn keep(self) -> Option<R> {
        match self {
            Self::Kept(outcome) => Some(outcome),
            Self::Given(task, outcome) => {
                task.finish();
                lock(&outcome).take()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works_come_one_after_the_other_and_whoever_looks_sees_them_all() {
        for hands in [0, 1, 3].map(Hands::new) {
            let mut numbers = Away::new(Vec::new());
            let mut add = |number| {
                numbers.give(&hands, move |numbers: &mut Vec<u64>| {
                    numbers.push(number);
                    numbers.len()
                })
            };
            let lengths: Vec<_> = (0..500).map(&mut add).collect();
            assert_eq!(*numbers.get(), (0..500).collect::<Vec<_>>());
            assert!(lengths.into_iter().map(Promise::keep).eq((1..=500).map(Some)));
        }
    }

    #[test]
    fn a_panic_is_heard_by_whoever_looks() {
        let hands = Hands::new(1);
        let mut thing = Away::new(1);
        let promise = thing.give(&hands, |_| panic!("as planted"));
        let later = thing.give(&hands, |thing| *thing);
        assert_eq!((promise.keep(), later.keep()), (None::<()>, None));
        let look = std::panic::AssertUnwindSafe(|| *thing.get());
        assert!(std::panic::catch_unwind(look).is_err());
    }
}
