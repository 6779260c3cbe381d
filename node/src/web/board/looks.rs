//! `/looks`: who looked at whole ID numbers.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use daiban_domain::words;
use maud::html;

use crate::accounts::Role;
use crate::replica::Refusal;
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::Visitor;

/// Looks on the page, the latest.
const LOOKS_MAX: usize = 500;

/// `GET /looks`
pub(in crate::web) async fn page(State(web): State<Web>, visitor: Visitor) -> Response {
    if let Some(refused) = visitor.refused(&web, &[Role::Auditor]) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    let lang = frame.lang;
    let looks = match web.audit.latest(LOOKS_MAX) {
        Ok(looks) => looks,
        Err(error) => return frame.refused(&Refusal::internal(error)),
    };
    let body = html! {
        p.hint { (lang.of(&words::looks_hint())) }
        @if looks.is_empty() { p { (lang.of(&words::looks_none())) } }
        @else {
            table {
                thead { tr {
                    th scope="col" { (lang.of(&words::column_when())) }
                    th scope="col" { (lang.of(&words::column_who())) }
                    th scope="col" { (lang.of(&words::column_case())) }
                    th scope="col" { (lang.of(&words::column_why())) }
                } }
                tbody {
                    @for look in &looks {
                        tr {
                            td { (words::moment(look.at)) }
                            td { (look.account) }
                            td { a.receipt href={ "/case/" (look.case) } { (look.case) } }
                            td { (look.why) }
                        }
                    }
                }
            }
        }
    };
    frame.page(&words::page_looks(), &body).into_response()
}
