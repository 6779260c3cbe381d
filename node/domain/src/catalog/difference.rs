//! What two versions of an item say differently.

use serde::{Deserialize, Serialize};

use super::item::Item;
use super::rules::{self, Rule};
use super::stage::Stage;
use crate::words::Said;

/// One part of the item that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub part: Part,
    /// What the part is known by in the item file; empty for what the whole item says.
    pub key: String,
    pub name: Said,
    #[serde(flatten)]
    pub is: Is,
}

/// The parts of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Field,
    Material,
    Stage,
    /// Promised and statutory limits, what stops and what extends them.
    Limits,
    /// Everything else.
    Terms,
}

/// How it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Is {
    Added,
    Removed,
    Changed { rules: Vec<RuleChange> },
}

/// A rule before and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleChange {
    pub rule: Said,
    pub before: Said,
    pub now: Said,
}

/// A part with its rules.
struct Lines {
    key: String,
    name: Said,
    rules: Vec<Rule>,
}

impl Item {
    /// What `newer` says that this version does not, part by part in the order of the newer form.
    pub fn difference(&self, newer: &Self) -> Vec<Change> {
        let both = |lines: fn(&Self) -> Vec<Lines>| [lines(self), lines(newer)];
        let mut changes = compared(Part::Field, both(fields));
        changes.extend(compared(Part::Material, both(materials)));
        changes.extend(compared(Part::Stage, both(stages)));
        let [limits, terms] = rules::of_item(self);
        let [newer_limits, newer_terms] = rules::of_item(newer);
        changes.extend(compared(Part::Limits, [limits, newer_limits].map(|of| whole(self, of))));
        changes.extend(compared(Part::Terms, [terms, newer_terms].map(|of| whole(self, of))));
        changes
    }
}

fn fields(item: &Item) -> Vec<Lines> {
    let lines = item.fields.iter().map(|field| Lines {
        key: field.key.clone(),
        name: Said::of_data(field.label.as_str(), field.label.as_str()),
        rules: rules::of_field(field),
    });
    lines.collect()
}

fn materials(item: &Item) -> Vec<Lines> {
    let lines = item.materials.iter().map(|material| Lines {
        key: material.key.clone(),
        name: Said::of_data(material.name.as_str(), material.name.as_str()),
        rules: rules::of_material(material),
    });
    lines.collect()
}

/// A stage is known by who does what; of several such by which of them it is.
fn stages(item: &Item) -> Vec<Lines> {
    let same = |a: &Stage, b: &Stage| (a.action, a.organ, a.tier) == (b.action, b.organ, b.tier);
    let lines = item.stages.iter().enumerate().map(|(at, stage)| {
        let before = item.stages[..at].iter().filter(|other| same(stage, other)).count();
        let nth = if before == 0 { String::new() } else { format!("#{}", before + 1) };
        let (action, organ) = (stage.action.words(), stage.organ);
        Lines {
            key: format!(
                "{}/{organ}/{}{nth}",
                rules::coded(&stage.action),
                rules::coded(&stage.tier)
            ),
            name: Said::of_data(
                format!("{}{nth} {}", action.zh, organ.name()),
                format!("{}{nth} {organ}", action.en),
            ),
            rules: rules::of_stage(stage),
        }
    });
    lines.collect()
}

fn whole(item: &Item, rules: Vec<Rule>) -> Vec<Lines> {
    let name = Said::of_data(item.name.as_str(), item.name.as_str());
    vec![Lines { key: String::new(), name, rules }]
}

fn compared(part: Part, [before, now]: [Vec<Lines>; 2]) -> Vec<Change> {
    let gone = before.iter().filter(|old| !now.iter().any(|new| new.key == old.key));
    let gone = gone.map(|old| change(part, old, Is::Removed));
    let here = now.iter().filter_map(|new| {
        let Some(old) = before.iter().find(|old| old.key == new.key) else {
            return Some(change(part, new, Is::Added));
        };
        let rules = differing(&old.rules, &new.rules);
        (!rules.is_empty()).then(|| change(part, new, Is::Changed { rules }))
    });
    here.chain(gone).collect()
}

fn change(part: Part, lines: &Lines, is: Is) -> Change {
    Change { part, key: lines.key.clone(), name: lines.name.clone(), is }
}

/// The same rules stand in the same order in both.
fn differing(before: &[Rule], now: &[Rule]) -> Vec<RuleChange> {
    let pairs = before.iter().zip(now).filter(|((_, before), (_, now))| before != now);
    let change = |((rule, before), (_, now)): (&Rule, &Rule)| RuleChange {
        rule: rule.clone(),
        before: before.clone(),
        now: now.clone(),
    };
    pairs.map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Limit, Unit};
    use crate::shipped;
    use proptest::prelude::*;

    type Mend = fn(&mut Item);

    /// Changes of one rule each, with the part that they are seen in.
    const MENDS: &[(Part, Mend)] = &[
        (Part::Field, |item| item.fields[0].required ^= true),
        (Part::Field, |item| item.fields[0].label.push('新')),
        (Part::Field, |item| _ = item.fields.pop()),
        (Part::Field, |item| {
            item.fields.push({
                let mut field = item.fields[0].clone();
                field.key = "added".into();
                field
            })
        }),
        (Part::Field, |item| item.fields[0].max_chars += 1),
        (Part::Material, |item| item.materials[0].copies += 1),
        (Part::Material, |item| _ = item.materials.remove(0)),
        (Part::Stage, |item| item.stages[1].limit = Limit { value: 99, unit: Unit::Months }),
        (Part::Stage, |item| item.stages[0].optional ^= true),
        (Part::Stage, |item| item.stages[0].batch_approval ^= true),
        (Part::Stage, |item| item.stages.push(item.stages[0].clone())),
        (Part::Limits, |item| item.promised = Limit { value: 99, unit: Unit::Months }),
        (Part::Limits, |item| item.special_procedures.push("听证会".into())),
        (Part::Terms, |item| item.proxy.allowed ^= true),
        (Part::Terms, |item| item.applies_in.push(110_000)),
        (Part::Terms, |item| item.dedupe_key.push("added".into())),
    ];

    fn item() -> impl Strategy<Value = Item> {
        let all: Vec<_> =
            shipped::catalog().iter().filter(|item| !item.materials.is_empty()).cloned().collect();
        prop::sample::select(all)
    }

    proptest! {
        #[test]
        fn equal_versions_do_not_differ(item in item(), number in 1_u32..9) {
            prop_assert_eq!(item.difference(&Item { version: number, ..item.clone() }), vec![]);
        }

        #[test]
        fn whatever_is_changed_is_seen_from_both_sides(
            item in item(),
            mends in prop::sample::subsequence(MENDS, 1..=MENDS.len()),
        ) {
            let mut newer = item.clone();
            mends.iter().for_each(|(_, mend)| mend(&mut newer));
            let (there, back) = (item.difference(&newer), newer.difference(&item));
            prop_assert_eq!(there.len(), back.len());
            let added = |changes: &[Change]| changes.iter().filter(|c| c.is == Is::Added).count();
            let removed = |changes: &[Change]| changes.iter().filter(|c| c.is == Is::Removed).count();
            prop_assert_eq!((added(&there), removed(&there)), (removed(&back), added(&back)));
            for part in [Part::Material, Part::Stage, Part::Limits, Part::Terms] {
                let is_mended = mends.iter().any(|(of, _)| *of == part);
                prop_assert_eq!(there.iter().any(|change| change.part == part), is_mended);
            }
        }
    }
}
