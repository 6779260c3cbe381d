//! The stages on the clock, taking the longest of those in parallel, fit into the promise, and
//! the promise into the law.

use std::collections::BTreeSet;

use crate::catalog::fault::{self, fault};
use crate::catalog::item::Item;
use crate::catalog::reader::Table;
use crate::catalog::stage::{Limit, Unit};

pub(super) fn check(item: &Item, table: &Table<'_>) {
    let sum = counted(item);
    let most = match item.promised.unit {
        Unit::OnTheSpot => Some(0),
        Unit::WorkingDays => Some(item.promised.value),
        Unit::NaturalDays | Unit::Months => None,
    };
    if let Some(most) = most.filter(|most| sum > *most) {
        let what = ["计时环节合计工作日", "the stages on the clock need working days:"];
        table.wrong("promised", fault::too_much(what, sum, most));
    }
    if exceeds(item.promised, item.statutory) {
        let problem = ["承诺时限长于法定时限", "the promise is longer than the law allows"];
        let remedy =
            ["承诺不得长于法定时限", "promise at most the statutory limit, or mend the latter"];
        table.wrong("promised", fault(problem, remedy));
    }
    let units = [item.promised.unit, item.statutory.unit];
    let extension = item.extension.as_ref().map(|extension| extension.limit.unit);
    if extension.is_some_and(|unit| units.iter().any(|limit| *limit != unit)) {
        let problem =
            ["延期与时限的单位不同", "the extension counts in another unit than the limits"];
        let remedy = ["请统一单位", "let promised, statutory and extension count in the same unit"];
        table.wrong("extension", fault(problem, remedy));
    }
}

fn counted(item: &Item) -> u16 {
    let seqs: BTreeSet<u8> = item.stages.iter().map(|stage| stage.seq).collect();
    let days = |limit: Limit| if limit.unit == Unit::WorkingDays { limit.value } else { 0 };
    let longest = |seq: u8| {
        let counted = item.stages.iter().filter(|s| s.seq == seq && s.counts && !s.optional);
        counted.map(|stage| days(stage.limit)).max().unwrap_or(0)
    };
    seqs.into_iter().map(longest).fold(0, u16::saturating_add)
}

/// Whether one limit is longer than another in every calendar. Working days are never fewer than
/// as many natural days; a month has at most 31.
fn exceeds(promised: Limit, statutory: Limit) -> bool {
    let at_least = |limit: Limit| match limit.unit {
        Unit::Months => u32::from(limit.value) * 28,
        _ => u32::from(limit.value),
    };
    let at_most = |limit: Limit| match limit.unit {
        Unit::Months => u32::from(limit.value) * 31,
        _ => u32::from(limit.value),
    };
    match (promised.unit, statutory.unit) {
        (one, other) if one == other => promised.value > statutory.value,
        (Unit::OnTheSpot, _) | (Unit::NaturalDays | Unit::Months, Unit::WorkingDays) => false,
        _ => at_least(promised) > at_most(statutory),
    }
}
