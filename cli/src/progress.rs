//! How far a verb has got.

use std::io::{IsTerminal as _, Write as _};

/// Percent on the standard error, for people who wait.
pub(crate) struct Progress {
    word: &'static str,
    shown: u64,
    moving: bool,
}

impl Progress {
    pub(crate) fn new(word: &'static str) -> Self {
        Self { word, shown: 0, moving: std::io::stderr().is_terminal() }
    }

    pub(crate) fn tell(&mut self, done: u64, all: u64) {
        let percent = done * 100 / all.max(1);
        let step = if self.moving { 1 } else { 10 };
        if percent < self.shown + step && percent != 100 || percent == self.shown {
            return;
        }
        self.shown = percent;
        let end = if self.moving && percent < 100 { "\r" } else { "\n" };
        // Nobody is harmed by a lost percentage.
        let _ = write!(std::io::stderr(), "{} {percent}%{end}", self.word);
    }
}
