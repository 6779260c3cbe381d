//! What is new in a case to whoever looks at it once more.

use daiban_domain::act::SignedAct;
use daiban_domain::form::FieldChange;
use daiban_domain::words::{self, moment};
use daiban_sync::id::Millis;
use maud::{Markup, html};

use super::{Opened, Shown};
use crate::web::Web;

/// What others have done since.
pub(super) struct Since {
    looked: Millis,
    acts: Vec<SignedAct>,
    fields: Vec<FieldChange>,
}

impl Web {
    /// What the case holds that the visitor has not seen; nothing at the first look.
    pub(super) async fn since(&self, case: &Opened) -> Option<Since> {
        let (account, id) = (&case.visitor.account.id, case.view.summary.id);
        let last = self.glances.last(account, id)?;
        let is_new =
            |act: &&SignedAct| !last.acts.contains(&act.id) && act.act.officer.id != *account;
        let acts: Vec<_> = case.view.acts.iter().filter(is_new).cloned().collect();
        let changed = self.handle.look(move |replica| {
            let case = replica.case(id).ok().flatten()?;
            Some(case.form().difference_since(&last.heads))
        });
        let fields = changed.await.flatten().unwrap_or_default();
        let is_anything = !acts.is_empty() || !fields.is_empty();
        is_anything.then_some(Since { looked: last.at, acts, fields })
    }
}

impl Shown<'_> {
    pub(super) fn news(&self) -> Markup {
        let offices = &self.frame.web.offices;
        html! {
            @if let Some(since) = &self.since {
                section.news {
                    h2 { (self.say(&words::case_since(&moment(since.looked)))) }
                    ul {
                        @for act in &since.acts {
                            li {
                                (moment(act.at.millis())) " " (self.say(&act.act.kind.words())) " "
                                (self.said_by(&act.act.kind)) " "
                                span.hint { (offices.name(act.office)) " " (act.act.officer.name) }
                            }
                        }
                        @for change in &since.fields { li { (self.change(change)) } }
                    }
                }
            }
        }
    }

    /// A field before and now.
    pub(super) fn change(&self, change: &FieldChange) -> Markup {
        let value = |value: Option<String>| self.value(&change.field, value);
        html! {
            (self.label(&change.field)) "："
            del { (value(change.before.as_ref().map(ToString::to_string))) } " → "
            ins { (value(change.now.as_ref().map(ToString::to_string))) }
        }
    }
}
