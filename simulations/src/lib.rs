//! A virtual world that runs the nodes of daiban.
//!
//! A scenario and a seed draw a whole story: a city, or a part of one, in which people open, edit
//! and decide cases while links cut, processes die and disks forget what was not synced. Every
//! office runs the very same [`daiban_node::replica::Replica`] over the very same store as in
//! production; only time, the network, the disk and the people are ours.
//!
//! ```text
//! scenario what breaks and when, what people do ─┐
//! workload people at work                       ─┼→ world: one queue of events in virtual time
//! node     a replica with its disk and clock    ─┤    ↓ every send, sync and reply
//! link     ordered streams that reset           ─┘  checkers: what must be true whatever happens
//!                                                     ↓ figures, events
//!                                                   record: what is written down of a run
//!                                                     ↓
//!                                                   report: a page of one run, or of two
//! ```
//!
//! In a large city the nodes compute on all cores (`hands`); the trace is the same on any number of
//! them.
//!
//! First the story breaks things and the checkers of safety watch; then everything heals and within
//! a bound all offices must agree. Where to start reading: [`scenario`], [`story`], then `world`. A
//! failure names the seed, the checker and what it saw; [`sweep`] runs many seeds, [`shrink`] finds
//! the shortest story that still fails.

mod away;
mod checkers;
mod city;
mod computer;
mod dice;
mod fault;
mod hands;
mod kept;
mod link;
mod node;
mod people;
pub mod real;
mod record;
mod report;
pub mod scenario;
mod shrink;
pub mod story;
pub mod sweep;
mod tap;
mod told;
mod trace;
mod workload;
mod world;

pub use checkers::{Checker, Failure};
#[cfg(feature = "mutants")]
pub use daiban_sync::mutants::Mutant;
pub use fault::{Death, Point, Said};
pub use record::{Distribution, Happening, ProfileFigures, RECORD_VERSION, Record, Sample};
pub use report::report;
pub use scenario::{Scenario, ScenarioError};
pub use shrink::shrink;
pub use story::{Counts, Options, Outcome, run, run_random};
