//! Helpers of the tests: a tree of real processes on loopback, and what is fuzzed.

pub mod browser;
pub mod chromium;
pub mod fuzz;
pub mod harm;
pub mod inspection;
pub mod item;
pub mod line;
pub mod list;
pub mod office;
mod port;
pub mod seat;
pub mod stranger;
pub mod tree;
