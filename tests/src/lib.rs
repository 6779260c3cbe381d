//! Helpers of the tests with real processes: a tree of offices on loopback.

pub mod office;
pub mod stranger;
pub mod tree;
