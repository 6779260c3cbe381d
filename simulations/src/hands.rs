//! More hands: what can be computed beside the course of a story is computed on another core.
//!
//! Nothing of a story depends on who computes what, or when: an [`Errand`] is given away once all
//! that it needs is known, and whoever needs what comes of it waits.

use std::collections::VecDeque;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};

/// Errands are short and many: whoever has none looks for one so often before it sleeps, or leaves
/// the core to others.
const LOOKS: usize = 10_000;

/// Threads that compute.
pub(crate) struct Hands {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

/// Something that is being computed.
pub(crate) struct Errand<T> {
    shared: Arc<Shared>,
    work: Arc<Work<T>>,
}

/// An errand, whatever comes of it.
pub(crate) struct Task {
    shared: Arc<Shared>,
    work: Arc<dyn Step>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// How many wait in the queue, to be seen without a lock.
    waiting: AtomicUsize,
    called: Condvar,
    is_closed: AtomicBool,
}

#[derive(Default)]
struct Queue {
    steps: VecDeque<Arc<dyn Step>>,
    /// Threads that sleep until they are called.
    sleepers: usize,
}

trait Step: Send + Sync {
    /// Does it, unless somebody has begun to.
    fn begin(&self);
    fn is_done(&self) -> bool;
}

struct Work<T> {
    todo: Mutex<Option<Box<dyn FnOnce() -> T + Send>>>,
    outcome: OnceLock<Mutex<Option<thread::Result<T>>>>,
}

impl Hands {
    pub(crate) fn new(threads: usize) -> Self {
        let shared = Arc::<Shared>::default();
        let start = |_| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.serve())
        };
        let threads = (0..threads).map(start).collect();
        Self { shared, threads }
    }

    /// One for each core but the one that tells the story.
    pub(crate) fn of_this_machine() -> Self {
        Self::new(thread::available_parallelism().map_or(0, |cores| cores.get() - 1))
    }

    /// Nobody computes anything but whoever waits for it.
    pub(crate) fn is_alone(&self) -> bool {
        self.threads.is_empty()
    }

    /// Gives something away to be computed.
    pub(crate) fn give<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Errand<T> {
        let todo = Mutex::new(Some(Box::new(work) as _));
        let work = Arc::new(Work { todo, outcome: OnceLock::new() });
        if !self.is_alone() {
            self.shared.push(Arc::clone(&work) as _);
        }
        Errand { shared: Arc::clone(&self.shared), work }
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        self.shared.is_closed.store(true, Ordering::Release);
        drop(lock(&self.shared.queue));
        self.shared.called.notify_all();
        for thread in self.threads.drain(..) {
            // A panic is an outcome: whoever waits for that hears of it.
            let _ = thread.join();
        }
    }
}

impl<T: Send + 'static> Errand<T> {
    /// What came of it.
    pub(crate) fn wait(self) -> T {
        self.finish();
        self.work.outcome()
    }

    /// As [`Errand::wait`], within another errand: what it may find to do meanwhile might wait for
    /// that other one.
    pub(crate) fn wait_idly(self) -> T {
        self.work.begin();
        wait_until(|| self.work.is_done());
        self.work.outcome()
    }

    /// Sees that it is done.
    pub(crate) fn finish(&self) {
        self.task().finish();
    }

    pub(crate) fn task(&self) -> Task {
        Task { shared: Arc::clone(&self.shared), work: Arc::clone(&self.work) as _ }
    }
}

impl Task {
    /// Sees that it is done.
    pub(crate) fn finish(&self) {
        self.shared.finish(&*self.work);
    }
}

impl<T: Send> Step for Work<T> {
    fn begin(&self) {
        let Some(todo) = lock(&self.todo).take() else { return };
        let outcome = catch_unwind(AssertUnwindSafe(todo));
        self.outcome.get_or_init(|| Mutex::new(Some(outcome)));
    }

    fn is_done(&self) -> bool {
        self.outcome.get().is_some()
    }
}

impl<T> Work<T> {
    fn outcome(&self) -> T {
        let outcome = self.outcome.get().and_then(|outcome| lock(outcome).take());
        outcome.expect("it is done").unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// The wait is short, or the core is left to others.
fn wait_until(is_over: impl Fn() -> bool) {
    if comes_soon(&is_over) {
        return;
    }
    while !is_over() {
        thread::yield_now();
    }
}

fn comes_soon(is_over: impl Fn() -> bool) -> bool {
    let look = |_| {
        let is_over = is_over();
        if !is_over {
            spin_loop();
        }
        is_over
    };
    (0..LOOKS).any(look)
}

impl Shared {
    /// Whoever waits for something does it, or meanwhile something else.
    fn finish(&self, step: &dyn Step) {
        step.begin();
        while !step.is_done() {
            match self.next() {
                Some(other) => other.begin(),
                None => wait_until(|| step.is_done() || self.has_some()),
            }
        }
    }

    fn push(&self, step: Arc<dyn Step>) {
        let mut queue = lock(&self.queue);
        queue.steps.push_back(step);
        self.waiting.fetch_add(1, Ordering::Release);
        // To call nobody costs as much as to call somebody.
        if queue.sleepers > 0 {
            self.called.notify_one();
        }
    }

    fn has_some(&self) -> bool {
        self.waiting.load(Ordering::Acquire) > 0
    }

    fn next(&self) -> Option<Arc<dyn Step>> {
        if !self.has_some() {
            return None;
        }
        let step = lock(&self.queue).steps.pop_front()?;
        self.waiting.fetch_sub(1, Ordering::Release);
        Some(step)
    }

    fn serve(&self) {
        while !self.is_closed.load(Ordering::Acquire) {
            match self.next() {
                Some(step) => step.begin(),
                None => self.rest(),
            }
        }
    }

    fn rest(&self) {
        if comes_soon(|| self.has_some()) {
            return;
        }
        let mut queue = lock(&self.queue);
        queue.sleepers += 1;
        while queue.steps.is_empty() && !self.is_closed.load(Ordering::Acquire) {
            queue = self.called.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.sleepers -= 1;
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_given_away_comes_back_in_any_order() {
        for threads in [0, 1, 3] {
            let hands = Hands::new(threads);
            let give = |n: u64| (n, hands.give(move || n * n));
            let mut errands: Vec<_> = (0..1_000).map(give).collect();
            errands.rotate_left(333);
            assert!(errands.into_iter().all(|(n, errand)| errand.wait() == n * n), "{threads}");
        }
    }

    #[test]
    fn a_panic_is_heard_by_whoever_waits() {
        for threads in [0, 1] {
            let hands = Hands::new(threads);
            let errand = hands.give(|| panic!("as planted"));
            let panic = catch_unwind(AssertUnwindSafe(|| errand.wait())).unwrap_err();
            assert_eq!(panic.downcast_ref::<&str>(), Some(&"as planted"));
            assert_eq!(hands.give(|| 1).wait(), 1);
        }
    }
}
