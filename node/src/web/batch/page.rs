//! How lists and what becomes of them are drawn.

use daiban_domain::catalog::{Field, FieldType, Item};
use daiban_domain::words;
use maud::{Markup, html};

use super::BOUNDS;
use super::enter::Found;
use super::tray::{Given, Stage};
use crate::list::{ListError, Tally};
use crate::replica::ItemView;
use crate::web::entry::{self, Offered, Sought};
use crate::web::frame::Frame;
use crate::web::show;
use crate::web::upload::Upload;

/// Faults on a page; the file has all.
const FAULTS_SHOWN: usize = 200;

/// The items that lists are taken for.
pub(super) fn items(frame: &Frame<'_>, sought: &Sought, found: Vec<Offered>) -> Markup {
    // An item that is handled elsewhere asks for each case where.
    let listed: Vec<_> = found.into_iter().filter(|item| !item.elsewhere).collect();
    let body = html! {
        p.hint { (frame.say(&words::batch_hint())) }
        (entry::items(frame, ("/batch", "/batch/new"), sought, &listed))
    };
    frame.page(&words::page_batch(), &body)
}

/// The columns of an item, and where its list is given.
pub(super) fn give(
    frame: &Frame<'_>,
    item: &Item,
    refused: Option<(&ListError, &Upload)>,
) -> Markup {
    let ticked = |name: &str| refused.is_some_and(|(_, upload)| upload.has(name));
    let body = html! {
        @if let Some((error, _)) = refused { (fault(frame, error)) }
        p.hint { (frame.say(&words::batch_hint())) }
        (upload(frame, &ItemView::from(item), (ticked("submit"), ticked("again"))))
        h2 { (frame.say(&words::batch_columns())) }
        p { a href={ "/batch/new/" (item.code) "/empty.csv" } { (frame.say(&words::batch_empty_list())) } }
        (columns(frame, item))
    };
    frame.page(&words::batch_of(&item.name), &body)
}

fn fault(frame: &Frame<'_>, error: &ListError) -> Markup {
    html! {
        div.fault role="alert" {
            p { strong { (frame.say(&error.said)) } }
            p { (frame.say(&error.remedy)) }
            @if !error.lines.is_empty() { ul { @for line in &error.lines { li { (frame.say(line)) } } } }
            @if let Some(cause) = &error.cause { p.hint { (cause) } }
        }
    }
}

fn upload(frame: &Frame<'_>, item: &ItemView, (submit, again): (bool, bool)) -> Markup {
    let label = words::batch_file(BOUNDS.text_rows, BOUNDS.text_bytes >> 20);
    let option = |name: &str, label, is_ticked: bool| {
        html! {
            div.option {
                input id=(name) type="checkbox" name=(name) checked[is_ticked];
                " " label for=(name) { (frame.say(&label)) }
            }
        }
    };
    html! {
        form method="post" enctype="multipart/form-data" action={ "/batch/new/" (item.code) } {
            (frame.form_key())
            label for="list" { (frame.say(&label)) }
            input id="list" type="file" name="list" accept=".csv,.xlsx,.txt";
            (option("submit", words::batch_submit(), submit))
            (option("again", words::batch_again(), again))
            button.main { (frame.say(&words::batch_check())) }
        }
    }
}

fn columns(frame: &Frame<'_>, item: &Item) -> Markup {
    let typed = item.fields.iter().filter(|field| field.derived.is_none());
    html! {
        table {
            thead { tr {
                th scope="col" { (frame.say(&words::batch_column())) }
                th scope="col" { (frame.say(&words::batch_cells())) }
            } }
            tbody { @for field in typed { tr {
                td {
                    (field.label)
                    @if !field.required { " " span.hint { (frame.say(&words::field_optional())) } }
                }
                td { (cells(frame, field)) }
            } } }
        }
    }
}

