//! `/bundles`: what is carried by hand where no link works.

use axum::extract::{Multipart, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use daiban_domain::calendar::Date;
use daiban_domain::words;
use daiban_sync::id::OfficeCode;
use maud::{Markup, html};
use serde::Deserialize;

use super::Web;
use super::frame::Frame;
use super::guard::{FORM_KEY, Visitor};
use crate::accounts::Role;
use crate::replica::Refusal;
use crate::shell::{Brought, Wish, clock, status_of};

/// Reasons on the page.
const REFUSED_MAX: usize = 50;

#[derive(Deserialize)]
pub(super) struct Wanted {
    /// The office that it is for.
    #[serde(default)]
    to: String,
    everything: Option<String>,
    without_materials: Option<String>,
}

/// `GET /bundles`
pub(super) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &[Role::Operator]) {
        return refused;
    }
    draw(&Frame::of(&web, &visitor), &wanted.to, html! {}).into_response()
}

/// `GET /bundles/file`: one for an office, as a file.
pub(super) async fn make(
    State(web): State<Web>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &[Role::Operator]) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    let Ok(to) = wanted.to.trim().parse::<OfficeCode>() else {
        let told = frame.fault(&words::bundle_code_expected(), &words::mend_form());
        return (StatusCode::UNPROCESSABLE_ENTITY, draw(&frame, &wanted.to, told)).into_response();
    };
    let Wanted { everything, without_materials, .. } = &wanted;
    let wish =
        Wish { to, everything: everything.is_some(), materials: without_materials.is_none() };
    match web.reach.carrier().make(wish).await {
        Ok(content) => {
            let name = format!("daiban-{to}-{}.daiban", Date::at(clock::now()));
            let attachment = format!("attachment; filename=\"{name}\"");
            let kind = "application/octet-stream".to_owned();
            ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, attachment)], content)
                .into_response()
        }
        Err(refusal) => refused(&frame, &wanted.to, &refusal),
    }
}

/// `POST /bundles`: takes one that was brought.
pub(super) async fn take(
    State(web): State<Web>,
    visitor: Visitor,
    mut form: Multipart,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &[Role::Operator]) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    let mut is_ours = false;
    while let Ok(Some(part)) = form.next_field().await {
        match part.name() {
            Some(FORM_KEY) => {
                is_ours = part.text().await.is_ok_and(|key| key == visitor.token.form_key());
            }
            // It may be larger than memory: it goes to the disk as it comes.
            Some("file") if is_ours => {
                return match web.reach.carrier().take(part).await {
                    Ok(brought) => draw(&frame, "", taken(&frame, &brought)).into_response(),
                    Err(refusal) => refused(&frame, "", &refusal),
                };
            }
            _ => {}
        }
    }
    frame.too_old()
}

fn refused(frame: &Frame<'_>, to: &str, refusal: &Refusal) -> Response {
    let told = frame.fault(&refusal.sentence, &refusal.remedy);
    (status_of(refusal.kind), draw(frame, to, told)).into_response()
}

fn taken(frame: &Frame<'_>, brought: &Brought) -> Markup {
    let Brought { from, entries, known, files, refused } = brought;
    let from = frame.web.offices.full_name(*from);
    html! {
        p.done role="status" {
            (frame.say(&words::bundle_taken(&from, *entries, *known, *files)))
        }
        @if !refused.is_empty() {
            (frame.fault(&words::bundle_parts_refused(refused.len()), &words::bundle_ask_for_all()))
            ul { @for reason in refused.iter().take(REFUSED_MAX) { li { (reason) } } }
        }
    }
}

fn draw(frame: &Frame<'_>, to: &str, told: Markup) -> Markup {
    let say = |said| frame.say(&said);
    let option = |name: &str, label| {
        html! {
            div.option {
                input id=(name) type="checkbox" name=(name);
                " " label for=(name) { (label) }
            }
        }
    };
    let body = html! {
        (told)
        p.hint { (say(words::bundle_hint())) }
        h2 { (say(words::bundle_make())) }
        form.narrow method="get" action="/bundles/file" {
            label for="to" { (say(words::bundle_for())) }
            input id="to" name="to" required inputmode="numeric" maxlength="12" value=(to);
            (option("everything", say(words::bundle_everything())))
            (option("without_materials", say(words::bundle_without_materials())))
            button.main { (say(words::bundle_make())) }
        }
        h2 { (say(words::bundle_take())) }
        form.narrow method="post" enctype="multipart/form-data" action="/bundles" {
            (frame.form_key())
            label for="file" { (say(words::bundle_file())) }
            input id="file" type="file" name="file" required accept=".daiban";
            button.main { (say(words::bundle_take())) }
        }
    };
    frame.page(&words::page_bundles(), &body)
}
