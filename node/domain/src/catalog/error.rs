//! What is wrong with a catalog file, for the person who maintains it.

use crate::words::Said;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}:{line}: {field}: {problem}; {remedy}")]
pub struct CatalogError {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// The path of the key, such as `stage[3].limit.unit`.
    pub field: String,
    pub problem: Said,
    pub remedy: Said,
}
