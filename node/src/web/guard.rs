//! Who is at the browser, and that a form is ours.

use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::http::header::{self, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use daiban_domain::words;

use super::Web;
use super::frame::Frame;
use super::lang::Lang;
use crate::accounts::{Account, Role, Token};

/// The hidden field of every form, see [`Token::form_key`].
pub(super) const FORM_KEY: &str = "form-key";
/// No scripts but ours, nothing from elsewhere, nobody frames us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'";

/// Somebody who is signed in, at one browser.
pub(super) struct Visitor {
    pub(super) account: Account,
    pub(super) token: Token,
    pub(super) lang: Lang,
    /// A page renews itself: nobody need be looking.
    pub(super) by_itself: bool,
}

impl Visitor {
    /// Lets in who has one of the roles; anybody else gets the page that says so.
    pub(super) fn refused(&self, web: &Web, roles: &[Role]) -> Option<Response> {
        if self.account.has_one_of(roles) {
            return None;
        }
        let why = words::not_your_role(&self.account.role_words());
        let page = Frame::of(web, self).refusal(&why, &words::ask_for_role());
        Some((StatusCode::FORBIDDEN, page).into_response())
    }

    /// Who asks, if they have one of the roles.
    pub(super) async fn with_role(
        parts: &mut Parts,
        web: &Web,
        roles: &[Role],
    ) -> Result<Self, Response> {
        let visitor = Self::from_request_parts(parts, web).await;
        let visitor = visitor.map_err(IntoResponse::into_response)?;
        match visitor.refused(web, roles) {
            Some(refused) => Err(refused),
            None => Ok(visitor),
        }
    }
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = Redirect;

    /// Whoever is not signed in is asked to, and comes back to the same page.
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Redirect> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let back = match parts.method {
            Method::GET => path,
            _ => "/",
        };
        let to = |page: &str| Redirect::to(&format!("{page}?next={}", escaped(back)));
        let jar = CookieJar::from_headers(&parts.headers);
        let token = web.token_of(&jar).ok_or_else(|| to("/sign-in"))?;
        let by_itself = is_script(&parts.headers);
        let visit = web.visit(&token, by_itself).ok_or_else(|| to("/sign-in"))?;
        let (account, lang) = (visit.account, Lang::of_cookies(&jar));
        match visit.is_locked {
            true => Err(to("/unlock")),
            false => Ok(Self { account, token, lang, by_itself }),
        }
    }
}

/// The fields of a form that a page of ours has sent, in their order.
pub(super) struct Posted {
    pub(super) visitor: Visitor,
    fields: Vec<(String, String)>,
}

impl Posted {
    pub(super) fn text(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// Whether the form has an input of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(key, _)| key == name)
    }

    /// Every value of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// Lines that say something.
    pub(super) fn lines(&self, name: &str) -> Vec<String> {
        let lines = self.text(name).lines().map(str::trim);
        lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }
}

impl FromRequest<Web> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, web).await;
        let visitor = visitor.map_err(IntoResponse::into_response)?;
        let form = Form::from_request(Request::from_parts(parts, body), web).await;
        let Form(fields): Form<Vec<(String, String)>> =
            form.map_err(IntoResponse::into_response)?;
        let posted = Self { visitor, fields };
        match posted.text(FORM_KEY) == posted.visitor.token.form_key() {
            true => Ok(posted),
            false => Err(Frame::of(web, &posted.visitor).too_old()),
        }
    }
}

/// Before somebody is signed in there is no key for forms: the browser itself says whether the form
/// was a page of ours.
pub(super) fn is_from_here(headers: &HeaderMap) -> bool {
    match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        Some(site) => site == b"same-origin",
        None => headers.get(header::ORIGIN).is_none_or(|origin| {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
            let origin = origin.to_str().unwrap_or_default();
            host.is_some_and(|host| origin.split_once("://").is_some_and(|(_, at)| at == host))
        }),
    }
}

impl Web {
    /// Cookies do not know ports: each office has its own.
    fn cookie(&self) -> Cookie<'static> {
        Cookie::build(format!("session-{}", self.office)).path("/").build()
    }

    pub(super) fn token_of(&self, jar: &CookieJar) -> Option<Token> {
        Token::parse(jar.get(self.cookie().name())?.value())
    }

    pub(super) fn with_token(&self, jar: CookieJar, token: &Token) -> CookieJar {
        let mut cookie = self.cookie();
        cookie.set_value(token.text());
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Strict);
        jar.add(cookie)
    }

    pub(super) fn without_token(&self, jar: CookieJar) -> CookieJar {
        jar.remove(self.cookie())
    }
}

/// A page that renews itself is no sign that somebody is there.
fn is_script(headers: &HeaderMap) -> bool {
    headers.contains_key("x-live")
}

/// What every answer tells the browser.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// For the value of a query.
fn escaped(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
    path.bytes().fold(String::new(), |mut text, byte| {
        match plain(byte) {
            true => text.push(char::from(byte)),
            false => text.push_str(&format!("%{byte:02X}")),
        }
        text
    })
}
