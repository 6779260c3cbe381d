//! The applications of benchmarks: synthetic people, one after the other.

use std::collections::BTreeSet;

use daiban_domain::act::OfficerRef;
use daiban_domain::catalog::{Catalog, Item};
use daiban_domain::form::FieldValue;
use daiban_domain::office::OfficeTree;
use daiban_domain::shipped;
use daiban_node::replica::Command;
use daiban_sync::id::OfficeCode;

use super::BenchError;
use crate::demo::people::applicant;

/// 城乡居民基本养老保险参保登记
pub(super) const ITEM: &str = "CL-SB-01";
const SEED: u64 = 2026;
const ID: &str = "apply_cardnumber";
/// Where people are found for those who give way.
const OTHERS: u64 = 1 << 40;

pub(super) struct Forms {
    catalog: Catalog,
    offices: OfficeTree,
    village: OfficeCode,
}

impl Forms {
    pub(super) fn new(village: u64) -> Result<Self, BenchError> {
        let village = OfficeCode::new(village)?;
        Ok(Self { catalog: shipped::catalog(), offices: shipped::offices(), village })
    }

    /// The fields that a form of the item has.
    pub(super) fn keys(&self) -> Result<Vec<String>, BenchError> {
        Ok(self.item()?.fields.iter().map(|field| field.key.clone()).collect())
    }

    fn item(&self) -> Result<&Item, BenchError> {
        let item = self.catalog.latest(ITEM);
        item.ok_or_else(|| BenchError::Other(format!("{ITEM} is not shipped")))
    }

    /// The `n`th application.
    pub(super) fn application(&self, n: u64) -> Result<Command, BenchError> {
        let item = self.item()?;
        Ok(Command::NewCase {
            item: ITEM.into(),
            version: None,
            fields: applicant(item, &self.offices, self.village, SEED, n),
            materials: Vec::new(),
            submit: false,
            by: clerk(),
            handler: None,
            listed: None,
            reuse: Vec::new(),
            again: None,
        })
    }

    /// Applications of different people: whoever has the ID number of an earlier one gives way.
    pub(super) fn applications(
        &self,
        numbers: std::ops::Range<u64>,
    ) -> Result<Vec<Command>, BenchError> {
        let mut seen = BTreeSet::new();
        let first_of_their_number = |n: u64| {
            let mut others = (0..).map(|round| self.application(n + round * OTHERS));
            others.find(|new| match new {
                Ok(Command::NewCase { fields, .. }) => {
                    seen.insert(fields.get(ID).map(ToString::to_string))
                }
                _ => true,
            })
        };
        let all = (0..numbers.end).filter_map(first_of_their_number);
        all.skip(usize::try_from(numbers.start).unwrap_or(usize::MAX)).collect()
    }
}

/// The `round`th edit of a case: one field changes.
pub(super) fn edit(case: &str, n: u64, round: u64) -> Command {
    let address = format!(
        "浙江省温州市乐清市城东街道云海村{}组{}号（第{round}次更正）",
        n % 30 + 1,
        n % 300 + 1
    );
    let fields = [("address".to_owned(), FieldValue::from(address.as_str()))].into();
    Command::EditCase { case: case.into(), fields, by: clerk() }
}

fn clerk() -> OfficerRef {
    OfficerRef { name: "代办员".into(), id: "clerk".into() }
}
