//! What stands around every page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::words::{self, Said};
use maud::{DOCTYPE, Markup, html};

use super::guard::{FORM_KEY, Visitor};
use super::lang::Lang;
use super::{Web, asset};
use crate::accounts::Role;
use crate::replica::{Answer, Command, Refusal};
use crate::shell::status_of;

/// Who looks, in which language, at which office.
pub(super) struct Frame<'a> {
    pub(super) web: &'a Web,
    pub(super) lang: Lang,
    pub(super) visitor: Option<&'a Visitor>,
    /// Of the pages for everybody.
    is_public: bool,
}

/// A page of the menu, with who sees it.
struct Entry {
    path: &'static str,
    title: fn() -> Said,
    roles: &'static [Role],
}

const MENU: &[Entry] = &[
    Entry {
        path: "/",
        title: words::page_work,
        roles: &[Role::Agent, Role::Officer, Role::Auditor],
    },
    Entry { path: "/new", title: words::page_new, roles: &[Role::Agent] },
    Entry { path: "/batch", title: words::page_batch, roles: &[Role::Agent] },
    Entry { path: "/board", title: words::page_board, roles: &[Role::Operator, Role::Auditor] },
    Entry {
        path: "/supervision",
        title: words::page_supervision,
        roles: &[Role::Operator, Role::Auditor],
    },
    Entry { path: "/invitations", title: words::page_invitations, roles: &[Role::Operator] },
    Entry { path: "/publish", title: words::page_publish, roles: &[Role::Operator] },
    Entry { path: "/bundles", title: words::page_bundles, roles: &[Role::Operator] },
    Entry {
        path: "/quarantine",
        title: words::page_quarantine,
        roles: &[Role::Operator, Role::Auditor],
    },
    Entry { path: "/looks", title: words::page_looks, roles: &[Role::Auditor] },
    Entry { path: "/ledger", title: words::print_ledger, roles: &[Role::Agent] },
];

/// A path with its title.
type Titled = (&'static str, fn() -> Said);

/// The menu of the pages for everybody.
const PUBLIC: &[Titled] = &[
    ("/public", words::public_home),
    ("/public/guides", words::public_guides),
    ("/public/ledger", words::public_ledger),
];

impl<'a> Frame<'a> {
    pub(super) fn of(web: &'a Web, visitor: &'a Visitor) -> Self {
        Self { web, lang: visitor.lang, visitor: Some(visitor), is_public: false }
    }

    /// Before anybody has signed in.
    pub(super) fn outside(web: &'a Web, lang: Lang) -> Self {
        Self { web, lang, visitor: None, is_public: false }
    }

    /// For somebody from outside.
    pub(super) fn citizen(web: &'a Web, lang: Lang) -> Self {
        Self { web, lang, visitor: None, is_public: true }
    }

    pub(super) fn say(&self, said: &Said) -> String {
        self.lang.of(said).to_owned()
    }

    /// A whole page.
    pub(super) fn page(&self, title: &Said, body: &Markup) -> Markup {
        let lang = self.lang;
        let office = self.web.offices.full_name(self.web.office);
        html! {
            (DOCTYPE)
            html lang=(lang.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (lang.of(title)) " · " (office) }
                    link rel="stylesheet" href=(asset::STYLE_PATH);
                    link rel="icon" href="data:,";
                    script src=(asset::LIVE_PATH) defer {}
                }
                body {
                    a.skip href="#content" { (lang.of(&words::page_skip())) }
                    @if self.web.training {
                        p.training role="note" { (lang.of(&words::page_training())) }
                    }
                    header {
                        p.office { (office) }
                        (self.menu(title))
                        (self.person())
                    }
                    main id="content" {
                        h1 { (lang.of(title)) }
                        (body)
                    }
                }
            }
        }
    }

    /// Why something was not done, and what to do.
    pub(super) fn refusal(&self, why: &Said, remedy: &Said) -> Markup {
        self.page(&words::page_not_done(), &self.fault(why, remedy))
    }

    /// A box that says what is wrong, read out at once by a screen reader.
    pub(super) fn fault(&self, why: &Said, remedy: &Said) -> Markup {
        html! {
            div.fault role="alert" {
                p { strong { (self.lang.of(why)) } }
                p { (self.lang.of(remedy)) }
            }
        }
    }

    /// A refusal of the node, with the status of its kind.
    pub(super) fn refused(&self, refusal: &Refusal) -> Response {
        let page = self.refusal(&refusal.sentence, &refusal.remedy);
        (status_of(refusal.kind), page).into_response()
    }

    /// Asks the node; a refusal is the page that says so.
    pub(super) async fn ask(&self, command: Command) -> Result<Answer, Response> {
        match self.web.handle.ask(command).await {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(refusal)) => Err(self.refused(&refusal)),
            None => Err(self.stopping()),
        }
    }

    /// The node ends just now.
    pub(super) fn stopping(&self) -> Response {
        let page = self.refusal(&words::node_stopping(), &words::try_again_soon());
        (StatusCode::SERVICE_UNAVAILABLE, page).into_response()
    }

    /// The form is not ours, or no longer.
    pub(super) fn too_old(&self) -> Response {
        let page = self.refusal(&words::page_not_done(), &words::form_too_old());
        (StatusCode::FORBIDDEN, page).into_response()
    }

    /// What was done is on the disk.
    pub(super) fn saved(&self) -> Markup {
        html! { p.done role="status" { (self.lang.of(&words::page_saved())) } }
    }

    /// The hidden field that shows that a form is ours.
    pub(super) fn form_key(&self) -> Markup {
        html! {
            @if let Some(visitor) = self.visitor {
                input type="hidden" name=(FORM_KEY) value=(visitor.token.form_key());
            }
        }
    }

    /// The entry of the page with this title is marked as the one that is open.
    fn menu(&self, open: &Said) -> Markup {
        let may = |entry: &&Entry| {
            self.visitor.is_some_and(|v| entry.roles.iter().any(|role| v.account.has(*role)))
        };
        let other = self.lang.other().tag();
        let back = if self.is_public { "?next=/public" } else { "" };
        let open_to_all = if self.is_public { PUBLIC } else { &[] };
        let entries = MENU.iter().filter(may).map(|entry| (entry.path, entry.title));
        html! {
            nav aria-label=(self.lang.of(&words::page_menu())) {
                @for (path, title) in open_to_all.iter().copied().chain(entries) {
                    @let title = title();
                    a href=(path) aria-current=[(title == *open).then_some("page")] {
                        (self.lang.of(&title))
                    }
                }
                a href={ "/language/" (other) (back) } lang=(other) {
                    (self.lang.of(&words::page_other_language()))
                }
            }
        }
    }

    fn person(&self) -> Markup {
        html! {
            @if let Some(visitor) = self.visitor {
                form.person method="post" action="/sign-out" {
                    (self.form_key())
                    a href="/me" { (visitor.account.name) }
                    button { (self.lang.of(&words::page_sign_out())) }
                }
            }
        }
    }
}
