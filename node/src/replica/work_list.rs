//! Work lists and figures: what they filter, order and count by is in memory, the rows of a page come
//! out of the views. It is read once, some at a time, as soon as a node is to have it ready or somebody
//! has asked; a hundred thousand cases take some tens of megabytes.

mod listed;

use std::collections::{BTreeMap, BTreeSet};

use daiban_domain::act::CaseId;
use daiban_domain::calendar::Date;
use daiban_domain::case::Summary;
use daiban_domain::clock::{self, Card};
use daiban_domain::figures::{self, By, Counted, Period};
use daiban_domain::fold::{NextAct, Status};
use daiban_domain::organ::OrganCode;
use daiban_sync::id::{Millis, OfficeCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::refusal::Refusal;
use super::{Replica, keys};
use crate::store::{Store, ViewError};
use listed::Listed;

/// Rows of a page, unless asked for fewer.
pub const PAGE_MAX: usize = 1_000;
/// Cases that are read before the next input is looked at.
const READ_AT_ONCE: usize = 256;
const WITHDRAW: &str = "withdraw";

/// Which cases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Only cases that stand like this; however they stand, if there are none.
    pub statuses: Vec<Status>,
    /// Only cases of these items; of all, if there are none.
    pub items: BTreeSet<String>,
    /// Where it was opened.
    pub origin: Option<OfficeCode>,
    pub opened_on: Option<Date>,
    /// Whose desk it is that the places are seen from.
    pub desk: Desk,
    /// Only cases in one of these places; in all, if there are none.
    pub places: Vec<Place>,
    /// Only open cases whose day has passed.
    pub overdue: bool,
    /// Only open cases that are due within the days of a warning, or whose day has passed.
    pub soon: bool,
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
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The newest first.
    #[default]
    Opened,
    Oldest,
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

/// A place with its first cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlaceView {
    pub place: Place,
    /// Cases in it.
    pub count: usize,
    pub rows: Vec<Row>,
}

/// What lists filter and order by, and figures count.
#[derive(Debug)]
pub(super) struct WorkList {
    cases: BTreeMap<CaseId, Listed>,
    /// From which view on it is still to be read.
    unread: Option<Vec<u8>>,
}

impl Default for WorkList {
    fn default() -> Self {
        Self { cases: BTreeMap::new(), unread: Some(Vec::new()) }
    }
}

impl Desk {
    /// Whether it is asked to do something. The applicant may withdraw at any time; that is no work
    /// that waits.
    pub(crate) fn is_asked(self, next: &NextAct, office: OfficeCode) -> bool {
        next.office == office && self.is_seat_of(next.organ) && next.verb != WITHDRAW
    }

