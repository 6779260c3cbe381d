//! `/invitations`: codes with which offices directly below join, as text and as a picture; one that
//! went astray is taken back.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use daiban_domain::words::{self, Said};
use daiban_sync::id::OfficeCode;
use maud::{Markup, html};
use serde::Deserialize;

use crate::accounts::Role;
use crate::identity::{InvitationState, system_rng};
use crate::replica::Refusal;
use crate::shell::clock;
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::{Posted, Visitor};
use crate::web::qr;

const HOURS: std::ops::RangeInclusive<u64> = 1..=8_760;
const MS_AN_HOUR: u64 = 3_600_000;

#[derive(Deserialize)]
pub(in crate::web) struct Wanted {
    #[serde(default)]
    office: String,
}

/// `GET /invitations`
pub(in crate::web) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Query(Wanted { office }): Query<Wanted>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &[Role::Operator]) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    draw(&frame, &office, None, None).into_response()
}

/// `POST /invitations`
pub(in crate::web) async fn invite(State(web): State<Web>, posted: Posted) -> Response {
    if let Some(refused) = posted.visitor.refused(&web, &[Role::Operator]) {
        return refused;
    }
    let frame = Frame::of(&web, &posted.visitor);
    let (office, hours) = (posted.text("office"), posted.text("hours"));
    match made(&web, office, hours) {
        Ok(code) => draw(&frame, office, Some(&code), None).into_response(),
        Err(why) => {
            let page = draw(&frame, office, None, Some(&why));
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
    }
}

/// `POST /invitations/{office}/take-back`
pub(in crate::web) async fn take_back(
    State(web): State<Web>,
    Path(office): Path<OfficeCode>,
    posted: Posted,
) -> Response {
    if let Some(refused) = posted.visitor.refused(&web, &[Role::Operator]) {
        return refused;
    }
    let frame = Frame::of(&web, &posted.visitor);
    let ended = web.reach.desk().take_back(office, clock::now());
    match ended {
        Ok(true) => Redirect::to("/invitations").into_response(),
        Ok(false) => {
            let page = draw(&frame, "", None, Some(&words::invitation_not_open(office)));
            (StatusCode::CONFLICT, page).into_response()
        }
        Err(error) => frame.refused(&Refusal::not_written(error)),
    }
}

/// A code that was just made, and until when it holds.
struct Code {
    text: String,
    until: String,
}

fn made(web: &Web, office: &str, hours: &str) -> Result<Code, Said> {
    let office: OfficeCode = office.parse().map_err(|_| words::invite_code_expected())?;
    let hours = hours.parse().ok().filter(|hours| HOURS.contains(hours));
    let hours: u64 = hours.ok_or_else(words::invite_hours_expected)?;
    let failed = |error: &dyn std::fmt::Display| words::node_failed(&error.to_string());
    let mut rng = system_rng().map_err(|error| failed(&error))?;
    let now = clock::now();
    let expires = now.plus(hours * MS_AN_HOUR);
    let invited = web.reach.desk().invite(office, now, expires, &mut rng);
    let invited = invited.map_err(|error| failed(&error))?;
    Ok(Code { text: invited.to_string(), until: words::moment(expires) })
}

fn draw(frame: &Frame<'_>, office: &str, made: Option<&Code>, fault: Option<&Said>) -> Markup {
    let lang = frame.lang;
    let hours = frame.web.reach.invitation_hours();
    let body = html! {
        @if let Some(why) = fault {
            div.fault role="alert" { p { strong { (lang.of(why)) } } }
        }
        @if let Some(Code { text, until }) = made {
            section.invitation {
                p { (lang.of(&words::invite_once(until))) }
                (qr::picture(text, lang.of(&words::invite_code())))
                p { code { (text) } }
            }
        }
        form.narrow method="post" action="/invitations" {
            (frame.form_key())
            label for="office" { (lang.of(&words::invite_office())) }
            input id="office" name="office" required inputmode="numeric" maxlength="12" value=(office);
            label for="hours" { (lang.of(&words::invite_hours())) }
            input id="hours" name="hours" required inputmode="numeric" value=(hours);
            button.main { (lang.of(&words::invite())) }
        }
        (given(frame))
    };
    frame.page(&words::page_invitations(), &body)
}

/// What was given out, the newest first.
fn given(frame: &Frame<'_>) -> Markup {
    let (lang, now) = (frame.lang, clock::now());
    let desk = frame.web.reach.desk();
    let word = |state| match state {
        InvitationState::Open => words::invitation_open(),
        InvitationState::Used => words::invitation_used(),
        InvitationState::Closed => words::invitation_closed(),
        InvitationState::Expired => words::invitation_expired(),
    };
    html! {
        @if !desk.invitations().is_empty() {
            h2 { (lang.of(&words::invitations_given())) }
            table {
                thead { tr {
                    th scope="col" { (lang.of(&words::column_office())) }
                    th scope="col" { (lang.of(&words::column_until())) }
                    th scope="col" { (lang.of(&words::column_state())) }
                } }
                tbody {
                    @for record in desk.invitations().iter().rev() {
                        tr {
                            td { (record.office) " " (frame.web.offices.name(record.office)) }
                            td { (words::moment(record.expires)) }
                            td {
                                (lang.of(&word(record.state(now))))
                                @if record.state(now) == InvitationState::Open {
                                    (to_take_back(frame, record.office))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn to_take_back(frame: &Frame<'_>, office: OfficeCode) -> Markup {
    html! {
        form.inline method="post" action={ "/invitations/" (office) "/take-back" } {
            (frame.form_key())
            button { (frame.say(&words::invitation_take_back())) }
        }
    }
}
