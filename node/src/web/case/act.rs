//! The acts on a case's page, and what becomes of them.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::fold::NextAct;
use daiban_domain::form::Fields;
use daiban_domain::organ::OrganCode;
use daiban_domain::words::{self, Said};
use maud::{Markup, html};

use super::ask::{asks, request};
use super::{Opened, Shown, back_to, help};
use crate::accounts::{Account, Role};
use crate::replica::{Command, Refusal};
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::Posted;

/// A verb with what its button says.
type Titled = (&'static str, fn() -> Said);

/// What the counter may do whenever the law lets it.
const COUNTER: &[Titled] = &[
    ("migrate", words::act_migrated),
    ("withdraw", words::act_withdrawn),
    ("rate", words::act_rated),
    ("ask", words::act_asked),
    ("complain", words::act_complained),
    ("void", words::act_voided),
];
/// The same for an organ.
const ORGAN: &[Titled] = &[
    ("survey", words::act_surveyed),
    ("pause", words::act_paused),
    ("extend", words::act_extended),
    ("transfer", words::act_transferred),
    ("ask-help", words::act_help_asked),
    ("record-help", words::act_help_recorded),
    ("appeal-card", words::act_card_appealed),
    ("withdraw-card", words::act_card_withdrawn),
    ("supervise", words::act_supervision_noted),
];

/// `POST /case/{receipt}/act/{verb}`
pub(in crate::web) async fn act(
    State(web): State<Web>,
    case: Opened,
    Path((_, verb)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    let (frame, account) = (Frame::of(&web, &case.visitor), &case.visitor.account);
    let organ = posted.text("organ-of").parse::<OrganCode>().ok();
    if let Some(refused) = case.visitor.refused(&web, &[seat(organ)]) {
        return refused;
    }
    if !is_own(account, organ) {
        let page = frame.refusal(&words::not_your_organ(), &words::ask_for_role());
        return (StatusCode::FORBIDDEN, page).into_response();
    }
    let again = |why: &Said, remedy: &Said| {
        let shown = Shown::of(&frame, &case);
        let page = shown.page(Some(&frame.fault(why, remedy)), Some(&posted));
        (StatusCode::CONFLICT, page).into_response()
    };
    let request = match verb.as_str() {
        "ask-help" => help::ask(&web, &case, &posted).await,
        "record-help" => help::record(&web, &posted).await,
        _ => request(&verb, &posted, &case.view),
    };
    let request = match request {
        Ok(request) => request,
        Err(Refusal { sentence, remedy, .. }) => return again(&sentence, &remedy),
    };
    let (by, name) = (account.officer(), case.receipt.clone());
    match web.handle.ask(Command::Act { case: name, by, organ, request }).await {
        Some(Ok(_)) => back_to(&case.receipt, &verb).into_response(),
        Some(Err(Refusal { sentence, remedy, .. })) => again(&sentence, &remedy),
        None => frame.stopping(),
    }
}

/// `POST /case/{receipt}/settle`: one of several values that were written at the same time.
pub(in crate::web) async fn settle(
    State(web): State<Web>,
    case: Opened,
    posted: Posted,
) -> Response {
    if let Some(refused) = case.visitor.refused(&web, &[Role::Agent, Role::Officer]) {
        return refused;
    }
    let frame = Frame::of(&web, &case.visitor);
    let field = posted.text("field");
    let version = posted.text("version").parse().ok();
    let chosen = version.and_then(|at| case.view.version_of(field, at));
    let Some(chosen) = chosen else { return back_to(&case.receipt, "").into_response() };
    let fields = Fields::from([(field.to_owned(), chosen)]);
    let by = case.visitor.account.officer();
    match web.handle.ask(Command::EditCase { case: case.receipt.clone(), fields, by }).await {
        Some(Ok(_)) => back_to(&case.receipt, "settle").into_response(),
        Some(Err(refusal)) => frame.refused(&refusal),
        None => frame.stopping(),
    }
}

/// Who sits where acts of this organ, or of the counter, are taken.
pub(in crate::web) fn seat(organ: Option<OrganCode>) -> Role {
    if organ.is_some() { Role::Officer } else { Role::Agent }
}

/// Whether it is the person's own organ, or the counter.
pub(in crate::web) fn is_own(account: &Account, organ: Option<OrganCode>) -> bool {
    organ.is_none() || organ == account.organ
}

/// An act that somebody may take, and for whom.
struct Offered<'a> {
    verb: &'a str,
    words: Said,
    organ: Option<OrganCode>,
}

impl Shown<'_> {
    /// Whether the visitor may change the form.
    pub(super) fn may_edit(&self) -> bool {
        let account = &self.visitor.account;
        account.has(Role::Agent) || account.has(Role::Officer)
    }

    /// The forms of what the visitor may do now, then of what the law may let them do besides.
    pub(super) fn acts(&self, typed: Option<&Posted>) -> Markup {
        let account = &self.visitor.account;
        let next = self.view.state.as_ref().map(|state| &state.next[..]).unwrap_or_default();
        // The applicant may withdraw at any time; that is no work that waits.
        let waits = |next: &&NextAct| next.verb != "withdraw" && self.is_mine(account, next);
        let due: Vec<_> = next.iter().filter(waits).map(offered).collect();
        let is_due = |offer: &Offered<'_>| due.iter().any(|due| due.verb == offer.verb);
        let others: Vec<_> = self.others(account).filter(|offer| !is_due(offer)).collect();
        html! {
            section.acts {
                h2 { (self.say(&words::case_your_turn())) }
                @if due.is_empty() { p { (self.say(&words::case_not_your_turn())) } }
                @for offer in &due { (self.offer(offer, due.len() == 1, typed)) }
                @if !others.is_empty() {
                    details {
                        summary { (self.say(&words::case_other_acts())) }
                        @for offer in &others { (self.offer(offer, false, typed)) }
                    }
                }
            }
        }
    }

    fn is_mine(&self, account: &Account, next: &NextAct) -> bool {
        let is_seated =
            account.has(seat(next.organ)) && (next.organ.is_none() || next.organ == account.organ);
        next.office == self.frame.web.office && is_seated && asks(&next.verb).is_some()
    }

    fn others(&self, account: &Account) -> impl Iterator<Item = Offered<'static>> {
        let at_origin = self.view.summary.origin == self.frame.web.office;
        let counter = COUNTER
            .iter()
            .filter(move |_| at_origin && account.has(Role::Agent))
            .map(|(verb, words)| (verb, words, None));
        let organ = ORGAN
            .iter()
            .filter(move |_| account.has(Role::Officer))
            .map(|(verb, words)| (verb, words, account.organ));
        counter
            .chain(organ)
            .filter(|(verb, ..)| self.has_use_for(verb))
            .map(|(verb, words, organ)| Offered { verb, words: words(), organ })
    }

    /// Whether there is anything in the case that an act of this verb could be about.
    fn has_use_for(&self, verb: &str) -> bool {
        match verb {
            "migrate" => self.view.newer.is_some(),
            "record-help" => self.open_help().next().is_some(),
            _ => !verb.ends_with("-card") || !self.view.cards.is_empty(),
        }
    }

    fn offer(&self, offer: &Offered<'_>, alone: bool, typed: Option<&Posted>) -> Markup {
        let typed = typed.filter(|posted| posted.text("verb") == offer.verb);
        let action = format!("{}/act/{}", self.path(), offer.verb);
        let pin = self.view.state.as_ref().map(|state| serde_json::json!(state.pin).to_string());
        let form = html! {
            form method="post" action=(action) {
                (self.frame.form_key())
                input type="hidden" name="verb" value=(offer.verb);
                @if let Some(organ) = offer.organ { input type="hidden" name="organ-of" value=(organ); }
                @if let Some(pin) = &pin { input type="hidden" name="pin" value=(pin); }
                (self.inputs(offer.verb, typed))
                button.main { (self.say(&offer.words)) }
            }
        };
        match asks(offer.verb) {
            Some([]) => form,
            _ => html! {
                details open[alone || typed.is_some()] {
                    summary { (self.say(&offer.words)) }
                    (form)
                }
            },
        }
    }
}

fn offered(next: &NextAct) -> Offered<'_> {
    Offered { verb: &next.verb, words: next.words.clone(), organ: next.organ }
}
