//! What must be true whatever happens.
//!
//! | checker | file | when |
//! |---|---|---|
//! | nothing acknowledged is lost | [`lost`] | after every start, and at the end |
//! | acknowledge after durable | [`durable`] | at every send and every reply |
//! | convergence | [`convergence`] | at the end |
//! | authorship | [`authorship`] | at the end |
//! | authority | [`authority`] | at the end |
//! | jurisdiction | [`lost`] | at every sync, and at the end |
//! | calm: no alarm that the story does not explain | [`calm`] | at every alarm |

pub(crate) mod authority;
pub(crate) mod authorship;
pub(crate) mod calm;
pub(crate) mod convergence;
pub(crate) mod durable;
pub(crate) mod lost;

use std::fmt;

use daiban_sync::id::Millis;

/// Who found something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Checker {
    NothingLost,
    DurableFirst,
    Convergence,
    Authorship,
    Authority,
    Jurisdiction,
    Calm,
    NoPanic,
}

/// Something that must never happen did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub checker: Checker,
    pub sentence: String,
    /// Virtual time since the story began.
    pub at: Millis,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.at.0 / 1_000;
        write!(f, "{:?} after {seconds} s: {}", self.checker, self.sentence)
    }
}

/// What a checker says: nothing, or who found what.
pub(crate) type Verdict = Result<(), (Checker, String)>;
