//! The request that a form has become.

use daiban_domain::act::{ActId, Handover, Opinion, Outcome, Pin};
use daiban_domain::desk::ActRequest;
use daiban_domain::organ::OrganCode;
use daiban_domain::words::{self, Said};

use crate::replica::{CaseView, Refusal, RefusalKind};
use crate::web::guard::Posted;
use crate::web::show;

/// The request that a form of this verb says.
///
/// # Errors
/// What is not as expected.
pub(in crate::web::case) fn request(
    verb: &str,
    posted: &Posted,
    view: &CaseView,
) -> Result<ActRequest, Refusal> {
    let unfit = |fault| Refusal::new(RefusalKind::Input, fault, words::mend_form());
    said(verb, posted, view).map_err(unfit)
}

fn said(verb: &str, posted: &Posted, view: &CaseView) -> Result<ActRequest, Said> {
    let text = |name: &str| posted.text(name).to_owned();
    let pin = || serde_json::from_str::<Pin>(posted.text("pin")).ok();
    let card = || {
        let found = view.cards.iter().find(|card| card.id == posted.text("card"));
        found.map(|card| card.clock.clone()).ok_or_else(words::choose_one)
    };
    Ok(match verb {
        "submit" => ActRequest::Submit,
        "accept" => ActRequest::Accept,
        "migrate" => ActRequest::Migrate { version: view.newer.ok_or_else(words::no_such_act)? },
        "resume" => ActRequest::Resume,
        "close" => ActRequest::Close,
        "confirm" => ActRequest::Confirm { pin: pin() },
        "reconfirm" => ActRequest::Reconfirm { decision: None, pin: pin() },
        "withdraw" => ActRequest::Withdraw { reason: text("reason") },
        "extend" => ActRequest::Extend { reason: text("reason") },
        "void" => ActRequest::Void { reason: text("reason") },
        "pre-check" => ActRequest::PreCheck { note: text("note") },
        "first-check" => ActRequest::FirstCheck { note: text("note") },
        "correct" => ActRequest::Correct { note: text("note") },
        "refuse" => ActRequest::Refuse { reasons: posted.lines("reasons") },
        "request-correction" => ActRequest::RequestCorrection { items: posted.lines("items") },
        "refer" => ActRequest::Refer { organs: organs(posted) },
        "survey" => ActRequest::Survey { findings: text("findings"), with: organs(posted) },
        "review" => ActRequest::Review { opinion: opinion(posted)? },
        "record-silence" => ActRequest::RecordSilence { organ: organ(posted, "silent")? },
        "pause" => ActRequest::Pause { procedure: text("procedure"), days: days(posted)? },
        "publicise" => {
            ActRequest::Publicise { days: days(posted)?, objections: posted.lines("objections") }
        }
        "decide" => ActRequest::Decide { outcome: outcome(posted)?, pin: pin() },
        "issue" => ActRequest::Issue { certificate: text("certificate") },
        "pay" => ActRequest::Pay { amount_cent: show::cents(posted.text("amount"))? },
        "deliver" => ActRequest::Deliver { how: handover(posted)? },
        "rate" => ActRequest::Rate {
            stars: posted.text("stars").parse().map_err(|_| words::choose_one())?,
            comment: text("note"),
        },
        "rectify" => ActRequest::Rectify { measures: text("text") },
        "complain" => ActRequest::Complain { text: text("text") },
        "ask" => ActRequest::Ask { text: text("text") },
        "answer-complaint" => {
            ActRequest::AnswerComplaint { complaint: answered(posted), answer: text("text") }
        }
        "answer-question" => {
            ActRequest::AnswerQuestion { question: answered(posted), answer: text("text") }
        }
        "supervise" => ActRequest::Supervise { text: text("text") },
        "transfer" => ActRequest::Transfer { to: organ(posted, "to")?, reason: text("reason") },
        "appeal-card" => ActRequest::AppealCard { card: card()?, reason: text("reason") },
        "withdraw-card" => ActRequest::WithdrawCard { card: card()?, reason: text("reason") },
        "refuse-appeal" => ActRequest::RefuseAppeal { card: card()?, reason: text("reason") },
        _ => return Err(words::no_such_act()),
    })
}

/// What was shown beside the answer.
fn answered(posted: &Posted) -> Option<ActId> {
    posted.text("said").parse().ok()
}

fn opinion(posted: &Posted) -> Result<Opinion, Said> {
    match posted.text("opinion") {
        "agree" => Ok(Opinion::Agree),
        "forward" => Ok(Opinion::AgreeForward),
        "disagree" => Ok(Opinion::Disagree { reasons: posted.lines("reasons") }),
        _ => Err(words::choose_one()),
    }
}

fn outcome(posted: &Posted) -> Result<Outcome, Said> {
    match posted.text("outcome") {
        "granted" => Ok(Outcome::Granted),
        "refused" => Ok(Outcome::Refused { reasons: posted.lines("reasons") }),
        _ => Err(words::choose_one()),
    }
}

fn handover(posted: &Posted) -> Result<Handover, Said> {
    match posted.text("how") {
        "pickup" => Ok(Handover::Pickup),
        "agent" => Ok(Handover::Agent),
        "post" => Ok(Handover::Post { tracking: posted.text("tracking").to_owned() }),
        "electronic" => Ok(Handover::Electronic),
        _ => Err(words::choose_one()),
    }
}

fn organ(posted: &Posted, name: &str) -> Result<OrganCode, Said> {
    posted.text(name).parse().map_err(|_| words::choose_one())
}

fn organs(posted: &Posted) -> Vec<OrganCode> {
    posted.all("organ").filter_map(|organ| organ.parse().ok()).collect()
}

fn days(posted: &Posted) -> Result<u16, Said> {
    let found = posted.text("days");
    found.parse().map_err(|_| words::days_expected(found))
}
