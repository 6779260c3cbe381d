//! The language of a page: Chinese, or English by a switch.

use axum::extract::{Path, Query};
use axum::response::Redirect;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use daiban_domain::words::Said;
use serde::Deserialize;

const COOKIE: &str = "lang";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lang {
    #[default]
    Zh,
    En,
}

impl Lang {
    pub(super) fn of_cookies(jar: &CookieJar) -> Self {
        match jar.get(COOKIE).map(Cookie::value) {
            Some("en") => Self::En,
            _ => Self::Zh,
        }
    }

    /// What is said, in this language.
    pub(super) fn of(self, said: &Said) -> &str {
        match self {
            Self::Zh => &said.zh,
            Self::En => &said.en,
        }
    }

    /// For the attribute `lang`, BCP 47.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }
}

/// Where to go afterwards: a page of this node.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

impl Next {
    pub(super) fn path(&self) -> &str {
        // "//host" and "/\host" would be another host to a browser.
        let is_ours = self.next.starts_with('/')
            && !self.next[1..].starts_with(['/', '\\'])
            && !self.next.contains(char::is_control);
        if is_ours { &self.next } else { "/" }
    }
}

/// `GET /language/{lang}`
pub(super) async fn switch(
    Path(lang): Path<String>,
    Query(next): Query<Next>,
    jar: CookieJar,
) -> (CookieJar, Redirect) {
    let lang = if lang == "en" { "en" } else { "zh" };
    let cookie = Cookie::build((COOKIE, lang)).path("/").same_site(SameSite::Strict).permanent();
    (jar.add(cookie), Redirect::to(next.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_host() {
        for (next, path) in [
            ("/case/1?a=b", "/case/1?a=b"),
            ("", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nb", "/"),
        ] {
            assert_eq!(Next { next: next.into() }.path(), path);
        }
    }
}
