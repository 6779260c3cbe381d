//! Bugs planted on purpose, wherever in the node they are, to prove that the virtual city finds such
//! bugs. A build without the feature `mutants` contains none of them: there `planted!` is `false`.

/// Whether this bug is planted here on purpose.
#[cfg(feature = "mutants")]
#[macro_export]
macro_rules! planted {
    ($mutant:ident) => {
        $crate::mutants::is_planted($crate::mutants::Mutant::$mutant)
    };
}

/// Whether this bug is planted here on purpose.
#[cfg(not(feature = "mutants"))]
#[macro_export]
macro_rules! planted {
    ($mutant:ident) => {
        false
    };
}

#[cfg(feature = "mutants")]
pub use planting::{Mutant, Planted, is_planted, plant};

#[cfg(feature = "mutants")]
mod planting {
    use std::cell::Cell;

    /// Which bug.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Mutant {
        /// Peers and people are told when a batch is handed to the disk, not when it is synced.
        AckBeforeSync,
        /// Runs that were taken in are shown to other sessions before they are durable.
        RelayBeforeDurable,
        /// A run is appended to whatever is held of its log, also to another history.
        ForkRuleSkipped,
        /// A peer is shown every channel that is held here.
        WrongOfficeServed,
        /// A decision counts as having seen whatever the form holds.
        PinForgotten,
        /// A public holiday is worked.
        HolidayCounted,
        /// A file that a cut interrupted is asked for from its beginning.
        BlobNotResumed,
        /// The digest of the frontier leaves a log out.
        DigestMissesALog,
        /// A peer that speaks a version beyond ours is refused, though it speaks ours too.
        LaterProgramRefused,
    }

    thread_local!(static PLANTED: Cell<Option<Mutant>> = const { Cell::new(None) });

    /// As long as it lives the bug is planted in this thread.
    #[derive(Debug)]
    pub struct Planted(());

    impl Drop for Planted {
        fn drop(&mut self) {
            PLANTED.set(None);
        }
    }

    /// Plants a bug in every node that this thread runs.
    #[must_use]
    pub fn plant(mutant: Mutant) -> Planted {
        PLANTED.set(Some(mutant));
        Planted(())
    }

    /// Whether the bug is planted.
    pub fn is_planted(mutant: Mutant) -> bool {
        PLANTED.get() == Some(mutant)
    }
}
