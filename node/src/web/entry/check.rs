//! All answers once more, and handing in.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use daiban_domain::check::missing;
use daiban_domain::words;
use maud::html;

use super::{FIELDS_MAX, WRITERS, draft, saved, steps};
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::Visitor;
use crate::web::show;

/// `GET /case/{receipt}/check`
pub(in crate::web) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Path(receipt): Path<String>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &WRITERS) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    let (view, item) = match draft(&web, &frame, &receipt).await {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let say = |said| frame.say(&said);
    let fields = saved(&item, &view);
    let lacking = missing(&item, &fields);
    let owed = view.state.as_ref().map(|state| &state.missing_materials[..]).unwrap_or_default();
    let body = html! {
        p.hint { (say(words::enter_step(steps(&item) + 2, steps(&item) + 2))) }
        @if !lacking.is_empty() || !owed.is_empty() {
            div.fault role="alert" {
                h2 { (say(words::check_missing())) }
                ul {
                    @for fault in &lacking { li { (fault.label) "：" (frame.say(&fault.fault)) } }
                    @for key in owed {
                        li { (item.material(key).map_or(key.as_str(), |rule| &rule.name)) }
                    }
                }
            }
        }
        dl.facts {
            @for (at, field) in item.fields.iter().enumerate() {
                @if let Some(value) = fields.get(&field.key).filter(|value| !value.is_blank()) {
                    dt { (show::label(field)) }
                    dd {
                        (show::value(Some(field), &value.to_string(), true)) " "
                        a href={ "/case/" (receipt) "/enter/" (at / FIELDS_MAX + 1) "#" (field.key) } {
                            (say(words::change()))
                        }
                    }
                }
            }
        }
        p { a href={ "/case/" (receipt) "/papers" } { (say(words::case_materials())) } }
        form method="post" action={ "/case/" (receipt) "/act/submit" } {
            (frame.form_key())
            input type="hidden" name="verb" value="submit";
            button.main { (say(words::hand_in())) }
        }
    };
    frame.page(&words::page_check(), &body).into_response()
}
