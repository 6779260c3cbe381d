//! Figures month by month, as bars.

use daiban_domain::figures::{Group, Share};
use daiban_domain::words;
use maud::{Markup, html};

use super::percent;
use crate::web::frame::Frame;

/// Pixels at the usual size.
const HEIGHT: usize = 90;
const STEP: usize = 46;
const BAR: usize = 30;
/// Months in a chart, the latest.
const MONTHS_MAX: usize = 12;

/// A chart for each figure.
pub(super) fn trend(frame: &Frame<'_>, months: &[Group]) -> Markup {
    let months = &months[months.len().saturating_sub(MONTHS_MAX)..];
    let figures = months.first().map_or(0, |month| month.shares.len());
    html! {
        @if figures > 0 {
            h2 { (frame.say(&words::supervision_trend())) }
            div.charts { @for at in 0..figures { (chart(frame, months, at)) } }
        }
    }
}

fn chart(frame: &Frame<'_>, months: &[Group], at: usize) -> Markup {
    let bars: Vec<(&str, &Share)> = months
        .iter()
        .filter_map(|month| Some((month.name.as_str(), month.shares.get(at)?)))
        .collect();
    let name = bars.first().map_or_else(String::new, |(_, share)| frame.say(&share.words));
    let read: Vec<_> =
        bars.iter().map(|(month, share)| format!("{month} {}", percent(share))).collect();
    let (width, height) = (STEP * bars.len().max(1), HEIGHT + 34);
    html! {
        figure {
            figcaption { (name) }
            svg role="img" aria-label={ (name) ": " (read.join(", ")) }
                viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) {
                line.axis x1="0" x2=(width) y1=(HEIGHT + 16) y2=(HEIGHT + 16) {}
                @for (n, (month, share)) in bars.iter().enumerate() { (bar(n, month, share)) }
            }
        }
    }
}

fn bar(n: usize, month: &str, share: &Share) -> Markup {
    let x = n * STEP + (STEP - BAR) / 2;
    let middle = n * STEP + STEP / 2;
    let height = share.per_mille().unwrap_or(0).min(1_000) * HEIGHT / 1_000;
    let top = HEIGHT + 16 - height;
    html! {
        rect.bar x=(x) y=(top) width=(BAR) height=(height) {}
        text x=(middle) y=(top - 3) { (percent(share).trim_end_matches('%')) }
        text x=(middle) y=(HEIGHT + 30) { (month.get(2..).unwrap_or(month)) }
    }
}
