//! Finding an item, and its guide.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use daiban_domain::calendar::Date;
use daiban_domain::form::Fields;
use daiban_domain::words;
use maud::html;
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

/// `GET /new?find=`
pub(in crate::web) async fn find(
    State(web): State<Web>,
    Agent(visitor): Agent,
    Query(Sought { find }): Query<Sought>,
) -> Response {
    let frame = Frame::of(&web, &visitor);
    let (typed, office, today) = (find.clone(), web.office, Date::at(clock::now()));
    let found = web.handle.look(move |replica| {
        let catalog = &replica.law().catalog;
        let offered = catalog.search(&typed).filter(|item| item.is_offered_at(office));
        let in_force = offered.filter_map(|item| catalog.in_force(&item.code, today));
        in_force.map(|i| (i.code.clone(), i.name.clone(), i.domain.clone())).collect::<Vec<_>>()
    });
    let Some(items) = found.await else { return frame.stopping() };
    let body = html! {
        form method="get" action="/new" role="search" {
            label for="find" { (frame.say(&words::find_label())) }
            input id="find" name="find" type="search" value=(find) autocomplete="off";
            button.main { (frame.say(&words::find())) }
        }
        @if items.is_empty() { p role="status" { (frame.say(&words::find_nothing())) } }
        table { tbody {
            @for (code, name, domain) in items {
                tr {
                    td { a href={ "/new/" (code) } { (name) } }
                    td { (domain) }
                    td.hint { (code) }
                }
            }
        } }
    };
    frame.page(&words::page_new(), &body).into_response()
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
    };
    step.page_with(&needs, &Fields::new(), &[]).into_response()
}
