//! The clocks of a case: what starts, stops and ends each of them.
//!
//! Which day a clock then comes to is for [`crate::clock`] to reckon.

use daiban_sync::id::Millis;
use serde::Serialize;

use super::machine::{Correction, Machine, Pause};
use super::progress::Slot;
use super::redress::Voiced;
use super::rounds;
use crate::act::ActId;
use crate::calendar::{CalendarUnknown, Date};
use crate::catalog::{Limit, MaterialNeed, MaterialRule, Stage, Unit};
use crate::clock::{ClockKind, Course, Due, Ends, Extension, Reason, Steps, Stop, Why};

/// The deadlines of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deadlines {
    /// To accept, refuse or ask for everything missing.
    pub accept: Due,
    /// 承诺时限
    pub promised: Due,
    /// 法定时限
    pub statutory: Due,
    /// 整改、投诉和咨询答复, owed or given.
    pub redress: Vec<(ClockKind, Due)>,
}

impl Deadlines {
    /// The deadline that work lists sort by.
    pub fn next_due(&self) -> Due {
        let redress = self.redress.iter().map(|(_, due)| due);
        redress.chain([&self.accept, &self.promised]).min().cloned().unwrap_or(Due::NotRunning)
    }

    /// The clocks that give a card when they run out.
    pub fn with_cards(&self) -> impl Iterator<Item = (&ClockKind, &Due)> {
        let of_case = [
            (&ClockKind::Acceptance, &self.accept),
            (&ClockKind::Promised, &self.promised),
            (&ClockKind::Statutory, &self.statutory),
        ];
        let redress = self.redress.iter().filter(|(kind, _)| kind.gives_card());
        of_case.into_iter().chain(redress.map(|(kind, due)| (kind, due)))
    }
}

/// A clock that has begun.
pub(super) struct Running<'a> {
    pub(super) course: Course<'a>,
    done: Option<Millis>,
    /// When somebody acted for whom the law had acted before.
    deemed: Option<Millis>,
}

pub(super) type Asked<'a> = Result<Option<Running<'a>>, CalendarUnknown>;

pub(super) fn deadlines(machine: &Machine<'_>) -> Deadlines {
    Deadlines {
        accept: due_of(machine, acceptance(machine)),
        promised: due_of(machine, promised(machine)),
        statutory: due_of(machine, statutory(machine)),
        redress: owed(machine)
            .map(|kind| {
                let due = of_clock(machine, &kind);
                (kind, due)
            })
            .collect(),
    }
}

/// Rectifications and answers, owed or given.
pub(super) fn owed<'m>(machine: &'m Machine<'_>) -> impl Iterator<Item = ClockKind> + 'm {
    let bad = machine.redress.ratings.iter().filter(|rating| rating.is_bad());
    let ratings = bad.map(|rating| ClockKind::Rectification { rating: rating.act.id });
    let complaints = machine.redress.complaints.iter();
    let complaints = complaints.map(|known| ClockKind::Complaint { complaint: known.act.id });
    let questions = machine.redress.questions.iter();
    let questions = questions.map(|known| ClockKind::Question { question: known.act.id });
    ratings.chain(complaints).chain(questions)
}

/// When a clock of the case as a whole is due.
pub(super) fn of_clock(machine: &Machine<'_>, clock: &ClockKind) -> Due {
    let asked = match clock {
        ClockKind::Acceptance => acceptance(machine),
        ClockKind::Promised => promised(machine),
        ClockKind::Statutory => statutory(machine),
        ClockKind::Rectification { rating } => Ok(rectification(machine, *rating)),
        ClockKind::Complaint { complaint } => Ok(complaint_answer(machine, *complaint)),
        ClockKind::Question { question } => Ok(question_answer(machine, *question)),
        ClockKind::Stage { .. } | ClockKind::Supplement { .. } => Ok(None),
    };
    due_of(machine, asked)
}

/// When an open stage is due.
pub(super) fn of_stage(machine: &Machine<'_>, at: usize) -> Due {
    due_of(machine, Ok(part(machine, at)))
}

pub(super) fn is_licence(machine: &Machine<'_>) -> bool {
    machine.law.item.task_type.starts_with("01")
}

fn due_of(machine: &Machine<'_>, asked: Asked<'_>) -> Due {
    reckon(machine, asked, &mut Steps::unwanted()).0
}

/// The due day, and the days that are left beyond the steps.
pub(super) fn reckon(
    machine: &Machine<'_>,
    asked: Asked<'_>,
    steps: &mut Steps,
) -> (Due, Option<u16>) {
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

pub(super) fn acceptance<'a>(machine: &Machine<'a>) -> Asked<'a> {
    let Some(round) = rounds::decisive(machine)? else { return Ok(None) };
    let running = Running { course: round.course, done: round.answered, deemed: None };
    Ok(until_the_end(machine, running))
}

