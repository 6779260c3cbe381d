//! Guided entry: an application is asked for page by page, and every page is on the disk before the
//! next one comes. A draft goes on wherever it was left.
//!
//! | page | what |
//! |---|---|
//! | `/new` | find an item by name, pinyin initials or code |
//! | `/new/{item}` | its guide and its first page |
//! | `/case/{receipt}/enter/{step}` | its further pages |
//! | `/case/{receipt}/papers` | materials, by camera or file |
//! | `/case/{receipt}/check` | all answers once more, then hand in |

mod check;
mod draft;
mod field;
mod find;
mod legible;
mod papers;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use daiban_domain::calendar::Date;
use daiban_domain::catalog::{Field, Item};
use daiban_domain::check::{Entry, FieldError, tidy};
use daiban_domain::form::Fields;
use daiban_domain::words::{self, Said};
use maud::{Markup, html};

use super::Web;
use super::frame::Frame;
use super::guard::Posted;
use crate::replica::{Answer, Command, Refusal};
use crate::shell::clock;

use draft::Draft;

pub(super) use check::page as check;
pub(super) use draft::Agent;
pub(super) use find::{Offered, Sought, find, guide, items};
pub(super) use legible::Judged;
pub(super) use papers::{attach, page as papers, reuse};

/// Fields of one page.
const FIELDS_MAX: usize = 6;

/// The fields of a page, from 1.
fn fields_of(item: &Item, step: usize) -> &[Field] {
    item.fields.chunks(FIELDS_MAX).nth(step - 1).unwrap_or_default()
}

fn steps(item: &Item) -> usize {
    item.fields.chunks(FIELDS_MAX).count()
}

/// A page of the form as it is drawn.
struct Step<'a> {
    frame: &'a Frame<'a>,
    item: &'a Item,
    step: usize,
    /// Where it is sent.
    action: String,
    /// The same was applied for before, as the node said.
    before: Option<Refusal>,
}

impl<'a> Step<'a> {
    /// The page that opens a case.
    fn first(frame: &'a Frame<'a>, item: &'a Item, before: Option<Refusal>) -> Self {
        Self { frame, item, step: 1, action: format!("/new/{}", item.code), before }
    }

    fn page(&self, values: &Fields, faults: &[FieldError]) -> Markup {
        self.page_with(&html! {}, values, faults)
    }

    fn page_with(&self, before: &Markup, values: &Fields, faults: &[FieldError]) -> Markup {
        let say = |said| self.frame.say(&said);
        let body = html! {
            p.hint { (say(words::enter_step(self.step, steps(self.item) + 2))) }
            (self.summary(faults))
            (before)
            form method="post" action=(self.action) data-save=(self.action) novalidate {
                (self.frame.form_key())
                @for field in fields_of(self.item, self.step) {
                    @let fault = faults.iter().find(|fault| fault.field == field.key);
                    (field::input(self.frame, field, values.get(&field.key), fault))
                }
                @if let Some(known) = &self.before { (self.again(known)) }
                button.main { (say(words::enter_on())) }
                " " span.saved role="status" data-saved=(say(words::page_saved()))
                    data-waits=(say(words::page_waits())) {}
            }
        };
        self.frame.page(&Said::of_data(&*self.item.name, &*self.item.name), &body)
    }

    /// Either go on with the case that is there, or say why there is to be another.
    fn again(&self, known: &Refusal) -> Markup {
        let case = &known.detail["known"];
        let name = case["receipt"].as_str().or(case["case"].as_str()).unwrap_or_default();
        html! {
            div.fault role="alert" {
                h2 { (self.frame.say(&words::again_title())) }
                p { strong { (self.frame.say(&known.sentence)) } }
                p { a href={ "/case/" (name) } { (self.frame.say(&words::again_known())) } }
                label for="again" { (self.frame.say(&words::again_why())) }
                input id="again" name="again" maxlength="200";
            }
        }
    }

    /// Every fault once more at the top, each a link to its field.
    fn summary(&self, faults: &[FieldError]) -> Markup {
        html! {
            @if !faults.is_empty() {
                div.fault role="alert" tabindex="-1" {
                    h2 { (self.frame.say(&words::fields_faulty(faults.len()))) }
                    ul {
                        @for fault in faults {
                            li { a href={ "#" (fault.field) } {
                                (fault.label) "：" (self.frame.say(&fault.fault))
                            } }
                        }
                    }
                }
            }
        }
    }
}

/// What was typed on a page, and what of it cannot stand.
struct Typed {
    /// As it was typed.
    values: Fields,
    /// What can be saved.
    sound: Fields,
    faults: Vec<FieldError>,
}

