//! What the pages of nodes show.

use daiban_domain::words::{self, Said};
use maud::{Markup, html};

use super::Typed;
use crate::accounts::Role;
use crate::replica::{
    CaseView, NodeView, Refusal, StandingView, UnacceptedEntry, UnacceptedLog, UnacceptedView,
};
use crate::web::frame::Frame;
use crate::web::guard::Posted;
use crate::web::show;

/// Digits of a key or a log that are shown.
const SHORT: usize = 16;

/// The nodes of an office, for its page.
pub(in crate::web) fn table(frame: &Frame<'_>, nodes: &[NodeView]) -> Markup {
    let say = |said: &Said| frame.say(said);
    html! {
        table {
            thead { tr {
                th scope="col" { (say(&words::column_node())) }
                th scope="col" { (say(&words::column_state())) }
                th scope="col" { (say(&words::column_entries())) }
                th scope="col" { (say(&words::column_unaccepted())) }
            } }
            tbody {
                @for node in nodes {
                    tr {
                        td { a href={ "/nodes/" (node.node) } { code { (short(&node.node)) } } }
                        td { (say(&node.stands)) }
                        td { (node.entries) }
                        td { (logs(&node.unaccepted)) }
                    }
                }
            }
        }
    }
}

/// Each log with how much of it waits.
fn logs(unaccepted: &[UnacceptedLog]) -> Markup {
    html! {
        @if unaccepted.is_empty() { "—" }
        @for log in unaccepted {
            a href={ "/unaccepted/" (log.log) } { code { (short(&log.log)) } }
            " " (log.held - log.accepted) " "
        }
    }
}

/// A node, and what can be done about it.
pub(super) fn node(
    frame: &Frame<'_>,
    view: &NodeView,
    typed: &Typed<'_>,
    refusal: Option<&Refusal>,
) -> Markup {
    let say = |said: &Said| frame.say(said);
    let is_operator = frame.visitor.is_some_and(|v| v.account.has(Role::Operator));
    html! {
        @if let Some(refusal) = refusal { (frame.fault(&refusal.sentence, &refusal.remedy)) }
        dl.facts {
            dt { (say(&words::column_office())) }
            dd {
                a href={ "/board/" (view.office) } {
                    (view.office) " " (frame.web.offices.full_name(view.office))
                }
            }
            dt { (say(&words::column_node())) }
            dd { code { (view.node) } }
            dt { (say(&words::column_state())) }
            dd { (say(&view.stands)) }
            dt { (say(&words::office_sessions())) }
            dd {
                @if view.live { (say(&words::session_live())) }
                @else { (say(&words::office_no_session())) }
            }
            dt { (say(&words::column_entries())) }
            dd { (view.entries) }
            dt { (say(&words::column_unaccepted())) }
            dd { (logs(&view.unaccepted)) }
        }
        @if is_operator && view.standing != StandingView::Revoked { (choice(frame, view, typed)) }
    }
}

fn choice(frame: &Frame<'_>, view: &NodeView, typed: &Typed<'_>) -> Markup {
    let choices = match view.standing {
        StandingView::Suspended => vec![
            ("reinstate", words::node_reinstate(), words::node_reinstate_hint()),
            ("revoke", words::node_revoke(), words::node_revoke_hint()),
        ],
        StandingView::Good | StandingView::Revoked => vec![
            ("suspend", words::node_suspend(), words::node_suspend_hint()),
            ("revoke", words::node_revoke(), words::node_revoke_hint()),
        ],
    };
    html! {
        form.narrow method="post" action={ "/nodes/" (view.node) "/rehearse" } {
            (frame.form_key())
            fieldset {
                legend { (frame.say(&words::node_what_to_do())) }
                @for (value, name, hint) in &choices {
                    label {
                        input type="radio" name="disposal" value=(value) required
                            checked[typed.disposal == *value];
                        (frame.say(name))
                    }
                    p.hint { (frame.say(hint)) }
                }
            }
            (reason(frame, typed.reason))
            button.main { (frame.say(&words::publish_rehearse())) }
        }
    }
}

