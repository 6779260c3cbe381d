//! Finding an item, and its guide.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use daiban_domain::calendar::Date;
use daiban_domain::catalog::{Item, need_of};
use daiban_domain::form::Fields;
use daiban_domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::{Step, WRITERS};
use crate::shell::clock;
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::Visitor;

#[derive(Deserialize)]
pub(in crate::web) struct Sought {
    #[serde(default)]
    find: String,
}

/// `GET /new?find=`
pub(in crate::web) async fn find(
    State(web): State<Web>,
    visitor: Visitor,
    Query(Sought { find }): Query<Sought>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &WRITERS) {
        return refused;
    }
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
    visitor: Visitor,
    Path(code): Path<String>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &WRITERS) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    let Some(item) = web.offered(&code).await else {
        return frame.refusal(&words::no_such_item(&code), &words::look_items_up()).into_response();
    };
    let step = Step { frame: &frame, item: &item, step: 1, action: format!("/new/{code}") };
    step.page_with(&needs(&frame, &item), &Fields::new(), &[]).into_response()
}

/// What the applicant brings, pays and waits for.
fn needs(frame: &Frame<'_>, item: &Item) -> Markup {
    html! {
        details {
            summary { (frame.say(&words::guide_title())) }
            dl.facts {
                dt { (frame.say(&words::case_promised())) } dd { (frame.say(&item.promised.words())) }
                dt { (frame.say(&words::case_statutory())) } dd { (frame.say(&item.statutory.words())) }
                dt { (frame.say(&words::case_materials())) }
                dd { ul {
                    @for rule in &item.materials {
                        li { (rule.name) " " span.hint { (frame.say(&need_of(&rule.need))) } }
                    }
                } }
            }
        }
    }
}
