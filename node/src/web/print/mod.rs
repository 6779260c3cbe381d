//! What a counter prints on A4: it is a page like all others, and the style sheet leaves out what
//! paper does not need.
//!
//! | page | what |
//! |---|---|
//! | `/case/{receipt}/print/receipt` | 收件回执, with number and QR code |
//! | `/case/{receipt}/print/notice` | 一次性告知书, everything that is missing |
//! | `/handover` | 交接清单, what is open, for a colleague who takes over |
//! | `/ledger?day=` | 收件台账, what was received that day |

mod handover;
mod ledger;
mod notice;
mod receipt;

use daiban_domain::calendar::Date;
use daiban_domain::words::{self, Said};
use maud::{Markup, html};

use super::frame::Frame;
use crate::shell::clock;

pub(super) use handover::page as handover;
pub(super) use ledger::page as ledger;
pub(super) use notice::page as notice;
pub(super) use receipt::page as receipt;

/// A sheet of paper, with how to print it.
fn sheet(frame: &Frame<'_>, title: &Said, content: &Markup) -> Markup {
    let body = html! {
        p.hint.screen {
            (frame.say(&words::print_hint())) " "
            button type="button" data-print hidden { (frame.say(&words::print_now())) }
        }
        article.sheet { (content) }
    };
    frame.page(title, &body)
}

/// Where applicant, agent and office sign.
fn signatures(frame: &Frame<'_>) -> Markup {
    html! {
        dl.signatures {
            dt { (frame.say(&words::print_applicant_signs())) } dd {}
            dt { (frame.say(&words::print_agent_signs())) } dd {}
            dt { (frame.say(&words::print_seal())) } dd {}
            dt { (frame.say(&words::print_date())) } dd { (Date::at(clock::now())) }
        }
    }
}
