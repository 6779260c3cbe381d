//! The statement that a request makes.

use super::ActRequest;
use crate::act::{ActId, ActKind, Opinion, Outcome, Pin};
use crate::desk::{By, Refused, in_order};
use crate::fold::{CaseState, StageState};
use crate::organ::OrganCode;
use crate::words;

impl ActRequest {
    /// The statement, once what must have words has them.
    pub(in crate::desk) fn into_kind(self, state: &CaseState, by: &By) -> Result<ActKind, Refused> {
        Ok(match self {
            Self::Submit => ActKind::Submitted,
            Self::Withdraw { reason } => ActKind::Withdrawn { reason: worded(reason)? },
            Self::PreCheck { note } => ActKind::PreChecked { note },
            Self::FirstCheck { note } => ActKind::FirstChecked { note },
            Self::Accept => ActKind::Accepted,
            Self::Refuse { reasons } => ActKind::Refused { reasons: listed(reasons)? },
            Self::RequestCorrection { items } => {
                ActKind::CorrectionRequested { items: listed(items)? }
            }
            Self::Correct { note } => ActKind::Corrected { note },
            Self::Refer { organs } => ActKind::Referred { organs },
            Self::Survey { findings, with } if with.is_empty() => ActKind::Surveyed { findings },
            Self::Survey { findings, with } => ActKind::SurveyedTogether { findings, with },
            Self::Review { opinion } => ActKind::Reviewed { opinion: reasoned_opinion(opinion)? },
            Self::RecordSilence { organ } => ActKind::SilenceRecorded { organ },
            Self::Pause { procedure, days } => ActKind::Paused { procedure, declared_days: days },
            Self::Resume => ActKind::Resumed,
            Self::Extend { reason } => ActKind::Extended { reason: worded(reason)? },
            Self::Publicise { days, objections } => ActKind::Publicised { days, objections },
            Self::Decide { outcome, pin } => {
                ActKind::Decided { outcome: reasoned_outcome(outcome)?, pinned: pinned(pin)? }
            }
            Self::Confirm { pin } => ActKind::Confirmed { pinned: pinned(pin)? },
            Self::Reconfirm { decision, pin } => {
                let decision = decision.or_else(|| to_reconfirm(state, by));
                ActKind::Reconfirmed {
                    decision: decision.ok_or_else(nothing_stale)?,
                    pinned: pinned(pin)?,
                }
            }
            Self::Issue { certificate } => ActKind::Issued { certificate },
            Self::Pay { amount_cent } => ActKind::Paid { amount_cent },
            Self::Deliver { how } => ActKind::Delivered { how },
            Self::Close => ActKind::Closed,
            Self::Void { reason } => ActKind::Voided { reason: worded(reason)? },
            Self::Rate { stars, comment } => ActKind::Rated { stars, comment },
            Self::Rectify { measures } => ActKind::Rectified { measures: told(measures)? },
            Self::Complain { text } => ActKind::Complained { text: told(text)? },
            Self::AnswerComplaint { complaint, answer } => {
                let first = || state.redress.first_open_complaint().map(|said| said.act);
                ActKind::ComplaintAnswered {
                    complaint: complaint.or_else(first).ok_or_else(nothing_complained)?,
                    answer: told(answer)?,
                }
            }
            Self::Ask { text } => ActKind::Asked { text: told(text)? },
            Self::AnswerQuestion { question, answer } => {
                let first = || state.redress.first_open_question().map(|said| said.act);
                ActKind::QuestionAnswered {
                    question: question.or_else(first).ok_or_else(nothing_asked)?,
                    answer: told(answer)?,
                }
            }
            Self::AppealCard { card, reason } => {
                ActKind::CardAppealed { card, reason: told(reason)? }
            }
            Self::WithdrawCard { card, reason } => {
                ActKind::CardWithdrawn { card, reason: told(reason)? }
            }
            Self::RefuseAppeal { card, reason } => {
                ActKind::AppealRefused { card, reason: told(reason)? }
            }
            Self::Supervise { text } => ActKind::SupervisionNoted { text: told(text)? },
            Self::Transfer { to, reason } => {
                ActKind::Transferred { to: listed_organ(to)?, reason: worded(reason)? }
            }
            Self::AskHelp { help, handler, question } => {
                ActKind::HelpAsked { help, handler, question: told(question)? }
            }
            Self::RecordHelp { help, findings } => {
                ActKind::HelpRecorded { help, findings: told(findings)? }
            }
            Self::Migrate { version } => ActKind::Migrated { version },
        })
    }
}

/// What the organ has decided or confirmed itself, before what others have.
fn to_reconfirm(state: &CaseState, by: &By) -> Option<ActId> {
    let stale = &state.decision.stale_acts;
    let own = state.stages.iter().filter(|s| (s.office, Some(s.organ)) == (by.office, by.organ));
    let mut acts = own.filter_map(|stage| match stage.state {
        StageState::Done { act, .. } => Some(act),
        _ => None,
    });
    acts.find(|act| stale.contains(act)).or_else(|| stale.first().copied())
}

fn pinned(pin: Option<Pin>) -> Result<Pin, Refused> {
    pin.map(in_order).ok_or_else(Refused::pin_missing)
}

fn worded(text: String) -> Result<String, Refused> {
    if text.trim().is_empty() { Err(reasons_missing()) } else { Ok(text) }
}

pub(in crate::desk) fn told(text: String) -> Result<String, Refused> {
    if !text.trim().is_empty() {
        return Ok(text);
    }
    Err(Refused::new(words::nothing_said(), words::say_what_happened()))
}

fn listed(texts: Vec<String>) -> Result<Vec<String>, Refused> {
    let any = texts.iter().any(|text| !text.trim().is_empty());
    if any { Ok(texts) } else { Err(reasons_missing()) }
}

fn reasoned_opinion(opinion: Opinion) -> Result<Opinion, Refused> {
    Ok(match opinion {
        Opinion::Disagree { reasons } => Opinion::Disagree { reasons: listed(reasons)? },
        agreed => agreed,
    })
}

fn reasoned_outcome(outcome: Outcome) -> Result<Outcome, Refused> {
    Ok(match outcome {
        Outcome::Refused { reasons } => Outcome::Refused { reasons: listed(reasons)? },
        Outcome::Granted => Outcome::Granted,
    })
}

fn reasons_missing() -> Refused {
    Refused::new(words::reasons_missing(), words::give_reasons())
}

fn listed_organ(organ: OrganCode) -> Result<OrganCode, Refused> {
    if organ.is_known() {
        return Ok(organ);
    }
    Err(Refused::new(words::no_such_organ(organ.as_str()), words::look_organs_up()))
}

fn nothing_complained() -> Refused {
    Refused::new(words::nothing_complained(), words::nothing_to_do())
}

fn nothing_asked() -> Refused {
    Refused::new(words::nothing_asked(), words::nothing_to_do())
}

fn nothing_stale() -> Refused {
    Refused::new(words::nothing_stale(), words::nothing_to_do())
}
