//! The inputs of an act's form, with what was typed before.

use daiban_domain::catalog::Action;
use daiban_domain::fold::{StageState, Statement};
use daiban_domain::organ::{self, OrganCode};
use daiban_domain::words::{self, Said};
use maud::{Markup, html};

use super::{Ask, asks};
use crate::web::case::Shown;
use crate::web::guard::Posted;
use crate::web::show;

impl Shown<'_> {
    /// The inputs of a verb, with what was typed before.
    pub(in crate::web::case) fn inputs(&self, verb: &str, typed: Option<&Posted>) -> Markup {
        let typed = Typed(typed);
        html! {
            @for ask in asks(verb).unwrap_or_default() { (self.input(verb, *ask, typed)) }
        }
    }

    fn input(&self, verb: &str, ask: Ask, typed: Typed<'_>) -> Markup {
        let lines = |name, said: Said| self.lines((verb, name), &said, typed);
        let line = |name, said: Said, kind: &str| self.line((verb, name), &said, kind, typed);
        match ask {
            Ask::Reasons => lines("reasons", words::ask_reasons()),
            Ask::Items => lines("items", words::ask_items()),
            Ask::Objections => lines("objections", words::ask_objections()),
            Ask::Findings => lines("findings", words::ask_findings()),
            Ask::Note => lines("note", words::ask_note()),
            Ask::Text => lines("text", words::ask_note()),
            Ask::Answer => html! {
                @if let Some(said) = self.to_be_answered(verb) {
                    blockquote { (show::value(None, &said.text, self.whole)) }
                    input type="hidden" name="said" value=(said.act);
                }
                (lines("text", words::public_answer()))
            },
            Ask::Reason => line("reason", words::ask_reason(), "text"),
            Ask::Days => line("days", words::ask_days(), "number"),
            Ask::Certificate => line("certificate", words::ask_certificate(), "text"),
            Ask::Amount => line("amount", words::ask_amount(), "text"),
            Ask::Procedure => self.procedure(verb, typed),
            Ask::How => html! {
                (self.choice((verb, "how"), &words::ask_how(), typed, &[
                    ("pickup", words::handover_pickup()),
                    ("agent", words::handover_agent()),
                    ("post", words::way_post()),
                    ("electronic", words::handover_electronic()),
                ]))
                (line("tracking", words::ask_tracking(), "text"))
            },
            Ask::Opinion => self.choice(
                (verb, "opinion"),
                &words::ask_opinion(),
                typed,
                &[
                    ("agree", words::opinion_agree()),
                    ("disagree", words::opinion_disagree()),
                    ("forward", words::opinion_forward()),
                ],
            ),
            Ask::Outcome => self.choice(
                (verb, "outcome"),
                &words::ask_outcome(),
                typed,
                &[("granted", words::outcome_granted()), ("refused", words::outcome_refused())],
            ),
            Ask::Stars => self.stars(verb, typed),
            Ask::Organs => self.organs(verb, &words::ask_organs(), true),
            Ask::Together => self.organs(verb, &words::ask_together(), false),
            Ask::SilentOrgan => {
                let silent = self.reviewing(true);
                let silent: Vec<_> = silent.iter().map(organ_option).collect();
                self.choice((verb, "silent"), &words::ask_silent(), typed, &silent)
            }
            Ask::OtherOrgan => self.other_organ(verb),
            Ask::Handler => line("handler", words::ask_handler(), "text"),
            Ask::About => line("about", words::ask_about(), "text"),
            Ask::AboutId => line("about-id", words::ask_about_id(), "text"),
            Ask::Question => lines("question", words::ask_question()),
            Ask::HelpCase => {
                let asked: Vec<_> = self.open_help().collect();
                let asked: Vec<_> =
                    asked.iter().map(|(id, name)| (id.as_str(), name.clone())).collect();
                self.choice((verb, "help"), &words::ask_help_case(), typed, &asked)
            }
            Ask::Card => {
                let shown =
                    |card: &daiban_domain::clock::Given| (card.id.clone(), card.name.clone());
                let cards: Vec<_> = self.view.cards.iter().map(shown).collect();
                let cards: Vec<_> =
                    cards.iter().map(|(id, name)| (id.as_str(), name.clone())).collect();
                self.choice((verb, "card"), &words::ask_card(), typed, &cards)
            }
        }
    }

    /// What the applicant has said and waited for the longest.
    fn to_be_answered(&self, verb: &str) -> Option<&Statement> {
        let redress = &self.view.state.as_ref()?.redress;
        match verb {
            "answer-question" => redress.first_open_question(),
            _ => redress.first_open_complaint(),
        }
    }

    /// Askings of this organ that are not answered yet.
    pub(in crate::web::case) fn open_help(&self) -> impl Iterator<Item = (String, Said)> {
        let asked = self.view.state.iter().flat_map(|state| &state.help);
        let open = asked.filter(|help| help.answer.is_none());
        let offices = &self.frame.web.offices;
        open.map(|help| {
            let name = format!("{} {}", offices.name(help.handler), help.asked.text);
            (help.receipt.to_string(), Said::of_data(name.as_str(), name.as_str()))
        })
    }

    fn lines(&self, (verb, name): (&str, &str), label: &Said, typed: Typed<'_>) -> Markup {
        let id = format!("{verb}-{name}");
        html! {
            label for=(id) { (self.say(label)) }
            textarea id=(id) name=(name) rows="3" { (typed.text(name)) }
        }
    }

    fn line(
        &self,
        (verb, name): (&str, &str),
        label: &Said,
        kind: &str,
        typed: Typed<'_>,
    ) -> Markup {
        let id = format!("{verb}-{name}");
        html! {
            label for=(id) { (self.say(label)) }
            input id=(id) name=(name) type=(kind) value=(typed.text(name));
        }
    }

    fn choice(
        &self,
        (verb, name): (&str, &str),
        label: &Said,
        typed: Typed<'_>,
        options: &[(&str, Said)],
    ) -> Markup {
        html! {
            fieldset {
                legend { (self.say(label)) }
                @for (value, words) in options {
                    @let id = format!("{verb}-{name}-{value}");
                    span.option {
                        input id=(id) type="radio" name=(name) value=(value) required
                            checked[typed.text(name) == *value];
                        label for=(id) { (self.say(words)) }
                    }
                }
            }
        }
    }

    fn procedure(&self, verb: &str, typed: Typed<'_>) -> Markup {
        let names = self.item.map(|item| &item.special_procedures[..]).unwrap_or_default();
        let named: Vec<_> = names
            .iter()
            .map(|name| (name.as_str(), Said::of_data(name.as_str(), name.as_str())))
            .collect();
        self.choice((verb, "procedure"), &words::ask_procedure(), typed, &named)
    }

    fn stars(&self, verb: &str, typed: Typed<'_>) -> Markup {
        self.choice(
            (verb, "stars"),
            &words::ask_stars(),
            typed,
            &[
                ("5", words::stars_5()),
                ("4", words::stars_4()),
                ("3", words::stars_3()),
                ("2", words::stars_2()),
                ("1", words::stars_1()),
            ],
        )
    }

    fn organs(&self, verb: &str, label: &Said, checked: bool) -> Markup {
        html! {
            fieldset {
                legend { (self.say(label)) }
                @for organ in self.reviewing(false) {
                    @let id = format!("{verb}-organ-{organ}");
                    span.option {
                        input id=(id) type="checkbox" name="organ" value=(organ) checked[checked];
                        label for=(id) { (organ.name()) }
                    }
                }
            }
        }
    }

    fn other_organ(&self, verb: &str) -> Markup {
        let id = format!("{verb}-to");
        html! {
            label for=(id) { (self.say(&words::ask_other_organ())) }
            select id=(id) name="to" required {
                option value="" {}
                @for (code, name) in organ::NAMES { option value=(code) { (name) } }
            }
        }
    }

    /// The organs that the item asks; or only those that owe their answer.
    fn reviewing(&self, only_silent: bool) -> Vec<OrganCode> {
        let asked = [Action::Review, Action::JointReview, Action::Appraise, Action::Forward];
        let stages = self.view.state.iter().flat_map(|state| &state.stages);
        let wanted = stages.filter(|stage| {
            let is_open = matches!(stage.state, StageState::Open { .. });
            asked.contains(&stage.action) && (is_open || !only_silent)
        });
        let mut organs: Vec<_> = wanted.map(|stage| stage.organ).collect();
        organs.sort();
        organs.dedup();
        organs
    }
}

fn organ_option(organ: &OrganCode) -> (&str, Said) {
    (organ.as_str(), Said::of_data(organ.name(), organ.name()))
}

/// What was typed before, if anything.
#[derive(Clone, Copy)]
struct Typed<'a>(Option<&'a Posted>);

impl<'a> Typed<'a> {
    fn text(self, name: &str) -> &'a str {
        self.0.map_or("", |posted| posted.text(name))
    }
}
