//! Cases put together by office, organ, item or month.

use std::collections::BTreeMap;
use std::fmt;

use daiban_sync::id::OfficeCode;

use crate::calendar::Date;
use crate::organ::OrganCode;

use super::indicators::Window;
use super::{By, Counted, Period};

/// Puts cases into their groups in one pass; a case that counts nowhere in the period only names its
/// group.
pub(super) fn grouped<'a, T: Default>(
    cases: impl IntoIterator<Item = &'a Counted>,
    period: Period,
    by: By,
    today: Date,
    mut add: impl FnMut(&mut T, &'a Counted, Window),
) -> Vec<(String, Period, T)> {
    let window = |period: Period| Window { period, until: period.to.min(today) };
    if by == By::Month {
        let months = period.months().into_iter();
        let mut months: Vec<_> = months.map(|(name, month)| (name, month, T::default())).collect();
        for case in cases {
            let touched = months.iter_mut().filter(|(_, month, _)| case.facts.touches(*month));
            touched.for_each(|(_, month, group)| add(group, case, window(*month)));
        }
        return months;
    }
    let mut groups: BTreeMap<Key<'a>, T> = BTreeMap::new();
    for case in cases {
        let group = groups.entry(Key::of(case, by)).or_default();
        if case.facts.touches(period) {
            add(group, case, window(period));
        }
    }
    groups.into_iter().map(|(key, group)| (key.to_string(), period, group)).collect()
}

/// What a case is put into a group by; also the order of the groups.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    All,
    Office(OfficeCode),
    Organ(OrganCode),
    NoOrgan,
    Item(&'a str),
}

impl<'a> Key<'a> {
    fn of(case: &'a Counted, by: By) -> Self {
        match by {
            By::All | By::Month => Self::All,
            By::Office => Self::Office(case.origin),
            By::Organ => case.facts.organ.map_or(Self::NoOrgan, Self::Organ),
            By::Item => Self::Item(&case.item),
        }
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("全部"),
            Self::Office(code) => code.fmt(f),
            Self::Organ(organ) => organ.fmt(f),
            Self::NoOrgan => f.write_str("—"),
            Self::Item(code) => f.write_str(code),
        }
    }
}
