//! Finding an item, and its guide.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use daiban_domain::calendar::Date;
use daiban_domain::form::Fields;
use daiban_domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::Step;
use super::draft::Agent;
use crate::shell::clock;
use crate::web::frame::Frame;
use crate::web::{Web, guide};

#[derive(Deserialize)]
pub(in crate::web) struct Sought {
    #[serde(default)]
    find: String,
}

/// An item that this office takes applications for.
pub(in crate::web) struct Offered {
    pub(in crate::web) code: String,
    pub(in crate::web) name: String,
    pub(in crate::web) domain: String,
    /// Another line handles it.
    pub(in crate::web) elsewhere: bool,
}

impl Web {
    /// The items that fit what is sought; `None` if the node has stopped.
    pub(in crate::web) async fn find(&self, sought: &Sought) -> Option<Vec<Offered>> {
        let (typed, office, today) = (sought.find.clone(), self.office, Date::at(clock::now()));
        let found = self.handle.look(move |replica| {
            let catalog = &replica.law().catalog;
            let offered = catalog.search(&typed).filter(|item| item.is_offered_at(office));
            let in_force = offered.filter_map(|item| catalog.in_force(&item.code, today));
            let shown = in_force.map(|item| Offered {
                code: item.code.clone(),
                name: item.name.clone(),
                domain: item.domain.clone(),
                elsewhere: item.elsewhere,
            });
            shown.collect()
        });
        found.await
    }
}

/// `GET /new?find=`
pub(in crate::web) async fn find(
    State(web): State<Web>,
    Agent(visitor): Agent,
    Query(sought): Query<Sought>,
) -> Response {
    let frame = Frame::of(&web, &visitor);
    let Some(found) = web.find(&sought).await else { return frame.stopping() };
    let body = html! {
        (items(&frame, ("/new", "/new"), &sought, &found))
        p { a href="/batch" { (frame.say(&words::batch_for_many())) } }
    };
    frame.page(&words::page_new(), &body).into_response()
}

/// Items to choose from: the page that finds them, and the one below which each has its own.
pub(in crate::web) fn items(
    frame: &Frame<'_>,
    (here, below): (&str, &str),
    sought: &Sought,
    found: &[Offered],
) -> Markup {
    html! {
        form method="get" action=(here) role="search" {
            label for="find" { (frame.say(&words::find_label())) }
            input id="find" name="find" type="search" value=(sought.find) autocomplete="off";
            button.main { (frame.say(&words::find())) }
        }
        @if found.is_empty() { p role="status" { (frame.say(&words::find_nothing())) } }
        table { tbody {
            @for item in found {
                tr {
                    td { a href={ (below) "/" (item.code) } { (item.name) } }
                    td { (item.domain) }
                    td.hint { (item.code) }
                }
            }
        } }
    }
}

/// `GET /new/{item}`: what is needed and how long it takes, then the first page of the form.
pub(in crate::web) async fn guide(
    State(web): State<Web>,
    Agent(visitor): Agent,
    Path(code): Path<String>,
) -> Response {
    let frame = Frame::of(&web, &visitor);
    let Some(item) = web.offered(&code).await else {
        return frame.refusal(&words::no_such_item(&code), &words::look_items_up()).into_response();
    };
    let step = Step::first(&frame, &item, None);
    let needs = html! {
        details {
            summary { (frame.say(&words::guide_title())) }
            (guide::facts(&frame, &item))
        }
        @if !item.elsewhere {
            p { a href={ "/batch/new/" (item.code) } { (frame.say(&words::batch_for_many())) } }
        }
    };
    step.page_with(&needs, &Fields::new(), &[]).into_response()
}
