//! All answers once more, and handing in.

use axum::extract::State;
use daiban_domain::catalog::FieldType;
use daiban_domain::check::missing;
use daiban_domain::words;
use maud::{Markup, html};

use super::draft::Draft;
use super::{FIELDS_MAX, steps};
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::show;

/// `GET /case/{receipt}/check`
pub(in crate::web) async fn page(State(web): State<Web>, draft: Draft) -> Markup {
    let frame = Frame::of(&web, &draft.visitor);
    let (view, item) = (&draft.view, &*draft.item);
    let say = |said| frame.say(&said);
    let fields = draft.saved();
    let lacking = missing(item, &fields);
    let owed = view.state.as_ref().map(|state| &state.missing_materials[..]).unwrap_or_default();
    let body = html! {
        p.hint { (say(words::enter_step(steps(item) + 2, steps(item) + 2))) }
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
                        @match field.kind {
                            FieldType::Division12 => (web.place(&value.to_string())),
                            _ => (show::value(Some(field), &value.to_string(), true)),
                        }
                        " "
                        a href={ (draft.path("enter/")) (at / FIELDS_MAX + 1) "#" (field.key) } {
                            (say(words::change()))
                        }
                    }
                }
            }
        }
        p { a href=(draft.path("papers")) { (say(words::case_materials())) } }
        @let verb = draft.hands_in();
        form method="post" action=(draft.path(&format!("act/{verb}"))) {
            (frame.form_key())
            input type="hidden" name="verb" value=(verb);
            button.main { (say(words::hand_in())) }
        }
    };
    frame.page(&words::page_check(), &body)
}
