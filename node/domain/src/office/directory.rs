//! The directory 机构变动: what becomes of offices, from a day on.
//!
//! A file of `code,change,to,from` rows:
//!
//! | change | to |
//! |---|---|
//! | `added` | its name |
//! | `renamed` | its new name |
//! | `merged` | the code of the office of the same tier whose business it is now |
//! | `moved` | its new code: an office that comes under another has another code |
//! | `closed` | nothing |
//!
//! **Cases of an office that is no more stay on the line on which they were taken**, because only
//! that line may hold them. Nothing is taken up there from that day on; what it still owed, the
//! nearest open office above does ([`crate::authority::Authority::in_place_of`]). What the office
//! itself still does, because it has not heard, counts.

mod check;
mod fault;

use std::str::FromStr;
use std::sync::Arc;

use daiban_sync::id::OfficeCode;
use serde::{Deserialize, Serialize};

use super::{Closed, Office, OfficeTree};
use crate::calendar::Date;
use crate::words::{self, Said};
pub use check::check;
pub use fault::DirectoryFault;
use fault::{code_faulty, day_faulty, fault};

const HEAD: [&str; 4] = ["code", "change", "to", "from"];

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OfficeChange {
    pub from: Date,
    pub code: OfficeCode,
    pub becomes: Becomes,
}

/// What becomes of an office.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Becomes {
    Added { name: String },
    Renamed { name: String },
    Merged { into: OfficeCode },
    Moved { to: OfficeCode },
    Closed,
}

impl Becomes {
    /// The office is no more.
    pub fn ends(&self) -> bool {
        matches!(self, Self::Merged { .. } | Self::Moved { .. } | Self::Closed)
    }

    /// Where to apply instead.
    pub fn successor(&self) -> Option<OfficeCode> {
        match self {
            Self::Merged { into: office } | Self::Moved { to: office } => Some(*office),
            Self::Added { .. } | Self::Renamed { .. } | Self::Closed => None,
        }
    }
}

impl OfficeChange {
    /// As people read it.
    pub fn words(&self, tree: &OfficeTree) -> Said {
        let Self { from, code, becomes } = self;
        let (code, from) = (*code, *from);
        let name = tree.name(code);
        match becomes {
            Becomes::Added { name } => words::office_added(code, name, from),
            Becomes::Renamed { name: new } => words::office_renamed(code, &name, new, from),
            Becomes::Merged { into } => {
                words::office_merged(code, &name, *into, &tree.name(*into), from)
            }
            Becomes::Moved { to } => words::office_moved(code, &name, *to, from),
            Becomes::Closed => words::office_closes(code, &name, from),
        }
    }
}

/// Reads a file; each row with its line.
///
/// # Errors
/// Every malformed row at once.
pub fn parse(csv: &str) -> Result<Vec<(usize, OfficeChange)>, Vec<DirectoryFault>> {
    let mut lines = csv.trim_start_matches('\u{feff}').lines().zip(1..);
    let head = lines.next().map_or("", |(head, _)| head.trim_end());
    if head != HEAD.join(",") {
        let found = words::head_expected(&HEAD.join(","), head);
        return Err(vec![fault(1, "code", found, words::write_that_line())]);
    }
    let rows = lines.filter(|(row, _)| !row.trim().is_empty());
    let (mut changes, mut faults) = (Vec::new(), Vec::new());
    for (row, line) in rows {
        match change_of(row.trim_end(), line) {
            Ok(change) => changes.push((line, change)),
            Err(faulty) => faults.push(faulty),
        }
    }
    if changes.is_empty() && faults.is_empty() {
        faults.push(fault(2, "code", words::no_rows(), words::add_a_row()));
    }
    if faults.is_empty() { Ok(changes) } else { Err(faults) }
}

fn change_of(row: &str, line: usize) -> Result<OfficeChange, DirectoryFault> {
    let cells: Vec<&str> = row.split(',').map(str::trim).collect();
    let [code, change, to, from] = cells[..] else {
        let found = words::cells_expected(&HEAD.join(","), row);
        return Err(fault(line, "code", found, words::write_four_cells()));
    };
    let office =
        |field, text: &str| OfficeCode::from_str(text).map_err(|_| code_faulty(line, field, text));
    let name = || match to {
        "" => Err(fault(line, "to", words::name_missing(), words::write_its_name())),
        name => Ok(name.to_owned()),
    };
    let becomes = match change {
        "added" => Becomes::Added { name: name()? },
        "renamed" => Becomes::Renamed { name: name()? },
        "merged" => Becomes::Merged { into: office("to", to)? },
        "moved" => Becomes::Moved { to: office("to", to)? },
        "closed" if to.is_empty() => Becomes::Closed,
        "closed" => {
            return Err(fault(line, "to", words::closed_goes_nowhere(to), words::empty_or_merge()));
        }
        other => {
            let remedy = words::write_one_of("added, renamed, merged, moved, closed");
            return Err(fault(line, "change", words::no_such_change(other), remedy));
        }
    };
    let (code, from) = (office("code", code)?, from.parse().map_err(|_| day_faulty(line, from))?);
    Ok(OfficeChange { from, code, becomes })
}

