//! Bugs planted on purpose, wherever they are.

use daiban_node::replica;

/// Which bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// In the node.
    Node(replica::Mutant),
}

impl Mutant {
    pub(crate) fn of_the_node(self) -> Option<replica::Mutant> {
        match self {
            Self::Node(mutant) => Some(mutant),
        }
    }
}

/// As long as it lives the bug is planted in this thread.
pub(crate) struct Planted;

pub(crate) fn plant(_mutant: Mutant) -> Planted {
    Planted
}
