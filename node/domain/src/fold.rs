//! The fold: from what was signed to where a case stands.
//!
//! Acts are a set. They are put in one order (clock reading, then id) and each takes effect if, at
//! its turn, it is allowed and possible. An act whose turn has not come yet (it needs another that
//! is stamped later by a fast clock, or that is still on its way) waits and is tried again after
//! every act that took effect. The result depends on the set alone: not on the order of arrival,
//! not on duplicates, not on who folds.

mod clocks;
mod deadline;
mod help;
mod machine;
mod next;
mod progress;
mod redress;
mod reuse;
mod rounds;
mod rules;
mod staleness;
mod state;
mod view;

use std::collections::BTreeMap;

use crate::act::{ActId, ActKind, SignedAct};
use crate::authority::Authority;
use crate::calendar::Calendar;
use crate::catalog::{Catalog, Item};
use crate::clock::Clock;
pub use crate::clock::Due;
use crate::form::{Fields, Form};
use crate::jurisdiction::Jurisdiction;
pub use deadline::Deadlines;
pub use help::HelpView;
pub use redress::{AppealView, RatingView, RedressView, Statement, VoicedView};
pub use reuse::{AgainView, ReusedView};
pub use rules::{Cause, Why};
pub use state::{
    Alarm, CaseState, DecisionState, DecisionView, Ignored, MaterialView, NextAct, NumberView,
    OpenedView, StageState, StageView, Status, Times,
};

/// What the fold looks things up in.
#[derive(Clone, Copy)]
pub struct Law<'a> {
    /// The version under which the case was opened.
    pub item: &'a Item,
    /// Where the versions are that a draft may go over to.
    pub catalog: &'a Catalog,
    pub calendar: &'a Calendar,
    pub authority: &'a Authority,
}

/// Where the case stands, which is `of` these offices.
pub fn fold<'a>(
    law: Law<'a>,
    of: Jurisdiction,
    form: &Form,
    acts: impl IntoIterator<Item = &'a SignedAct>,
) -> CaseState {
    let ordered = in_order(acts);
    let machine = machine::run(law, of, &form.fields(), &ordered);
    view::view(form, machine, &ordered)
}

/// The version of its item that the case pins: the one it was opened under, or has gone over to.
pub fn pinned<'a>(
    law: Law<'a>,
    of: Jurisdiction,
    acts: impl IntoIterator<Item = &'a SignedAct, IntoIter: Clone>,
) -> u32 {
    let acts = acts.into_iter();
    if !acts.clone().any(|act| matches!(act.act.kind, ActKind::Migrated { .. })) {
        return law.item.version;
    }
    let machine = machine::run(law, of, &Fields::new(), &in_order(acts));
    machine.lacks_version.unwrap_or(machine.law.item.version)
}

/// The clocks of the case, each with the reckoning that leads to its day.
pub fn clocks<'a>(
    law: Law<'a>,
    of: Jurisdiction,
    form: &Form,
    acts: impl IntoIterator<Item = &'a SignedAct>,
) -> Vec<Clock> {
    clocks::clocks(&machine::run(law, of, &form.fields(), &in_order(acts)))
}

/// One order for every node. An act that was written into several logs counts once, at its
/// earliest reading.
fn in_order<'a>(acts: impl IntoIterator<Item = &'a SignedAct>) -> Vec<&'a SignedAct> {
    let mut once: BTreeMap<ActId, &SignedAct> = BTreeMap::new();
    for act in acts {
        let kept = once.entry(act.id).or_insert(act);
        if act.at < kept.at {
            *kept = act;
        }
    }
    let mut ordered: Vec<_> = once.into_values().collect();
    ordered.sort_by_key(|act| (act.at, act.id));
    ordered
}
