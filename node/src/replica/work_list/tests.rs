//! Lists of made-up cases.

use daiban_domain::clock::Card;
use proptest::prelude::*;

use super::listed::Turn;
use super::*;

const HERE: u64 = 330_382_001_000;

fn office(code: u64) -> OfficeCode {
    OfficeCode::new(code).unwrap()
}

fn day(n: i32) -> Date {
    "2026-03-02".parse::<Date>().unwrap().plus(n)
}

fn days() -> Days {
    Days { today: day(0), soon: day(1) }
}

fn listed() -> impl Strategy<Value = Listed> {
    let status = prop::sample::select(vec![
        Status::Draft,
        Status::Received,
        Status::Correction,
        Status::Decided,
        Status::Closed,
    ]);
    let turn = (0..2_u64, any::<bool>(), prop::option::of(0..3), any::<bool>());
    let turn = turn.prop_map(|(at, organ, from, delivers)| Turn {
        office: office(HERE + at),
        organ: organ.then(|| "MZ".parse().unwrap()),
        from: from.map(day),
        delivers,
    });
    let due = prop::option::of(-3..3);
    (status, 0..4_u64, due, prop::collection::vec(turn, 0..3)).prop_map(
        |(status, opened, due, turns)| Listed {
            status,
            origin: office(HERE),
            opened: Millis(opened),
            due: due.map(day),
            cards: due.map(|due| (Card::Yellow, day(due))).into_iter().collect(),
            turns: turns.into(),
            counted: None,
        },
    )
}

fn lists() -> impl Strategy<Value = WorkList> {
    let cases = prop::collection::btree_map(any::<u8>(), listed(), 0..60);
    let id = |n: u8| CaseId([n; 16]);
    cases.prop_map(move |all| WorkList {
        cases: all.into_iter().map(|(n, l)| (id(n), l)).collect(),
        unread: None,
    })
}

fn desks() -> impl Strategy<Value = Desk> {
    let desk = |(counter, organ): (bool, bool)| Desk {
        counter,
        organ: organ.then(|| "MZ".parse().unwrap()),
    };
    any::<(bool, bool)>().prop_map(desk)
}

fn search(desk: Desk, places: &[Place], order: Order, size: usize) -> Search {
    let filter = Filter { desk, places: places.to_vec(), ..Filter::default() };
    Search { filter, order, after: None, size }
}

proptest! {
    #[test]
    fn pages_put_together_are_the_list(
        list in lists(),
        desk in desks(),
        size in 1..9_usize,
        order in prop::sample::select(vec![Order::Opened, Order::Oldest, Order::Due]),
    ) {
        let whole = list.page(office(HERE), days(), &search(desk, &[], order, PAGE_MAX));
        prop_assert_eq!((whole.total, whole.after), (list.cases.len(), None));
        prop_assert!(whole.ids.is_sorted_by_key(|id| rank(order, *id, &list.cases[id])));
        let (mut search, mut found) = (search(desk, &[], order, size), Vec::new());
        loop {
            let page = list.page(office(HERE), days(), &search);
            prop_assert!(page.ids.len() <= size && page.total == whole.total);
            prop_assert_eq!(page.skipped, found.len());
            found.extend(page.ids);
            search.after = page.after;
            if search.after.is_none() {
                break;
            }
        }
        prop_assert_eq!(found, whole.ids);
    }

    #[test]
    fn what_is_overdue_has_its_card_the_day_after(list in lists()) {
        let of = |filter: Filter| {
            let search = Search { filter, order: Order::Due, after: None, size: PAGE_MAX };
            list.page(office(HERE), days(), &search).ids
        };
        let overdue = of(Filter { overdue: true, ..Filter::default() });
        let late = list.cases.values().filter(|l| l.due.is_some_and(|due| due < day(0)));
        prop_assert_eq!(overdue.len(), late.count());
        let soon = of(Filter { soon: true, ..Filter::default() });
        let until = list.cases.values().filter(|l| l.due.is_some_and(|due| due <= day(1)));
        prop_assert_eq!(soon.len(), until.count());
        prop_assert!(soon.starts_with(&overdue), "what is late comes first");
        let with = |card| of(Filter { card: Some(card), ..Filter::default() });
        prop_assert_eq!(with(Card::Yellow), overdue);
        prop_assert_eq!(with(Card::Red), Vec::<CaseId>::new());
    }

    #[test]
    fn a_place_has_one_name(place in 0..4_usize) {
        let place = Place::TO_DO[place];
        prop_assert_eq!(serde_json::json!(place), place.name());
    }

    #[test]
    fn each_case_is_in_one_place(list in lists(), desk in desks()) {
        let page = |places: &[Place]| {
            list.page(office(HERE), days(), &search(desk, places, Order::Due, PAGE_MAX))
        };
        let all = page(&[]);
        let mut by_place = list.by_place(office(HERE), day(0), desk, Order::Due);
        prop_assert!(by_place.keys().eq(all.places.keys()));
        let mut apart = Vec::new();
        for (place, count) in &all.places {
            let own = page(&[*place]);
            prop_assert_eq!((own.total, own.ids.len()), (*count, *count));
            let ranks = by_place.get_mut(place).unwrap();
            first(ranks, 3);
            prop_assert!(ranks.iter().map(|(.., id)| id).eq(own.ids.iter().take(3)));
            apart.extend(own.ids);
        }
        apart.sort_unstable();
        prop_assert!(apart.iter().eq(list.cases.keys()));
        let may_act = desk.counter || desk.organ.is_some();
        prop_assert!(may_act || page(&Place::TO_DO).ids.is_empty());
    }
}
