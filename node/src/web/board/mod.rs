//! What operators see: `/board`, every office here and below on one screen; `/board/{office}`, one of
//! them; `/quarantine`; `/invitations`; `/looks`, who looked at whole ID numbers.

mod alarms;
mod invitations;
mod looks;
mod office;
mod quarantine;
mod span;
mod table;
mod tree;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use daiban_domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::Web;
use super::frame::Frame;
use super::guard::Visitor;
use crate::accounts::Role;
use crate::replica::{self, Answer, BoardRow, Command, RaisedView, State as Standing};

pub(super) use alarms::acknowledge;
pub(super) use invitations::{invite, page as invitations, take_back};
pub(super) use looks::page as looks;
pub(super) use office::page as office;
pub(super) use quarantine::page as quarantine;

/// Whoever may see the board.
pub(super) const READERS: [Role; 2] = [Role::Operator, Role::Auditor];
/// Alarms on the page of all offices.
const ALARMS_MAX: usize = 20;

#[derive(Deserialize)]
pub(super) struct Wanted {
    /// Only offices in this state, as a table.
    state: Option<String>,
}

/// `GET /board`
pub(super) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Query(Wanted { state }): Query<Wanted>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &READERS) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    match (board(&frame).await, raised(&frame).await) {
        (Ok(board), Ok(raised)) => {
            let wanted = state.and_then(|key| Standing::all().find(|state| state.key() == key));
            let body = whole(&frame, &visitor, &board, &raised, wanted);
            frame.page(&words::page_board(), &body).into_response()
        }
        (Err(refused), _) | (_, Err(refused)) => refused,
    }
}

async fn board(frame: &Frame<'_>) -> Result<replica::Board, Response> {
    match frame.ask(Command::Board).await? {
        Answer::Board(board) => Ok(*board),
        _ => Err(frame.stopping()),
    }
}

async fn raised(frame: &Frame<'_>) -> Result<Vec<RaisedView>, Response> {
    match frame.ask(Command::Raised).await? {
        Answer::Raised { alarms } => Ok(alarms),
        _ => Err(frame.stopping()),
    }
}

fn whole(
    frame: &Frame<'_>,
    visitor: &Visitor,
    board: &replica::Board,
    raised: &[RaisedView],
    wanted: Option<Standing>,
) -> Markup {
    let lang = frame.lang;
    let more = raised.len().saturating_sub(ALARMS_MAX);
    let in_state = |row: &&BoardRow| wanted.is_none_or(|state| row.state == state);
    html! {
        div data-live="counts" { (counts(frame, board, wanted, raised.len())) }
        section data-live="tree" aria-label=(lang.of(&words::board_tree())) {
            @match wanted {
                Some(_) => {
                    (table::table(frame, board.offices.iter().filter(in_state), board.now))
                }
                None => (tree::tree(frame, board)),
            }
        }
        section id="alarms" data-live="alarms" {
            h2 { (lang.of(&words::board_alarms())) " " span.count { (raised.len()) } }
            @for alarm in raised.iter().take(ALARMS_MAX) {
                (alarms::alarm(frame, visitor, alarm, board.now))
            }
            @if raised.is_empty() { p { (lang.of(&words::board_no_alarms())) } }
            @if more > 0 { p.hint { (lang.of(&words::board_more_alarms(more))) } }
        }
    }
}

/// How many are in each state; each figure leads to its offices.
fn counts(
    frame: &Frame<'_>,
    board: &replica::Board,
    wanted: Option<Standing>,
    alarms: usize,
) -> Markup {
    let count = |state| board.offices.iter().filter(|row| row.state == state).count();
    let states = Standing::all().map(|state| (state, count(state)));
    let shown = states.filter(|(state, count)| *count > 0 || *state == Standing::OK);
    let current = |is_it: bool| is_it.then_some("page");
    html! {
        ul.counts {
            li {
                a href="/board" aria-current=[current(wanted.is_none())] {
                    strong { (board.offices.len()) } " " (frame.lang.of(&words::board_all()))
                }
            }
            @for (state, count) in shown {
                li {
                    a href={ "/board?state=" (state.key()) }
                        aria-current=[current(wanted == Some(state))] {
                        span.sign.(state.key()) aria-hidden="true" {}
                        strong { (count) } " " (frame.lang.of(&state.words()))
                    }
                }
            }
            li {
                a href="#alarms" {
                    strong { (alarms) } " " (frame.lang.of(&words::board_alarms()))
                }
            }
        }
    }
}
