//! Helpers of the tests with real processes: a tree of offices on loopback.

pub mod harm;
pub mod line;
pub mod office;
pub mod stranger;
pub mod tree;