    /// What it may say yes to together with other cases.
    pub(crate) fn approves(self, next: &[NextAct], office: OfficeCode) -> Option<&NextAct> {
        next.iter().find(|next| next.in_batch && self.is_asked(next, office))
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

/// The days that matter to a list.
#[derive(Clone, Copy)]
struct Days {
    today: Date,
    /// What is due until then is due soon.
    soon: Date,
}

/// What is looked for.
pub(super) struct Search {
    pub(super) filter: Filter,
    pub(super) order: Order,
    pub(super) after: Option<CaseId>,
    pub(super) size: usize,
}

struct Page {
    ids: Vec<CaseId>,
    skipped: usize,
    total: usize,
    places: BTreeMap<Place, usize>,
    after: Option<CaseId>,
}

impl Replica {
    /// From now on lists and figures are kept ready for whoever asks.
    pub fn keep_lists(&mut self) {
        self.work.get_or_insert_default();
    }

    /// Reads some of what lists and figures look at; `true` if there may be more.
    pub(super) fn read_lists_some(&mut self) -> Result<bool, ViewError> {
        match &mut self.work {
            Some(list) => list.read_some(&self.store),
            None => Ok(false),
        }
    }

    fn lists(&mut self) -> Result<&WorkList, Refusal> {
        let list = self.work.get_or_insert_default();
        while list.read_some(&self.store).map_err(Refusal::internal)? {}
        Ok(list)
    }

    /// A page of a list.
    pub(super) fn cases(&mut self, today: Date, search: &Search) -> Result<Answer, Refusal> {
        let office = self.config.office;
        let soon = clock::soon_until(&self.law.calendar, today, clock::WARN_BEFORE_DAYS);
        let days = Days { today, soon };
        let Page { ids, skipped, total, places, after } = self.lists()?.page(office, days, search);
        let rows = ids.into_iter().filter_map(|id| self.row(id, today).transpose());
        let cases = rows.collect::<Result<_, _>>().map_err(Refusal::internal)?;
        Ok(Answer::Cases { cases, skipped, total, places, after })
    }

    /// The first rows of each place that a desk sees, with how many cases it has: in one look at all
    /// cases.
    pub(super) fn desk_view(
        &mut self,
        today: Date,
        desk: Desk,
        order: Order,
        size: usize,
    ) -> Result<Answer, Refusal> {
        let office = self.config.office;
        let places = self.lists()?.by_place(office, today, desk, order);
        let mut lists = Vec::new();
        for (place, mut ranks) in places {
            let count = ranks.len();
            first(&mut ranks, size);
            let rows = ranks.into_iter().filter_map(|(.., id)| self.row(id, today).transpose());
            let rows = rows.collect::<Result<_, _>>().map_err(Refusal::internal)?;
            lists.push(PlaceView { place, count, rows });
        }
        Ok(Answer::Desk { lists })
    }

    pub(super) fn figures(
        &mut self,
        today: Date,
        period: Period,
        by: By,
    ) -> Result<Answer, Refusal> {
        self.lists()?;
        let groups = figures::figures(self.counted(), period, by, &self.law.calendar, today);
        Ok(Answer::Figures { groups, training: self.config.training })
    }

    pub(super) fn figure_cases(
        &mut self,
        today: Date,
        period: Period,
        by: By,
        key: Option<&str>,
    ) -> Result<Answer, Refusal> {
        self.lists()?;
        let (cases, calendar) = (self.counted(), &self.law.calendar);
        let groups = figures::cases_behind(cases, period, by, calendar, today, key);
        Ok(Answer::FigureCases { groups, training: self.config.training })
    }

    /// The cases of the lists that have facts.
    fn counted(&self) -> impl Iterator<Item = &Counted> {
        let cases = self.work.iter().flat_map(|list| list.cases.values());
        cases.filter_map(|listed| listed.counted.as_ref())
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
    fn read_some(&mut self, store: &Store) -> Result<bool, ViewError> {
        let Some(from) = &self.unread else { return Ok(false) };
        let stored = store.view_scan(keys::SUMMARIES, from, READ_AT_ONCE)?;
        let last = stored.last().filter(|_| stored.len() == READ_AT_ONCE);
        self.unread = last.map(|(key, _)| [key.as_slice(), &[0]].concat());
        for (_, json) in stored {
            read(&json).iter().for_each(|summary| self.put(summary));
        }
        Ok(self.unread.is_some())
    }

    fn page(&self, office: OfficeCode, days: Days, search: &Search) -> Page {
        let Search { filter, order, after, size } = search;
        let after = after.and_then(|id| Some(rank(*order, id, self.cases.get(&id)?)));
        let (mut ranks, mut total, mut places) = (Vec::new(), 0, BTreeMap::new());
        for (&id, listed) in &self.cases {
            if !filter.lets(listed, days) {
                continue;
            }
            let place = listed.place(filter.desk, office, days.today);
            *places.entry(place).or_default() += 1;
            if filter.places.is_empty() || filter.places.contains(&place) {
                total += 1;
                ranks.extend(Some(rank(*order, id, listed)).filter(|own| Some(*own) > after));
            }
        }
        let skipped = total - ranks.len();
        let size = (*size).clamp(1, PAGE_MAX);
        let is_last = ranks.len() <= size;
        first(&mut ranks, size);
        let ids: Vec<_> = ranks.into_iter().map(|(_, _, id)| id).collect();
        let after = ids.last().copied().filter(|_| !is_last);
        Page { ids, skipped, total, places, after }
    }

    fn by_place(
        &self,
        office: OfficeCode,
        today: Date,
        desk: Desk,
        order: Order,
    ) -> BTreeMap<Place, Vec<Rank>> {
        let mut places: BTreeMap<Place, Vec<Rank>> = BTreeMap::new();
        for (&id, listed) in &self.cases {
            let place = listed.place(desk, office, today);
            places.entry(place).or_default().push(rank(order, id, listed));
        }
        places
    }

    pub(super) fn put(&mut self, summary: &Summary) {
        self.cases.insert(summary.id, Listed::of(summary));
    }

    pub(super) fn remove(&mut self, id: CaseId) {
        self.cases.remove(&id);
    }
}

impl Filter {
    /// Open cases that are overdue or, if a card is named, have it by now.
    pub fn late(card: Option<Card>) -> Self {
        Self { overdue: card.is_none(), card, ..Self::default() }
    }

    /// Whether the case may be on the list, wherever it stands.
    fn lets(&self, listed: &Listed, Days { today, soon }: Days) -> bool {
        (self.statuses.is_empty() || self.statuses.contains(&listed.status))
            && self.lets_item(listed)
            && self.origin.is_none_or(|office| office == listed.origin)
            && self.opened_on.is_none_or(|day| day == Date::at(listed.opened))
            && (!self.overdue || listed.due.is_some_and(|due| due < today))
            && (!self.soon || listed.due.is_some_and(|due| due <= soon))
            && self.card.is_none_or(|card| listed.has_card(card, today))
    }

    fn lets_item(&self, listed: &Listed) -> bool {
        let item = listed.counted.as_ref().map(|counted| &counted.item);
        self.items.is_empty() || item.is_some_and(|item| self.items.contains(item))
    }
}

/// Leaves the first so many, in their order.
fn first(ranks: &mut Vec<Rank>, size: usize) {
    if size < ranks.len() {
        ranks.select_nth_unstable(size);
        ranks.truncate(size);
    }
    ranks.sort_unstable();
}

fn rank(order: Order, id: CaseId, listed: &Listed) -> Rank {
    let opened = i64::try_from(listed.opened.0).unwrap_or(i64::MAX);
    match order {
        Order::Opened => (-opened, 0, id),
        Order::Oldest => (opened, 0, id),
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
mod tests;
