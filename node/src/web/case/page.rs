//! The page of a case, section by section.

use daiban_domain::act::ActKind;
use daiban_domain::catalog::FieldType;
use daiban_domain::fold::{DecisionState, StageState, StageView, Status};
use daiban_domain::words::{self, Said, bytes, moment};
use maud::{Markup, html};

use super::Shown;
use super::masked::{Masked, plain};
use crate::accounts::Role;
use crate::replica::Safety;
use crate::web::guard::Posted;
use crate::web::show;

impl Shown<'_> {
    /// The whole page; `typed` is what somebody has typed and was refused.
    pub(super) fn page(&self, notice: Option<&Markup>, typed: Option<&Posted>) -> Markup {
        let receipt = self.view.summary.receipt.map(|receipt| receipt.to_string());
        let body = html! {
            @if let Some(notice) = notice { (notice) }
            div data-live="case" {
                (self.head())
                (self.news())
                (self.decision())
                (self.stages())
            }
            (self.prints())
            @if let Some(version) = self.view.newer { p.hint { (self.say(&words::case_newer(version))) } }
            @if self.is_draft() {
                p { a.button.main href={ (self.path()) "/enter/1" } { (self.say(&words::go_on())) } }
            }
            p.fault data-behind="content" role="status" hidden { (self.say(&words::page_behind())) }
            // One part: what is decided on is what is shown beside it.
            div data-live="content" {
                (self.acts(typed))
                (self.conflicts())
                (self.form())
                (self.materials())
                (self.history())
            }
        };
        self.frame.page(&words::page_case(receipt.as_deref().unwrap_or("—")), &body)
    }

    pub(super) fn say(&self, said: &Said) -> String {
        self.frame.say(said)
    }

    /// Still entered, by whoever looks.
    fn is_draft(&self) -> bool {
        let summary = &self.view.summary;
        let is_ours = summary.origin == self.frame.web.office;
        let is_open = matches!(summary.status, Status::Draft | Status::Correction);
        is_ours && is_open && self.visitor.account.has(Role::Agent)
    }

    /// What the counter hands out on paper.
    fn prints(&self) -> Markup {
        let pages = [("receipt", words::print_receipt()), ("notice", words::print_notice())];
        html! {
            @if self.view.summary.origin == self.frame.web.office {
                p.prints { @for (page, title) in pages {
                    a href={ (self.path()) "/print/" (page) } { (self.say(&words::print_now())) "：" (self.say(&title)) }
                    " "
                } }
            }
        }
    }

    fn head(&self) -> Markup {
        let (lang, summary) = (self.frame.lang, &self.view.summary);
        let offices = &self.frame.web.offices;
        html! {
            dl.facts {
                dt { (self.say(&words::column_item())) }
                dd { (summary.item) " " (summary.item_name) }
                dt { (self.say(&words::column_applicant())) }
                dd { (summary.applicant) }
                dt { (self.say(&words::column_status())) }
                dd { strong { (self.say(&summary.status.words())) } }
                @if let Some(number) = &summary.number {
                    dt { (self.say(&words::case_number())) }
                    dd { (number) }
                }
                dt { (self.say(&words::case_origin())) }
                dd {
                    (offices.full_name(summary.origin))
                    @if let Some(opened) = summary.opened { " " (moment(opened)) }
                }
                @if let Some(state) = &self.view.state {
                    dt { (self.say(&words::case_promised())) }
                    dd { (show::due(lang, &state.deadlines.promised)) }
                    dt { (self.say(&words::case_statutory())) }
                    dd { (show::due(lang, &state.deadlines.statutory)) }
                }
                dt { (self.say(&words::case_safety())) }
                dd { (self.safety(&self.view.safety)) }
                @for card in &self.view.cards {
                    dt { (self.say(&card.card.words())) }
                    dd { (self.say(&card.name)) " " (card.on) }
                }
            }
        }
    }

    fn safety(&self, safety: &[Safety]) -> Markup {
        let offices = &self.frame.web.offices;
        html! {
            ol.safety {
                @for at in safety {
                    li.safe[at.safe] {
                        (offices.name(at.office)) " "
                        (if at.safe { "✓" } else { "…" })
                    }
                }
            }
        }
    }

    fn decision(&self) -> Markup {
        let Some(decision) = self.view.state.as_ref().map(|state| &state.decision) else {
            return html! {};
        };
        html! {
            @if let Some(outcome) = &decision.outcome {
                section {
                    h2 { (self.say(&words::case_decision())) }
                    p { strong { (show::outcome(self.frame.lang, outcome)) } " " (decision.by.as_deref().unwrap_or_default()) }
                    @if decision.state == DecisionState::Stale {
                        div.fault role="alert" { p { (self.say(&words::case_stale())) } }
                        ul {
                            @for change in &decision.difference {
                                li { (self.change(change)) }
                            }
                            @for key in &decision.new_materials { li { ins { (key) } } }
                        }
                    }
                }
            }
        }
    }

    fn stages(&self) -> Markup {
        let stages = self.view.state.as_ref().map(|state| &state.stages[..]).unwrap_or_default();
        html! {
            section {
                h2 { (self.say(&words::case_stages())) }
                table { tbody { @for stage in stages { (self.stage(stage)) } } }
            }
        }
    }

    fn stage(&self, stage: &StageView) -> Markup {
        let lang = self.frame.lang;
        let state = match &stage.state {
            StageState::Later => self.say(&words::case_later()),
            StageState::Open { since } => self.say(&words::case_open_since(&moment(*since))),
            StageState::Correcting { since } => {
                self.say(&words::case_correcting_since(&moment(*since)))
            }
            StageState::Done { by, at, opinion, .. } => {
                let said = opinion.as_ref().map(|given| show::opinion(lang, given));
                let done = words::case_done_by(by, &moment(*at));
                format!("✓ {} {}", self.say(&done), said.unwrap_or_default())
            }
            StageState::DeemedAgreed { at, .. } => {
                self.say(&words::case_deemed_agreed(&moment(*at)))
            }
            StageState::Skipped => self.say(&words::case_skipped()),
        };
        let is_open = matches!(stage.state, StageState::Open { .. });
        html! {
            tr.open[is_open] {
                td { (stage.seq) }
                td { (self.say(&stage.action.words())) }
                td { (self.frame.web.offices.name(stage.office)) " " (stage.organ_name) }
                td { (state) }
                td { (show::due(lang, &stage.due)) }
            }
        }
    }

    fn conflicts(&self) -> Markup {
        let conflicts = self.view.state.as_ref().map(|s| &s.conflicts[..]).unwrap_or_default();
        html! {
            @if !conflicts.is_empty() {
                section.fault {
                    h2 { (self.say(&words::case_conflicts())) }
                    @for conflict in conflicts {
                        form method="post" action={ (self.path()) "/settle" } {
                            (self.frame.form_key())
                            input type="hidden" name="field" value=(conflict.field);
                            fieldset {
                                legend { (self.label(&conflict.field)) }
                                @for (at, version) in conflict.versions.iter().enumerate() {
                                    label {
                                        input type="radio" name="version" value=(at) required;
                                        " " (self.value(&conflict.field, Some(version.value.to_string())))
                                    }
                                }
                                @if self.may_edit() { button { (self.say(&words::case_choose())) } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn form(&self) -> Markup {
        html! {
            section {
                h2 { (self.say(&words::case_form())) }
                dl.facts {
                    @for (key, value) in self.masked().filled() {
                        dt { (self.label(key)) }
                        dd { (self.value(key, Some(plain(value)))) }
                    }
                }
                @if !self.whole {
                    details {
                        summary { (self.say(&words::case_show_whole())) }
                        form.narrow method="post" action={ (self.path()) "/whole" } {
                            (self.frame.form_key())
                            label for="why" { (self.say(&words::case_why_whole())) }
                            input id="why" name="why" required maxlength="200";
                            button { (self.say(&words::case_show_whole())) }
                        }
                    }
                }
            }
        }
    }

    fn materials(&self) -> Markup {
        let Some(state) = &self.view.state else { return html! {} };
        let name = |key: &str| {
            let rule = self.item.and_then(|item| item.material(key));
            rule.map_or_else(|| key.to_owned(), |rule| rule.name.clone())
        };
        html! {
            section {
                h2 { (self.say(&words::case_materials())) }
                ul.materials {
                    @for material in &state.materials {
                        @let path = format!("{}/file/{}", self.path(), material.blob.id);
                        li {
                            @if !self.view.held.contains(&material.blob.id) {
                                (material.name) " " em { (self.say(&words::case_on_its_way())) }
                            } @else {
                                a href=(path) target="_blank" rel="noopener" { (material.name) }
                                " " span.hint { (material.blob.name) " " (bytes(material.blob.size)) }
                                @if material.blob.media.starts_with("image/") {
                                    a.thumb href=(path) { img src=(path) alt=(material.name) loading="lazy"; }
                                }
                            }
                        }
                    }
                    @for key in &state.missing_materials {
                        li { strong.late { (self.say(&words::case_missing())) } " " (name(key)) }
                    }
                }
            }
        }
    }

    fn history(&self) -> Markup {
        let offices = &self.frame.web.offices;
        html! {
            section {
                h2 { (self.say(&words::case_history())) }
                table { tbody {
                    @for act in &self.view.acts {
                        tr {
                            td { (moment(act.at.millis())) }
                            td { (self.say(&act.act.kind.words())) }
                            td { (self.said_by(&act.act.kind)) }
                            td {
                                (offices.name(act.office)) " "
                                @if let Some(organ) = act.act.organ { (organ.name()) " " }
                                (act.act.officer.name)
                            }
                        }
                    }
                } }
            }
        }
    }

    fn masked(&self) -> Masked<'_> {
        Masked { view: self.view, item: self.item, whole: self.whole }
    }

    pub(super) fn said_by(&self, kind: &ActKind) -> String {
        self.say(&self.masked().said_by(kind))
    }

    pub(super) fn label(&self, key: &str) -> String {
        self.item.and_then(|item| item.field(key)).map_or_else(|| key.to_owned(), show::label)
    }

    pub(super) fn value(&self, key: &str, text: Option<String>) -> String {
        let field = self.item.and_then(|item| item.field(key));
        let text = text.unwrap_or_default();
        match field.is_some_and(|field| field.kind == FieldType::Division12) {
            true => self.frame.web.place(&text),
            false => self.masked().text(key, &text),
        }
    }

    pub(super) fn path(&self) -> String {
        format!("/case/{}", show::case_name(&self.view.summary))
    }
}
