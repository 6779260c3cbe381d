//! Signing in, out, and in again after the lock.

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use daiban_domain::words::{self, Said};
use maud::{Markup, html};
use serde::Deserialize;

use super::Web;
use super::frame::Frame;
use super::guard::{self, Posted};
use super::lang::{Lang, Next};
use crate::accounts::{SignInError, Token};
use crate::shell::clock;

/// What is typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    id: String,
    password: String,
    #[serde(flatten)]
    next: Next,
}

/// `GET /sign-in`
pub(super) async fn page(
    State(web): State<Web>,
    Query(next): Query<Next>,
    jar: CookieJar,
) -> Markup {
    let frame = Frame::outside(&web, Lang::of_cookies(&jar));
    let nobody = web.accounts().list().next().is_none();
    sign_in_page(&frame, &next, nobody.then(words::sign_in_nobody))
}

/// `POST /sign-in`
pub(super) async fn sign_in(
    State(web): State<Web>,
    jar: CookieJar,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let lang = Lang::of_cookies(&jar);
    if !guard::is_from_here(&headers) {
        return Frame::outside(&web, lang).too_old();
    }
    let (next, former) = (typed.next.path().to_owned(), web.token_of(&jar));
    let tried = try_password(web.clone(), typed.id, typed.password).await;
    match tried {
        Ok(token) => {
            if let Some(former) = former {
                forget(&web, &former);
            }
            (web.with_token(jar, &token), Redirect::to(&next)).into_response()
        }
        Err(error) => {
            let frame = Frame::outside(&web, lang);
            let page = sign_in_page(&frame, &typed.next, Some(error.said()));
            (StatusCode::UNAUTHORIZED, page).into_response()
        }
    }
}

/// `POST /sign-out`
pub(super) async fn sign_out(
    State(web): State<Web>,
    jar: CookieJar,
    posted: Posted,
) -> (CookieJar, Redirect) {
    forget(&web, &posted.visitor.token);
    (web.without_token(jar), Redirect::to("/sign-in"))
}

/// `GET /unlock`
pub(super) async fn locked(
    State(web): State<Web>,
    Query(next): Query<Next>,
    jar: CookieJar,
) -> Response {
    let visit = web.token_of(&jar).and_then(|t| web.visit(&t, false));
    match visit {
        None => Redirect::to("/sign-in").into_response(),
        Some(visit) => {
            let frame = Frame::outside(&web, Lang::of_cookies(&jar));
            unlock_page(&frame, &visit.account.name, &next, None).into_response()
        }
    }
}

/// `POST /unlock`
pub(super) async fn unlock(
    State(web): State<Web>,
    jar: CookieJar,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let token = web.token_of(&jar).filter(|_| guard::is_from_here(&headers));
    let visit = token.clone().and_then(|token| web.visit(&token, true));
    let (Some(token), Some(visit)) = (token, visit) else {
        return Redirect::to("/sign-in").into_response();
    };
    let (accounts, password) = (web.accounts.clone(), typed.password);
    let tried = blocking(move || {
        let mut accounts = accounts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        accounts.unlock(clock::now(), &token, &password)
    });
    match tried.await {
        Ok(()) => Redirect::to(typed.next.path()).into_response(),
        Err(error) => {
            let frame = Frame::outside(&web, Lang::of_cookies(&jar));
            let name = &visit.account.name;
            let page = unlock_page(&frame, name, &typed.next, Some(error.said()));
            (StatusCode::UNAUTHORIZED, page).into_response()
        }
    }
}

/// A session for whoever knows the password.
pub(super) async fn try_password(
    web: Web,
    id: String,
    password: String,
) -> Result<Token, SignInError> {
    blocking(move || web.accounts().sign_in(clock::now(), id.trim(), &password, Token::random()))
        .await
}

/// argon2 takes its time: not on a thread that serves others.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("the work does not panic, and nobody aborts it")
}

fn forget(web: &Web, token: &Token) {
    if let Err(error) = web.accounts().sign_out(token) {
        tracing::warn!(%error, "a session has ended, and the file of accounts still names it");
    }
}

fn sign_in_page(frame: &Frame<'_>, next: &Next, fault: Option<Said>) -> Markup {
    let lang = frame.lang;
    let body = html! {
        @if let Some(fault) = fault {
            div.fault role="alert" { p { strong { (lang.of(&fault)) } } }
        }
        form.narrow method="post" action="/sign-in" {
            input type="hidden" name="next" value=(next.path());
            label for="id" { (lang.of(&words::sign_in_id())) }
            input id="id" name="id" required autocomplete="username" autocapitalize="none";
            (password(lang))
            button.main { (lang.of(&words::page_sign_in())) }
        }
        @if frame.web.is_public() {
            p { a href="/public" { (lang.of(&words::public_home())) } }
        }
    };
    frame.page(&words::page_sign_in(), &body)
}

fn unlock_page(frame: &Frame<'_>, name: &str, next: &Next, fault: Option<Said>) -> Markup {
    let lang = frame.lang;
    let body = html! {
        @if let Some(fault) = fault {
            div.fault role="alert" { p { strong { (lang.of(&fault)) } } }
        }
        p { (lang.of(&words::unlock_hint(name))) }
        form.narrow method="post" action="/unlock" {
            input type="hidden" name="next" value=(next.path());
            (password(lang))
            button.main { (lang.of(&words::unlock())) }
        }
        p { a href="/sign-in" { (lang.of(&words::switch_person())) } }
    };
    frame.page(&words::page_unlock(), &body)
}

fn password(lang: Lang) -> Markup {
    html! {
        label for="password" { (lang.of(&words::sign_in_password())) }
        input id="password" name="password" type="password" required autocomplete="current-password";
    }
}
