//! Files of the pages, in the binary.

use axum::http::header;
use axum::response::IntoResponse;

/// The paths name the version, so that a browser never mixes two.
pub(super) const STYLE_PATH: &str = concat!("/style-", env!("CARGO_PKG_VERSION"), ".css");
pub(super) const LIVE_PATH: &str = concat!("/live-", env!("CARGO_PKG_VERSION"), ".js");

/// `GET /style-….css`
pub(super) async fn style() -> impl IntoResponse {
    served("text/css; charset=utf-8", include_str!("style.css"))
}

/// `GET /live-….js`
pub(super) async fn live() -> impl IntoResponse {
    served("text/javascript; charset=utf-8", include_str!("live.js"))
}

fn served(media: &'static str, text: &'static str) -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, text)
}
