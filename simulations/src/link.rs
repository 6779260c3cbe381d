//! Connections: ordered bytes on each lane in each direction, until a reset.

use daiban_sync::id::Millis;
use daiban_sync::session::Lane;

use crate::tap::Tap;

/// One side of a link.
pub(crate) struct End {
    pub(crate) node: usize,
    /// The life of the node that it belongs to.
    pub(crate) boot: u64,
    pub(crate) connected: Millis,
    /// It has not been closed at this side.
    pub(crate) is_open: bool,
    /// When what was sent to this side before has arrived, by lane.
    arrived: [Millis; 2],
    /// Reads along what this side sends.
    pub(crate) tap: Tap,
}

/// A connection of two nodes.
pub(crate) struct Link {
    pub(crate) ends: [End; 2],
    /// Nothing that is sent from now on arrives.
    pub(crate) is_broken: bool,
    /// What is on its way does not arrive at this side either.
    pub(crate) is_lost: [bool; 2],
}

impl End {
    pub(crate) fn new(node: usize, boot: u64, connected: Millis) -> Self {
        let arrived = [connected; 2];
        Self { node, boot, connected, is_open: true, arrived, tap: Tap::default() }
    }
}

impl Link {
    pub(crate) fn new(ends: [End; 2]) -> Self {
        Self { ends, is_broken: false, is_lost: [false; 2] }
    }

    /// The side of a node's present life.
    pub(crate) fn side_of(&self, node: usize, boot: u64) -> Option<usize> {
        self.ends.iter().position(|end| end.node == node && end.boot == boot)
    }

    pub(crate) fn joins(&self, a: usize, b: usize) -> bool {
        let nodes = [self.ends[0].node, self.ends[1].node];
        nodes == [a, b] || nodes == [b, a]
    }

    /// When bytes that are sent to `side` now arrive: never before what was sent earlier.
    pub(crate) fn arrival(&mut self, side: usize, lane: Lane, earliest: Millis) -> Millis {
        let lane = usize::from(lane == Lane::Bulk);
        let at = earliest.max(self.ends[side].arrived[lane]);
        self.ends[side].arrived[lane] = at;
        at
    }
}
