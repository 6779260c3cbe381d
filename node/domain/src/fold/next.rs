//! Who may do what next.

use super::Status;
use super::machine::Machine;
use super::redress::Redress;
use super::state::NextAct;
use crate::act::ActId;
use crate::authority::Actor;
use crate::catalog::{Action, Silence, Stage};
use crate::organ::OrganCode;
use crate::words::{self, Said};

pub(super) fn acts(machine: &Machine<'_>, status: Status, stale: &[ActId]) -> Vec<NextAct> {
    let mut next = redress(machine);
    if status.is_final() {
        return next;
    }
    if machine.received_at.is_none() {
        next.push(counter(machine, "submit", words::next_submit()));
        next.push(counter(machine, "withdraw", words::next_withdraw()));
        in_place_of_closed(machine, &mut next);
        return next;
    }
    if machine.is_correcting() {
        next.push(counter(machine, "correct", words::next_correct()));
    }
    if machine.decision.is_none() {
        next.push(counter(machine, "withdraw", words::next_withdraw()));
    }
    if !stale.is_empty() {
        reconfirmations(machine, stale, &mut next);
    } else {
        acceptance(machine, &mut next);
        open_stages(machine, &mut next);
        endings(machine, &mut next);
    }
    in_place_of_closed(machine, &mut next);
    next.sort();
    next.dedup();
    next
}

/// What a closed office is to do may be done above it too, from its last day on.
fn in_place_of_closed(machine: &Machine<'_>, next: &mut Vec<NextAct>) {
    let instead = next.iter().filter_map(|act| {
        let (office, from) = machine.law.authority.successor(act.office, machine.of)?;
        let organ = act.organ.map(|organ| organ.at(office));
        Some(NextAct { office, organ, from: act.from.max(Some(from)), ..act.clone() })
    });
    let instead: Vec<_> = instead.collect();
    next.extend(instead);
}

fn acceptance(machine: &Machine<'_>, next: &mut Vec<NextAct>) {
    let at = machine.law.item.accepting_stage();
    let stage = machine.progress.accepting();
    let reached = machine.progress.is_reached(stage.seq) && !machine.progress.is_held(at);
    if machine.progress.accepted_at.is_some() || !reached {
        return;
    }
    next.extend(of(machine, stage, "accept", words::next_accept()).map(in_batch(stage)));
    next.extend(of(machine, stage, "refuse", words::next_refuse()));
    if !machine.progress.slots[at].has_asked {
        next.extend(of(machine, stage, "request-correction", words::next_request_correction()));
    }
}

fn open_stages(machine: &Machine<'_>, next: &mut Vec<NextAct>) {
    let deciding = machine.law.item.deciding_stage();
    for (at, stage, slot) in machine.progress.stages() {
        let open =
            machine.progress.is_open(at, machine.is_granted()) && !machine.progress.is_held(at);
        let off_turn = matches!(stage.action, Action::Collect | Action::Accept);
        if !open || off_turn {
            continue;
        }
        if machine.is_paused() {
            next.extend(of(machine, stage, "resume", words::next_resume()));
            if at == deciding {
                continue;
            }
        }
        let verb = verb(stage, at == deciding);
        next.extend(of(machine, stage, verb, stage.action.words()).map(in_batch(stage)));
        if !slot.has_asked && machine.decision.is_none() && machine.progress.accepted_at.is_some() {
            next.extend(of(machine, stage, "request-correction", words::next_request_correction()));
        }
        if stage.on_silence == Silence::DeemedAgreed {
            let lead = machine.progress.deciding();
            next.extend(of(machine, lead, "record-silence", words::next_record_silence()));
        }
    }
}

/// What is owed to the applicant and to whoever got a card, also after the end.
fn redress(machine: &Machine<'_>) -> Vec<NextAct> {
    let Redress { ratings, complaints, questions, appeals, .. } = &machine.redress;
    let lead = |at: usize| machine.progress.stage(at);
    let mut next = Vec::new();
    for rating in ratings.iter().filter(|rating| rating.is_open()) {
        next.extend(of(machine, lead(rating.lead), "rectify", words::next_rectify()));
    }
    for complaint in complaints.iter().filter(|complaint| complaint.answer.is_none()) {
        let words = words::next_answer_complaint();
        next.extend(of(machine, lead(complaint.lead), "answer-complaint", words));
    }
    for question in questions.iter().filter(|question| question.answer.is_none()) {
        let words = words::next_answer_question();
        next.extend(of(machine, lead(question.lead), "answer-question", words));
    }
    for (card, _) in appeals.iter().filter(|(_, appeal)| appeal.ruling.is_none()) {
        let Some(office) = machine.supervisor(card) else { continue };
        for (verb, words) in [
            ("withdraw-card", words::next_withdraw_card()),
            ("refuse-appeal", words::next_refuse_appeal()),
        ] {
            next.push(NextAct {
                office,
                organ: Some(OrganCode::COUNTY_CENTRE),
                verb: verb.into(),
                words,
                from: None,
                in_batch: false,
            });
        }
    }
    next.sort();
    next.dedup();
    next
}

fn endings(machine: &Machine<'_>, next: &mut Vec<NextAct>) {
    if machine.decision.is_some()
        && machine.delivered.is_none()
        && !machine.law.item.delivery.is_empty()
    {
        next.push(counter(machine, "deliver", words::next_deliver()));
    }
    if machine.may_close() {
        next.push(counter(machine, "close", words::next_close()));
    }
}

fn reconfirmations(machine: &Machine<'_>, stale: &[ActId], next: &mut Vec<NextAct>) {
    for (_, stage, slot) in machine.progress.stages() {
        if slot.answer.as_ref().is_some_and(|answer| stale.contains(&answer.act)) {
            next.extend(of(machine, stage, "reconfirm", words::next_reconfirm()));
        }
    }
}

fn verb(stage: &Stage, decides: bool) -> &'static str {
    match stage.action {
        _ if decides => "decide",
        Action::Collect => "submit",
        Action::Accept => "accept",
        Action::FirstCheck => "first-check",
        Action::Refer => "refer",
        Action::Survey => "survey",
        Action::Publicity => "publicise",
        Action::Review | Action::JointReview | Action::Appraise | Action::Forward => "review",
        Action::Confirm => "confirm",
        Action::Decide => "decide",
        Action::Issue => "issue",
        Action::Pay => "pay",
    }
}

/// The organ whose stage it is, and whoever may do it in its place.
fn of(
    machine: &Machine<'_>,
    stage: &Stage,
    verb: &'static str,
    words: Said,
) -> impl Iterator<Item = NextAct> {
    let (law, of) = (&machine.law, machine.of);
    let organ = Some(stage.organ).filter(|_| stage.action != Action::Collect);
    let own = (Actor { office: stage.office(of), organ }, None);
    let delegates = law.authority.delegates(law.item, stage, of);
    let all = std::iter::once(own).chain(delegates.map(|(actor, from)| (actor, Some(from))));
    all.map(move |(Actor { office, organ }, from)| NextAct {
        office,
        organ,
        verb: verb.into(),
        words: words.clone(),
        from,
        in_batch: false,
    })
}

fn counter(machine: &Machine<'_>, verb: &'static str, words: Said) -> NextAct {
    NextAct {
        office: machine.of.origin,
        organ: None,
        verb: verb.into(),
        words,
        from: None,
        in_batch: false,
    }
}

/// What the stage is there for may be done to many cases at once, if its item says so.
fn in_batch(stage: &Stage) -> impl Fn(NextAct) -> NextAct + use<> {
    let in_batch = stage.batch_approval;
    move |next| NextAct { in_batch, ..next }
}
