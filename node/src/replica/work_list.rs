//! Work lists and figures: what they filter, order and count by is in memory, the rows of a page come
//! out of the views. It is read once, some at a time, as soon as a node is to have it ready or somebody
//! has asked; a hundred thousand cases take some tens of megabytes.

mod filter;
mod listed;

use std::collections::BTreeMap;

use daiban_domain::act::CaseId;
use daiban_domain::calendar::Date;
use daiban_domain::case::Summary;
use daiban_domain::clock;
use daiban_domain::figures::{self, By, Counted, Period};
use daiban_domain::fold::Status;
use daiban_sync::id::{Millis, OfficeCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::refusal::Refusal;
use super::{Replica, keys};
use crate::store::{Store, ViewError};
use filter::Days;
pub use filter::{Desk, Filter, Place};
use listed::Listed;

/// Rows of a page, unless asked for fewer.
pub const PAGE_MAX: usize = 1_000;
/// Cases that are read before the next input is looked at.
const READ_AT_ONCE: usize = 256;

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