/// What a cell of this column may hold.
fn cells(frame: &Frame<'_>, field: &Field) -> String {
    let choices = match field.kind {
        FieldType::Enum => field.options.join(" / "),
        FieldType::Division12 => frame.web.place(&frame.web.office.to_string()),
        FieldType::Bool => [words::yes(), words::no()].map(|said| frame.say(&said)).join(" / "),
        _ => String::new(),
    };
    [choices, field.help.clone()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A list that was given.
pub(super) fn list(frame: &Frame<'_>, id: u64, given: &Given, stage: &Stage) -> Markup {
    let say = |said| frame.say(&said);
    let path = format!("/batch/list/{id}");
    let body = html! {
        p.hint { (given.name) }
        div data-live="batch" {
            @match stage {
                Stage::Entering => {
                    p role="status" { (say(words::batch_entering())) }
                    p { a href=(path) { (say(words::batch_look_again())) } }
                }
                Stage::Checked(found) => (checked(frame, &path, found)),
                Stage::Entered(found) => (entered(frame, found)),
            }
        }
        @if let Some(found) = stage.found().filter(|found| !found.faulty.is_empty()) {
            (faulty(frame, &path, given, found))
        }
        @if stage.found().is_some() {
            (upload(frame, &given.item, (given.submit, given.again)))
        }
    };
    frame.page(&words::batch_of(&given.item.name), &body)
}

fn checked(frame: &Frame<'_>, path: &str, found: &Found) -> Markup {
    let Tally { rows, new, known, faulty, .. } = found.tally;
    html! {
        h2 { (frame.say(&words::batch_checked())) }
        (broken_off(frame, found))
        p role="status" { strong { (frame.say(&words::rows_rehearsed(rows, new, known, faulty))) } }
        (denied(frame, found))
        @if new > 0 {
            form method="post" action={ (path) "/enter" } {
                (frame.form_key())
                button.main { (frame.say(&words::batch_enter(new))) }
            }
        } @else { p { (frame.say(&words::batch_nothing_new())) } }
    }
}

fn entered(frame: &Frame<'_>, found: &Found) -> Markup {
    let Tally { rows, new, known, faulty, .. } = found.tally;
    html! {
        h2 { (frame.say(&words::batch_entered())) }
        (broken_off(frame, found))
        @if new > 0 { (frame.saved()) }
        p role="status" { strong { (frame.say(&words::rows_entered(rows, new, known, faulty))) } }
        (denied(frame, found))
        p { a href="/" { (frame.say(&words::page_work())) } }
    }
}

fn denied(frame: &Frame<'_>, found: &Found) -> Markup {
    html! {
        @if found.tally.denied > 0 {
            p.hint {
                (frame.say(&words::rows_denied(found.tally.denied))) "；"
                (frame.say(&words::batch_enter_again()))
            }
        }
    }
}

fn broken_off(frame: &Frame<'_>, found: &Found) -> Markup {
    html! {
        @if let Some(refusal) = &found.broken_off {
            (frame.fault(&refusal.sentence, &words::rows_broken_off(found.tally.new)))
        }
    }
}

fn faulty(frame: &Frame<'_>, path: &str, given: &Given, found: &Found) -> Markup {
    let say = |said| frame.say(&said);
    let each = found
        .faulty
        .iter()
        .flat_map(|(at, faults)| faults.iter().map(|fault| (&given.rows[*at], fault)));
    let all = each.clone().count();
    html! {
        h2 { (say(words::batch_faulty())) }
        p { a.button href={ (path) "/errors.csv" } { (say(words::batch_errors_file())) } }
        p { (say(words::batch_mend())) }
        table {
            thead { tr {
                th scope="col" { (say(words::list_row())) }
                th scope="col" { (say(words::batch_column())) }
                th scope="col" { (say(words::batch_found())) }
                th scope="col" { (say(words::list_fault())) }
                th scope="col" { (say(words::list_remedy())) }
            } }
            tbody { @for (row, fault) in each.take(FAULTS_SHOWN) { tr {
                @let title = fault.title.as_deref().unwrap_or("—");
                @let text = given.columns.text(&row.texts, title).unwrap_or("—");
                td { (row.line) }
                td { (title) }
                td { (show::value(None, text, false)) }
                td { (frame.say(&fault.said)) }
                td { (frame.say(&fault.remedy)) }
            } } }
        }
        @if all > FAULTS_SHOWN { p.hint { (say(words::batch_faults_shown(FAULTS_SHOWN))) } }
    }
}
