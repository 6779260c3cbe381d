//! The machine and the form, as people and screens see them.

use super::machine::Machine;
use super::progress::Slot;
use super::state::{
    Alarm, CaseState, DecisionState, DecisionView, Ignored, MaterialView, OpenedView, StageState,
    StageView, Status, Times,
};
use super::{Cause, Law, Why, deadline, help, next, redress, reuse, staleness};
use crate::act::{ActKind, BlobRef, Handover, Outcome, Pin, SignedAct};
use crate::catalog::{Action, Stage};
use crate::form::Form;
use crate::words;

/// Everything, from the machine and the form.
pub(super) fn view(form: &Form, machine: Machine<'_>, acts: &[&SignedAct]) -> CaseState {
    let law = machine.law;
    let answered =
        machine.progress.slots.iter().filter_map(|s| s.answer.as_ref()).map(|a| a.act).collect();
    let decision = staleness::decision(&machine, form, &staleness::pinning_acts(&answered, acts));
    let status = status_of(&machine, decision.state);
    CaseState {
        status,
        status_words: status.words(),
        opened: opened(law, &machine),
        number: machine.number,
        number_owed_by: machine.owes_number(),
        times: times(&machine),
        accepted_by: machine.accepted_by,
        visits: visits(&machine),
        stages: stages(&machine),
        next: next::acts(&machine, status, &decision.stale_acts),
        correction: machine
            .corrections
            .iter()
            .filter(|c| c.until.is_none())
            .flat_map(|c| c.items.clone())
            .collect(),
        materials: materials(law, &machine),
        missing_materials: missing(law, &machine),
        conflicts: form.conflicts(),
        deadlines: deadline::deadlines(&machine),
        delivered: machine.delivered.cloned(),
        help: help::view(&machine),
        again: reuse::again(&machine),
        redress: redress::view(&machine.redress),
        pin: Pin {
            form_heads: form.heads(),
            materials: staleness::held_materials(&machine).into_iter().collect(),
        },
        alarms: alarms(&machine, &decision),
        ignored: machine.ignored.iter().map(|(act, why)| ignored(act, why)).collect(),
        decision,
    }
}

fn status_of(machine: &Machine<'_>, decision: DecisionState) -> Status {
    if machine.opened.is_none() || machine.lacks_version.is_some() {
        return Status::Incomplete;
    }
    if let Some(ended) = machine.ended {
        return ended;
    }
    if decision != DecisionState::InForce && machine.decision.is_some() {
        return Status::Stale;
    }
    if machine.closed_at.is_some() {
        return Status::Closed;
    }
    match machine.outcome() {
        Some(Outcome::Refused { .. }) => return Status::NotGranted,
        Some(Outcome::Granted) if awaits_confirmation(machine) => {
            return Status::AwaitingConfirmation;
        }
        Some(Outcome::Granted) => return Status::Decided,
        None => {}
    }
    match () {
        () if machine.received_at.is_none() => Status::Draft,
        () if machine.is_correcting() => Status::Correction,
        () if machine.is_paused() => Status::Paused,
        () if machine.progress.accepted_at.is_none() => Status::Received,
        () if is_under_way(machine) => Status::InProgress,
        () => Status::Accepted,
    }
}

fn awaits_confirmation(machine: &Machine<'_>) -> bool {
    let mut stages = machine.progress.stages();
    stages.any(|(_, stage, slot)| {
        stage.action == Action::Confirm && machine.progress.is_owed(stage) && slot.answer.is_none()
    })
}

/// Some organ has answered after acceptance.
fn is_under_way(machine: &Machine<'_>) -> bool {
    let accepting = machine.law.item.accepting_stage();
    machine.progress.stages().any(|(at, stage, slot)| {
        let beyond = at > accepting || (at == accepting && stage.action != Action::Accept);
        beyond && slot.answer.is_some()
    })
}

fn opened(law: Law<'_>, machine: &Machine<'_>) -> Option<OpenedView> {
    match &machine.opened?.act.kind {
        ActKind::Opened { item, version, receipt, origin } => Some(OpenedView {
            item: item.clone(),
            version: machine.lacks_version.unwrap_or(law.item.version),
            opened_under: *version,
            item_name: law.item.name.clone(),
            receipt: *receipt,
            origin: *origin,
            handler: machine.of.handler,
        }),
        _ => None,
    }
}

