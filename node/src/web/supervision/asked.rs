//! Which figures are asked for, and what their groups are called.

use std::collections::BTreeMap;

use daiban_domain::calendar::Date;
use daiban_domain::figures::{By, Period};
use daiban_domain::organ::OrganCode;
use daiban_domain::words::{self, Said};
use daiban_sync::id::OfficeCode;
use serde::Deserialize;

use crate::replica::Replica;
use crate::shell::clock;
use crate::web::frame::Frame;

/// A grouping, as it stands in addresses and as it is called.
type Grouping = (By, &'static str, fn() -> Said);

pub(super) const GROUPINGS: [Grouping; 5] = [
    (By::All, "all", words::by_all),
    (By::Office, "office", words::by_office),
    (By::Organ, "organ", words::by_organ),
    (By::Item, "item", words::by_item),
    (By::Month, "month", words::by_month),
];

/// What stands in the address.
#[derive(Deserialize)]
pub(in crate::web) struct Typed {
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    by: String,
    #[serde(default)]
    pub(super) group: String,
    #[serde(default)]
    pub(super) share: String,
}

#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) period: Period,
    pub(super) by: By,
}

impl Typed {
    /// Without days: this year up to today.
    pub(super) fn read(&self) -> Result<Asked, Said> {
        let day = |text: &Option<String>| match text.as_deref() {
            None | Some("") => Ok(None),
            Some(text) => text.parse::<Date>().map(Some).map_err(|_| words::period_expected()),
        };
        let period = Period::of(day(&self.from)?, day(&self.to)?, Date::at(clock::now()));
        let period = period.ok_or_else(words::period_expected)?;
        let by = GROUPINGS.into_iter().find(|(_, key, _)| *key == self.by);
        Ok(Asked { period, by: by.map_or(By::All, |(by, ..)| by) })
    }
}

impl Asked {
    /// The address of these figures, after the question mark.
    pub(super) fn query(&self) -> String {
        let Period { from, to } = self.period;
        let key =
            GROUPINGS.into_iter().find(|(by, ..)| *by == self.by).map_or("all", |(_, k, _)| k);
        format!("from={from}&to={to}&by={key}")
    }

    /// The address of one figure.
    pub(super) fn query_of(&self, group: &str, share: &str) -> String {
        let group: String = group.bytes().map(|byte| format!("%{byte:02X}")).collect();
        format!("{}&group={group}&share={share}", self.query())
    }
}

/// What items are called.
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    pub(super) async fn known(frame: &Frame<'_>) -> Self {
        let read = |replica: &Replica| {
            let items = replica.law().catalog.iter();
            items.map(|item| (item.code.clone(), item.name.clone())).collect()
        };
        Self(frame.web.handle.look(read).await.unwrap_or_default())
    }

    pub(super) fn of(&self, frame: &Frame<'_>, by: By, group: &str) -> String {
        let office = || group.parse::<OfficeCode>().ok();
        match by {
            By::All => frame.say(&words::by_all()),
            By::Month => group.to_owned(),
            By::Office => {
                office().map_or_else(|| group.to_owned(), |code| frame.web.offices.full_name(code))
            }
            By::Organ => group
                .parse::<OrganCode>()
                .map_or_else(|_| group.to_owned(), |organ| organ.name().to_owned()),
            By::Item => {
                self.0.get(group).map_or_else(|| group.to_owned(), |name| format!("{group} {name}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(from: &str, to: &str, by: &str) -> Typed {
        let some = |text: &str| Some(text.to_owned());
        let (group, share) = (String::new(), String::new());
        Typed { from: some(from), to: some(to), by: by.into(), group, share }
    }

    #[test]
    fn an_address_is_read_as_it_is_written() {
        let asked = typed("2026-01-05", "2026-03-01", "month").read().ok().unwrap();
        assert_eq!(asked.query(), "from=2026-01-05&to=2026-03-01&by=month");
        assert!(
            asked.query_of("全部", "on-time").ends_with("group=%E5%85%A8%E9%83%A8&share=on-time")
        );
    }

    #[test]
    fn days_in_the_wrong_order_and_no_days_are_refused() {
        for (from, to) in [("2026-03-02", "2026-03-01"), ("yesterday", "2026-03-01")] {
            assert!(typed(from, to, "all").read().is_err());
        }
        assert!(typed("", "", "").read().is_ok());
    }
}
