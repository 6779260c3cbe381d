//! `/me`: whose account this is, and where it is signed in.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use daiban_domain::words::{self, moment};
use maud::{Markup, html};

use super::Web;
use super::frame::Frame;
use super::guard::{Posted, Visitor};
use crate::shell::clock;

/// `GET /me`
pub(super) async fn page(State(web): State<Web>, visitor: Visitor) -> Markup {
    let frame = Frame::of(&web, &visitor);
    let say = |said| frame.say(&said);
    let account = &visitor.account;
    let roles: Vec<_> = account.roles.iter().map(|role| say(role.words())).collect();
    let places = web.accounts().places(clock::now(), &visitor.token);
    let body = html! {
        dl.facts {
            dt { (say(words::sign_in_id())) } dd { (account.id) }
            dt { (say(words::me_roles())) } dd { (roles.join("、")) }
            @if let Some(organ) = account.organ { dt { (say(words::me_organ())) } dd { (organ.name()) } }
        }
        h2 { (say(words::me_places())) }
        table {
            thead { tr {
                th scope="col" { (say(words::me_since())) }
                th scope="col" { (say(words::me_seen())) }
                th scope="col" { (say(words::me_place())) }
            } }
            tbody { @for place in &places { tr {
                td { (moment(place.since)) }
                td { (moment(place.seen)) }
                td { (say(if place.is_this { words::me_here() } else { words::me_elsewhere() })) }
            } } }
        }
        @if places.len() > 1 {
            form method="post" action="/me/leave" {
                (frame.form_key())
                button.main { (say(words::me_leave())) }
            }
        }
    };
    frame.page(&words::page_me(), &body)
}

/// `POST /me/leave`: signed in here only.
pub(super) async fn leave(State(web): State<Web>, posted: Posted) -> Response {
    let left = web.accounts().leave_other_places(&posted.visitor.token);
    match left {
        Ok(()) => Redirect::to("/me").into_response(),
        Err(error) => {
            let frame = Frame::of(&web, &posted.visitor);
            frame.refused(&crate::replica::Refusal::not_written(error))
        }
    }
}