fn reason(frame: &Frame<'_>, typed: &str) -> Markup {
    html! {
        label for="reason" { (frame.say(&words::reason())) }
        input id="reason" name="reason" required value=(typed);
    }
}

/// What it would change, and the button that does it.
pub(super) fn rehearsal(
    frame: &Frame<'_>,
    node: &str,
    posted: &Posted,
    effects: &[Said],
) -> Markup {
    html! {
        ul.effects { @for effect in effects { li { (frame.say(effect)) } } }
        form method="post" action={ "/nodes/" (node) } {
            (frame.form_key())
            @for name in ["disposal", "reason", "log", "upto"] {
                input type="hidden" name=(name) value=(posted.text(name));
            }
            button.main { (frame.say(&words::node_do_it())) }
        }
        p { a href={ "/nodes/" (node) } { (frame.say(&words::node_do_not())) } }
    }
}

/// What a revoked node wrote beyond what counts.
pub(super) fn unaccepted(frame: &Frame<'_>, view: &UnacceptedView) -> Markup {
    let is_operator = frame.visitor.is_some_and(|v| v.account.has(Role::Operator));
    let UnacceptedView { node, log, entries, cases } = view;
    html! {
        p.hint { (frame.say(&words::unaccepted_hint())) }
        dl.facts {
            dt { (frame.say(&words::column_office())) }
            dd { (node.office) " " (frame.web.offices.full_name(node.office)) }
            dt { (frame.say(&words::column_node())) }
            dd {
                a href={ "/nodes/" (node.node) } { code { (short(&node.node)) } }
                " " (frame.say(&node.stands))
            }
        }
        (table_of_entries(frame, entries, cases))
        h2 { (frame.say(&words::unaccepted_cases())) }
        @for case in cases { (as_it_would_be(frame, case)) }
        @if is_operator {
            form.narrow method="post" action={ "/nodes/" (node.node) "/rehearse" } {
                (frame.form_key())
                input type="hidden" name="disposal" value="accept";
                input type="hidden" name="log" value=(log.log);
                label for="upto" { (frame.say(&words::accept_upto())) }
                input id="upto" name="upto" inputmode="numeric" required value=(log.held);
                (reason(frame, ""))
                button.main { (frame.say(&words::accept())) }
            }
        }
    }
}

fn table_of_entries(frame: &Frame<'_>, entries: &[UnacceptedEntry], cases: &[CaseView]) -> Markup {
    let name = |entry: &UnacceptedEntry| {
        let case = cases.iter().find(|case| case.summary.id == entry.case);
        case.map_or_else(|| entry.case.to_string(), |case| show::case_name(&case.summary))
    };
    html! {
        table {
            thead { tr {
                th scope="col" { (frame.say(&words::column_number())) }
                th scope="col" { (frame.say(&words::column_when())) }
                th scope="col" { (frame.say(&words::column_case())) }
                th scope="col" { (frame.say(&words::column_what())) }
            } }
            tbody {
                @for entry in entries {
                    tr {
                        td { (entry.upto) }
                        td { (words::moment(entry.at)) }
                        td { (name(entry)) }
                        td { (frame.say(&entry.words)) }
                    }
                }
            }
        }
    }
}

/// A case with its form, numbers of people masked.
fn as_it_would_be(frame: &Frame<'_>, case: &CaseView) -> Markup {
    let fields = case.form.as_object().into_iter().flatten();
    html! {
        section {
            h3 { (show::case_name(&case.summary)) " " (frame.say(&case.summary.status.words())) }
            dl.facts {
                @for (key, value) in fields {
                    @let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    dt { (case.labels.get(key).map_or(key.as_str(), String::as_str)) }
                    dd { (show::value(None, &text, false)) }
                }
            }
        }
    }
}

fn short(name: &str) -> &str {
    name.get(..SHORT).unwrap_or(name)
}
