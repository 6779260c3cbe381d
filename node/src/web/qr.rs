//! A QR code as one path of squares, so that it prints sharp at any size.

use std::fmt::Write as _;

use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

/// The empty border that readers need, in squares.
const BORDER: usize = 4;

/// A text as a QR code, named for those who do not see it; nothing if it is too long for one.
pub(super) fn picture(text: &str, name: &str) -> Markup {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return html! {};
    };
    let width = code.width();
    let size = width + 2 * BORDER;
    let mut path = String::new();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    for (at, _) in dark {
        // Writing into a string cannot fail.
        let _ = write!(path, "M{} {}h1v1h-1z", at % width + BORDER, at / width + BORDER);
    }
    html! {
        svg.qr role="img" aria-label=(name) viewBox={ "0 0 " (size) " " (size) } {
            rect width=(size) height=(size) fill="#fff" {}
            path d=(path) fill="#000" shape-rendering="crispEdges" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_becomes_squares_with_a_border() {
        let shown =
            picture("330382001001261121000A9IXU", "330382001001261121000A9IXU").into_string();
        assert!(shown.contains("viewBox=\"0 0 29 29\""), "21 squares and a border: {shown}");
        assert!(shown.contains("M4 4h1v1h-1z"), "its corner is dark");
        assert!(picture(&"x".repeat(4_000), "").into_string().is_empty());
    }
}