/// A case that ends stops its clocks; those that were overdue by then stay so.
fn until_the_end<'a>(machine: &Machine<'a>, running: Running<'a>) -> Option<Running<'a>> {
    let ended = machine.ended_at.or(machine.closed_at).filter(|_| running.done.is_none());
    let Some(at) = ended else { return Some(running) };
    let reckoned = running.course.reckon(machine.law.calendar, &mut Steps::unwanted());
    let overdue = matches!(reckoned, Ok(Ends::On(due)) if Date::at(at) > due);
    overdue.then_some(Running { done: Some(at), ..running })
}

/// 承诺时限: every stage that the item keeps off the clock stops it.
pub(super) fn promised<'a>(machine: &Machine<'a>) -> Asked<'a> {
    handling(machine, machine.law.item.promised, |_| true)
}

/// 法定时限: for a licence 公示 or 抄告 does not stop it, because 行政许可法 第四十五条 does not name
/// them, unless the item lists them among the procedures whose days do not count.
pub(super) fn statutory<'a>(machine: &Machine<'a>) -> Asked<'a> {
    let item = machine.law.item;
    let is_uncounted = |stage: &Stage| {
        let name = stage.action.words().zh;
        !is_licence(machine)
            || Why::Stage(stage.action).is_named_by_law()
            || item.special_procedures.iter().any(|procedure| procedure.contains(&*name))
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
    let mut stops: Vec<_> = machine.pauses.iter().map(Pause::stop).collect();
    stops.extend(machine.corrections.iter().map(Correction::stop));
    stops.extend(off_the_clock(machine, is_uncounted));
    end_all(&mut stops, done);
    let by = machine.law.item.extension.as_ref().map(|extension| extension.limit);
    let extension = machine.extended_at.zip(by).map(|(at, by)| Extension { on: Date::at(at), by });
    let course = Course { start, limit, stops, extension };
    let deemed = late.and_then(|round| round.answered);
    Ok(until_the_end(machine, Running { course, done, deemed }))
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
    let progress = &machine.progress;
    let counted = progress.stages().filter(|(_, stage, _)| stage.counts && progress.is_owed(stage));
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
    let off = progress.stages().filter(|(_, stage, _)| !stage.counts && progress.is_owed(stage));
    let stop = |(_, stage, slot): (usize, &Stage, &Slot)| {
        let since = progress.since(stage.seq).filter(|_| progress.is_reached(stage.seq))?;
        let beside = progress.stages().filter(|(_, beside, _)| {
            beside.seq == stage.seq && beside.counts && progress.is_owed(beside)
        });
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
pub(super) fn part<'a>(machine: &Machine<'a>, at: usize) -> Option<Running<'a>> {
    let stage = machine.progress.stage(at);
    let since = machine.progress.since(stage.seq)?;
    let done = machine.progress.slots[at].answer.as_ref().map(|answer| answer.at);
    let open = machine.ended.is_none() && machine.progress.is_open(at, machine.is_granted());
    if done.is_none() && !open {
        return None;
    }
    let held = machine.corrections.iter().filter(|correction| {
        let asking = machine.progress.stage(correction.stage);
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

/// 容缺后补: from acceptance until a material that was let wait is here. Nothing stops it.
pub(super) fn supplement<'a>(machine: &Machine<'a>, rule: &MaterialRule) -> Option<Running<'a>> {
    let MaterialNeed::Tolerated { within_days, only_if } = &rule.need else { return None };
    let accepted = machine.progress.accepted_at?;
    let needed = only_if.as_ref().is_none_or(|condition| condition.holds(&machine.fields));
    let held = machine.materials.iter().filter(|((key, _), _)| *key == rule.key);
    let done = held.map(|(_, act)| act.at.millis()).min();
    if !needed || done.is_some_and(|at| at <= accepted) {
        return None;
    }
    let limit = Limit { value: *within_days, unit: Unit::WorkingDays };
    until_the_end(machine, Running { course: plain(accepted, limit), done, deemed: None })
}

/// 整改: from the bad rating.
pub(super) fn rectification<'a>(machine: &Machine<'a>, rating: ActId) -> Option<Running<'a>> {
    let known = machine.redress.ratings.iter().find(|known| known.act.id == rating)?;
    let done = known.rectified.map(|act| act.at.millis());
    let course = plain(known.act.at.millis(), machine.law.item.mend_within);
    known.is_bad().then_some(Running { course, done, deemed: None })
}

/// 投诉答复: from the complaint.
pub(super) fn complaint_answer<'a>(machine: &Machine<'a>, complaint: ActId) -> Option<Running<'a>> {
    answer(&machine.redress.complaints, complaint, machine.law.item.mend_within)
}

/// 咨询答复: from the question.
pub(super) fn question_answer<'a>(machine: &Machine<'a>, question: ActId) -> Option<Running<'a>> {
    answer(&machine.redress.questions, question, machine.law.item.answer_within)
}

fn answer<'a>(voiced: &[Voiced<'a>], said: ActId, limit: Limit) -> Option<Running<'a>> {
    let known = voiced.iter().find(|known| known.act.id == said)?;
    let done = known.answer.map(|act| act.at.millis());
    Some(Running { course: plain(known.act.at.millis(), limit), done, deemed: None })
}

fn plain<'a>(event: Millis, limit: Limit) -> Course<'a> {
    Course { start: Date::at(event), limit, stops: Vec::new(), extension: None }
}
