//! What is written down of a run: figures over time by tier and by the kind of link, and what
//! happened. Plain data, for JSON.

use std::collections::BTreeMap;

use daiban_sync::id::{Millis, OfficeCode, Tier};
use serde::Serialize;

use crate::checkers::Failure;
use crate::story::Counts;
use crate::told::{ABOVE, Promises};

/// The form of [`Record`].
pub const RECORD_VERSION: u32 = 1;
/// Samples of one run, about.
pub(crate) const SAMPLES: u64 = 240;
/// Events that are written down; later ones are only counted.
const EVENTS_MAX: usize = 20_000;
/// The parts of a distribution that are written down, in percent.
const PARTS: [u64; 5] = [10, 50, 90, 99, 100];

/// One run. The order of fields is that of a reader's interest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// Of this form of record.
    pub version: u32,
    pub scenario: String,
    pub title: String,
    pub story: String,
    pub seed: u64,
    pub failure: Option<Failure>,
    pub trace_hash: String,
    pub begins: Millis,
    pub lasts_ms: u64,
    /// From healing to agreement.
    pub healed_after_ms: u64,
    pub offices: BTreeMap<Tier, usize>,
    pub counts: Counts,
    pub alarms: BTreeMap<String, u64>,
    pub profiles: BTreeMap<String, ProfileFigures>,
    pub samples: Vec<Sample>,
    pub events: Vec<Happening>,
    pub events_left_out: u64,
}

/// Figures of all villages whose line is of one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ProfileFigures {
    pub offices: u64,
    pub cases: u64,
    pub up_bytes: u64,
    pub down_bytes: u64,
    /// Milliseconds from "saved" at the office to being durable at a tier above.
    pub safe_after_ms: BTreeMap<Tier, Distribution>,
}

/// Parts of a distribution: percent and value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Distribution {
    pub count: u64,
    pub parts: Vec<(u64, u64)>,
}

/// How things stand at a moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Sample {
    /// After the beginning.
    pub at_ms: u64,
    pub cases: u64,
    pub told: u64,
    pub up: usize,
    /// Of what was told, not yet durable at the tier.
    pub pending: BTreeMap<Tier, u64>,
    /// Since when the oldest of it waits.
    pub oldest_ms: BTreeMap<Tier, u64>,
    pub stored_bytes: BTreeMap<Tier, u64>,
    /// Sent up and down so far, by the kind of link.
    pub moved_bytes: BTreeMap<String, (u64, u64)>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Happening {
    pub at_ms: u64,
    pub office: Option<OfficeCode>,
    pub what: String,
}

/// Writes a run down while it goes on.
pub(crate) struct Recorder {
    profile_of: Vec<String>,
    figures: BTreeMap<String, ProfileFigures>,
    waits: BTreeMap<(String, Tier), Vec<u64>>,
    alarms: BTreeMap<String, u64>,
    cases: u64,
    samples: Vec<Sample>,
    events: Vec<Happening>,
    events_left_out: u64,
}

impl Recorder {
    /// `profile_of` names the kind of each office's link.
    pub(crate) fn new(profile_of: Vec<String>) -> Self {
        let mut figures: BTreeMap<String, ProfileFigures> = BTreeMap::new();
        for profile in &profile_of {
            figures.entry(profile.clone()).or_default().offices += 1;
        }
        Self {
            profile_of,
            figures,
            waits: BTreeMap::new(),
            alarms: BTreeMap::new(),
            cases: 0,
            samples: Vec::new(),
            events: Vec::new(),
            events_left_out: 0,
        }
    }

    fn figures(&mut self, node: usize) -> Option<&mut ProfileFigures> {
        self.figures.get_mut(&self.profile_of[node])
    }

    pub(crate) fn moved(&mut self, node: usize, is_up: bool, len: usize) {
        let Some(figures) = self.figures(node) else { return };
        let moved = if is_up { &mut figures.up_bytes } else { &mut figures.down_bytes };
        *moved += len as u64;
    }

    pub(crate) fn opened(&mut self, node: usize) {
        self.cases += 1;
        if let Some(figures) = self.figures(node) {
            figures.cases += 1;
        }
    }

    pub(crate) fn landed(&mut self, node: usize, tier: Tier, ms: u64) {
        let profile = self.profile_of[node].clone();
        self.waits.entry((profile, tier)).or_default().push(ms);
    }

    pub(crate) fn alarm(&mut self, kind: &str) {
        *self.alarms.entry(kind.to_owned()).or_default() += 1;
    }

    /// Whether such an alarm was given.
    pub(crate) fn heard(&self, kind: &str) -> bool {
        self.alarms.contains_key(kind)
    }

    pub(crate) fn tell(&mut self, at_ms: u64, office: Option<OfficeCode>, what: &str) {
        if self.events.len() >= EVENTS_MAX {
            self.events_left_out += 1;
            return;
        }
        self.events.push(Happening { at_ms, office, what: what.to_owned() });
    }

    /// `sample` says when it is, how many offices are up and what they store.
    pub(crate) fn sample(&mut self, mut sample: Sample, promises: &Promises, now: Millis) {
        (sample.cases, sample.told) = (self.cases, promises.len());
        for tier in ABOVE {
            let (count, oldest) = promises.pending(tier);
            sample.pending.insert(tier, count);
            sample.oldest_ms.insert(tier, oldest.map_or(0, |oldest| now.since(oldest)));
        }
        let moved = self.figures.iter();
        sample.moved_bytes =
            moved.map(|(name, f)| (name.clone(), (f.up_bytes, f.down_bytes))).collect();
        self.samples.push(sample);
    }

    /// What was written down, into a record that has everything else.
    pub(crate) fn finish(self, record: &mut Record) {
        record.profiles = self.figures;
        for ((profile, tier), waits) in self.waits {
            if let Some(figures) = record.profiles.get_mut(&profile) {
                figures.safe_after_ms.insert(tier, distribution(waits));
            }
        }
        (record.alarms, record.samples) = (self.alarms, self.samples);
        (record.events, record.events_left_out) = (self.events, self.events_left_out);
    }
}

fn distribution(mut values: Vec<u64>) -> Distribution {
    values.sort_unstable();
    let last = values.len().saturating_sub(1) as u64;
    let at = |part: u64| values.get(usize::try_from(last * part / 100).unwrap_or(0)).copied();
    let parts = PARTS.iter().filter_map(|&part| Some((part, at(part)?))).collect();
    Distribution { count: values.len() as u64, parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_distribution() {
        let found = distribution((0..=100).rev().collect());
        assert_eq!(found.parts, [(10, 10), (50, 50), (90, 90), (99, 99), (100, 100)]);
        assert_eq!(distribution(Vec::new()).parts, []);
    }
}
