//! 收件回执: what the applicant takes home.

use axum::extract::State;
use daiban_domain::words::{self, moment};
use maud::{Markup, html};

use super::{sheet, signatures};
use crate::web::case::Opened;
use crate::web::frame::Frame;
use crate::web::{Web, guide, qr};

/// `GET /case/{receipt}/print/receipt`
pub(in crate::web) async fn page(State(web): State<Web>, case: Opened) -> Markup {
    let frame = Frame::of(&web, &case.visitor);
    let (summary, state) = (&case.view.summary, case.view.state.as_ref());
    let say = |said| frame.say(&said);
    let number = summary.receipt.map_or_else(String::new, |receipt| receipt.to_string());
    let received = state.and_then(|state| state.times.received);
    let content = html! {
        div.numbered {
            div {
                p.office { (web.offices.full_name(web.office)) }
                p.receipt-number { (number) }
                @if let Some(number) = &summary.number {
                    p { (say(words::case_number())) " " (number) }
                }
            }
            (qr::picture(&number, &frame.say(&words::print_qr(&number))))
        }
        p { strong { (say(words::print_to(&summary.applicant))) } }
        p {
            @match received {
                Some(at) => (say(words::print_received(&summary.item_name, &moment(at)))),
                None => (say(words::print_not_received(&summary.item_name))),
            }
        }
        ol { @for material in state.iter().flat_map(|state| &state.materials) {
            li { (material.name) " " span.hint { (material.blob.name) } }
        } }
        @if let Some(item) = &case.item { (guide::terms(&frame, item)) }
        p { (say(words::print_ask())) }
        (signatures(&frame))
    };
    sheet(&frame, &words::print_receipt(), &content)
}
