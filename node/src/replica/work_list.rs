//! Work lists: which case is whose turn, in memory once somebody has asked; the rows of a page come
//! out of the views. A hundred thousand cases take some ten megabytes and are read once.

use std::collections::BTreeMap;

use daiban_domain::act::CaseId;
use daiban_domain::calendar::Date;
use daiban_domain::case::Summary;
use daiban_domain::clock::Card;
use daiban_domain::figures::Facts;
use daiban_domain::fold::{Due, NextAct, Status};
use daiban_domain::organ::OrganCode;
use daiban_sync::id::{Millis, OfficeCode};
use serde::{Deserialize, Serialize};

use super::command::Answer;
use super::refusal::Refusal;
use super::{Replica, keys};
use crate::store::{Store, ViewError};

/// Rows of a page, unless asked for fewer.
pub const PAGE_MAX: usize = 1_000;
const WITHDRAW: &str = "withdraw";

/// Which cases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Only cases that stand like this; however they stand, if there are none.
    pub statuses: Vec<Status>,
    /// Where it was opened.
    pub origin: Option<OfficeCode>,
    pub opened_on: Option<Date>,
    /// Whose desk it is that the places are seen from.
    pub desk: Desk,
    /// Only cases in one of these places; in all, if there are none.
    pub places: Vec<Place>,
    /// Only open cases whose day has passed.
    pub overdue: bool,
    /// Only open cases that have this card by now.
    pub card: Option<Card>,
}

/// Somebody of this office, by what they may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Desk {
    /// They take applications in and hand results out.
    pub counter: bool,
    pub organ: Option<OrganCode>,
}

/// Where a case stands, seen from a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The applicant was asked for something, and the desk brings it.
    ToCorrect,
    /// It is the desk's turn.
    Waiting,
    ToDeliver,
    Draft,
    /// It is somebody else's turn.
    Elsewhere,
    Ended,
}

impl Place {
    /// The places in which the desk has something to do.
    pub const TO_DO: [Self; 4] = [Self::ToCorrect, Self::Waiting, Self::ToDeliver, Self::Draft];

    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::ToCorrect => "to-correct",
            Self::Waiting => "waiting",
            Self::ToDeliver => "to-deliver",
            Self::Draft => "draft",
            Self::Elsewhere => "elsewhere",
            Self::Ended => "ended",
        }
    }
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The newest first.
    #[default]
    Opened,
    /// What is due first; what has no day comes last.
    Due,
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    #[serde(flatten)]
    pub summary: Summary,
    /// A draft whose item has a newer version in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newer: Option<u32>,
}

/// What lists filter and order by.
#[derive(Debug, Default)]
pub(super) struct WorkList(BTreeMap<CaseId, Listed>);

#[derive(Debug)]
struct Listed {
    status: Status,
    origin: OfficeCode,
    opened: Millis,
    due: Option<Date>,
    /// The cards that it gets, each after its day.
    cards: Box<[(Card, Date)]>,
    turns: Box<[Turn]>,
}

#[derive(Debug)]
struct Turn {
    office: OfficeCode,
    organ: Option<OrganCode>,
    from: Option<Date>,
    delivers: bool,
}

impl Desk {
    /// Whether it is asked to do something. The applicant may withdraw at any time; that is no work
    /// that waits.
    pub(crate) fn is_asked(self, next: &NextAct, office: OfficeCode) -> bool {
        next.office == office && self.is_seat_of(next.organ) && next.verb != WITHDRAW
    }

    fn is_seat_of(self, organ: Option<OrganCode>) -> bool {
        match organ {
            None => self.counter,
            organ => self.organ == organ,
        }
    }
}

/// The smaller, the further up.
type Rank = (i64, i64, CaseId);

/// What is looked for.
pub(super) struct Search {
    pub(super) filter: Filter,
    pub(super) order: Order,
    pub(super) after: Option<CaseId>,
    pub(super) size: usize,
}

struct Page {
    ids: Vec<CaseId>,
    total: usize,
    places: BTreeMap<Place, usize>,
    after: Option<CaseId>,
}

