//! Walking through a segment, over damage.

use super::frame::{Frame, HEADER_BYTES as FRAME_BYTES};
use super::{Checkpoint, Position};

pub(in crate::store) const HEADER_BYTES: u32 = 64;
const HEADER_LEN: usize = HEADER_BYTES as usize;
const MAGIC: &[u8; 8] = b"DAIBANJ\0";
const VERSION: u16 = 1;

/// The beginning of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Header {
    pub(in crate::store) segment: u32,
    pub(in crate::store) records: u64,
    pub(in crate::store) chain: [u8; 32],
}

/// Why a header was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum HeaderError {
    Damaged,
    Version { expected: u16, found: u16 },
}

impl Header {
    pub(in crate::store) fn of(segment: u32, before: Checkpoint) -> Self {
        Self { segment, records: before.records, chain: before.chain }
    }

    pub(in crate::store) fn encode(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..10].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.segment.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.records.to_le_bytes());
        bytes[24..56].copy_from_slice(&self.chain);
        let crc = crc32c::crc32c(&bytes[..56]);
        bytes[56..60].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    pub(in crate::store) fn decode(bytes: &[u8]) -> Result<Self, HeaderError> {
        let bytes = bytes.first_chunk::<HEADER_LEN>().ok_or(HeaderError::Damaged)?;
        let crc = crc32c::crc32c(&bytes[..56]).to_le_bytes();
        if bytes[..8] != *MAGIC || bytes[56..60] != crc {
            return Err(HeaderError::Damaged);
        }
        let found = u16::from_le_bytes([bytes[8], bytes[9]]);
        if found != VERSION {
            return Err(HeaderError::Version { expected: VERSION, found });
        }
        let (mut segment, mut records, mut chain) = ([0; 4], [0; 8], [0; 32]);
        segment.copy_from_slice(&bytes[12..16]);
        records.copy_from_slice(&bytes[16..24]);
        chain.copy_from_slice(&bytes[24..56]);
        Ok(Self {
            segment: u32::from_le_bytes(segment),
            records: u64::from_le_bytes(records),
            chain,
        })
    }

    /// Everything before the first record of this segment.
    pub(in crate::store) fn checkpoint(&self) -> Checkpoint {
        let position = Position { segment: self.segment, offset: HEADER_BYTES };
        Checkpoint { position, records: self.records, chain: self.chain }
    }
}

/// A stretch of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Piece<'a> {
    Record {
        at: Position,
        after: Checkpoint,
        body: &'a [u8],
    },
    /// No record; the next one that is sound begins at `next`, if there is one in this segment.
    Gap {
        at: Position,
        next: Option<Position>,
        bytes: &'a [u8],
    },
}

/// Iterates over the pieces of a segment.
pub(in crate::store) struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    before: Checkpoint,
}

impl<'a> Walk<'a> {
    /// From `before` on, in the bytes of its segment.
    pub(in crate::store) fn new(bytes: &'a [u8], before: Checkpoint) -> Self {
        Self { bytes, at: before.position.offset as usize, before }
    }

    /// What has been walked over.
    pub(in crate::store) fn checkpoint(&self) -> Checkpoint {
        self.before
    }

    fn place(&self, offset: usize) -> Position {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        Position { segment: self.before.position.segment, offset }
    }

    /// The next sound record after the bytes at `self.at`: where the length says, or by search.
    fn resync(&self) -> Option<usize> {
        let is_record = |at: &usize| record_at(self.bytes, *at).is_some();
        self.said_end()
            .filter(is_record)
            .or_else(|| (self.at + 1..self.bytes.len()).find(is_record))
    }

    /// Where bytes that are no record end, when no record follows: where the length says if only
    /// room is behind it, or at the end of the file.
    fn end_of_gap(&self) -> usize {
        let len = self.bytes.len();
        self.said_end().filter(|&end| self.is_room(end)).map_or(len, |end| end.min(len))
    }

    /// Where the length of the record at `self.at` says that it ends.
    fn said_end(&self) -> Option<usize> {
        let frame = header_at(self.bytes, self.at)?;
        Some(self.at + FRAME_BYTES + frame.len as usize)
    }

    /// Whether nothing was written from `at` on: the writer may have made room there.
    fn is_room(&self, at: usize) -> bool {
        self.bytes.get(at..).is_none_or(|rest| rest.iter().all(|byte| *byte == 0))
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let at = self.place(self.at);
        if let Some((frame, body)) = record_at(self.bytes, self.at) {
            self.at += FRAME_BYTES + body.len();
            self.before = self.before.step(&frame, self.place(self.at));
            return Some(Piece::Record { at, after: self.before, body });
        }
        if self.is_room(self.at) {
            return None;
        }
        let resumed = self.resync();
        let end = resumed.unwrap_or_else(|| self.end_of_gap());
        let bytes = &self.bytes[self.at..end];
        if let Some(frame) =
            header_at(self.bytes, self.at).filter(|f| f.end(at.offset) as usize == end)
        {
            self.before = self.before.step(&frame, self.place(end));
        } else {
            self.before.position = self.place(end);
        }
        self.at = end;
        Some(Piece::Gap { at, next: resumed.map(|next| self.place(next)), bytes })
    }
}

