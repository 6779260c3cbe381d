use proptest::prelude::*;

use super::*;

const COUNTY: u64 = 330_382_000_000;

fn office(town: u64) -> OfficeCode {
    OfficeCode::new(COUNTY + town * 1_000).unwrap()
}

fn item(n: u8) -> BasicCode {
    format!("9905110{n:02}000").parse().unwrap()
}

fn day(n: i32) -> Date {
    "2026-03-02".parse::<Date>().unwrap().plus(n)
}

fn lease(decided: u64, town: u64, block: (u16, u16)) -> Lease {
    let block = Block::new(block.0, block.1).unwrap();
    let (item, until) = (None, None);
    Lease { decided: Millis(decided), office: office(town), item, block, from_day: day(0), until }
}

#[test]
fn blocks_read_as_people_write_them() {
    assert_eq!("0200-0299".parse(), Block::new(200, 299));
    assert_eq!(Block::new(1, 7).unwrap().to_string(), "0001-0007");
    for bad in ["", "5", "0-9", "9-1", "1-10000", "a-b", "-"] {
        assert!(bad.parse::<Block>().is_err(), "{bad}");
    }
}

#[test]
fn the_lowest_serial_that_is_left_is_next() {
    let mut numbering = Numbering::default().at(office(1));
    numbering.take(office(0), lease(1, 1, (5, 6))).unwrap();
    numbering.take(office(0), lease(2, 1, (2, 2))).unwrap();
    let next = |town: u64, on: i32, taken: &[u16]| {
        numbering.next(
            (office(0), office(town)),
            item(1),
            day(on),
            &taken.iter().copied().collect(),
        )
    };
    assert_eq!([next(1, 0, &[]), next(1, 9, &[2]), next(1, 0, &[2, 5])], [Ok(2), Ok(5), Ok(6)]);
    assert_eq!(next(1, 0, &[2, 5, 6]), Err(NoSerial::UsedUp { leased: 3 }));
    assert_eq!([next(1, -1, &[]), next(2, 0, &[])], [Err(NoSerial::NoLease); 2]);
}

#[test]
fn a_lease_is_refused_with_its_reason() {
    let mut numbering = Numbering::default().at(office(0));
    numbering.take(office(0), lease(1, 1, (1, 99))).unwrap();
    for (issuer, lease, said) in [
        (office(0), lease(2, 2, (50, 120)), "0001-0099"),
        (office(1), lease(2, 1, (200, 299)), "county or city"),
        (OfficeCode::new(330_300_000_000).unwrap(), lease(2, 1, (1, 9)), ""),
        (OfficeCode::new(330_381_000_000).unwrap(), lease(2, 1, (1, 9)), "330382001000"),
        (office(0), Lease { until: Some(day(-1)), ..lease(2, 1, (200, 299)) }, "2026-03-01"),
    ] {
        match numbering.clone().take(issuer, lease) {
            Ok(()) => assert_eq!(said, ""),
            Err(refused) => assert!(refused.0.en.contains(said), "{refused}"),
        }
    }
}

#[test]
fn a_free_block_is_found_between_others() {
    let mut numbering = Numbering::default().at(office(0));
    numbering.take(office(0), lease(1, 1, (1, 99))).unwrap();
    numbering.take(office(0), lease(2, 2, (150, 9_000))).unwrap();
    let free = |count| numbering.free(office(0), &lease(3, 3, (1, 1)), count);
    assert_eq!(free(50), Block::new(100, 149).ok());
    assert_eq!(free(51), Block::new(9_001, 9_051).ok());
    assert_eq!([free(1_000), free(0)], [None, None]);
    let over = Lease { from_day: day(5), until: Some(day(9)), ..lease(3, 3, (1, 1)) };
    assert_eq!(numbering.free(office(0), &over, 999), Block::new(9_001, 9_999).ok());
}

