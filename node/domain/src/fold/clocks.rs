//! The clocks of a case as people see them: name, limit and its source, whose it is, the reckoning.

use super::deadline::{self, Asked};
use super::machine::Machine;
use super::rounds;
use crate::catalog::{ANSWER_WITHIN, Item, Limit, MEND_WITHIN, MaterialRule};
use crate::clock::{Basis, Clock, ClockKind, Steps};
use crate::words::{self, Said};

/// Of the case, of its open stages, of the materials that were let wait, and of what is owed to the
/// applicant.
pub(super) fn clocks(machine: &Machine<'_>) -> Vec<Clock> {
    let mut clocks = of_case(machine);
    for (at, stage, slot) in machine.progress.stages() {
        let kind = ClockKind::Stage { seq: stage.seq, organ: stage.organ };
        if let Some(running) = deadline::part(machine, at).filter(|_| slot.answer.is_none()) {
            let named = Named::by_item(kind, stage.limit, &stage.note);
            clocks.push(explain(machine, named, Ok(Some(running))));
        }
    }
    for rule in &machine.law.item.materials {
        if let Some(running) = deadline::supplement(machine, rule) {
            let limit = running.course.limit;
            clocks.push(explain(machine, Named::of_supplement(rule, limit), Ok(Some(running))));
        }
    }
    for kind in deadline::owed(machine) {
        let running = match &kind {
            ClockKind::Rectification { rating } => deadline::rectification(machine, *rating),
            ClockKind::Complaint { complaint } => deadline::complaint_answer(machine, *complaint),
            ClockKind::Question { question } => deadline::question_answer(machine, *question),
            _ => None,
        };
        clocks.push(explain(machine, Named::of_redress(kind, machine.law.item), Ok(running)));
    }
    clocks
}

fn of_case(machine: &Machine<'_>) -> Vec<Clock> {
    let item = machine.law.item;
    let by_law =
        Basis::Licensing { article: 32, by_analogy: !deadline::is_licence(machine) }.words();
    let accept =
        Named { kind: ClockKind::Acceptance, limit: rounds::ACCEPT_WITHIN, source: by_law };
    let promised = Named::by_item(ClockKind::Promised, item.promised, &item.promised_basis);
    let statutory = Named::by_item(ClockKind::Statutory, item.statutory, &item.statutory_basis);
    vec![
        explain(machine, accept, deadline::acceptance(machine)),
        explain(machine, promised, deadline::promised(machine)),
        explain(machine, statutory, deadline::statutory(machine)),
    ]
}

struct Named {
    kind: ClockKind,
    limit: Limit,
    source: Said,
}

impl Named {
    fn by_item(kind: ClockKind, limit: Limit, words: &str) -> Self {
        Self { kind, limit, source: Said::of_data(words, words) }
    }

    fn of_supplement(rule: &MaterialRule, limit: Limit) -> Self {
        let kind = ClockKind::Supplement { key: rule.key.clone() };
        Self { kind, limit, source: Basis::Item.words() }
    }

    fn of_redress(kind: ClockKind, item: &Item) -> Self {
        let (limit, default, source) = match kind {
            ClockKind::Question { .. } => {
                (item.answer_within, ANSWER_WITHIN, words::source_of_answer())
            }
            _ => (item.mend_within, MEND_WITHIN, words::source_of_redress()),
        };
        let source = if limit == default { source } else { Basis::Item.words() };
        Self { kind, limit, source }
    }
}

fn explain(machine: &Machine<'_>, named: Named, asked: Asked<'_>) -> Clock {
    let mut steps = Steps::wanted(deadline::is_licence(machine));
    let (due, rest) = deadline::reckon(machine, asked, &mut steps);
    let Named { kind, limit, source } = named;
    let stage = machine.holder(&kind).map(|at| machine.progress.stage(at));
    Clock {
        name: name_of(machine, &kind),
        office: stage.map_or(machine.of.origin, |stage| stage.office(machine.of)),
        organ: stage.map(|stage| stage.organ),
        limit,
        source,
        due,
        rest,
        steps: steps.into_vec(),
        fate: machine.redress.appeals.get(&kind).map(|appeal| appeal.fate()),
        kind,
    }
}

fn name_of(machine: &Machine<'_>, kind: &ClockKind) -> Said {
    let item = machine.law.item;
    match kind {
        ClockKind::Acceptance => words::clock_acceptance(),
        ClockKind::Promised => words::clock_promised(),
        ClockKind::Statutory => words::clock_statutory(),
        ClockKind::Stage { seq, organ } => {
            match machine.holder(kind).map(|at| machine.progress.stage(at).action) {
                Some(action) => words::clock_stage(*seq, action, *organ),
                None => words::clock_lost_stage(*seq, *organ),
            }
        }
        ClockKind::Supplement { key } => {
            let name = item.material(key).map_or(key, |rule| &rule.name);
            words::clock_supplement(name, key)
        }
        ClockKind::Rectification { rating } => words::clock_rectification(*rating),
        ClockKind::Complaint { complaint } => words::clock_complaint(*complaint),
        ClockKind::Question { question } => words::clock_question(*question),
    }
}
