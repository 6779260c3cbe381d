//! The materials of a draft: photographed or chosen, one after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use daiban_domain::calendar::Date;
use daiban_domain::catalog::{MaterialNeed, MaterialRule, need_of};
use daiban_domain::words::{self, bytes};
use daiban_sync::id::BlobId;
use maud::{Markup, html};

use super::draft::Draft;
use super::legible::is_picture;
use super::steps;
use crate::replica::{Answer, Attachment, Command, MaterialChoice, Refusal, Reuse};
use crate::shell::files;
use crate::shell::legibility::Doubt;
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::Posted;
use crate::web::upload::Upload;

/// `GET /case/{receipt}/papers`
pub(in crate::web) async fn page(State(web): State<Web>, draft: Draft) -> Markup {
    papers(&Frame::of(&web, &draft.visitor), &draft, None).await
}

/// `POST /case/{receipt}/papers/{key}/reuse`: what was verified before stands for a material.
pub(in crate::web) async fn reuse(
    State(web): State<Web>,
    draft: Draft,
    Path((_, key)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    let frame = Frame::of(&web, &draft.visitor);
    let material = Reuse { key, from: Some(posted.text("from").to_owned()) };
    let (case, by) = (draft.receipt.clone(), draft.visitor.account.officer());
    match web.handle.ask(Command::Reuse { case, material, by }).await {
        Some(Ok(_)) => Redirect::to(&draft.path("papers")).into_response(),
        Some(Err(refusal)) => {
            let page = papers(&frame, &draft, Some(&refusal)).await;
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
        None => frame.stopping(),
    }
}

/// `POST /case/{receipt}/papers/{key}`: a file for a material, on the disk before the answer.
pub(in crate::web) async fn attach(
    State(web): State<Web>,
    draft: Draft,
    Path((_, key)): Path<(String, String)>,
    form: Multipart,
) -> Response {
    let frame = Frame::of(&web, &draft.visitor);
    let upload = match Upload::read(form, &frame, &draft.visitor).await {
        Ok(upload) => upload,
        Err(refused) => return refused,
    };
    let (name, content) = upload.files.into_iter().next().unwrap_or_default();
    let attached = async {
        let blob = files::store(&web.handle, &web.materials, name, content).await?;
        let (case, by) = (draft.receipt.clone(), draft.visitor.account.officer());
        let material = Attachment { key, blob };
        match web.handle.ask(Command::Attach { case, material, by }).await {
            Some(done) => done.map(drop),
            None => Err(Refusal::internal(words::node_stopping())),
        }
    };
    match attached.await {
        Ok(()) => Redirect::to(&draft.path("papers")).into_response(),
        Err(refusal) => {
            let page = papers(&frame, &draft, Some(&refusal)).await;
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
    }
}

async fn papers(frame: &Frame<'_>, draft: &Draft, refusal: Option<&Refusal>) -> Markup {
    let offered = offers(frame.web, &draft.receipt).await;
    let mut doubts = InDoubt::new();
    for material in draft.view.state.iter().flat_map(|state| &state.materials) {
        doubts.insert(material.blob.id, frame.web.doubts(&material.blob).await);
    }
    let say = |said| frame.say(&said);
    let (item, fields) = (&*draft.item, draft.saved());
    let asked = item.materials.iter().filter(|rule| match &rule.need {
        MaterialNeed::MadeAt(_) => false,
        MaterialNeed::RequiredIf(condition) => condition.holds(&fields),
        _ => true,
    });
    let body = html! {
        p.hint { (say(words::enter_step(steps(item) + 1, steps(item) + 2))) }
        @if let Some(refusal) = refusal { (frame.fault(&refusal.sentence, &refusal.remedy)) }
        @for rule in asked { (paper(frame, draft, rule, (&offered, &doubts))) }
        p { a.button.main href=(draft.path("check")) { (say(words::enter_on())) } }
    };
    frame.page(&words::page_papers(), &body)
}

/// Materials by key, with the day on which each was verified and the case.
type Offers = BTreeSet<(String, Date, String)>;
/// What is doubtful about each picture.
type InDoubt = BTreeMap<BlobId, Arc<[Doubt]>>;

/// Cases in which a material of this person was verified, by the material's key.
async fn offers(web: &Web, receipt: &str) -> Offers {
    let choices = Command::CaseMaterials { case: receipt.to_owned() };
    let Some(Ok(Answer::Materials { materials, .. })) = web.handle.ask(choices).await else {
        return BTreeSet::new();
    };
    let of_choice = |choice: MaterialChoice| {
        let fitting = choice.offers.into_iter().filter(|offer| offer.why_not.is_none());
        fitting.map(move |offer| {
            let verified = offer.licence.verified;
            (choice.key.clone(), verified.on, verified.receipt.to_string())
        })
    };
    materials.into_iter().flat_map(of_choice).collect()
}

fn paper(
    frame: &Frame<'_>,
    draft: &Draft,
    rule: &MaterialRule,
    (offered, doubts): (&Offers, &InDoubt),
) -> Markup {
    let say = |said| frame.say(&said);
    let (key, input) = (&rule.key, format!("file-{}", rule.key));
    let held = draft.view.state.iter().flat_map(|state| &state.materials).filter(|m| m.key == *key);
    let held: Vec<_> = held.collect();
    let is_held = !held.is_empty();
    let upload = html! {
        form method="post" enctype="multipart/form-data" action=(draft.path(&format!("papers/{key}"))) {
            (frame.form_key())
            label for=(input) { (say(words::choose_file(&rule.name))) }
            input id=(input) type="file" name="file" required accept="image/*,application/pdf" capture="environment";
            button { (say(words::attach_file())) }
        }
    };
    html! {
        section {
            h2 {
                @if is_held { "✓ " }
                (rule.name) " " span.hint { (say(need_of(&rule.need))) }
            }
            @if !rule.note.is_empty() { p.hint { (rule.note) } }
            @for material in held {
                @let path = draft.path(&format!("file/{}", material.blob.id));
                p {
                    a href=(path) target="_blank" rel="noopener" { (material.blob.name) }
                    " " span.hint { (bytes(material.blob.size)) }
                    @if is_picture(&material.blob) {
                        a.thumb href=(path) { img src=(path) alt=(rule.name); }
                    }
                }
                @for doubt in doubts.get(&material.blob.id).iter().flat_map(|found| found.iter()) {
                    p.doubt { (say(doubt.words())) }
                }
            }
            @for (_, on, from) in offered.iter().filter(|(of, ..)| of == key) {
                form method="post" action=(draft.path(&format!("papers/{key}/reuse"))) {
                    (frame.form_key())
                    input type="hidden" name="from" value=(from);
                    button { (say(words::reuse_offer(&on.to_string(), from))) }
                }
            }
            @if is_held {
                details { summary { (say(words::attach_more())) } (upload) }
            } @else { (upload) }
        }
    }
}
