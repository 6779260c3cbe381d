//! What must be true whatever happens.
//!
//! | checker | file | when |
//! |---|---|---|
//! | nothing acknowledged is lost, nothing synced goes back | [`lost`] | after every start, and at the end |
//! | acknowledge after durable | [`durable`] | at every send and every reply |
//! | convergence, of the healed core and then of all | [`convergence`] | at the end |
//! | authorship | [`authorship`] | at the end |
//! | authority | [`authority`] | at the end |
//! | pinning, single outcome | [`pinning`] | at the end |
//! | jurisdiction | [`lost`] | at every send and every sync |
//! | deadlines count working days | [`deadlines`] | at the end |
//! | what a node holds is what people did | [`model`] | at sampled moments |
//! | what a form shows is what nobody typed over | [`register`] | at sampled moments, and at the end |
//! | bounds of sessions, memory and disk; nothing is asked for twice | [`bounds`] | at sampled moments, at every send |
//! | idempotence: what is heard or recovered twice changes nothing | [`crate::story`] | at the end |
//! | calm: no alarm that the story does not explain | [`calm`] | at every alarm |
//! | what the scenario expects | [`crate::story`] | at the end |
//!
//! All of it holds with programs of several versions side by side ([`crate::node::Node::speaks`]).
//! Nothing is ever pruned: that what was synced stays is [`lost`]'s to see.

pub(crate) mod authority;
pub(crate) mod authorship;
pub(crate) mod bounds;
pub(crate) mod calm;
pub(crate) mod convergence;
pub(crate) mod deadlines;
pub(crate) mod durable;
pub(crate) mod lost;
pub(crate) mod model;
pub(crate) mod pinning;
pub(crate) mod register;

use std::fmt;

use daiban_sync::id::Millis;
use serde::Serialize;

use crate::world::World;

/// Nodes that are compared with the model at one sampled moment.
const NODES_COMPARED: usize = 5;

/// Who found something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Checker {
    NothingLost,
    DurableFirst,
    Convergence,
    Authorship,
    Authority,
    Pinning,
    Jurisdiction,
    Deadlines,
    Model,
    Bounds,
    Idempotence,
    Calm,
    Expectation,
    NoPanic,
}

/// Something that must never happen did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub checker: Checker,
    pub sentence: String,
    /// Virtual time since the story began.
    pub at: Millis,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.at.0 / 1_000;
        write!(f, "{:?} after {seconds} s: {}", self.checker, self.sentence)
    }
}

/// What a checker says: nothing, or who found what.
pub(crate) type Verdict = Result<(), (Checker, String)>;

/// The checkers that look now and then, at a few nodes.
pub(crate) fn sampled(world: &mut World) -> Verdict {
    for _ in 0..NODES_COMPARED {
        let place = world.dice.place(world.nodes.len());
        let node = &world.nodes[place];
        world.workload.model.check(place, node, &world.promises)?;
        world.workload.check_shown(node, &mut world.dice)?;
        let offices = world.nodes.iter().map(|other| other.office);
        let is_peer = |other: &daiban_sync::id::OfficeCode| {
            other.is_within(node.office) || node.office.is_within(*other)
        };
        bounds::check_links(node, offices.filter(is_peer).count())?;
        bounds::check_memory(node)?;
        bounds::check_disk(node)?;
    }
    Ok(())
}