fn times(machine: &Machine<'_>) -> Times {
    Times {
        opened: machine.opened.map(|act| act.at.millis()),
        received: machine.received_at,
        reached_town: machine.reached_town_at,
        accepted: machine.progress.accepted_at,
        decided: machine.decision.map(|act| act.at.millis()),
        closed: machine.closed_at,
    }
}

fn visits(machine: &Machine<'_>) -> usize {
    let corrected = machine.corrections.iter().filter(|asked| asked.until.is_some()).count();
    let fetched = matches!(machine.delivered, Some(Handover::Pickup));
    usize::from(machine.received_at.is_some()) + corrected + usize::from(fetched)
}

fn stages(machine: &Machine<'_>) -> Vec<StageView> {
    let view = |(at, stage, slot): (usize, &Stage, &Slot)| StageView {
        seq: stage.seq,
        action: stage.action,
        organ: stage.organ,
        organ_name: stage.organ.name().to_owned(),
        passed_from: slot.passed_from,
        office: slot
            .answer
            .as_ref()
            .filter(|a| !a.silent)
            .map_or_else(|| stage.office(machine.of), |a| a.office),
        optional: !machine.progress.is_owed(stage),
        state: stage_state(machine, at, slot),
        due: deadline::of_stage(machine, at),
    };
    machine.progress.stages().map(view).collect()
}

fn stage_state(machine: &Machine<'_>, at: usize, slot: &Slot) -> StageState {
    let over = machine.ended.is_some()
        || machine.closed_at.is_some()
        || (machine.progress.is_decided() && machine.progress.is_before_decision(at))
        || (machine.decision.is_some() && !machine.is_granted());
    let stage = machine.progress.stage(at);
    match (&slot.answer, slot.correcting_since) {
        (Some(answer), _) if answer.silent => {
            StageState::DeemedAgreed { act: answer.act, at: answer.at }
        }
        (Some(answer), _) => StageState::Done {
            act: answer.act,
            by: answer.by.clone(),
            at: answer.at,
            opinion: answer.opinion.clone(),
            with: answer.with.clone(),
        },
        _ if over => StageState::Skipped,
        (None, Some(since)) => StageState::Correcting { since },
        (None, None)
            if machine.opened.is_some() && machine.progress.is_open(at, machine.is_granted()) =>
        {
            let since =
                machine.progress.since(stage.seq).or(machine.opened.map(|act| act.at.millis()));
            StageState::Open { since: since.unwrap_or_default() }
        }
        (None, None) => StageState::Later,
    }
}

fn materials(law: Law<'_>, machine: &Machine<'_>) -> Vec<MaterialView> {
    let view = |((key, blob), act): (&(String, BlobRef), &&SignedAct)| MaterialView {
        key: key.clone(),
        name: law.item.material(key).map_or_else(|| key.clone(), |rule| rule.name.clone()),
        blob: blob.clone(),
        act: act.id,
        reused: reuse::reused(law.item.material(key), act),
    };
    machine.materials.iter().map(view).collect()
}

fn missing(law: Law<'_>, machine: &Machine<'_>) -> Vec<String> {
    let done = |action: Action| {
        let mut stages = machine.progress.stages();
        stages.any(|(_, stage, slot)| stage.action == action && slot.answer.is_some())
    };
    let owed = law.item.materials.iter().filter(|rule| rule.is_owed(&machine.fields, done));
    let here = |key: &String| machine.materials.keys().any(|(held, _)| held == key);
    owed.map(|rule| rule.key.clone()).filter(|key| !here(key)).collect()
}

fn ignored(act: &SignedAct, why: &Why) -> Ignored {
    Ignored {
        act: act.id,
        office: act.office,
        words: act.act.kind.words(),
        cause: why.cause,
        why: why.said.clone(),
    }
}

fn alarms(machine: &Machine<'_>, decision: &DecisionView) -> Vec<Alarm> {
    let grave = |why: &Why| matches!(why.cause, Cause::NotAllowed | Cause::Impossible);
    let mut alarms: Vec<Alarm> = machine
        .ignored
        .iter()
        .filter(|(act, why)| grave(why) || matches!(act.act.kind, ActKind::Decided { .. }))
        .map(|(act, why)| Alarm { act: Some(act.id), words: why.said.clone() })
        .collect();
    match decision.state {
        DecisionState::Stale => {
            alarms.push(Alarm { act: decision.act, words: words::decision_is_stale() })
        }
        DecisionState::Unseen => {
            alarms.push(Alarm { act: decision.act, words: words::decision_unseen() })
        }
        DecisionState::None | DecisionState::InForce => {}
    }
    alarms
}
