//! The ledger of a day 编号台账: what became of every serial that could be given.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Block, Lease};
use crate::act::CaseId;
use crate::fold::Status;
use crate::receipt_number::ReceiptNumber;

/// A case to which a serial was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Given {
    pub serial: u16,
    pub case: CaseId,
    pub receipt: Option<ReceiptNumber>,
    pub status: Status,
    /// It is the number of the case still; otherwise the case has another.
    pub stands: bool,
}

/// What became of a serial, or of several that follow each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Line {
    /// A case has it.
    Used(Given),
    /// 作废: the case was voided and its number is not given again.
    Voided(Given),
    /// It was given, and the case has another number in its place.
    Replaced(Given),
    /// Two cases have it: somebody must act.
    Twice { serial: u16, given: Vec<Given> },
    /// Below the last that was given: its case is not here, or on its way.
    NotHere { serials: Block },
    /// Not given yet, or not used that day.
    Free { serials: Block },
    /// Not known to be given before the office's store was lost that day, and not given after it.
    Lost { serials: Block },
}

/// The serials of one lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BlockLedger {
    pub lease: Lease,
    pub lines: Vec<Line>,
}

/// All of an item and day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ledger {
    pub blocks: Vec<BlockLedger>,
    /// Given, and in no block: no number stands there.
    pub outside: Vec<Given>,
}

impl Ledger {
    /// The ledger of these leases, by what the cases say; `is_lost` as [`super::Numbering::is_lost`].
    pub fn of(leases: &[&Lease], given: &[Given], is_lost: impl Fn(&Lease) -> bool) -> Self {
        let mut by_serial: BTreeMap<u16, Vec<Given>> = BTreeMap::new();
        given.iter().for_each(|one| by_serial.entry(one.serial).or_default().push(*one));
        let block = |lease: &&Lease| BlockLedger {
            lease: (*lease).clone(),
            lines: lines(lease.block, &by_serial, is_lost(lease)),
        };
        let is_inside = |one: &&Given| leases.iter().any(|l| l.block.contains(one.serial));
        let outside = given.iter().filter(|one| !is_inside(one)).copied().collect();
        Self { blocks: leases.iter().map(block).collect(), outside }
    }
}

fn lines(block: Block, given: &BTreeMap<u16, Vec<Given>>, is_lost: bool) -> Vec<Line> {
    let gap = |serials| if is_lost { Line::Lost { serials } } else { Line::NotHere { serials } };
    let end = |serials| if is_lost { Line::Lost { serials } } else { Line::Free { serials } };
    let mut lines = Vec::new();
    let mut next = block.first();
    for (&serial, cases) in given.range(block.first()..=block.last()) {
        lines.extend(Block::new(next, serial.saturating_sub(1)).ok().map(gap));
        lines.push(line(serial, cases));
        next = serial + 1;
    }
    lines.extend(Block::new(next, block.last()).ok().map(end));
    lines
}

fn line(serial: u16, cases: &[Given]) -> Line {
    let standing: Vec<_> = cases.iter().filter(|one| one.stands).copied().collect();
    match standing[..] {
        [] => Line::Replaced(cases[0]),
        [one] if one.status == Status::Voided => Line::Voided(one),
        [one] => Line::Used(one),
        _ => Line::Twice { serial, given: standing },
    }
}

#[cfg(test)]
mod tests {
    use daiban_sync::id::{Millis, OfficeCode};
    use proptest::prelude::*;

    use super::*;

    fn lease(first: u16, last: u16) -> Lease {
        Lease {
            decided: Millis(1),
            office: OfficeCode::new(330_382_001_000).unwrap(),
            item: None,
            block: Block::new(first, last).unwrap(),
            from_day: "2026-03-02".parse().unwrap(),
            until: None,
        }
    }

    fn given(serial: u16, case: u8, status: Status, stands: bool) -> Given {
        Given { serial, case: CaseId([case; 16]), receipt: None, status, stands }
    }

    fn serials(line: &Line) -> Block {
        match line {
            Line::Used(one) | Line::Voided(one) | Line::Replaced(one) => {
                Block::new(one.serial, one.serial).unwrap()
            }
            Line::Twice { serial, .. } => Block::new(*serial, *serial).unwrap(),
            Line::NotHere { serials } | Line::Free { serials } | Line::Lost { serials } => *serials,
        }
    }

    #[test]
    fn a_day_is_told_line_by_line() {
        let (first, second) = (lease(1, 9), lease(20, 20));
        let cases = [
            given(1, 1, Status::Closed, true),
            given(2, 2, Status::Voided, true),
            given(2, 9, Status::Accepted, false),
            given(3, 3, Status::Accepted, false),
            given(6, 4, Status::Accepted, true),
            given(6, 5, Status::Accepted, true),
            given(15, 6, Status::Accepted, false),
        ];
        let ledger = Ledger::of(&[&first, &second], &cases, |_| false);
        let [ref used, ref voided, ref replaced, ref not_here, ref twice, ref free] =
            ledger.blocks[0].lines[..]
        else {
            panic!("{ledger:#?}")
        };
        assert!(matches!(used, Line::Used(Given { serial: 1, .. })));
        assert!(matches!(voided, Line::Voided(Given { serial: 2, stands: true, .. })));
        assert!(matches!(replaced, Line::Replaced(Given { serial: 3, .. })));
        assert_eq!(serials(not_here).to_string(), "0004-0005");
        assert!(matches!(twice, Line::Twice { serial: 6, given } if given.len() == 2));
        assert_eq!(serials(free).to_string(), "0007-0009");
        assert!(matches!(ledger.blocks[1].lines[..], [Line::Free { .. }]));
        assert_eq!(ledger.outside.iter().map(|one| one.serial).collect::<Vec<_>>(), [15]);
    }

    proptest! {
        #[test]
        fn every_serial_of_a_block_is_explained_once(
            cases in prop::collection::vec((1_u16..60, any::<u8>(), any::<bool>()), 0..40),
            lost in any::<bool>(),
        ) {
            let cases: Vec<_> = cases
                .into_iter()
                .map(|(serial, case, stands)| given(serial, case, Status::Accepted, stands))
                .collect();
            let leases = [lease(5, 30), lease(35, 50)];
            let is_lost = |lease: &Lease| lost && lease.block.first() == 35;
            let ledger = Ledger::of(&leases.iter().collect::<Vec<_>>(), &cases, is_lost);
            for block in &ledger.blocks {
                let told = block.lines.iter().flat_map(|line| serials(line).serials());
                prop_assert!(told.eq(block.lease.block.serials()));
                let open = |line: &Line| matches!(line, Line::Free { .. } | Line::NotHere { .. });
                prop_assert!(!is_lost(&block.lease) || !block.lines.iter().any(open));
            }
            let outside = |one: &&Given| !leases.iter().any(|l| l.block.contains(one.serial));
            prop_assert_eq!(ledger.outside.len(), cases.iter().filter(outside).count());
        }
    }
}
