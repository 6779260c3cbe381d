//! Every act in force was allowed, recomputed from the item's stages without the fold.

use daiban_domain::act::{ActKind, SignedAct};
use daiban_domain::case::Case;
use daiban_domain::catalog::{Action, Item, Stage};
use daiban_domain::fold::CaseState;
use daiban_domain::jurisdiction::Jurisdiction;
use daiban_domain::organ::OrganCode;
use daiban_sync::id::Tier;

use super::{Checker, Verdict};

pub(crate) fn check(case: &Case, state: &CaseState, item: &Item) -> Verdict {
    let has_effect = |act: &&SignedAct| !state.ignored.iter().any(|ignored| ignored.act == act.id);
    let in_force: Vec<_> = case.acts().filter(has_effect).collect();
    for act in &in_force {
        if !is_allowed(act, item, case.of, &in_force) {
            let organ = act.act.organ.map_or_else(String::new, |organ| organ.to_string());
            let word = act.act.kind.words().en;
            let sentence =
                format!("case {}: \"{word}\" by {}/{organ} is in force", case.id, act.office);
            return Err((Checker::Authority, sentence));
        }
    }
    Ok(())
}

fn is_allowed(act: &SignedAct, item: &Item, of: Jurisdiction, in_force: &[&SignedAct]) -> bool {
    let was_passed_on = in_force.iter().any(|other| {
        let ActKind::Transferred { to, .. } = other.act.kind else { return false };
        other.office == act.office && other.at < act.at && act.act.organ == Some(to)
    });
    let at_stage = |fits: &dyn Fn(&Stage) -> bool| {
        item.stages.iter().any(|stage| {
            let line = if stage.action == Action::Collect { of.origin } else { of.handled_at() };
            let office = line.at_tier(stage.tier).unwrap_or(line);
            let are_counters = [act.act.organ, Some(stage.organ)]
                .iter()
                .all(|organ| organ.is_some() && OrganCode::is_counter(*organ));
            let is_its_organ = act.act.organ == Some(stage.organ) || are_counters || was_passed_on;
            fits(stage) && act.office == office && is_its_organ
        })
    };
    let does = |actions: &[Action]| at_stage(&|stage| actions.contains(&stage.action));
    let decides = item.stages.get(item.deciding_stage());
    match &act.act.kind {
        ActKind::MaterialAttached { .. } | ActKind::MaterialReused { .. } => {
            of.includes(act.office)
        }
        ActKind::Opened { .. }
        | ActKind::Submitted
        | ActKind::Withdrawn { .. }
        | ActKind::Corrected { .. }
        | ActKind::Delivered { .. }
        | ActKind::Closed
        | ActKind::Rated { .. }
        | ActKind::Complained { .. }
        | ActKind::Asked { .. }
        | ActKind::AppliedAgain { .. } => act.office == of.origin,
        ActKind::Accepted | ActKind::Refused { .. } | ActKind::PreChecked { .. } => {
            at_stage(&|stage| Some(stage) == item.stages.get(item.accepting_stage()))
        }
        ActKind::FirstChecked { .. } => does(&[Action::FirstCheck]),
        ActKind::Referred { .. } => does(&[Action::Refer]),
        ActKind::Surveyed { .. } | ActKind::SurveyedTogether { .. } => does(&[Action::Survey]),
        ActKind::Reviewed { .. } => {
            does(&[Action::Review, Action::JointReview, Action::Appraise, Action::Forward])
        }
        ActKind::Publicised { .. } => does(&[Action::Publicity]),
        ActKind::Confirmed { .. } => does(&[Action::Confirm]),
        ActKind::Issued { .. } => does(&[Action::Issue]),
        ActKind::Paid { .. } => does(&[Action::Pay]),
        ActKind::Decided { .. } | ActKind::SilenceRecorded { .. } => {
            at_stage(&|stage| Some(stage) == decides)
        }
        ActKind::CardWithdrawn { .. }
        | ActKind::AppealRefused { .. }
        | ActKind::SupervisionNoted { .. } => {
            matches!(act.office.tier(), Tier::County | Tier::City) && of.includes(act.office)
        }
        _ => at_stage(&|_| true),
    }
}
