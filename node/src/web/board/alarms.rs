//! An open alarm, and who sees to it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use daiban_domain::words;
use daiban_sync::id::{Millis, OfficeCode};
use maud::{Markup, html};

use super::span;
use crate::accounts::Role;
use crate::replica::{Command, RaisedView, Trouble};
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::{Posted, Visitor};

/// The alarm, and the form for whoever may acknowledge it.
pub(super) fn alarm(
    frame: &Frame<'_>,
    visitor: &Visitor,
    alarm: &RaisedView,
    now: Millis,
) -> Markup {
    let (lang, key) = (frame.lang, alarm.trouble.key());
    let may = visitor.account.has(Role::Operator) && alarm.acknowledged.is_none();
    let field = format!("word-{}-{key}", alarm.office);
    html! {
        div.alarm {
            p {
                span.sign.(key) aria-hidden="true" {}
                a href={ "/board/" (alarm.office) } { (lang.of(&alarm.words)) }
                " " span.hint {
                    (words::moment(alarm.raised)) " · "
                    (lang.of(&words::board_heard_ago(&span::span(now.since(alarm.raised)))))
                }
            }
            @match &alarm.acknowledged {
                Some(said) => p {
                    (lang.of(&words::alarm_acknowledged(&said.by.name, &said.word)))
                    " " span.hint { (words::moment(said.at)) }
                },
                None if may => form.inline method="post"
                    action={ "/board/" (alarm.office) "/acknowledge/" (key) } {
                    (frame.form_key())
                    label for=(field) { (lang.of(&words::alarm_word())) }
                    input id=(field) name="word" required maxlength="200";
                    button { (lang.of(&words::alarm_acknowledge())) }
                },
                None => p.hint { (lang.of(&words::alarm_unacknowledged())) },
            }
        }
    }
}

/// `POST /board/{office}/acknowledge/{trouble}`
pub(in crate::web) async fn acknowledge(
    State(web): State<Web>,
    Path((office, trouble)): Path<(OfficeCode, String)>,
    posted: Posted,
) -> Response {
    let visitor = &posted.visitor;
    if let Some(refused) = visitor.refused(&web, &[Role::Operator]) {
        return refused;
    }
    let frame = Frame::of(&web, visitor);
    let Ok(trouble) = trouble.parse::<Trouble>() else {
        return frame.refusal(&words::no_such_act(), &words::see_board()).into_response();
    };
    let (by, word) = (visitor.account.officer(), posted.text("word").to_owned());
    match frame.ask(Command::Acknowledge { office, trouble, by, word }).await {
        Ok(_) => Redirect::to(&format!("/board/{office}")).into_response(),
        Err(refused) => refused,
    }
}
