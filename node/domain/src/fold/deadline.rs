//! The clocks of a case: what starts, stops and ends each of them.
//!
//! Which day a clock then comes to is for [`crate::clock`] to reckon.

use daiban_sync::id::Millis;
use serde::Serialize;

use super::machine::{Correction, Machine, Pause};
use super::progress::Slot;
use super::rounds;
use crate::calendar::{CalendarUnknown, Date};
use crate::catalog::{Action, Limit, Stage};
use crate::clock::{
    Basis, Clock, ClockKind, Course, Due, Ends, Extension, Reason, Steps, Stop, Why,
};
use crate::words::Said;

/// The deadlines of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deadlines {
    /// To accept, refuse or ask for everything missing.
    pub accept: Due,
    /// 承诺时限
    pub promised: Due,
    /// 法定时限
    pub statutory: Due,
}

impl Deadlines {
    /// The deadline that work lists sort by.
    pub fn next_due(&self) -> Due {
        [&self.accept, &self.promised].into_iter().min().cloned().unwrap_or(Due::NotRunning)
    }
}

/// A clock that has begun.
struct Running<'a> {
    course: Course<'a>,
    done: Option<Millis>,
    /// When somebody acted for whom the law had acted before.
    deemed: Option<Millis>,
}

type Asked<'a> = Result<Option<Running<'a>>, CalendarUnknown>;

pub(super) fn deadlines(machine: &Machine<'_>) -> Deadlines {
    let item = machine.law.item;
    Deadlines {
        accept: due_of(machine, acceptance(machine)),
        promised: due_of(machine, promised(machine)),
        statutory: due_of(machine, statutory(machine)),
    }
}

/// When an open stage is due.
pub(super) fn of_stage(machine: &Machine<'_>, at: usize) -> Due {
    due_of(machine, Ok(part(machine, at)))
}

/// The clocks of the case and of its open stages, each with its reckoning.
pub(super) fn clocks(machine: &Machine<'_>) -> Vec<Clock> {
    let item = machine.law.item;
    let by_law = Basis::Licensing { article: 32, by_analogy: !is_licence(machine) }.words();
    let accept =
        Named { kind: ClockKind::Acceptance, limit: rounds::ACCEPT_WITHIN, source: by_law };
    let promise = Named::by_item(ClockKind::Promised, item.promised, &item.promised_basis);
    let law = Named::by_item(ClockKind::Statutory, item.statutory, &item.statutory_basis);
    let mut clocks = vec![
        explain(machine, accept, acceptance(machine)),
        explain(machine, promise, promised(machine)),
        explain(machine, law, statutory(machine)),
    ];
    for (at, stage, slot) in machine.progress.stages() {
        let kind = ClockKind::Stage { seq: stage.seq, organ: stage.organ };
        if let Some(running) = part(machine, at).filter(|_| slot.answer.is_none()) {
            let named = Named::by_item(kind, stage.limit, &stage.note);
            clocks.push(explain(machine, named, Ok(Some(running))));
        }
    }
    clocks
}

struct Named {
    kind: ClockKind,
    limit: Limit,
    source: Said,
}

impl Named {
    fn by_item(kind: ClockKind, limit: Limit, words: &str) -> Self {
        Self { kind, limit, source: Said::new(words, words) }
    }
}

fn explain(machine: &Machine<'_>, named: Named, asked: Asked<'_>) -> Clock {
    let mut steps = Steps::wanted(is_licence(machine));
    let (due, rest) = reckon(machine, asked, &mut steps);
    let Named { kind, limit, source } = named;
    let name = name_of(machine, kind);
    Clock { kind, name, limit, source, due, rest, steps: steps.into_vec() }
}

fn name_of(machine: &Machine<'_>, kind: ClockKind) -> Said {
    match kind {
        ClockKind::Acceptance => Said::new("受理时限", "acceptance"),
        ClockKind::Promised => Said::new("承诺时限", "promised limit"),
        ClockKind::Statutory => Said::new("法定时限", "limit by law"),
        ClockKind::Stage { seq, organ } => {
            let stages = &machine.law.item.stages;
            let action = stages.iter().find(|s| s.seq == seq && s.organ == organ).map(|s| s.action);
            let (zh, en) = action.map_or(("环节", "stage"), Action::words);
            Said::new(
                format!("环节{seq} {zh} {}", organ.name()),
                format!("stage {seq} {en} {organ}"),
            )
        }
    }
}

fn is_licence(machine: &Machine<'_>) -> bool {
    machine.law.item.task_type.starts_with("01")
}

fn due_of(machine: &Machine<'_>, asked: Asked<'_>) -> Due {
    reckon(machine, asked, &mut Steps::unwanted()).0
}

/// The due day, and the days that are left beyond the steps.
fn reckon(machine: &Machine<'_>, asked: Asked<'_>, steps: &mut Steps) -> (Due, Option<u16>) {
    let running = match asked {
        Ok(Some(running)) => running,
        Ok(None) => return (Due::NotRunning, Some(0)),
        Err(unknown) => return (Due::CalendarUnknown { beyond: unknown.date }, None),
    };
    if let Some(at) = running.deemed {
        steps.noted(Date::at(at), Reason::DeemedAccepted);
    }
    match (running.course.reckon(machine.law.calendar, steps), running.done.map(Date::at)) {
        (Ok(Ends::On(date)), None) => (Due::On { date }, Some(0)),
        (Ok(Ends::On(due)), Some(done)) => (Due::Done { due, done, late: done > due }, Some(0)),
        (Ok(Ends::Waits { left }), _) => (Due::Suspended, Some(left)),
        (Err(unknown), _) => (Due::CalendarUnknown { beyond: unknown.date }, None),
    }
}

