//! No decision is in force over content that it, or who confirmed it, did not pin, recomputed from
//! the acts alone; and at most one decides.

use std::collections::BTreeSet;

use daiban_domain::act::{ActId, ActKind, Pin, PinnedMaterial, SignedAct};
use daiban_domain::case::Case;
use daiban_domain::fold::{CaseState, DecisionState};
use daiban_domain::form::FormHead;

use super::{Checker, Verdict};

pub(crate) fn check(case: &Case, state: &CaseState) -> Verdict {
    if state.decision.state != DecisionState::InForce {
        return Ok(());
    }
    let ignored: BTreeSet<ActId> = state.ignored.iter().map(|ignored| ignored.act).collect();
    let acts: Vec<&SignedAct> = case.acts().filter(|act| !ignored.contains(&act.id)).collect();
    let decision = state.decision.act.and_then(|id| acts.iter().find(|act| act.id == id));
    let Some(decision) = decision else {
        return Err(wrong(case, "a decision is in force that no act in force took"));
    };
    let decides = |act: &&&SignedAct| matches!(act.act.kind, ActKind::Decided { .. });
    if acts.iter().filter(decides).count() > 1 {
        return Err(wrong(case, "two decisions are in force"));
    }
    let held = Held::of(case, &acts);
    let confirms = |act: &&&SignedAct| matches!(act.act.kind, ActKind::Confirmed { .. });
    for act in acts.iter().filter(confirms).chain([decision]) {
        let is_form = |pin: &&Pin| held.form == pin.form_heads.iter().copied().collect();
        if pins_of(act, &acts).filter(is_form).count() == 0 {
            return Err(wrong(case, "a decision is in force over a form that it did not pin"));
        }
        let are_all = |pin: &Pin| held.materials == pin.materials.iter().cloned().collect();
        if !pins_of(act, &acts).filter(is_form).any(are_all) {
            return Err(wrong(case, "a decision is in force over materials that it did not pin"));
        }
    }
    Ok(())
}

/// What there is to be seen.
struct Held {
    form: BTreeSet<FormHead>,
    materials: BTreeSet<PinnedMaterial>,
}

impl Held {
    fn of(case: &Case, acts: &[&SignedAct]) -> Self {
        let material = |act: &&SignedAct| match &act.act.kind {
            ActKind::MaterialAttached { key, blob } | ActKind::MaterialReused { key, blob, .. } => {
                Some(PinnedMaterial { key: key.clone(), blob: blob.id })
            }
            _ => None,
        };
        let form = case.form().heads().into_iter().collect();
        Self { form, materials: acts.iter().filter_map(material).collect() }
    }
}

/// What an act saw, and what was seen when it was confirmed again.
fn pins_of<'a>(act: &'a SignedAct, acts: &'a [&'a SignedAct]) -> impl Iterator<Item = &'a Pin> {
    let own = match &act.act.kind {
        ActKind::Decided { pinned, .. } | ActKind::Confirmed { pinned } => Some(pinned),
        _ => None,
    };
    let again = acts.iter().filter_map(move |later| match &later.act.kind {
        ActKind::Reconfirmed { decision: of, pinned } if *of == act.id => Some(pinned),
        _ => None,
    });
    own.into_iter().chain(again)
}

fn wrong(case: &Case, what: &str) -> (Checker, String) {
    (Checker::Pinning, format!("case {}: {what}", case.id))
}
