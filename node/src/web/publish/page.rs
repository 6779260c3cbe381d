//! The forms, and what a rehearsal found.

use daiban_domain::catalog::{Action, Change, Is};
use daiban_domain::notice::Notice;
use daiban_domain::words::{self, Said};
use maud::{Markup, html};

use super::typed::{FILES, Typed};
use crate::replica::{Consequence, NoticeView, Refusal};
use crate::web::frame::Frame;

/// Notices on the page, the latest.
const NOTICES_MAX: usize = 200;
/// What can be delegated.
const ACTIONS: [Action; 13] = [
    Action::Accept,
    Action::FirstCheck,
    Action::Refer,
    Action::Survey,
    Action::Publicity,
    Action::Review,
    Action::JointReview,
    Action::Appraise,
    Action::Confirm,
    Action::Decide,
    Action::Issue,
    Action::Pay,
    Action::Forward,
];

pub(super) fn forms(
    frame: &Frame<'_>,
    typed: &Typed,
    refusal: Option<&Refusal>,
    notices: &[NoticeView],
) -> Markup {
    html! {
        @if let Some(refusal) = refusal { (frame.fault(&refusal.sentence, &refusal.remedy)) }
        p.hint { (frame.say(&words::publish_hint())) }
        (file(frame, typed))
        (form(frame, "announcement", typed, &words::publish_announcement(), &html! {
            (input(frame, typed, "title", &words::publish_title()))
            label for="text" { (frame.say(&words::publish_text())) }
            textarea id="text" name="text" rows="3" required { (typed.text("text")) }
        }))
        (form(frame, "delegation", typed, &words::publish_delegation(), &delegation(frame, typed)))
        (in_force(frame, notices))
    }
}

fn file(frame: &Frame<'_>, typed: &Typed) -> Markup {
    html! {
        form.narrow method="post" enctype="multipart/form-data" action="/publish/rehearse" {
            (frame.form_key())
            fieldset {
                legend { (frame.say(&words::publish_what())) }
                @for (at, (kind, word)) in FILES.into_iter().enumerate() {
                    div.option {
                        input id={ "what-" (kind) } type="radio" name="what" value=(kind) required
                            checked[typed.text("what") == kind || (at == 0 && typed.text("what").is_empty())];
                        " " label for={ "what-" (kind) } { (frame.say(&word())) }
                    }
                }
            }
            label for="file" { (frame.say(&words::publish_file())) }
            input id="file" type="file" name="file" required multiple accept=".toml,.csv";
            button.main { (frame.say(&words::publish_rehearse())) }
        }
    }
}

/// A form that is opened where it is wanted; open if it was just sent.
fn form(frame: &Frame<'_>, kind: &str, typed: &Typed, title: &Said, fields: &Markup) -> Markup {
    html! {
        details open[typed.text("what") == kind] {
            summary { (frame.say(title)) }
            form.narrow method="post" enctype="multipart/form-data" action="/publish/rehearse" {
                (frame.form_key())
                input type="hidden" name="what" value=(kind);
                (fields)
                button.main { (frame.say(&words::publish_rehearse())) }
            }
        }
    }
}

fn input(frame: &Frame<'_>, typed: &Typed, name: &str, label: &Said) -> Markup {
    html! {
        label for=(name) { (frame.say(label)) }
        input id=(name) name=(name) required value=(typed.text(name));
    }
}

fn delegation(frame: &Frame<'_>, typed: &Typed) -> Markup {
    let key = |action: Action| serde_json::to_value(action).unwrap_or_default();
    html! {
        (input(frame, typed, "item", &words::delegation_item()))
        label for="action" { (frame.say(&words::delegation_action())) }
        select id="action" name="action" {
            @for action in ACTIONS {
                @let key = key(action);
                @let key = key.as_str().unwrap_or_default();
                option value=(key) selected[typed.text("action") == key] {
                    (frame.say(&action.words()))
                }
            }
        }
        (input(frame, typed, "from_organ", &words::delegation_from_organ()))
        (input(frame, typed, "to_office", &words::delegation_to_office()))
        (input(frame, typed, "to_organ", &words::delegation_to_organ()))
        label for="from_day" { (frame.say(&words::delegation_from_day())) }
        input id="from_day" name="from_day" type="date" required value=(typed.text("from_day"));
        label for="within" { (frame.say(&words::delegation_within())) }
        input id="within" name="within" inputmode="numeric" maxlength="12" value=(typed.text("within"));
    }
}

fn in_force(frame: &Frame<'_>, notices: &[NoticeView]) -> Markup {
    html! {
        h2 { (frame.say(&words::notices_in_force())) " " span.count { (notices.len()) } }
        @if notices.is_empty() { p { (frame.say(&words::notices_none())) } }
        @else {
            table {
                thead { tr {
                    th scope="col" { (frame.say(&words::column_when())) }
                    th scope="col" { (frame.say(&words::column_office())) }
                    th scope="col" { (frame.say(&words::column_notice())) }
                } }
                tbody {
                    @for notice in notices.iter().take(NOTICES_MAX) {
                        tr {
                            td { (words::moment(notice.at)) }
                            td { (notice.name) }
                            td { (frame.say(&notice.words)) }
                        }
                    }
                }
            }
        }
    }
}

/// What it would change, and the button that does it.
pub(super) fn rehearsal(frame: &Frame<'_>, notices: &[Notice], effects: &[Consequence]) -> Markup {
    let sent = notices.iter().filter_map(|notice| serde_json::to_string(notice).ok());
    html! {
        p { (frame.say(&words::publish_would(effects.len()))) }
        (changes(frame, effects))
        form method="post" action="/publish" {
            (frame.form_key())
            @for notice in sent { input type="hidden" name="notice" value=(notice); }
            p.hint { (frame.say(&words::publish_is_final())) }
            button.main { (frame.say(&words::publish())) }
        }
        p { a href="/publish" { (frame.say(&words::publish_not_yet())) } }
    }
}

pub(super) fn published(frame: &Frame<'_>, effects: &[Consequence]) -> Markup {
    html! {
        (frame.saved())
        p { (frame.say(&words::publish_travels())) }
        (changes(frame, effects))
        p { a href="/publish" { (frame.say(&words::page_publish())) } }
    }
}

fn changes(frame: &Frame<'_>, effects: &[Consequence]) -> Markup {
    html! {
        ul.effects {
            @for effect in effects {
                li {
                    (frame.say(&effect.words))
                    @if !effect.changes.is_empty() {
                        ul { @for change in &effect.changes { li { (changed(frame, change)) } } }
                    }
                }
            }
        }
    }
}

fn changed(frame: &Frame<'_>, change: &Change) -> Markup {
    let say = |said: &Said| frame.say(said);
    let known = html! { code { (change.key) } " " (say(&change.name)) };
    match &change.is {
        Is::Added => html! { "+ " ins { (known) } },
        Is::Removed => html! { "− " del { (known) } },
        Is::Changed { rules } => html! {
            (known)
            @for rule in rules {
                " · " (say(&rule.rule)) " " del { (say(&rule.before)) } " → " ins { (say(&rule.now)) }
            }
        },
    }
}
