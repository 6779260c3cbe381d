//! 一次性告知书: everything that is missing, told once.

use axum::extract::State;
use daiban_domain::catalog::{Item, MaterialNeed, MaterialRule, Paper};
use daiban_domain::check::{fields_from_json, missing};
use daiban_domain::words;
use maud::{Markup, html};

use super::{sheet, signatures};
use crate::replica::CaseView;
use crate::web::case::Opened;
use crate::web::frame::Frame;
use crate::web::{Web, show};

/// What a case lacks.
struct Lacking<'a> {
    fields: Vec<String>,
    materials: Vec<&'a MaterialRule>,
    /// 容缺: what may follow.
    later: Vec<(&'a MaterialRule, u16)>,
    asked: &'a [String],
}

impl<'a> Lacking<'a> {
    fn of(view: &'a CaseView, item: &'a Item) -> Self {
        let json = view.form.as_object().cloned().unwrap_or_default();
        let fields = fields_from_json(item, &json).unwrap_or_default();
        let state = view.state.as_ref();
        let owed = state.map(|state| &state.missing_materials[..]).unwrap_or_default();
        let held = |key: &str| state.is_some_and(|s| s.materials.iter().any(|m| m.key == key));
        let later = |rule: &'a MaterialRule| match &rule.need {
            MaterialNeed::Tolerated { within_days, only_if }
                if !held(&rule.key) && only_if.as_ref().is_none_or(|c| c.holds(&fields)) =>
            {
                Some((rule, *within_days))
            }
            _ => None,
        };
        Self {
            fields: missing(item, &fields).into_iter().map(|fault| fault.label).collect(),
            materials: owed.iter().filter_map(|key| item.material(key)).collect(),
            later: item.materials.iter().filter_map(later).collect(),
            asked: state.map(|state| &state.correction[..]).unwrap_or_default(),
        }
    }

    fn is_nothing(&self) -> bool {
        self.fields.is_empty() && self.materials.is_empty() && self.asked.is_empty()
    }
}

/// `GET /case/{receipt}/print/notice`
pub(in crate::web) async fn page(State(web): State<Web>, case: Opened) -> Markup {
    let frame = Frame::of(&web, &case.visitor);
    let summary = &case.view.summary;
    let say = |said| frame.say(&said);
    let lacking = case.item.as_deref().map(|item| Lacking::of(&case.view, item));
    let content = html! {
        p.office { (web.offices.full_name(web.office)) }
        p { (say(words::column_receipt())) " " (show::case_name(summary)) }
        p { strong { (say(words::print_to(&summary.applicant))) } }
        @if let Some(lacking) = &lacking {
            @if lacking.is_nothing() {
                p { (say(words::print_complete())) }
            } @else {
                p { (say(words::print_lacks(&summary.item_name))) }
            }
            (asked(&frame, lacking))
        }
        p.hint { (say(words::print_law())) }
        (signatures(&frame))
    };
    sheet(&frame, &words::print_notice(), &content)
}

fn asked(frame: &Frame<'_>, lacking: &Lacking<'_>) -> Markup {
    let say = |said| frame.say(&said);
    html! {
        @if !lacking.asked.is_empty() {
            h2 { (say(words::print_asked())) }
            ol { @for text in lacking.asked { li { (text) } } }
        }
        @if !lacking.fields.is_empty() {
            h2 { (say(words::print_fields_missing())) }
            ol { @for label in &lacking.fields { li { (label) } } }
        }
        @if !lacking.materials.is_empty() || !lacking.later.is_empty() {
            h2 { (say(words::print_materials_missing())) }
            ol {
                @for rule in &lacking.materials { li { (paper(frame, rule)) } }
                @for (rule, days) in &lacking.later {
                    li { (paper(frame, rule)) "，" (say(words::print_later(*days))) }
                }
            }
        }
    }
}

fn paper(frame: &Frame<'_>, rule: &MaterialRule) -> Markup {
    let kind = match rule.paper {
        Paper::Original => words::print_paper_original(),
        Paper::CheckedCopy => words::print_paper_copy(),
    };
    html! {
        (rule.name) "（" (frame.say(&kind)) "，" (frame.say(&words::print_copies(rule.copies))) "）"
        @if !rule.note.is_empty() { " " span.hint { (rule.note) } }
    }
}
