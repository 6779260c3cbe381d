//! A virtual world that runs the nodes of daiban.
//!
//! One seed draws a whole story: a city, a county, two towns and six villages in which people open,
//! edit and decide cases while links cut, processes die and disks forget what was not synced. Every
//! office runs the very same [`daiban_node::replica::Replica`] over the very same store as in
//! production; only time, the network, the disk and the people are ours.
//!
//! ```text
//! story    what breaks and when (one seed)     ─┐
//! workload what people do                      ─┼→ world: one queue of events in virtual time
//! node     a replica with its disk             ─┤    ↓ every send, sync and reply
//! link     ordered streams that reset          ─┘  checkers: what must be true whatever happens
//! ```
//!
//! First the story breaks things and the checkers of safety watch; then everything heals and within
//! [`story::HEAL_BOUND_MS`] all offices must agree. Where to start reading: [`story`], then
//! `world`. A failure names the seed, the checker and what it saw; [`sweep`] runs many seeds.

mod checkers;
mod city;
mod dice;
mod fault;
mod kept;
mod link;
mod node;
mod people;
pub mod scenario;
pub mod story;
pub mod sweep;
mod tap;
mod told;
mod trace;
mod workload;
mod world;

pub use checkers::{Checker, Failure};
pub use fault::{Death, Point, Said};
pub use scenario::{Scenario, ScenarioError};
pub use story::{Counts, Options, Outcome, run};
