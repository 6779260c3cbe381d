//! How a case stands, for whoever holds its receipt; what they say of it is signed by this office.

use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::act::OfficerRef;
use daiban_domain::desk::ActRequest;
use daiban_domain::fold::{CaseState, StageState, Status, VoicedView};
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::words::{self, Said, moment};
use maud::{Markup, html};
use serde::Deserialize;

use super::Citizen;
use crate::replica::{Answer, CaseView, Command};
use crate::web::frame::Frame;
use crate::web::{Web, show};

/// Whose papers an application names: the applicant's, or those of who stands for a body.
const PAPERS: [&str; 3] = ["apply_cardnumber", "legal_id", "uscc"];
/// What acts of citizens are signed with beside their name.
const CITIZEN: &str = "public";

/// What a citizen types.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    receipt: String,
    digits: String,
    stars: String,
    text: String,
}

/// `GET /public`
pub(super) async fn home(State(web): State<Web>, Citizen(lang): Citizen) -> Markup {
    let frame = Frame::citizen(&web, lang);
    frame.page(&words::public_home(), &question(&frame, &Asked::default()))
}

/// `POST /public/case`
pub(super) async fn progress(
    State(web): State<Web>,
    Citizen(lang): Citizen,
    Form(asked): Form<Asked>,
) -> Response {
    let frame = Frame::citizen(&web, lang);
    match found(&web, &asked).await {
        Some(view) => case(&frame, &asked, &view, None).into_response(),
        None => unknown(&frame, &asked),
    }
}

/// `POST /public/case/{verb}`: ask, rate or complain.
pub(super) async fn say(
    State(web): State<Web>,
    Citizen(lang): Citizen,
    Path(verb): Path<String>,
    Form(asked): Form<Asked>,
) -> Response {
    let frame = Frame::citizen(&web, lang);
    let Some(view) = found(&web, &asked).await else { return unknown(&frame, &asked) };
    let text = asked.text.trim().to_owned();
    let request = match (verb.as_str(), asked.stars.parse()) {
        ("rate", Ok(stars)) => ActRequest::Rate { stars, comment: text },
        ("ask", _) => ActRequest::Ask { text },
        ("complain", _) => ActRequest::Complain { text },
        _ => return frame.refusal(&words::choose_one(), &words::mend_form()).into_response(),
    };
    let by = OfficerRef { name: view.summary.applicant.clone(), id: CITIZEN.to_owned() };
    let act = Command::Act { case: asked.receipt.clone(), by, organ: None, request };
    let told = match web.handle.ask(act).await {
        Some(Ok(_)) => html! { p.done role="status" { (frame.say(&words::public_told())) } },
        Some(Err(refusal)) => frame.fault(&refusal.sentence, &refusal.remedy),
        None => return frame.stopping(),
    };
    match found(&web, &asked).await {
        Some(view) => case(&frame, &asked, &view, Some(&told)).into_response(),
        None => frame.stopping(),
    }
}

/// The case that was handed in under this number by somebody whose papers end so.
async fn found(web: &Web, asked: &Asked) -> Option<Box<CaseView>> {
    let receipt: ReceiptNumber = asked.receipt.parse().ok()?;
    let show = Command::ShowCase { case: receipt.to_string() };
    let Some(Ok(Answer::Case(view))) = web.handle.ask(show).await else { return None };
    let digits = asked.digits.trim().to_ascii_uppercase();
    let ends_so = |key: &&str| {
        let number = view.form[*key].as_str().unwrap_or_default().to_ascii_uppercase();
        digits.chars().count() == 4 && number.len() > 4 && number.ends_with(&digits)
    };
    let is_told = !matches!(view.summary.status, Status::Draft | Status::Incomplete);
    (is_told && PAPERS.iter().any(ends_so)).then_some(view)
}

/// The same whether the number, the digits or both are wrong: nobody finds out which cases exist.
fn unknown(frame: &Frame<'_>, asked: &Asked) -> Response {
    let body = html! {
        (frame.fault(&words::public_unknown(), &words::public_unknown_hint()))
        (question(frame, asked))
    };
    (StatusCode::NOT_FOUND, frame.page(&words::public_home(), &body)).into_response()
}

fn question(frame: &Frame<'_>, asked: &Asked) -> Markup {
    html! {
        form.narrow method="post" action="/public/case" {
            label for="receipt" { (frame.say(&words::public_receipt())) }
            input id="receipt" name="receipt" value=(asked.receipt) required autocomplete="off"
                autocapitalize="characters" spellcheck="false";
            label for="digits" { (frame.say(&words::public_digits())) }
            input id="digits" name="digits" required maxlength="4" autocomplete="off" autocapitalize="characters";
            button.main { (frame.say(&words::public_look())) }
        }
    }
}

