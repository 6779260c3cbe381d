//! Acceptance 受理: five working days to accept, to refuse, or to ask once for everything missing;
//! and again after the applicant has answered. Whoever asks or accepts later than that has
//! accepted on the day on which the materials were received (行政许可法 第三十二条).

use daiban_sync::id::Millis;

use super::Status;
use super::deadline::{is_licence, off_the_clock};
use super::machine::{Correction, Machine};
use crate::calendar::{CalendarUnknown, Date};
use crate::catalog::{Limit, Stage, Unit};
use crate::clock::{Course, Ends, Steps};

/// 行政许可法 第三十二条
pub(super) const ACCEPT_WITHIN: Limit = Limit { value: 5, unit: Unit::WorkingDays };

/// From materials that were received to the answer to them.
pub(super) struct Round<'a> {
    pub(super) course: Course<'a>,
    /// Accepted, refused or asked.
    pub(super) answered: Option<Millis>,
    pub(super) is_late: bool,
}

/// The first round that was answered too late, for it settles when the case was accepted; or else
/// the last.
pub(super) fn decisive<'a>(machine: &Machine<'a>) -> Result<Option<Round<'a>>, CalendarUnknown> {
    let Some(mut start) = machine.received_at else { return Ok(None) };
    let refused = machine.ended_at.filter(|_| machine.ended == Some(Status::NotAccepted));
    let answer = machine.progress.accepted_at.or(refused);
    for question in machine.corrections.iter().filter(|c| answer.is_none_or(|at| c.since <= at)) {
        let asked = round(machine, start, Some(question.since))?;
        if asked.is_late {
            return Ok(Some(asked));
        }
        let Some(corrected) = question.until else { return Ok(Some(owed(question))) };
        start = corrected;
    }
    round(machine, start, answer).map(Some)
}

fn round<'a>(
    machine: &Machine<'a>,
    start: Millis,
    answered: Option<Millis>,
) -> Result<Round<'a>, CalendarUnknown> {
    let accepting = machine.progress.accepting().seq;
    // Of a licence the law itself counts these days, whatever the item says.
    let is_off = |stage: &Stage| !is_licence(machine) && stage.seq < accepting;
    let stops = off_the_clock(machine, is_off);
    let course = Course { start: Date::at(start), limit: ACCEPT_WITHIN, stops, extension: None };
    let is_late = match (answered, course.reckon(machine.law.calendar, &mut Steps::unwanted())) {
        (Some(at), Ok(Ends::On(due))) => Date::at(at) > due,
        (Some(at), Err(unknown)) if Date::at(at) >= unknown.date => return Err(unknown),
        _ => false,
    };
    Ok(Round { course, answered, is_late })
}

/// Asked in time: five new days begin with the answer.
fn owed<'a>(question: &Correction) -> Round<'a> {
    let start = Date::at(question.since);
    let course =
        Course { start, limit: ACCEPT_WITHIN, stops: vec![question.stop()], extension: None };
    Round { course, answered: None, is_late: false }
}