impl Typed {
    /// Reads the fields of a page; `saved` is what the form holds already.
    fn read(web: &Web, item: &Item, fields: &[Field], posted: &Posted, saved: &Fields) -> Self {
        let given = |field: &&Field| field.derived.is_none() && posted.has(&field.key);
        let values: Fields = fields
            .iter()
            .filter(given)
            .map(|field| (field.key.clone(), field::typed(field, posted.text(&field.key))))
            .collect();
        let mut whole = saved.clone();
        whole.extend(values.clone());
        let entry =
            Entry { offices: &web.offices, today: Date::at(clock::now()), training: web.training };
        let faults: Vec<_> = tidy(item, &whole, entry).err().unwrap_or_default();
        let is_faulty = |key: &str| faults.iter().any(|fault| fault.field == key);
        let sound = values.clone().into_iter().filter(|(key, _)| !is_faulty(key)).collect();
        let of_this_page = |fault: &FieldError| fields.iter().any(|field| field.key == fault.field);
        let faults = faults.iter().filter(|fault| of_this_page(fault)).cloned().collect();
        Self { values, sound, faults }
    }
}

/// `POST /new/{item}`: the first page opens the case.
pub(super) async fn open(
    State(web): State<Web>,
    Agent(visitor): Agent,
    Path(code): Path<String>,
    posted: Posted,
) -> Response {
    let frame = Frame::of(&web, &visitor);
    let Some(item) = web.offered(&code).await else {
        return frame.refusal(&words::no_such_item(&code), &words::look_items_up()).into_response();
    };
    let typed = Typed::read(&web, &item, fields_of(&item, 1), &posted, &Fields::new());
    if !typed.faults.is_empty() {
        let step = Step::first(&frame, &item, None);
        return (StatusCode::UNPROCESSABLE_ENTITY, step.page(&typed.values, &typed.faults))
            .into_response();
    }
    let why = Some(posted.text("again").to_owned()).filter(|why| !why.is_empty());
    let command = Command::NewCase {
        item: code.clone(),
        version: Some(item.version),
        fields: typed.sound.clone(),
        materials: Vec::new(),
        submit: false,
        by: visitor.account.officer(),
        handler: None,
        listed: None,
        again: why,
        reuse: Vec::new(),
    };
    match web.handle.ask(command).await {
        Some(Ok(Answer::Saved { case, receipt, .. })) => {
            let name = receipt.map_or_else(|| case.to_string(), |receipt| receipt.to_string());
            Redirect::to(&after(&name, &item, 1)).into_response()
        }
        Some(Err(refusal)) if refusal.detail["known"].is_object() => {
            let step = Step::first(&frame, &item, Some(refusal));
            (StatusCode::CONFLICT, step.page(&typed.values, &[])).into_response()
        }
        Some(Err(refusal)) => frame.refused(&refusal),
        _ => frame.stopping(),
    }
}

/// `GET /case/{receipt}/enter/{step}`
pub(super) async fn step(
    State(web): State<Web>,
    draft: Draft,
    Path((_, step)): Path<(String, usize)>,
) -> Markup {
    let frame = Frame::of(&web, &draft.visitor);
    draft.step(&frame, step).page(&draft.saved(), &[])
}

/// `POST /case/{receipt}/enter/{step}`: saves what can stand, and says what cannot.
pub(super) async fn save(
    State(web): State<Web>,
    draft: Draft,
    Path((_, step)): Path<(String, usize)>,
    posted: Posted,
) -> Response {
    let frame = Frame::of(&web, &draft.visitor);
    let page = draft.step(&frame, step);
    let before = draft.saved();
    let typed = Typed::read(&web, &draft.item, fields_of(&draft.item, page.step), &posted, &before);
    let by = draft.visitor.account.officer();
    let edit = Command::EditCase { case: draft.receipt.clone(), fields: typed.sound, by };
    match web.handle.ask(edit).await {
        Some(Ok(_)) if typed.faults.is_empty() => {
            Redirect::to(&after(&draft.receipt, &draft.item, page.step)).into_response()
        }
        Some(Ok(_)) => {
            let mut shown = before;
            shown.extend(typed.values);
            (StatusCode::UNPROCESSABLE_ENTITY, page.page(&shown, &typed.faults)).into_response()
        }
        Some(Err(refusal)) => frame.refused(&refusal),
        None => frame.stopping(),
    }
}

impl Draft {
    /// A page of its form, as near to the wanted one as there is.
    fn step<'a>(&'a self, frame: &'a Frame<'a>, wanted: usize) -> Step<'a> {
        let step = wanted.clamp(1, steps(&self.item));
        Step {
            frame,
            item: &self.item,
            step,
            action: self.path(&format!("enter/{step}")),
            before: None,
        }
    }
}

/// The page after this one.
fn after(receipt: &str, item: &Item, step: usize) -> String {
    match step < steps(item) {
        true => format!("/case/{receipt}/enter/{}", step + 1),
        false => format!("/case/{receipt}/papers"),
    }
}

impl Web {
    /// An item that this office takes applications for today.
    pub(super) async fn offered(&self, code: &str) -> Option<Arc<Item>> {
        let (code, office, today) = (code.to_owned(), self.office, Date::at(clock::now()));
        let found = self.handle.look(move |replica| {
            let item = replica.law().catalog.in_force(&code, today)?;
            item.is_offered_at(office).then(|| Arc::new(item.clone()))
        });
        found.await.flatten()
    }
}