fn acceptance<'a>(machine: &Machine<'a>) -> Asked<'a> {
    let Some(round) = rounds::decisive(machine)? else { return Ok(None) };
    let over = machine.ended.is_some() && round.answered.is_none();
    let running = Running { course: round.course, done: round.answered, deemed: None };
    Ok(Some(running).filter(|_| !over))
}

/// 承诺时限: every stage that the item keeps off the clock stops it.
fn promised<'a>(machine: &Machine<'a>) -> Asked<'a> {
    handling(machine, machine.law.item.promised, |_| true)
}

/// 法定时限: for a licence 公示 or 抄告 does not stop it, because 行政许可法 第四十五条 does not name
/// them, unless the item lists them among the procedures whose days do not count.
fn statutory<'a>(machine: &Machine<'a>) -> Asked<'a> {
    let item = machine.law.item;
    let is_uncounted = |stage: &Stage| {
        let (name, _) = stage.action.words();
        !is_licence(machine)
            || Why::Stage(stage.action).is_named_by_law()
            || item.special_procedures.iter().any(|procedure| procedure.contains(name))
    };
    handling(machine, item.statutory, is_uncounted)
}

/// From acceptance until the last counted stage was answered; `is_uncounted` says which of the
/// stages off the clock stop it.
fn handling<'a>(
    machine: &Machine<'a>,
    limit: Limit,
    is_uncounted: impl Fn(&Stage) -> bool,
) -> Asked<'a> {
    let late = rounds::decisive(machine)?.filter(|round| round.is_late);
    let accepted = machine.progress.accepted_at.map(Date::at);
    let Some(start) = late.as_ref().map(|round| round.course.start).or(accepted) else {
        return Ok(None);
    };
    let done = finished(machine);
    if done.is_none() && machine.ended.is_some() {
        return Ok(None);
    }
    let mut stops: Vec<_> = machine.pauses.iter().map(Pause::stop).collect();
    stops.extend(machine.corrections.iter().map(Correction::stop));
    stops.extend(off_the_clock(machine, is_uncounted));
    end_all(&mut stops, done);
    let by = machine.law.item.extension.as_ref().map(|extension| extension.limit);
    let extension = machine.extended_at.zip(by).map(|(at, by)| Extension { on: Date::at(at), by });
    let course = Course { start, limit, stops, extension };
    Ok(Some(Running { course, done, deemed: late.and_then(|round| round.answered) }))
}

/// Once it is done nothing stops a clock any more.
fn end_all(stops: &mut [Stop<'_>], done: Option<Millis>) {
    stops.iter_mut().for_each(|stop| stop.until = stop.until.or(done.map(Date::at)));
}

/// When the last counted stage was answered, or the refusal was decided.
fn finished(machine: &Machine<'_>) -> Option<Millis> {
    let decided = machine.decision.map(|act| act.at.millis());
    if !machine.is_granted() {
        return decided;
    }
    let counted = machine.progress.stages().filter(|(_, stage, _)| stage.counts && !stage.optional);
    counted
        .map(|(_, _, slot)| slot.answer.as_ref().map(|answer| answer.at))
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .max()
}

/// The stages that the item keeps off the clock: each for its own limit at most, and not while a
/// stage beside it is on the clock.
pub(super) fn off_the_clock<'a>(
    machine: &Machine<'a>,
    wanted: impl Fn(&Stage) -> bool,
) -> Vec<Stop<'a>> {
    let progress = &machine.progress;
    let off = progress.stages().filter(|(_, stage, _)| !stage.counts && !stage.optional);
    let stop = |(_, stage, slot): (usize, &Stage, &Slot)| {
        let since = progress.since(stage.seq).filter(|_| progress.is_reached(stage.seq))?;
        let beside = progress
            .stages()
            .filter(|(_, beside, _)| beside.seq == stage.seq && beside.counts && !beside.optional);
        let mut answers = beside.map(|(.., slot)| slot.answer.as_ref().map(|answer| answer.at));
        let alone = answers.try_fold(since, |latest, answered| Some(latest.max(answered?)))?;
        Some(Stop {
            from: Date::at(alone),
            until: slot.answer.as_ref().map(|answer| Date::at(answer.at)),
            at_most: Some(stage.limit),
            why: Why::Stage(stage.action),
        })
    };
    off.filter(|(_, stage, _)| wanted(stage)).filter_map(stop).collect()
}

/// An organ's own part. What is off the case's clock has a limit too, and only a question to the
/// applicant stops it.
fn part<'a>(machine: &Machine<'a>, at: usize) -> Option<Running<'a>> {
    let stage = &machine.law.item.stages[at];
    let since = machine.progress.since(stage.seq)?;
    let done = machine.progress.slots[at].answer.as_ref().map(|answer| answer.at);
    let open = machine.ended.is_none() && machine.progress.is_open(at, machine.is_granted());
    if done.is_none() && !open {
        return None;
    }
    let held = machine.corrections.iter().filter(|correction| {
        let asking = &machine.law.item.stages[correction.stage];
        correction.stage == at || asking.pauses_others || asking.seq < stage.seq
    });
    let mut stops: Vec<_> = held.map(Correction::stop).collect();
    if stage.counts {
        stops.extend(machine.pauses.iter().map(Pause::stop));
    }
    end_all(&mut stops, done);
    let course = Course { start: Date::at(since), limit: stage.limit, stops, extension: None };
    Some(Running { course, done, deemed: None })
}
