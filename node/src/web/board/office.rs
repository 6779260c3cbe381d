//! `/board/{office}`: one office: its report, its sessions, its nodes, its quarantine and its alarms
//! so far.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::words::{self, Said};
use daiban_sync::id::{Millis, OfficeCode};
use maud::{Markup, html};

use super::quarantine::{self, Kept, kept};
use super::{READERS, alarms, board, raised, span, table};
use crate::accounts::Role;
use crate::replica::{
    Answer, Board, BoardRow, Command, Happened, Heard, NodeView, PeerView, RaisedView, WatchEvent,
};
use crate::web::Web;
use crate::web::frame::Frame;
use crate::web::guard::Visitor;
use crate::web::nodes;

/// Events on the page, the latest.
const ROWS_MAX: usize = 100;

/// What is known of an office.
struct Known {
    raised: Vec<RaisedView>,
    peers: Vec<PeerView>,
    quarantine: Vec<Kept>,
    nodes: Vec<NodeView>,
    events: Vec<WatchEvent>,
}

/// `GET /board/{office}`
pub(in crate::web) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Response {
    if let Some(refused) = visitor.refused(&web, &READERS) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    let board = match board(&frame).await {
        Ok(board) => board,
        Err(refused) => return refused,
    };
    let Some(row) = board.offices.iter().find(|row| row.office.to_string() == code) else {
        let page = frame.refusal(&words::office_unknown(&code), &words::see_board());
        return (StatusCode::NOT_FOUND, page).into_response();
    };
    match known(&frame, row.office).await {
        Ok(known) => {
            let title = Said::of_data(row.name.as_str(), row.name.as_str());
            frame.page(&title, &body(&frame, &visitor, &board, row, &known)).into_response()
        }
        Err(refused) => refused,
    }
}

async fn known(frame: &Frame<'_>, office: OfficeCode) -> Result<Known, Response> {
    let mut raised = raised(frame).await?;
    raised.retain(|alarm| alarm.office == office);
    let peers = match frame.ask(Command::Status).await? {
        Answer::Status(status) => status.peers,
        _ => Vec::new(),
    };
    let mut quarantine = kept(frame).await?;
    quarantine.retain(|(_, writer)| *writer == Some(office));
    let nodes = nodes::of_office(frame, office).await?;
    let events = match frame.ask(Command::AlarmEvents { office: Some(office) }).await? {
        Answer::AlarmEvents { events } => events,
        _ => Vec::new(),
    };
    Ok(Known {
        raised,
        peers: peers.into_iter().filter(|peer| peer.office == office).collect(),
        quarantine,
        nodes,
        events,
    })
}

fn body(
    frame: &Frame<'_>,
    visitor: &Visitor,
    board: &Board,
    row: &BoardRow,
    known: &Known,
) -> Markup {
    let lang = frame.lang;
    let is_below = |other: &&BoardRow| other.office.parent() == Some(row.office);
    let mut below = board.offices.iter().filter(is_below).peekable();
    let is_operator = visitor.account.has(Role::Operator);
    html! {
        div data-live="report" {
            @for alarm in &known.raised { (alarms::alarm(frame, visitor, alarm, board.now)) }
            (report(frame, row, board.now))
        }
        @if is_operator {
            div.prints {
                @if row.office.parent() == Some(frame.web.office) {
                    a.button href={ "/invitations?office=" (row.office) } {
                        (lang.of(&words::page_invitations()))
                    }
                }
                @if row.office == frame.web.office {
                    form.inline method="post" action="/renew" {
                        (frame.form_key())
                        button { (lang.of(&words::renew_now())) }
                    }
                }
                @if row.office != frame.web.office {
                    a.button href={ "/bundles?to=" (row.office) } {
                        (lang.of(&words::bundle_make()))
                    }
                }
            }
        }
        @if below.peek().is_some() {
            section data-live="below" {
                h2 { (lang.of(&words::board_below())) }
                (table::table(frame, below, board.now))
            }
        }
        section data-live="sessions" {
            h2 { (lang.of(&words::office_sessions())) }
            (sessions(frame, row.office, &known.peers))
        }
        @if row.office != frame.web.office {
            section {
                h2 { (lang.of(&words::office_nodes())) }
                @if known.nodes.is_empty() { p { (lang.of(&words::office_no_nodes())) } }
                @else { (nodes::table(frame, &known.nodes)) }
            }
        }
        section {
            h2 { (lang.of(&words::office_quarantine())) }
            (quarantine::table(frame, &known.quarantine))
        }
        section data-live="timeline" {
            h2 { (lang.of(&words::office_timeline())) }
            (timeline(frame, row, known))
        }
    }
}

