//! What waits to be said besides runs, in the order of urgency.
//!
//! Whatever is replaced by newer word waits in a slot of its own, so a peer that never reads costs
//! a bounded amount however long that lasts.

use std::collections::{BTreeMap, VecDeque};

use crate::error::Misbehaviour;
use crate::frame::Frame;
use crate::head::Receipt;
use crate::id::{LogId, OfficeCode};
use crate::limits::{ACKS_PER_FRAME, ANSWERS_MAX, FETCHES_MAX, RECEIPTS_PER_FRAME};

/// Frames of one session on their way out.
#[derive(Default)]
pub(super) struct Outbox {
    frames: VecDeque<Frame>,
    acks: BTreeMap<LogId, u64>,
    bulk_arrived: Option<u64>,
    beacon: Option<Vec<u8>>,
    receipts: BTreeMap<(LogId, OfficeCode), Receipt>,
    /// Fetches of ours that wait until fewer are in flight.
    fetches: VecDeque<(LogId, u64)>,
    /// Fetches of ours that the peer answers next, in this order.
    fetching: VecDeque<LogId>,
}

impl Outbox {
    /// Says nothing but `frame` from now on.
    pub(super) fn only(frame: Frame) -> Self {
        Self { frames: VecDeque::from([frame]), ..Self::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.frames.len()
    }

    pub(super) fn push(&mut self, frame: Frame) {
        self.frames.push_back(frame);
    }

    pub(super) fn extend(&mut self, frames: impl IntoIterator<Item = Frame>) {
        self.frames.extend(frames);
    }

    /// Answers a question; a peer that asks and never reads is refused.
    pub(super) fn answer(&mut self, frame: Frame) -> Result<(), Misbehaviour> {
        self.frames.push_back(frame);
        Misbehaviour::check_bound("unread answers", self.frames.len(), ANSWERS_MAX)
    }

    pub(super) fn acknowledge(&mut self, log: LogId, len: u64) {
        let acked = self.acks.entry(log).or_insert(len);
        *acked = len.max(*acked);
    }

    pub(super) fn acknowledge_bulk(&mut self, bytes: u64) {
        self.bulk_arrived = Some(bytes);
    }

    pub(super) fn set_beacon(&mut self, beacon: Vec<u8>) {
        self.beacon = Some(beacon);
    }

    pub(super) fn has_beacon(&self) -> bool {
        self.beacon.is_some()
    }

    pub(super) fn add_receipts(&mut self, receipts: &[Receipt]) {
        self.receipts.extend(receipts.iter().map(|r| ((r.log, r.office), *r)));
    }

    pub(super) fn fetch(&mut self, log: LogId, from: u64) {
        self.fetches.push_back((log, from));
    }

    /// The peer answers a fetch of `log`.
    pub(super) fn fetched(&mut self, log: LogId) -> Result<(), Misbehaviour> {
        if self.fetching.front() != Some(&log) {
            let (expected, got) = ("the answer to our oldest fetch", "another run");
            return Err(Misbehaviour::OutOfTurn { expected, got });
        }
        self.fetching.pop_front();
        Ok(())
    }

    /// The next frame to send.
    pub(super) fn next(&mut self) -> Option<Frame> {
        self.frames
            .pop_front()
            .or_else(|| take(&mut self.acks, ACKS_PER_FRAME).map(Frame::Durable))
            .or_else(|| self.bulk_arrived.take().map(Frame::BulkArrived))
            .or_else(|| self.next_fetch())
            .or_else(|| self.beacon.take().map(Frame::Beacon))
            .or_else(|| self.next_receipts())
    }

    fn next_fetch(&mut self) -> Option<Frame> {
        if self.fetching.len() >= FETCHES_MAX {
            return None;
        }
        let (log, from) = self.fetches.pop_front()?;
        self.fetching.push_back(log);
        Some(Frame::Fetch { log, from })
    }

    fn next_receipts(&mut self) -> Option<Frame> {
        let receipts = take(&mut self.receipts, RECEIPTS_PER_FRAME)?;
        Some(Frame::Receipts(receipts.into_iter().map(|(_, receipt)| receipt).collect()))
    }
}

/// Up to `count` of the first in `map`; `None` if it is empty.
fn take<K: Ord, V>(map: &mut BTreeMap<K, V>, count: usize) -> Option<Vec<(K, V)>> {
    (!map.is_empty()).then(|| std::iter::from_fn(|| map.pop_first()).take(count).collect())
}