fn leases() -> impl Strategy<Value = Vec<Lease>> {
    let one = (0_u64..9, 1_u64..4, prop::option::of(0_u8..3), 1_u16..60, 0_u16..30, 0_i32..6)
        .prop_flat_map(|(decided, town, item_of, first, more, from)| {
            prop::option::of(0_i32..4).prop_map(move |days| Lease {
                item: item_of.map(item),
                from_day: day(from),
                until: days.map(|days| day(from + days)),
                ..lease(decided, town, (first, first + more))
            })
        });
    prop::collection::vec(one, 0..14)
}

proptest! {
    #[test]
    fn the_set_of_leases_decides_and_nobody_shares_a_serial(
        told in leases(),
        order in any::<prop::sample::Index>(),
    ) {
        let mut other = told.clone();
        if !told.is_empty() {
            other.rotate_left(order.index(told.len()));
        }
        let [forth, back] = [told.iter().collect::<Vec<_>>(), other.iter().rev().collect()].map(|told| {
            let mut numbering = Numbering::default().at(office(0));
            for lease in told {
                let taken = numbering.take(office(0), lease.clone());
                let held = numbering.in_force().any(|(_, held)| held == lease);
                assert_eq!(taken.is_ok(), held);
            }
            numbering
        });
        prop_assert_eq!(&forth.in_force, &back.in_force);
        for (on, of) in (0..12).flat_map(|on| (0..3).map(move |of| (on, of))) {
            let leases = forth.of(office(0), item(of), day(on));
            let mut seen = BTreeSet::new();
            for serial in leases.iter().flat_map(|lease| lease.block.serials()) {
                prop_assert!(seen.insert(serial), "{serial} is leased twice");
            }
        }
    }

    #[test]
    fn a_block_that_is_called_free_can_be_leased(told in leases(), count in 1_u16..200) {
        let mut numbering = Numbering::default().at(office(0));
        for lease in told {
            drop(numbering.take(office(0), lease));
        }
        let wanted = lease(100, 3, (1, 1));
        let block = numbering.free(office(0), &wanted, count).unwrap();
        prop_assert_eq!(block.serials().count(), usize::from(count));
        prop_assert_eq!(numbering.take(office(0), Lease { block, ..wanted }), Ok(()));
    }

    /// Each step: a case is numbered, those above hear of all, the store is lost (or an old copy of
    /// it comes back) and resumes, or another block is leased.
    #[test]
    fn an_office_that_loses_its_store_again_and_again_gives_no_serial_twice(
        steps in prop::collection::vec((0_u8..8, 1_u16..9), 0..120),
    ) {
        let (mut numbering, mut now) = (Numbering::default().at(office(0)), Millis(1_772_413_200_000));
        let today = Date::at(now);
        let (mut here, mut above) = (BTreeSet::new(), BTreeSet::new());
        let mut on_paper = BTreeSet::new();
        for (step, count) in steps {
            now = now.plus(1);
            match step {
                0 => here.clone_from(&above),
                1 => above.clone_from(&here),
                2 => {
                    let like = Lease { decided: now, ..lease(0, 1, (1, 1)) };
                    let block = numbering.free(office(0), &like, count).unwrap();
                    prop_assert_eq!(numbering.take(office(0), Lease { block, ..like }), Ok(()));
                }
                _ => {
                    let next = numbering.next((office(0), office(1)), item(1), today, &here);
                    let Ok(serial) = next else { continue };
                    prop_assert!(on_paper.insert(serial), "{serial} is given twice");
                    here.insert(serial);
                }
            }
            if step == 0 {
                let incarnation = Incarnation(now.0);
                let resumed = Resumed { at: now, incarnation, after_loss: true };
                numbering.resume(office(1), &resumed);
            }
        }
        above.extend(&here);
        for lease in numbering.of(office(0), item(1), today) {
            let mut lost = on_paper.difference(&above).filter(|s| lease.block.contains(**s));
            prop_assert!(lost.next().is_none() || numbering.is_lost(lease, today));
            prop_assert!(!numbering.is_lost(lease, today.plus(1)));
        }
    }
}
