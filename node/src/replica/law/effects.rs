//! What a notice changes, for whoever publishes it, and what notices say, for whoever looks.

use daiban_domain::authority::Delegation;
use daiban_domain::calendar::{Calendar, Date, Day};
use daiban_domain::case_number::Uscc;
use daiban_domain::catalog::{Catalog, Change};
use daiban_domain::notice::Notice;
use daiban_domain::numbering::Lease;
use daiban_domain::office::directory;
use daiban_domain::organ::OrganCode;
use daiban_domain::organ_codes::OrganCodes;
use daiban_domain::words::{self, Said};
use daiban_sync::id::OfficeCode;
use serde::{Deserialize, Serialize};

use super::Law;

/// One thing that a notice changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consequence {
    /// What it is about: an item's code, a year, an office.
    pub about: String,
    pub words: Said,
    /// Of an item: how it differs from the version before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

impl Consequence {
    pub(in crate::replica) fn new(about: impl ToString, words: Said) -> Self {
        Self { about: about.to_string(), words, changes: Vec::new() }
    }
}

impl Law {
    /// What the notice would change; a notice of what is in force already changes nothing.
    pub(in crate::replica) fn effects(
        &self,
        issuer: OfficeCode,
        notice: &Notice,
    ) -> Vec<Consequence> {
        match notice {
            Notice::Catalog { files } => self.new_items(files),
            Notice::Calendar { csv } => {
                let newer = Calendar::parse(csv).and_then(|newer| self.calendar.with(newer));
                newer.map_or_else(|_| Vec::new(), |newer| new_days(&self.calendar, &newer))
            }
            Notice::Delegation(delegation) => {
                vec![Consequence::new(&delegation.item, delegated(delegation))]
            }
            Notice::Directory { csv } => self.moved_offices(csv),
            Notice::Lease(lease) => vec![Consequence::new(lease.office, leased(lease))],
            Notice::OrganCodes { csv } => self.new_codes(csv),
            Notice::Numbering(_) => Vec::new(),
            Notice::Revoked { node, .. }
            | Notice::Suspended { node, .. }
            | Notice::Reinstated { node, .. } => {
                vec![Consequence::new(node, said(issuer, notice))]
            }
            Notice::Announcement { title, text, .. } => {
                vec![Consequence::new(title, words::announced(title, text))]
            }
        }
    }

    fn new_items(&self, files: &[(String, String)]) -> Vec<Consequence> {
        let files: Vec<_> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        let newer = Catalog::parse(&files).unwrap_or_default();
        let is_new = |code: &str, version| self.catalog.get(code, version).is_none();
        let new = newer.iter().filter(|item| is_new(&item.code, item.version));
        let effects = new.map(|item| {
            let (code, version, from) = (&item.code, item.version, item.valid_from);
            let Some(known) = self.catalog.latest(code) else {
                return Consequence::new(code, words::item_new(code, &item.name, version, from));
            };
            let said = words::item_newer(code, &item.name, known.version, version, from);
            Consequence { changes: known.difference(item), ..Consequence::new(code, said) }
        });
        effects.collect()
    }

    fn new_codes(&self, csv: &str) -> Vec<Consequence> {
        let newer = OrganCodes::parse(csv).unwrap_or_default();
        let new =
            newer.iter().filter(|(place, code)| self.codes.get(place.0, place.1) != Some(*code));
        let effect = |((office, organ), code): ((OfficeCode, OrganCode), Uscc)| {
            Consequence::new(office, words::organ_code_is(office, organ, code.as_str()))
        };
        new.map(effect).collect()
    }

    fn moved_offices(&self, csv: &str) -> Vec<Consequence> {
        let rows = directory::parse(csv).unwrap_or_default();
        let tree = rows.iter().map(|(_, change)| change.from).max().map_or_else(
            || self.offices.clone(),
            |last| {
                let changes = self.office_changes().chain(rows.iter().map(|(_, change)| change));
                daiban_domain::shipped::offices().on(last, changes)
            },
        );
        let effect = |(_, change): &(usize, directory::OfficeChange)| {
            let names = if change.becomes.ends() { &tree } else { &self.offices };
            Consequence::new(change.code, change.words(names))
        };
        rows.iter().map(effect).collect()
    }
}