impl OfficeTree {
    /// This tree as these changes make it on `day`. A closed office keeps its place, for the cases
    /// that were taken there.
    #[must_use]
    pub fn on<'a>(
        mut self,
        day: Date,
        changes: impl IntoIterator<Item = &'a OfficeChange>,
    ) -> Self {
        let mut due: Vec<_> = changes.into_iter().filter(|change| change.from <= day).collect();
        due.sort_by_key(|change| change.from);
        due.into_iter().for_each(|change| self.take(change));
        self
    }

    fn take(&mut self, change: &OfficeChange) {
        let OfficeChange { from, code, becomes } = change;
        if let Becomes::Added { name } = becomes {
            self.add(*code, name);
            return;
        }
        let offices = Arc::make_mut(&mut self.offices);
        let Some(office) = offices.get_mut(code).filter(|office| office.closed.is_none()) else {
            return;
        };
        match becomes {
            Becomes::Renamed { name } => office.name.clone_from(name),
            _ => office.closed = Some(Closed { from: *from, successor: becomes.successor() }),
        }
        if let Becomes::Moved { to } = becomes {
            let name = office.name.clone();
            self.add(*to, &name);
        }
    }

    fn add(&mut self, code: OfficeCode, name: &str) {
        let office = Office { code, name: name.to_owned(), closed: None };
        Arc::make_mut(&mut self.offices).entry(code).or_insert(office);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped;

    fn office(code: &str) -> OfficeCode {
        code.parse().unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    const FILE: &str = "code,change,to,from
330382001001,moved,330382002900,2026-09-01
330382001002,merged,330382001003,2026-09-01
330382001003,renamed,合并村,2026-09-01
330382001208,closed,,2026-10-01
330382001900,added,新设社区,2026-09-01
";

    #[test]
    fn a_file_changes_the_tree_from_its_days_on() {
        let (tree, rows) = (shipped::offices(), parse(FILE).unwrap());
        let city = office("330300000000");
        assert_eq!(check(&rows, &tree, &[], city), vec![]);
        let changes: Vec<_> = rows.into_iter().map(|(_, change)| change).collect();
        let old_name = tree.name(office("330382001001"));
        assert_eq!(tree.clone().on(day("2026-08-31"), &changes).len(), tree.len());
        let then = tree.clone().on(day("2026-09-01"), &changes);
        assert_eq!(then.len(), tree.len() + 2);
        assert_eq!(then.name(office("330382002900")), old_name);
        assert_eq!(then.name(office("330382001003")), "合并村");
        assert!(then.is_open(office("330382001900")) && then.is_open(office("330382001208")));
        let merged = then.get(office("330382001002")).unwrap().closed.unwrap();
        assert_eq!(merged.successor, Some(office("330382001003")));
        let town = office("330382001000");
        assert!(then.children(town).all(|child| child.code != office("330382001001")));
        assert!(!tree.on(day("2026-10-01"), &changes).is_open(office("330382001208")));
    }

    #[test]
    fn the_order_of_equal_files_does_not_matter() {
        let changes: Vec<_> = parse(FILE).unwrap().into_iter().map(|(_, change)| change).collect();
        let tree = shipped::offices();
        let then = |changes: &[OfficeChange]| tree.clone().on(day("2027-01-01"), changes);
        let mut doubled = [changes.clone(), changes.clone()].concat();
        doubled.sort_by_key(|change| change.code);
        let names = |tree: OfficeTree| tree.iter().cloned().collect::<Vec<_>>();
        assert_eq!(names(then(&changes)), names(then(&doubled)));
    }

    #[test]
    fn every_malformed_row_is_named_with_field_and_remedy() {
        let faults = parse(
            "code,change,to,from\n33038200100x,closed,,2026-09-01\n330382001001,split,,2026-09-01\n\
             330382001001,renamed,,2026-09-01\n330382001001,closed,,2026-9-1\n330382001001,closed\n\
             330382001001,closed,330382001002,2026-09-01\n330382001001,merged,x,2026-09-01",
        )
        .unwrap_err();
        let named: Vec<_> = faults.iter().map(|fault| (fault.line, fault.field)).collect();
        assert_eq!(
            named,
            [(2, "code"), (3, "change"), (4, "to"), (5, "from"), (6, "code"), (7, "to"), (8, "to")]
        );
        assert_eq!(parse("x").unwrap_err()[0].line, 1);
        assert_eq!(parse("code,change,to,from\n").unwrap_err()[0].line, 2);
    }
}
