//! No decision is in force over content that it did not pin, recomputed from the acts alone; and
//! at most one decides.

use std::collections::BTreeSet;

use daiban_domain::act::{ActId, ActKind, Pin, SignedAct};
use daiban_domain::case::Case;
use daiban_domain::fold::{CaseState, DecisionState};

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
    let heads: BTreeSet<_> = case.form().heads().iter().copied().collect();
    let mut pins = pins_of(decision, &acts);
    if !pins.any(|pin| pin.form_heads.iter().copied().collect::<BTreeSet<_>>() == heads) {
        return Err(wrong(case, "a decision is in force over a form that it did not pin"));
    }
    Ok(())
}

/// What the decision saw, and what was seen when it was confirmed again.
fn pins_of<'a>(
    decision: &'a SignedAct,
    acts: &'a [&'a SignedAct],
) -> impl Iterator<Item = &'a Pin> {
    let own = match &decision.act.kind {
        ActKind::Decided { pinned, .. } => Some(pinned),
        _ => None,
    };
    let again = acts.iter().filter_map(move |act| match &act.act.kind {
        ActKind::Reconfirmed { decision: of, pinned } if *of == decision.id => Some(pinned),
        _ => None,
    });
    own.into_iter().chain(again)
}

fn wrong(case: &Case, what: &str) -> (Checker, String) {
    (Checker::Pinning, format!("case {}: {what}", case.id))
}