impl Replica {
    /// A page of a list.
    pub(super) fn cases(&mut self, today: Date, search: &Search) -> Result<Answer, Refusal> {
        if self.work.is_none() {
            self.work = Some(WorkList::read(&self.store).map_err(Refusal::internal)?);
        }
        let list = self.work.get_or_insert_default();
        let Page { ids, total, places, after } = list.page(self.config.office, today, search);
        let rows = ids.into_iter().filter_map(|id| self.row(id, today).transpose());
        let cases = rows.collect::<Result<_, _>>().map_err(Refusal::internal)?;
        Ok(Answer::Cases { cases, total, places, after })
    }

    fn row(&self, id: CaseId, today: Date) -> Result<Option<Row>, ViewError> {
        let stored = self.store.view_get(&keys::summary(id))?;
        let Some(summary) = stored.and_then(|json| read(&json)) else { return Ok(None) };
        let newest = self.law.catalog.in_force(&summary.item, today).map(|item| item.version);
        let newer =
            newest.filter(|newest| summary.status == Status::Draft && *newest > summary.version);
        Ok(Some(Row { summary, newer }))
    }
}

impl WorkList {
    fn read(store: &Store) -> Result<Self, ViewError> {
        let mut list = Self::default();
        for (_, json) in store.view_scan(keys::SUMMARIES, &[], usize::MAX)? {
            read(&json).iter().for_each(|summary| list.put(summary));
        }
        Ok(list)
    }

    fn page(&self, office: OfficeCode, today: Date, search: &Search) -> Page {
        let Search { filter, order, after, size } = search;
        let after = after.and_then(|id| Some(rank(*order, id, self.0.get(&id)?)));
        let (mut ranks, mut total, mut places) = (Vec::new(), 0, BTreeMap::new());
        for (&id, listed) in &self.0 {
            if !filter.lets(listed, today) {
                continue;
            }
            let place = listed.place(filter.desk, office, today);
            *places.entry(place).or_default() += 1;
            if filter.places.is_empty() || filter.places.contains(&place) {
                total += 1;
                ranks.extend(Some(rank(*order, id, listed)).filter(|own| Some(*own) > after));
            }
        }
        let size = (*size).clamp(1, PAGE_MAX);
        let is_last = ranks.len() <= size;
        if !is_last {
            ranks.select_nth_unstable(size);
            ranks.truncate(size);
        }
        ranks.sort_unstable();
        let ids: Vec<_> = ranks.into_iter().map(|(_, _, id)| id).collect();
        let after = ids.last().copied().filter(|_| !is_last);
        Page { ids, total, places, after }
    }

    pub(super) fn put(&mut self, summary: &Summary) {
        self.0.insert(summary.id, Listed::of(summary));
    }

    pub(super) fn remove(&mut self, id: CaseId) {
        self.0.remove(&id);
    }
}

impl Filter {
    /// Whether the case may be on the list, wherever it stands.
    fn lets(&self, listed: &Listed, today: Date) -> bool {
        (self.statuses.is_empty() || self.statuses.contains(&listed.status))
            && self.origin.is_none_or(|office| office == listed.origin)
            && self.opened_on.is_none_or(|day| day == Date::at(listed.opened))
            && (!self.overdue || listed.due.is_some_and(|due| due < today))
            && self.card.is_none_or(|card| listed.has_card(card, today))
    }
}

impl Listed {
    fn of(summary: &Summary) -> Self {
        let turns = summary.next.iter().filter(|next| next.verb != WITHDRAW);
        let turn = |next: &NextAct| Turn {
            office: next.office,
            organ: next.organ,
            from: next.from,
            delivers: matches!(&*next.verb, "deliver" | "close"),
        };
        Self {
            status: summary.status,
            origin: summary.origin,
            opened: summary.opened.unwrap_or_default(),
            due: day_of(&summary.due),
            cards: summary.facts.iter().flat_map(cards).collect(),
            turns: turns.map(turn).collect(),
        }
    }