fn case(frame: &Frame<'_>, asked: &Asked, view: &CaseView, told: Option<&Markup>) -> Markup {
    let say = |said| frame.say(&said);
    let summary = &view.summary;
    let body = html! {
        @if let Some(told) = told { (told) }
        dl.facts {
            dt { (say(words::column_item())) } dd { (summary.item_name) }
            dt { (say(words::column_applicant())) } dd { (show::masked_name(&summary.applicant)) }
            dt { (say(words::column_status())) } dd { strong { (say(summary.status.words())) } }
            @if let Some(state) = &view.state { (steps(frame, state)) }
        }
        @if let Some(state) = &view.state {
            @if !state.correction.is_empty() {
                section.fault {
                    h2 { (say(words::public_to_correct())) }
                    ul { @for text in &state.correction { li { (text) } } }
                }
            }
            (said(frame, state))
            (to_say(frame, asked, state))
        }
    };
    let name = summary.receipt.map_or_else(String::new, |receipt| receipt.to_string());
    frame.page(&words::page_case(&name), &body)
}

/// What has happened, who has it now, and when it is due.
fn steps(frame: &Frame<'_>, state: &CaseState) -> Markup {
    let (say, offices) = (|said| frame.say(&said), &frame.web.offices);
    let times = [
        (words::public_received(), state.times.received),
        (words::public_accepted(), state.times.accepted),
        (words::public_decided(), state.times.decided),
    ];
    let open = state.stages.iter().filter(|s| matches!(s.state, StageState::Open { .. }));
    html! {
        @for (name, at) in times {
            @if let Some(at) = at { dt { (say(name)) } dd { (moment(at)) } }
        }
        @for stage in open {
            @let who = format!("{} {}", offices.name(stage.office), stage.organ_name);
            dt { (say(stage.action.words())) } dd { (say(words::public_waits_for(&who))) }
        }
        dt { (say(words::case_promised())) }
        dd { (show::due(frame.lang, &state.deadlines.promised)) }
        @if let Some(outcome) = &state.decision.outcome {
            dt { (say(words::case_decision())) } dd { (show::outcome(frame.lang, outcome)) }
        }
        @if let Some(how) = &state.delivered {
            dt { (say(words::public_handed_over())) } dd { (say(how.words())) }
        }
    }
}

/// What the applicant has said before, and what became of it.
fn said(frame: &Frame<'_>, state: &CaseState) -> Markup {
    let say = |said| frame.say(&said);
    html! {
        @for rating in &state.redress.ratings {
            p { (say(words::public_rated())) "：" (frame.say(&rating.words)) " " (rating.said.text) }
        }
        @for question in &state.redress.questions {
            (voiced(frame, &words::public_question(), question))
        }
        @for complaint in &state.redress.complaints {
            (voiced(frame, &words::public_complaint(), complaint))
        }
    }
}

/// What the applicant has said, and what was answered, by whom and when.
fn voiced(frame: &Frame<'_>, title: &Said, voiced: &VoicedView) -> Markup {
    html! {
        p { (frame.say(title)) "：" (voiced.said.text) }
        p { (frame.say(&words::public_answer())) "：" @match &voiced.answer {
            Some(answer) => {
                (answer.text) " "
                span.hint {
                    (frame.web.offices.name(answer.office)) " "
                    @if let Some(organ) = answer.organ { (organ.name()) " " }
                    (moment(answer.at))
                }
            }
            None => span.hint { (frame.say(&words::public_no_answer_yet())) },
        } }
    }
}

fn to_say(frame: &Frame<'_>, asked: &Asked, state: &CaseState) -> Markup {
    let may_rate = state.decision.outcome.is_some() || state.status.is_final();
    let stars = [
        ("5", words::stars_5()),
        ("4", words::stars_4()),
        ("3", words::stars_3()),
        ("2", words::stars_2()),
        ("1", words::stars_1()),
    ];
    let rate = html! {
        fieldset {
            legend { (frame.say(&words::ask_stars())) }
            @for (value, words) in stars {
                span.option {
                    input id={ "stars-" (value) } type="radio" name="stars" value=(value) required;
                    label for={ "stars-" (value) } { (frame.say(&words)) }
                }
            }
        }
    };
    html! {
        (saying(frame, asked, ("ask", &words::public_ask()), &html! {}))
        @if may_rate { (saying(frame, asked, ("rate", &words::public_rate()), &rate)) }
        (saying(frame, asked, ("complain", &words::public_complain()), &html! {}))
    }
}

/// A form that says something about the case.
fn saying(
    frame: &Frame<'_>,
    asked: &Asked,
    (verb, title): (&str, &Said),
    before: &Markup,
) -> Markup {
    let id = format!("{verb}-text");
    html! {
        details {
            summary { (frame.say(title)) }
            form method="post" action={ "/public/case/" (verb) } {
                input type="hidden" name="receipt" value=(asked.receipt);
                input type="hidden" name="digits" value=(asked.digits);
                (before)
                label for=(id) { (frame.say(&words::ask_note())) }
                textarea id=(id) name="text" rows="3" maxlength="1000" required[verb != "rate"] {}
                button.main { (frame.say(title)) }
            }
        }
    }
}
