//! The tree of offices: every town and village of the shipped counties, by division code, and what
//! becomes of them ([`directory`]).

pub mod directory;

use std::collections::BTreeMap;
use std::sync::Arc;

use daiban_sync::id::{OfficeCode, Tier};

use crate::calendar::Date;

/// One place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    pub code: OfficeCode,
    pub name: String,
    /// It is no more.
    pub closed: Option<Closed>,
}

/// An office that is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    pub from: Date,
    /// The office to apply at instead.
    pub successor: Option<OfficeCode>,
}

/// All known offices. A copy costs nothing until it is changed.
#[derive(Clone, Debug, Default)]
pub struct OfficeTree {
    offices: Arc<BTreeMap<OfficeCode, Office>>,
}

/// A malformed row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct OfficeError {
    pub line: usize,
    pub problem: String,
}

impl OfficeTree {
    /// Reads `code,name,level,parent` rows. Provinces are names only and are left out.
    ///
    /// # Errors
    /// The first malformed row, by line.
    pub fn parse(csv: &str) -> Result<Self, OfficeError> {
        let mut offices = BTreeMap::new();
        for (index, row) in csv.lines().enumerate().skip(1) {
            let wrong = |problem| OfficeError { line: index + 1, problem };
            let Some(office) = office_of(row).map_err(wrong)? else { continue };
            if let Some(parent) = office.code.parent().filter(|p| !offices.contains_key(p)) {
                return Err(wrong(format!(
                    "{} stands before its parent {parent}; sort by tier",
                    office.code
                )));
            }
            if let Some(twin) = offices.insert(office.code, office) {
                return Err(wrong(format!("{} is named twice; keep one row", twin.code)));
            }
        }
        Ok(Self { offices: Arc::new(offices) })
    }

    /// Both trees together; `other` wins where both name an office.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        Arc::make_mut(&mut self.offices).extend(Arc::unwrap_or_clone(other.offices));
        self
    }

    pub fn get(&self, code: OfficeCode) -> Option<&Office> {
        self.offices.get(&code)
    }

    /// Whether it is in the tree and not closed.
    pub fn is_open(&self, code: OfficeCode) -> bool {
        self.get(code).is_some_and(|office| office.closed.is_none())
    }

    /// The name, or the code where the office is not in the tree.
    pub fn name(&self, code: OfficeCode) -> String {
        self.get(code).map_or_else(|| code.to_string(), |office| office.name.clone())
    }

    /// `亳州市谯城区花戏楼街道…`: names from the city down.
    pub fn full_name(&self, code: OfficeCode) -> String {
        let mut names: Vec<_> = code.line().map(|office| self.name(office)).collect();
        names.reverse();
        names.concat()
    }

    /// Offices whose name contains `part`, in the order of their codes.
    pub fn find<'a>(&'a self, part: &'a str) -> impl Iterator<Item = &'a Office> {
        self.offices.values().filter(move |office| office.name.contains(part))
    }

    /// The open offices directly below.
    pub fn children(&self, code: OfficeCode) -> impl Iterator<Item = &Office> {
        self.offices
            .range(code.subtree())
            .map(|(_, office)| office)
            .filter(move |o| o.code.parent() == Some(code) && o.closed.is_none())
    }

    /// Everything, in the order of the codes.
    pub fn iter(&self) -> impl Iterator<Item = &Office> {
        self.offices.values()
    }

    pub fn len(&self) -> usize {
        self.offices.len()
    }

    pub fn is_empty(&self) -> bool {
        self.offices.is_empty()
    }
}

fn office_of(row: &str) -> Result<Option<Office>, String> {
    let cells: Vec<&str> = row.split(',').collect();
    let [code, name, level, parent] = cells[..] else {
        return Err(format!("expected code,name,level,parent, got {row:?}"));
    };
    if level == "province" {
        return Ok(None);
    }
    let code: OfficeCode = code.parse().map_err(|e| format!("{e}"))?;
    let tier = match level {
        "city" => Tier::City,
        "county" => Tier::County,
        "town" => Tier::Town,
        "village" => Tier::Village,
        other => {
            return Err(format!("level: expected city, county, town or village, got {other:?}"));
        }
    };
    if code.tier() != tier {
        return Err(format!("{code} is the code of a {:?}, not of a {level}", code.tier()));
    }
    if code.parent().is_some_and(|above| above.to_string() != parent) {
        return Err(format!("parent: expected the office above {code}, got {parent:?}"));
    }
    if name.trim().is_empty() {
        return Err("name: expected a name, got nothing".into());
    }
    Ok(Some(Office { code, name: name.to_owned(), closed: None }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped;

    #[test]
    fn both_counties_ship_whole() {
        let tree = shipped::offices();
        let count = |tier| tree.iter().filter(|office| office.code.tier() == tier).count();
        assert_eq!(
            [count(Tier::City), count(Tier::County), count(Tier::Town), count(Tier::Village)],
            [2, 5, 25 + 96, 514 + 1_360]
        );
    }

    #[test]
    fn offices_are_found_by_code_name_and_parent() {
        let tree = shipped::offices();
        let county = OfficeCode::new(330_382_000_000).unwrap();
        assert_eq!(tree.name(county), "乐清市");
        assert_eq!(tree.children(county).count(), 25);
        assert!(tree.find("城东街道").any(|office| office.code.parent() == Some(county)));
        assert!(tree.full_name(county).starts_with("温州市乐清市"));
    }

    #[test]
    fn malformed_rows_name_their_line() {
        let head = "code,name,level,parent\n330300000000,温州市,city,330000000000\n";
        for (row, part) in [
            ("330382000000,乐清市,county", "expected code,name,level,parent"),
            ("330382000000,乐清市,town,330300000000", "not of a town"),
            ("330382000000,乐清市,county,330400000000", "parent"),
            ("330382001000,城东街道,town,330382000000", "before its parent"),
            ("33038200000x,乐清市,county,330300000000", "12 digits"),
            ("330300000000,温州市,city,330000000000", "twice"),
        ] {
            let error = OfficeTree::parse(&format!("{head}{row}")).unwrap_err();
            assert_eq!(error.line, 3);
            assert!(error.problem.contains(part), "{error}");
        }
    }
}
