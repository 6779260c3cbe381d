//! The materials of a draft: photographed or chosen, one after the other.

use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use daiban_domain::catalog::{Item, MaterialNeed, MaterialRule, need_of};
use daiban_domain::words::{self, bytes};
use maud::{Markup, html};

use super::{WRITERS, draft, saved, steps};
use crate::replica::{Attachment, CaseView, Command, Refusal};
use crate::shell::files;
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::{FORM_KEY, Visitor};

/// `GET /case/{receipt}/papers`
pub(in crate::web) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Path(receipt): Path<String>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &WRITERS) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    match draft(&web, &frame, &receipt).await {
        Ok((view, item)) => papers(&frame, &receipt, (&view, &item), None).into_response(),
        Err(refused) => refused,
    }
}

/// `POST /case/{receipt}/papers/{key}`: a file for a material, on the disk before the answer.
pub(in crate::web) async fn attach(
    State(web): State<Web>,
    visitor: Visitor,
    Path((receipt, key)): Path<(String, String)>,
    form: Multipart,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &WRITERS) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    let Some((name, content)) = uploaded(form, &visitor).await else {
        let page = frame.refusal(&words::page_not_done(), &words::form_too_old());
        return (StatusCode::FORBIDDEN, page).into_response();
    };
    let attached = async {
        let blob = files::store(&web.handle, &web.materials, name, content).await?;
        let material = Attachment { key, blob };
        let by = visitor.account.officer();
        match web.handle.ask(Command::Attach { case: receipt.clone(), material, by }).await {
            Some(done) => done.map(drop),
            None => Err(Refusal::internal(words::node_stopping())),
        }
    };
    let refusal = match attached.await {
        Ok(()) => return Redirect::to(&format!("/case/{receipt}/papers")).into_response(),
        Err(refusal) => refusal,
    };
    match draft(&web, &frame, &receipt).await {
        Ok((view, item)) => {
            let page = papers(&frame, &receipt, (&view, &item), Some(&refusal));
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
        Err(refused) => refused,
    }
}

/// Name and content of the file, if the form is ours. Its key comes first.
async fn uploaded(mut form: Multipart, visitor: &Visitor) -> Option<(String, Vec<u8>)> {
    let mut is_ours = false;
    while let Ok(Some(part)) = form.next_field().await {
        match part.name() {
            Some(FORM_KEY) => is_ours = part.text().await.ok()? == visitor.token.form_key(),
            Some("file") if is_ours => {
                let name = part.file_name().unwrap_or_default().to_owned();
                return Some((name, part.bytes().await.ok()?.to_vec()));
            }
            _ => {}
        }
    }
    None
}

fn papers(
    frame: &Frame<'_>,
    receipt: &str,
    (view, item): (&CaseView, &Item),
    refusal: Option<&Refusal>,
) -> Markup {
    let say = |said| frame.say(&said);
    let fields = saved(item, view);
    let asked = item.materials.iter().filter(|rule| match &rule.need {
        MaterialNeed::MadeAt(_) => false,
        MaterialNeed::RequiredIf(condition) => condition.holds(&fields),
        _ => true,
    });
    let body = html! {
        p.hint { (say(words::enter_step(steps(item) + 1, steps(item) + 2))) }
        @if let Some(refusal) = refusal { (frame.fault(&refusal.sentence, &refusal.remedy)) }
        @for rule in asked { (paper(frame, receipt, view, rule)) }
        p { a.button.main href={ "/case/" (receipt) "/check" } { (say(words::enter_on())) } }
    };
    frame.page(&words::page_papers(), &body)
}

fn paper(frame: &Frame<'_>, receipt: &str, view: &CaseView, rule: &MaterialRule) -> Markup {
    let say = |said| frame.say(&said);
    let (key, input) = (&rule.key, format!("file-{}", rule.key));
    let held = view.state.iter().flat_map(|state| &state.materials).filter(|m| m.key == *key);
    let held: Vec<_> = held.collect();
    html! {
        section {
            h2 {
                @if !held.is_empty() { "✓ " }
                (rule.name) " " span.hint { (say(need_of(&rule.need))) }
            }
            @if !rule.note.is_empty() { p.hint { (rule.note) } }
            @for material in held {
                @let path = format!("/case/{receipt}/file/{}", material.blob.id);
                p {
                    a href=(path) target="_blank" rel="noopener" { (material.blob.name) }
                    " " span.hint { (bytes(material.blob.size)) }
                    @if material.blob.media.starts_with("image/") {
                        a.thumb href=(path) { img src=(path) alt=(rule.name); }
                    }
                }
            }
            form method="post" enctype="multipart/form-data" action={ "/case/" (receipt) "/papers/" (key) } {
                (frame.form_key())
                label for=(input) { (say(words::choose_file(&rule.name))) }
                input id=(input) type="file" name="file" required accept="image/*,application/pdf" capture="environment";
                button { (say(words::attach_file())) }
            }
        }
    }
}
