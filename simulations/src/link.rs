//! Connections: ordered bytes on each lane in each direction, until a reset.

use daiban_sync::id::Millis;
use daiban_sync::session::Lane;

use crate::dice::Dice;
use crate::scenario::Profile;
use crate::tap::Tap;

/// Bytes of one packet.
const PACKET_BYTES: u64 = 1_200;
/// A control message waits no longer behind the bytes of files: these are paced.
const QUEUE_MS_MIN: u64 = 100;

/// An office's last mile: what it is like, and what is wrong with it.
pub(crate) struct Line {
    pub(crate) profile: Profile,
    /// When what was sent so far has left, up and down.
    free_at: [Millis; 2],
    /// Nobody is reached before.
    pub(crate) dark_until: Millis,
    /// What the office says is lost before.
    pub(crate) mute_until: Millis,
    /// The office right above is not reached before.
    pub(crate) cut_until: Millis,
}

/// Towards the offices above, or from them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Up,
    Down,
}

impl Line {
    pub(crate) fn new(profile: Profile) -> Self {
        let never = Millis(0);
        Self {
            profile,
            free_at: [never; 2],
            dark_until: never,
            mute_until: never,
            cut_until: never,
        }
    }

    /// Whatever was wrong is mended.
    pub(crate) fn mend(&mut self) {
        let never = Millis(0);
        (self.dark_until, self.mute_until, self.cut_until) = (never, never, never);
        self.profile.blocked = false;
    }

    /// When bytes that leave now have passed: what lies before them, their own length, the way, and
    /// what a loss costs an ordered stream.
    pub(crate) fn pass(
        &mut self,
        now: Millis,
        way: Way,
        lane: Lane,
        len: usize,
        dice: &mut Dice,
    ) -> Millis {
        let profile = &self.profile;
        let (kbps, place) = match way {
            Way::Up => (profile.up_kbps, 0),
            Way::Down => (profile.down_kbps, 1),
        };
        let patience = profile.queue_ms.max(QUEUE_MS_MIN);
        let queued = match lane {
            Lane::Control => self.free_at[place].min(now.plus(patience)),
            Lane::Bulk => self.free_at[place],
        };
        let sent = queued.max(now).plus(len as u64 * 8 / kbps);
        self.free_at[place] = sent.max(self.free_at[place]);
        let jitter = dice.between(0, profile.jitter_ms);
        let packets = len as u64 / PACKET_BYTES + 1;
        let is_lost = dice.one_in_million((profile.loss_ppm * packets).min(900_000));
        let repair = if is_lost { profile.rtt_ms + dice.between(20, 400) } else { 0 };
        sent.plus(profile.rtt_ms / 2 + jitter + repair)
    }
}

/// One side of a link.
pub(crate) struct End {
    pub(crate) node: usize,
    /// The life of the node that it belongs to.
    pub(crate) boot: u64,
    pub(crate) connected: Millis,
    /// It has not been closed at this side.
    pub(crate) is_open: bool,
    /// It has said what its program is.
    pub(crate) has_spoken: bool,
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
        let tap = Tap::default();
        Self { node, boot, connected, is_open: true, has_spoken: false, arrived, tap }
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