fn report(frame: &Frame<'_>, row: &BoardRow, now: Millis) -> Markup {
    let lang = frame.lang;
    let facts: Vec<(Said, String)> = row.heard.as_ref().map_or_else(Vec::new, |heard| {
        let Heard { at, health, .. } = heard;
        let ago = words::board_heard_ago(&span::span(now.since(*at)));
        vec![
            (words::column_heard(), format!("{} · {}", words::moment(*at), lang.of(&ago))),
            (words::column_unsent(), table::unsent(lang, heard)),
            (words::column_oldest(), table::oldest(lang, heard)),
            (words::column_clock(), table::clock(heard)),
            (words::column_disk(), table::disk(heard)),
            (words::column_cases(), health.cases.to_string()),
            (words::column_files(), health.blobs_wanted.to_string()),
            (words::column_quarantine(), health.quarantined.to_string()),
            (words::column_alarms(), health.alarms_open.to_string()),
            (words::column_backup(), table::backup(lang, heard)),
            (words::column_version(), health.version.clone()),
        ]
    });
    html! {
        dl.facts {
            dt { (lang.of(&words::column_office())) }
            dd { (row.office) " " (frame.web.offices.full_name(row.office)) }
            dt { (lang.of(&words::column_state())) }
            dd {
                span.sign.(row.state.key()) aria-hidden="true" {}
                (lang.of(&span::state(now, row)))
            }
            @for (name, value) in facts { dt { (lang.of(&name)) } dd { (value) } }
            @if let Some(until) = certified_until(frame, row.office) {
                dt { (lang.of(&words::certified_until())) }
                dd { (lang.of(&words::certified_hint(&words::moment(until)))) }
            }
        }
    }
}

/// Of this node only: the others' stand at theirs.
fn certified_until(frame: &Frame<'_>, office: OfficeCode) -> Option<Millis> {
    let desk = frame.web.reach.desk();
    let validity = desk.identity().validity().ok()?;
    (office == frame.web.office).then_some(validity.not_after)
}

fn sessions(frame: &Frame<'_>, office: OfficeCode, peers: &[PeerView]) -> Markup {
    let lang = frame.lang;
    let quality = frame.web.reach.quality(office);
    html! {
        @if peers.is_empty() { p { (lang.of(&words::office_no_session())) } }
        @for peer in peers {
            dl.facts {
                dt { (lang.of(&words::column_state())) }
                dd { @if peer.live { (lang.of(&words::session_live())) }
                     @else { (lang.of(&words::session_comparing())) } }
                dt { (lang.of(&words::session_since())) }
                dd { (words::moment(peer.since)) }
                dt { (lang.of(&words::column_heard())) }
                dd { (words::moment(peer.heard)) }
                dt { (lang.of(&words::column_clock())) }
                dd { (format!("{:+} s", peer.clock_ahead_ms / 1_000)) }
                dt { (lang.of(&words::column_unsent())) }
                dd { (lang.of(&words::session_backlog(peer.backlog_entries))) }
                @if let Some(link) = &quality {
                    dt { (lang.of(&words::session_quality())) }
                    dd { (link.rtt_ms) " ms, " (link.lost_packets) " / " (link.sent_packets) }
                }
            }
        }
    }
}

/// Alarms, sessions and the last contact, the latest first.
fn timeline(frame: &Frame<'_>, row: &BoardRow, known: &Known) -> Markup {
    let lang = frame.lang;
    let what = |event: &WatchEvent| match &event.what {
        Happened::Raised => words::alarm_raised(),
        Happened::Acknowledged(said) => words::alarm_acknowledged(&said.by.name, &said.word),
        Happened::Cleared => words::alarm_cleared(),
    };
    let alarms = known.events.iter().take(ROWS_MAX);
    let mut rows: Vec<_> =
        alarms.map(|event| (event.at, event.trouble.words(), what(event))).collect();
    let sessions = known.peers.iter();
    rows.extend(sessions.map(|p| (p.since, words::timeline_session(), words::session_began())));
    let contact = row.heard.as_ref().map(|heard| heard.at);
    rows.extend(contact.map(|at| (at, row.state.words(), words::contact_last())));
    // Of the same moment the later one stays in front.
    rows.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    html! {
        @if rows.is_empty() { p { (lang.of(&words::office_no_timeline())) } }
        @else {
            table {
                thead { tr {
                    th scope="col" { (lang.of(&words::column_when())) }
                    th scope="col" { (lang.of(&words::column_state())) }
                    th scope="col" { (lang.of(&words::column_what())) }
                } }
                tbody {
                    @for (at, state, what) in &rows {
                        tr {
                            td { (words::moment(*at)) }
                            td { (lang.of(state)) }
                            td { (lang.of(what)) }
                        }
                    }
                }
            }
        }
    }
}
