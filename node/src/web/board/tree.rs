//! The tree on one screen: a sign for each office, villages under their town.

use daiban_domain::words::Said;
use daiban_sync::id::Tier;
use maud::{Markup, html};

use super::span;
use crate::replica::{Board, BoardRow};
use crate::web::frame::Frame;
use crate::web::lang::Lang;

/// An office with those below it.
struct Branch<'a> {
    row: &'a BoardRow,
    below: Vec<Branch<'a>>,
}

impl<'a> Branch<'a> {
    /// Codes stand in the order of the tree: whatever follows an office and is within it is below.
    fn read(rows: &mut std::iter::Peekable<std::slice::Iter<'a, BoardRow>>) -> Option<Self> {
        let row = rows.next()?;
        let mut below = Vec::new();
        while rows.peek().is_some_and(|next| next.office.is_within(row.office)) {
            below.extend(Self::read(rows));
        }
        Some(Self { row, below })
    }
}

pub(super) fn tree(frame: &Frame<'_>, board: &Board) -> Markup {
    let Some(root) = Branch::read(&mut board.offices.iter().peekable()) else { return html! {} };
    let draw = Draw { lang: frame.lang, now: board.now };
    html! { div.board { (draw.branch(&root)) } }
}

struct Draw {
    lang: Lang,
    now: daiban_sync::id::Millis,
}

impl Draw {
    fn branch(&self, branch: &Branch<'_>) -> Markup {
        match branch.row.office.tier() {
            Tier::City | Tier::County => html! {
                section.branch {
                    p.head { (self.named(branch.row)) }
                    @let towns = |below: &&Branch<'_>| below.row.office.tier() == Tier::Town;
                    div.towns {
                        @for town in branch.below.iter().filter(towns) { (self.town(town)) }
                    }
                    @for county in branch.below.iter().filter(|below| !towns(below)) {
                        (self.branch(county))
                    }
                }
            },
            Tier::Town | Tier::Village => self.town(branch),
        }
    }

    fn town(&self, town: &Branch<'_>) -> Markup {
        html! {
            div.town {
                p.head { (self.named(town.row)) }
                @if !town.below.is_empty() {
                    ul { @for village in &town.below { li { (self.sign(village.row)) } } }
                }
            }
        }
    }

    fn named(&self, row: &BoardRow) -> Markup {
        html! {
            a href={ "/board/" (row.office) } title=(self.title(row)) {
                span.sign.(row.state.key()) aria-hidden="true" {}
                (row.name)
            }
        }
    }

    /// Its name is its title: the sign itself is drawn by the style sheet.
    fn sign(&self, row: &BoardRow) -> Markup {
        html! {
            a.sign.(row.state.key()) href={ "/board/" (row.office) } title=(self.title(row)) {}
        }
    }

    fn title(&self, row: &BoardRow) -> String {
        let state = span::state(self.now, row);
        let name = Said::of_data(row.name.as_str(), row.name.as_str());
        self.lang.of(&Said::joined(&[name, state], ["：", ": "])).to_owned()
    }
}
