//! Guides to the items of this county or city.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::calendar::Date;
use daiban_domain::catalog::Item;
use daiban_domain::words::{self, Said};
use maud::{Markup, html};
use serde::Deserialize;

use super::Citizen;
use crate::shell::clock;
use crate::web::frame::Frame;
use crate::web::{Web, guide};

#[derive(Deserialize)]
pub(super) struct Sought {
    #[serde(default)]
    find: String,
}

/// `GET /public/guides?find=`
pub(super) async fn list(
    State(web): State<Web>,
    Citizen(lang): Citizen,
    Query(Sought { find }): Query<Sought>,
) -> Response {
    let frame = Frame::citizen(&web, lang);
    let (typed, office, today) = (find.clone(), web.office, Date::at(clock::now()));
    let found = web.handle.look(move |replica| {
        let catalog = &replica.law().catalog;
        let here = catalog.search(&typed).filter(|item| item.applies_below(office));
        let in_force = here.filter_map(|item| catalog.in_force(&item.code, today));
        in_force.map(|i| (i.code.clone(), i.name.clone(), i.domain.clone())).collect::<Vec<_>>()
    });
    let Some(items) = found.await else { return frame.stopping() };
    let body = html! {
        form method="get" action="/public/guides" role="search" {
            label for="find" { (frame.say(&words::find_label())) }
            input id="find" name="find" type="search" value=(find) autocomplete="off";
            button.main { (frame.say(&words::find())) }
        }
        @if items.is_empty() { p role="status" { (frame.say(&words::find_nothing())) } }
        ul.items { @for (code, name, domain) in items {
            li { a href={ "/public/guides/" (code) } { (name) } " " span.hint { (domain) } }
        } }
    };
    frame.page(&words::public_guides(), &body).into_response()
}

/// `GET /public/guides/{item}`
pub(super) async fn item(
    State(web): State<Web>,
    Citizen(lang): Citizen,
    Path(code): Path<String>,
) -> Response {
    let frame = Frame::citizen(&web, lang);
    let (wanted, office, today) = (code.clone(), web.office, Date::at(clock::now()));
    let found = web.handle.look(move |replica| {
        let item = replica.law().catalog.in_force(&wanted, today).cloned();
        item.filter(|item| item.applies_below(office))
    });
    match found.await {
        Some(Some(item)) => shown(&frame, &item).into_response(),
        Some(None) => {
            let page = frame.refusal(&words::no_such_item(&code), &words::look_items_up());
            (StatusCode::NOT_FOUND, page).into_response()
        }
        None => frame.stopping(),
    }
}

fn shown(frame: &Frame<'_>, item: &Item) -> Markup {
    frame.page(&Said::of_data(&*item.name, &*item.name), &guide::facts(frame, item))
}
