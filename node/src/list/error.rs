//! Why a list is not taken.

use std::fmt;

use daiban_domain::words::{self, Said};

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListErrorKind {
    /// The list itself.
    Input,
    /// It has no such sheet.
    NoSuchSheet,
    /// A sheet was named, and it has none.
    NoSheets,
    /// The disk that it is on.
    Disk,
}

/// Why a list is not taken, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListError {
    pub kind: ListErrorKind,
    pub said: Said,
    /// The words of whatever failed underneath.
    pub cause: Option<String>,
    pub remedy: Said,
    /// Each fault on its own.
    pub lines: Vec<Said>,
}

impl ListError {
    pub(super) fn new(kind: ListErrorKind, said: Said, remedy: Said) -> Self {
        Self { kind, said, cause: None, remedy, lines: Vec::new() }
    }

    /// The list cannot be taken as it stands.
    pub(crate) fn input(said: Said, remedy: Said) -> Self {
        Self::new(ListErrorKind::Input, said, remedy)
    }

    #[must_use]
    pub(super) fn because(self, cause: impl fmt::Display) -> Self {
        Self { cause: Some(cause.to_string()), ..self }
    }

    pub(crate) fn not_read(name: &str, error: impl fmt::Display) -> Self {
        let (said, remedy) = (words::list_not_read(name), words::check_path_and_disk());
        Self::new(ListErrorKind::Disk, said, remedy).because(error)
    }
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.said)?;
        if let Some(cause) = &self.cause {
            write!(f, ": {cause}")?;
        }
        write!(f, "；{}", self.remedy)?;
        self.lines.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl std::error::Error for ListError {}
