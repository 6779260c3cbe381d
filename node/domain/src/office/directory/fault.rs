//! What is wrong with a directory file, for the person who publishes it.

use crate::words::{self, Said};

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {field}: {problem}; {remedy}")]
pub struct DirectoryFault {
    /// Counted from 1.
    pub line: usize,
    /// The column.
    pub field: &'static str,
    pub problem: Said,
    pub remedy: Said,
}

pub(super) fn fault(
    line: usize,
    field: &'static str,
    problem: Said,
    remedy: Said,
) -> DirectoryFault {
    DirectoryFault { line, field, problem, remedy }
}

pub(super) fn code_faulty(line: usize, field: &'static str, found: &str) -> DirectoryFault {
    fault(line, field, words::no_division_code(found), words::write_twelve_digits())
}

pub(super) fn day_faulty(line: usize, found: &str) -> DirectoryFault {
    fault(line, "from", words::no_day(found), words::write_a_day())
}