    /// Whether a clock that is still running has given it.
    fn has_card(&self, card: Card, today: Date) -> bool {
        self.cards.iter().any(|(given, day)| *given == card && *day < today)
    }

    fn place(&self, desk: Desk, office: OfficeCode, today: Date) -> Place {
        let mut mine = self.turns.iter().filter(|turn| turn.is_for(desk, office, today)).peekable();
        let is_mine = mine.peek().is_some();
        match self.status {
            Status::Draft if is_mine => Place::Draft,
            Status::Correction if is_mine => Place::ToCorrect,
            _ if mine.any(|turn| turn.delivers) => Place::ToDeliver,
            _ if is_mine => Place::Waiting,
            status if status.is_final() => Place::Ended,
            _ => Place::Elsewhere,
        }
    }
}

impl Turn {
    fn is_for(&self, desk: Desk, office: OfficeCode, today: Date) -> bool {
        let has_begun = self.from.is_none_or(|day| day <= today);
        self.office == office && desk.is_seat_of(self.organ) && has_begun
    }
}

/// Until when, while it runs.
fn day_of(due: &Due) -> Option<Date> {
    match due {
        Due::On { date } => Some(*date),
        _ => None,
    }
}

fn cards(facts: &Facts) -> impl Iterator<Item = (Card, Date)> {
    facts.clocks.iter().filter_map(|clock| Some((clock.card, day_of(&clock.due)?)))
}

fn rank(order: Order, id: CaseId, listed: &Listed) -> Rank {
    let opened = i64::try_from(listed.opened.0).unwrap_or(i64::MAX);
    match order {
        Order::Opened => (-opened, 0, id),
        Order::Due => {
            let due = listed.due.map(|day| i64::from(day.since(Date::at(Millis(0)))));
            (due.unwrap_or(i64::MAX), opened, id)
        }
    }
}

fn read(json: &[u8]) -> Option<Summary> {
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HERE: u64 = 330_382_001_000;

    fn office(code: u64) -> OfficeCode {
        OfficeCode::new(code).unwrap()
    }

    fn day(n: i32) -> Date {
        "2026-03-02".parse::<Date>().unwrap().plus(n)
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
            },
        )
    }

    fn lists() -> impl Strategy<Value = WorkList> {
        let cases = prop::collection::btree_map(any::<u8>(), listed(), 0..60);
        let id = |n: u8| CaseId([n; 16]);
        cases.prop_map(move |all| WorkList(all.into_iter().map(|(n, l)| (id(n), l)).collect()))
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
            by_due in any::<bool>(),
        ) {
            let order = if by_due { Order::Due } else { Order::Opened };
            let whole = list.page(office(HERE), day(0), &search(desk, &[], order, PAGE_MAX));
            prop_assert_eq!((whole.total, whole.after), (list.0.len(), None));
            prop_assert!(whole.ids.is_sorted_by_key(|id| rank(order, *id, &list.0[id])));
            let (mut search, mut found) = (search(desk, &[], order, size), Vec::new());
            loop {
                let page = list.page(office(HERE), day(0), &search);
                prop_assert!(page.ids.len() <= size && page.total == whole.total);
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
                list.page(office(HERE), day(0), &search).ids
            };
            let overdue = of(Filter { overdue: true, ..Filter::default() });
            let late = list.0.values().filter(|l| l.due.is_some_and(|due| due < day(0)));
            prop_assert_eq!(overdue.len(), late.count());
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
                list.page(office(HERE), day(0), &search(desk, places, Order::Due, PAGE_MAX))
            };
            let all = page(&[]);
            let mut apart = Vec::new();
            for (place, count) in &all.places {
                let own = page(&[*place]);
                prop_assert_eq!((own.total, own.ids.len()), (*count, *count));
                apart.extend(own.ids);
            }
            apart.sort_unstable();
            prop_assert!(apart.iter().eq(list.0.keys()));
            let may_act = desk.counter || desk.organ.is_some();
            prop_assert!(may_act || page(&Place::TO_DO).ids.is_empty());
        }
    }
}