fn header_at(bytes: &[u8], at: usize) -> Option<Frame> {
    let frame = Frame::parse(*bytes.get(at..)?.first_chunk::<FRAME_BYTES>()?);
    frame.body_len().map(|_| frame)
}

fn record_at(bytes: &[u8], at: usize) -> Option<(Frame, &[u8])> {
    let frame = header_at(bytes, at)?;
    let start = at + FRAME_BYTES;
    let body = bytes.get(start..start + frame.body_len()?)?;
    frame.fits(body).then_some((frame, body))
}

#[cfg(test)]
mod tests {
    use super::super::frame::frame;
    use super::*;
    use proptest::prelude::*;

    fn segment(bodies: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = Header::of(1, Checkpoint::START).encode().to_vec();
        for body in bodies {
            frame(body, &mut bytes).unwrap();
        }
        bytes
    }

    fn bodies() -> impl Strategy<Value = Vec<Vec<u8>>> {
        proptest::collection::vec(proptest::collection::vec(any::<u8>(), 9..200), 1..20)
    }

    fn walk(bytes: &[u8]) -> (Vec<Vec<u8>>, usize) {
        let mut gaps = 0;
        let records = Walk::new(bytes, Checkpoint::START).filter_map(|piece| match piece {
            Piece::Record { body, .. } => Some(body.to_vec()),
            Piece::Gap { .. } => {
                gaps += 1;
                None
            }
        });
        let records = records.collect();
        (records, gaps)
    }

    #[test]
    fn golden_bytes() {
        let header = Header { segment: 2, records: 3, chain: [0xcc; 32] };
        let mut bytes = header.encode().to_vec();
        frame(b"durable!body", &mut bytes).unwrap();
        let expected = [
            "44414942414e4a00".to_owned(),
            "0100000002000000".into(),
            "0300000000000000".into(),
            "cc".repeat(32),
            format!("{:08x}00000000", crc32c::crc32c(&bytes[..56]).swap_bytes()),
            format!("0c000000{:08x}", crc32c::crc32c(b"\x0c\0\0\0durable!body").swap_bytes()),
            hex::encode(b"durable!body"),
        ];
        assert_eq!(hex::encode(&bytes), expected.concat());
        assert_eq!(Header::decode(&bytes), Ok(header));
        bytes[8] = 2;
        let crc = crc32c::crc32c(&bytes[..56]).to_le_bytes();
        bytes[56..60].copy_from_slice(&crc);
        assert_eq!(Header::decode(&bytes), Err(HeaderError::Version { expected: 1, found: 2 }));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(bodies in bodies()) {
            prop_assert_eq!(walk(&segment(&bodies)), (bodies, 0));
        }

        #[test]
        fn room_behind_the_records_is_no_damage(bodies in bodies(), room in 0usize..100) {
            let mut bytes = segment(&bodies);
            let end = bytes.len();
            bytes.resize(end + room, 0);
            prop_assert_eq!(walk(&bytes), (bodies, 0));
            bytes[end - 1] ^= 1;
            let mut walk = Walk::new(&bytes, Checkpoint::START);
            while walk.next().is_some() {}
            prop_assert_eq!(walk.checkpoint().position.offset as usize, end);
        }

        #[test]
        fn a_torn_tail_loses_nothing_before_it(bodies in bodies(), cut in any::<prop::sample::Index>()) {
            let whole = segment(&bodies);
            let cut = HEADER_LEN + cut.index(whole.len() - HEADER_LEN);
            let (records, _) = walk(&whole[..cut]);
            prop_assert!(bodies.starts_with(&records));
            let mut end = HEADER_LEN;
            let complete = bodies.iter().take_while(|b| { end += FRAME_BYTES + b.len(); end <= cut }).count();
            prop_assert_eq!(records.len(), complete);
        }

        #[test]
        fn a_flipped_bit_costs_one_record(bodies in bodies(), bit in any::<prop::sample::Index>()) {
            let mut bytes = segment(&bodies);
            let bit = HEADER_LEN * 8 + bit.index((bytes.len() - HEADER_LEN) * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            let (records, gaps) = walk(&bytes);
            prop_assert_eq!(gaps, 1);
            prop_assert_eq!(records.len(), bodies.len() - 1);
            prop_assert!(records.iter().all(|record| bodies.contains(record)));
        }
    }
}
