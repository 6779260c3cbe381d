//! The unified social credit codes of organs, by office: what a case's number begins with.

use std::collections::BTreeMap;
use std::sync::Arc;

use daiban_sync::id::OfficeCode;

use crate::case_number::{ItemCode, Uscc};
use crate::catalog::Item;
use crate::jurisdiction::Jurisdiction;
use crate::organ::OrganCode;

/// The codes that are known. A copy costs nothing until it is changed.
#[derive(Clone, Debug, Default)]
pub struct OrganCodes {
    codes: Arc<BTreeMap<(OfficeCode, OrganCode), Uscc>>,
}

/// A malformed row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct OrganCodesError {
    pub line: usize,
    pub problem: String,
}

/// Why a case can have no number, whatever is leased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCode {
    /// The item has no basic code.
    Item,
    /// The organ that carries it out has none.
    Organ { office: OfficeCode, organ: OrganCode },
}

impl OrganCodes {
    /// Reads `office,organ,code` rows below such a heading; lines that begin with `#` are notes.
    ///
    /// # Errors
    /// The first malformed row, by line.
    pub fn parse(csv: &str) -> Result<Self, OrganCodesError> {
        let mut codes = BTreeMap::new();
        let rows = (1..).zip(csv.lines()).filter(|(_, row)| !row.starts_with('#'));
        for (line, row) in rows.skip(1).filter(|(_, row)| !row.trim().is_empty()) {
            let wrong = |problem| OrganCodesError { line, problem };
            let (place, code) = row_of(row).map_err(wrong)?;
            if codes.insert(place, code).is_some() {
                let problem = format!("{}/{} is named twice; keep one row", place.0, place.1);
                return Err(wrong(problem));
            }
        }
        Ok(Self { codes: Arc::new(codes) })
    }

    /// Both together; `other` wins where both name an organ.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        Arc::make_mut(&mut self.codes).extend(Arc::unwrap_or_clone(other.codes));
        self
    }

    pub fn get(&self, office: OfficeCode, organ: OrganCode) -> Option<Uscc> {
        self.codes.get(&(office, organ)).copied()
    }

    pub fn iter(&self) -> impl Iterator<Item = ((OfficeCode, OrganCode), Uscc)> {
        self.codes.iter().map(|(place, code)| (*place, *code))
    }

    /// The offices that have organs here.
    pub fn offices(&self) -> impl Iterator<Item = OfficeCode> {
        self.codes.keys().map(|(office, _)| *office)
    }

    /// 实施编码 of an item for a case of these offices.
    ///
    /// # Errors
    /// [`NoCode`].
    pub fn item_code(&self, item: &Item, of: Jurisdiction) -> Result<ItemCode, NoCode> {
        let basic = item.basic_code.ok_or(NoCode::Item)?;
        let (office, organ) = item.implementing(of);
        let code = self.get(office, organ).ok_or(NoCode::Organ { office, organ })?;
        Ok(ItemCode::new(code, office.tier(), basic))
    }
}

fn row_of(row: &str) -> Result<((OfficeCode, OrganCode), Uscc), String> {
    let cells: Vec<&str> = row.split(',').map(str::trim).collect();
    let [office, organ, code] = cells[..] else {
        return Err(format!("expected office,organ,code, got {row:?}"));
    };
    let office = office.parse().map_err(|error| format!("{error}"))?;
    let organ = organ.parse().map_err(|error| format!("{error}"))?;
    Ok(((office, organ), code.parse().map_err(|error| format!("{error}"))?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sample, shipped};

    #[test]
    fn every_shipped_item_has_an_organ_with_a_code_wherever_it_is_offered() {
        let (codes, offices) = (shipped::organ_codes(), shipped::offices());
        let mut seen = BTreeMap::new();
        for item in shipped::catalog().iter().filter(|item| item.basic_code.is_some()) {
            for office in offices.iter().filter(|office| item.is_offered_at(office.code)) {
                let handler = sample::handler(item, office.code, &offices);
                let of = Jurisdiction { origin: office.code, handler };
                let code = codes.item_code(item, of);
                let code = code.unwrap_or_else(|no| panic!("{} at {no:?}", item.code));
                assert!(code.is_invented(), "{code} looks real");
                let one = (item.code.clone(), item.implementing(of));
                assert_eq!(seen.entry(code).or_insert_with(|| one.clone()), &one);
            }
        }
    }

    #[test]
    fn malformed_rows_name_their_line() {
        let head = "# a note\noffice,organ,code\n330382000000,MZ,11511301008778183N\n";
        assert!(OrganCodes::parse(head).is_ok());
        for (row, part) in [
            ("330382000000,MZ", "expected office,organ,code"),
            ("330382000000,MZ,11511301008778183N", "twice"),
            ("330382000000,RS,11511301008778183M", "check digit"),
            ("330382000000,rs,11511301008778183N", "capital letters"),
            ("33038200000,RS,11511301008778183N", "12 digits"),
        ] {
            let error = OrganCodes::parse(&format!("{head}{row}")).unwrap_err();
            assert_eq!(error.line, 4);
            assert!(error.problem.contains(part), "{error}");
        }
    }
}