/// In a few words, for a list of notices.
pub(in crate::replica) fn said(issuer: OfficeCode, notice: &Notice) -> Said {
    match notice {
        Notice::Catalog { files } => {
            let items = files.iter().filter(|(name, _)| !name.starts_with('_'));
            let named: Vec<_> = items.map(|(name, text)| titled(name, text)).collect();
            words::notice_of_items(&named.join(" "))
        }
        Notice::Calendar { csv } => {
            let mut years: Vec<_> = csv.lines().skip(1).filter_map(|row| row.get(..4)).collect();
            years.sort_unstable();
            years.dedup();
            words::notice_of_days(&years.join(" "))
        }
        Notice::Delegation(delegation) => delegated(delegation),
        Notice::Directory { csv } => {
            words::notice_of_offices(csv.lines().count().saturating_sub(1))
        }
        Notice::Lease(lease) => leased(lease),
        Notice::Numbering(resumed) if resumed.after_loss => {
            words::numbering_resumed_after_loss(issuer)
        }
        Notice::Numbering(_) => words::numbering_resumed(issuer),
        Notice::OrganCodes { csv } => {
            words::notice_of_organ_codes(OrganCodes::parse(csv).unwrap_or_default().iter().count())
        }
        Notice::Revoked { node, reason, .. } => words::node_revoked(*node, reason),
        Notice::Suspended { node, reason } => words::node_suspended(*node, reason),
        Notice::Reinstated { node, reason } => words::node_reinstated(*node, reason),
        Notice::Announcement { title, text, .. } => words::announced(title, text),
    }
}

/// `CL-SB-01@2`
fn titled(name: &str, text: &str) -> String {
    let code = name.trim_end_matches(".toml");
    let version = text.lines().find_map(|line| line.strip_prefix("version = "));
    format!("{code}@{}", version.unwrap_or("?").trim())
}

fn delegated(delegation: &Delegation) -> Said {
    let Delegation { within, item, action, from_organ, to_office, to_organ, from_day } = delegation;
    words::delegated(item, *action, *from_organ, *within, *to_office, *to_organ, *from_day)
}

fn leased(Lease { office, item, block, from_day, until, .. }: &Lease) -> Said {
    let items = item.map(|item| Said::of_data(item.to_string(), item.to_string()));
    let items = items.unwrap_or_else(words::lease_for_all);
    let days = until.map(|until| words::lease_between(*from_day, until));
    let days = days.unwrap_or_else(|| words::lease_from(*from_day));
    words::leased(&block.to_string(), *office, &items, &days)
}

/// Days that are another kind of day now; of a year that was unknown one line.
fn new_days(before: &Calendar, now: &Calendar) -> Vec<Consequence> {
    let mut effects = Vec::new();
    for year in now.years() {
        let Some(new_year) = Date::from_ymd(year, 1, 1) else { continue };
        let days = std::iter::successors(Some(new_year), |day| Some(day.next()));
        let days: Vec<_> = days.take_while(|day| day.year() == year).collect();
        if before.day(new_year).is_err() {
            let count = |is: fn(Day<'_>) -> bool| {
                days.iter().filter(|day| now.day(**day).is_ok_and(is)).count()
            };
            let off = count(|day| matches!(day, Day::Holiday(_)));
            let shifted = count(|day| matches!(day, Day::Shifted(_)));
            effects.push(Consequence::new(year, words::year_known(year, off, shifted)));
            continue;
        }
        for day in days {
            if let (Ok(was), Ok(is)) = (before.day(day), now.day(day))
                && was != is
            {
                let said = words::day_changed(day, &was.words(), &is.words());
                effects.push(Consequence::new(day, said));
            }
        }
    }
    effects
}
