//! 办事指南: what an applicant brings, pays and waits for.

use daiban_domain::catalog::{Fee, Item, need_of};
use daiban_domain::words;
use maud::{Markup, html};

use super::frame::Frame;
use super::show;

/// All of it, for whoever applies and whoever helps.
pub(super) fn facts(frame: &Frame<'_>, item: &Item) -> Markup {
    html! {
        (terms(frame, item))
        h2 { (frame.say(&words::case_materials())) }
        ul {
            @for rule in &item.materials {
                li { (rule.name) " " span.hint { (frame.say(&need_of(&rule.need))) " " (rule.note) } }
            }
        }
    }
}

/// Limits, fee, and how the result comes.
pub(super) fn terms(frame: &Frame<'_>, item: &Item) -> Markup {
    let say = |said| frame.say(&said);
    let ways: Vec<_> = item.delivery.iter().map(|way| say(way.words())).collect();
    html! {
        dl.facts {
            dt { (say(words::case_promised())) }
            dd { (say(item.promised.words())) (basis(&item.promised_basis)) }
            dt { (say(words::case_statutory())) }
            dd { (say(item.statutory.words())) (basis(&item.statutory_basis)) }
            dt { (say(words::guide_fee())) } dd { (fee(frame, &item.fee)) }
            @if let Some(visits) = item.visits { dt { (say(words::guide_visits())) } dd { (visits) } }
            @if !ways.is_empty() {
                dt { (say(words::guide_delivery())) } dd { (ways.join("、")) }
            }
        }
    }
}

fn basis(basis: &str) -> Markup {
    html! { @if !basis.is_empty() { " " span.hint { (basis) } } }
}

fn fee(frame: &Frame<'_>, fee: &Fee) -> Markup {
    let amount = fee.amount_cent.map(|cent| show::yuan(&cent.to_string()));
    html! {
        @match (fee.charge, amount) {
            (false, _) => (frame.say(&words::guide_free())),
            (true, Some(amount)) => { (amount) " " (frame.say(&words::unit_yuan())) },
            (true, None) => (frame.say(&words::guide_charged())),
        }
        (basis(&fee.basis))
    }
}
