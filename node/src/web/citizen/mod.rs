//! The pages that are open to everybody, at a county or a city: no account, no cookie but the
//! language.
//!
//! | page | what |
//! |---|---|
//! | `/public`, `/public/case` | how a case stands, by receipt number and last four of the ID |
//! | `/public/case/ask`, `/public/case/rate`, `/public/case/complain` | what the applicant says of it |
//! | `/public/guides`, `/public/guides/{item}` | what an item needs |
//! | `/public/ledger` | what was decided, as far as it may be published |

mod case;
mod guides;
mod ledger;

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::RETRY_AFTER;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::CookieJar;
use daiban_domain::words;
use daiban_sync::id::Tier;

use super::Web;
use super::frame::Frame;
use super::guard;
use super::lang::Lang;
use super::limit::Price;
use crate::shell::clock;

pub(super) fn router() -> Router<Web> {
    Router::new()
        .route("/public", get(case::home))
        .route("/public/case", get(case::home).post(case::progress))
        .route("/public/case/{verb}", post(case::say))
        .route("/public/guides", get(guides::list))
        .route("/public/guides/{item}", get(guides::item))
        .route("/public/ledger", get(ledger::page))
}

/// Somebody from outside, who has not asked too often.
struct Citizen(Lang);

impl FromRequestParts<Web> for Citizen {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let lang = Lang::of_cookies(&CookieJar::from_headers(&parts.headers));
        let frame = Frame::citizen(web, lang);
        if !web.is_public() {
            let (why, remedy) = (words::public_elsewhere(), words::public_elsewhere_hint());
            return Err((StatusCode::NOT_FOUND, frame.refusal(&why, &remedy)).into_response());
        }
        let price = if parts.method == Method::GET { Price::Reading } else { Price::Asking };
        if let Err(seconds) = web.limit.spend(clock::now(), asks_from(parts), price) {
            let (why, remedy) = (words::public_too_often(), words::public_too_often_hint(seconds));
            let wait = [(RETRY_AFTER, seconds.to_string())];
            let page = frame.refusal(&why, &remedy);
            return Err((StatusCode::TOO_MANY_REQUESTS, wait, page).into_response());
        }
        if parts.method == Method::POST && !guard::is_from_here(&parts.headers) {
            return Err(frame.too_old());
        }
        Ok(Self(lang))
    }
}

impl Web {
    /// Counties and cities answer to everybody.
    pub(super) fn is_public(&self) -> bool {
        matches!(self.office.tier(), Tier::County | Tier::City)
    }
}

/// Where a request comes from. A proxy on this machine, which brings the pages to the outside, says
/// whom it asks for; nobody else is believed.
fn asks_from(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(address)| address.ip());
    if peer.is_loopback() { forwarded_for(&parts.headers).unwrap_or(peer) } else { peer }
}

fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let listed = headers.get("x-forwarded-for")?.to_str().ok()?;
    listed.rsplit(',').next()?.trim().parse().ok()
}
