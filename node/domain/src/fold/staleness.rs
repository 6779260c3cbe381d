//! Whether a decision has seen all that the case holds.

use std::collections::BTreeSet;

use daiban_sync::planted;

use super::machine::Machine;
use super::state::{DecisionState, DecisionView};
use crate::act::{ActId, ActKind, Pin, PinnedMaterial, SignedAct};
use crate::form::{Coverage, Form};

pub(super) fn decision(machine: &Machine<'_>, form: &Form, pinning: &[&SignedAct]) -> DecisionView {
    let judged: Vec<_> = pinning.iter().map(|act| (act.id, judge(machine, form, act))).collect();
    let mut view = DecisionView {
        state: DecisionState::None,
        act: machine.decision.map(|act| act.id),
        outcome: machine.outcome().cloned(),
        by: machine.decision.map(|act| act.act.officer.name.clone()),
        organ: machine.decision.and_then(|act| act.act.organ),
        office: machine.decision.map(|act| act.office),
        stale_acts: Vec::new(),
        difference: Vec::new(),
        new_materials: Vec::new(),
    };
    if machine.decision.is_none() {
        return view;
    }
    view.state = DecisionState::InForce;
    for (act, verdict) in judged {
        match verdict {
            Verdict::Holds => {}
            Verdict::Unseen => view.state = DecisionState::Unseen,
            Verdict::Stale { difference, new_materials } => {
                if view.state == DecisionState::InForce {
                    view.state = DecisionState::Stale;
                }
                view.stale_acts.push(act);
                if view.difference.is_empty() && view.new_materials.is_empty() {
                    (view.difference, view.new_materials) = (difference, new_materials);
                }
            }
        }
    }
    view
}

enum Verdict {
    Holds,
    Unseen,
    Stale { difference: Vec<crate::form::FieldChange>, new_materials: Vec<String> },
}

/// The best of the act's own pin and those of its reconfirmations.
fn judge(machine: &Machine<'_>, form: &Form, act: &SignedAct) -> Verdict {
    let own = match &act.act.kind {
        ActKind::Decided { pinned, .. } | ActKind::Confirmed { pinned } => pinned,
        _ => return Verdict::Holds,
    };
    let later = machine.reconfirmed.get(&act.id).into_iter().flatten().copied();
    let verdicts: Vec<_> =
        std::iter::once(own).chain(later).map(|pin| compare(machine, form, pin)).collect();
    if verdicts.iter().any(|v| matches!(v, Verdict::Holds)) {
        return Verdict::Holds;
    }
    if verdicts.iter().any(|v| matches!(v, Verdict::Unseen)) {
        return Verdict::Unseen;
    }
    verdicts.into_iter().next_back().unwrap_or(Verdict::Holds)
}

fn compare(machine: &Machine<'_>, form: &Form, pin: &Pin) -> Verdict {
    let held = held_materials(machine);
    let seen: BTreeSet<&PinnedMaterial> = pin.materials.iter().collect();
    let unknown = seen.iter().any(|material| !held.contains(*material));
    let new: Vec<String> =
        held.iter().filter(|m| !seen.contains(m)).map(|m| m.key.clone()).collect();
    match form.coverage(&pin.form_heads) {
        Coverage::Unknown => Verdict::Unseen,
        _ if planted!(PinForgotten) => Verdict::Holds,
        _ if unknown => Verdict::Unseen,
        Coverage::Whole if new.is_empty() => Verdict::Holds,
        Coverage::Whole => Verdict::Stale { difference: Vec::new(), new_materials: new },
        Coverage::Behind(difference) => Verdict::Stale { difference, new_materials: new },
    }
}

pub(super) fn held_materials(machine: &Machine<'_>) -> BTreeSet<PinnedMaterial> {
    let pinned = |(key, blob): &(String, crate::act::BlobRef)| PinnedMaterial {
        key: key.clone(),
        blob: blob.id,
    };
    machine.materials.keys().map(pinned).collect()
}

/// Acts in effect that pin what they saw.
pub(super) fn pinning_acts<'a>(
    answered: &BTreeSet<ActId>,
    acts: &[&'a SignedAct],
) -> Vec<&'a SignedAct> {
    acts.iter()
        .copied()
        .filter(|act| matches!(act.act.kind, ActKind::Decided { .. } | ActKind::Confirmed { .. }))
        .filter(|act| answered.contains(&act.id))
        .collect()
}
