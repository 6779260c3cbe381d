//! 异地协查 at a page: the asking travels as a case of its own, and its answer comes back onto the
//! case that needs it.

use daiban_domain::act::{ActKind, Outcome};
use daiban_domain::desk::ActRequest;
use daiban_domain::form::{FieldValue, Fields};
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::words::{self, Said};
use daiban_sync::id::OfficeCode;

use super::Opened;
use crate::replica::{Answer, CaseView, Command, Refusal, RefusalKind};
use crate::web::Web;
use crate::web::guard::Posted;

/// The item by which an office asks another.
const ITEM: &str = "XC-01";

/// Opens the case that travels to the other office; gives what says so on the case that needs it.
pub(super) async fn ask(web: &Web, case: &Opened, posted: &Posted) -> Result<ActRequest, Refusal> {
    let text = |name: &str| posted.text(name).to_owned();
    let handler: OfficeCode = posted
        .text("handler")
        .parse()
        .map_err(|_| unfit(words::handler_expected(posted.text("handler"))))?;
    let question = text("question");
    let typed = [
        ("applyname", text("about")),
        ("apply_cardnumber", text("about-id")),
        ("for_receipt", case.receipt.clone()),
        ("question", question.clone()),
    ];
    let said = typed.into_iter().filter(|(_, text)| !text.is_empty());
    let fields: Fields = said.map(|(key, text)| (key.to_owned(), FieldValue::Text(text))).collect();
    let open = Command::NewCase {
        item: ITEM.to_owned(),
        version: None,
        fields,
        materials: Vec::new(),
        submit: true,
        by: case.visitor.account.officer(),
        handler: Some(handler),
        listed: None,
        reuse: Vec::new(),
        again: Some(question.clone()),
    };
    match web.handle.ask(open).await {
        Some(Ok(Answer::Saved { receipt: Some(help), .. })) => {
            Ok(ActRequest::AskHelp { help, handler, question })
        }
        Some(Err(refusal)) => Err(refusal),
        _ => Err(Refusal::internal(words::node_stopping())),
    }
}

/// What the other office found out.
pub(super) async fn record(web: &Web, posted: &Posted) -> Result<ActRequest, Refusal> {
    let help: ReceiptNumber =
        posted.text("help").parse().map_err(|_| unfit(words::choose_one()))?;
    match web.handle.ask(Command::ShowCase { case: help.to_string() }).await {
        Some(Ok(Answer::Case(view))) => {
            let findings = answer(&view).ok_or_else(|| unfit(words::help_not_answered()))?;
            Ok(ActRequest::RecordHelp { help, findings })
        }
        Some(Err(refusal)) => Err(refusal),
        _ => Err(Refusal::internal(words::node_stopping())),
    }
}

/// The findings once it is decided; if help was refused, the reasons.
fn answer(view: &CaseView) -> Option<String> {
    let state = view.state.as_ref()?;
    if let Some(Outcome::Refused { reasons }) = &state.decision.outcome {
        return Some(reasons.join("；"));
    }
    state.times.decided?;
    let holds = |id| !state.ignored.iter().any(|ignored| ignored.act == id);
    let acts = view.acts.iter().filter(|act| holds(act.id));
    let mut findings = acts.filter_map(|act| match &act.act.kind {
        ActKind::Surveyed { findings } => Some(findings.clone()),
        _ => None,
    });
    findings.next_back()
}

fn unfit(sentence: Said) -> Refusal {
    Refusal::new(RefusalKind::Input, sentence, words::mend_form())
}
