//! Figures for Prometheus, in its text format. `configs/prometheus` has the rules that watch them.

mod page;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use daiban_domain::clock::Card;
use daiban_sync::id::Millis;

use super::admin::Served;
use crate::replica::{
    Answer, Board, Command, Filter, Health, Order, RaisedView, State as Standing, StatusView,
    Trouble,
};
use page::Page;

/// Text format, version 0.0.4.
const MEDIA: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn metrics(State(served): State<Served>) -> Response {
    let Some(Ok(Answer::Status(status))) = served.handle.ask(Command::Status).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let mut page = Page::default();
    if let Some(until) = served.certified_until() {
        page.gauge(
            "certificate_expires",
            "Seconds since 1970; renewed long before.",
            seconds(until),
        );
    }
    sync(&mut page, &status);
    store(&mut page, &status);
    peers(&mut page, &status);
    if let Some(Ok(Answer::Board(board))) = served.handle.ask(Command::Board).await {
        offices(&mut page, &board);
    }
    if let Some(Ok(Answer::Raised { alarms })) = served.handle.ask(Command::Raised).await {
        raised(&mut page, &alarms);
    }
    supervised(&mut page, &served).await;
    ([(header::CONTENT_TYPE, MEDIA)], page.text()).into_response()
}

fn seconds(at: Millis) -> u64 {
    at.0 / 1_000
}

fn sync(page: &mut Page, status: &StatusView) {
    let counters = &status.counters;
    let (sent, received) = (counters.sent_bytes, counters.received_bytes);
    page.counter(
        "sync_received_entries_total",
        "Entries proved and queued for the disk.",
        counters.received_entries,
    );
    page.counter("sync_sent_bytes_total", "Session bytes sent, before QUIC.", sent);
    page.counter("sync_received_bytes_total", "Session bytes received, after QUIC.", received);
    page.counter("sync_sessions_total", "Connections since the start.", counters.sessions);
    page.counter(
        "sync_refused_total",
        "Sessions ended because the peer broke the rules.",
        counters.refused,
    );
    page.gauge("sync_sessions", "Sessions now.", status.peers.len() as u64);
    page.gauge(
        "sync_live_sessions",
        "Sessions in which both sides know what the other lacks.",
        status.peers.iter().filter(|peer| peer.live).count() as u64,
    );
    page.gauge(
        "sync_backlog_entries",
        "Entries that peers have not acknowledged.",
        status.peers.iter().map(|peer| peer.backlog_entries).sum(),
    );
}

fn store(page: &mut Page, status: &StatusView) {
    let counters = &status.counters;
    page.counter("store_commits_total", "Group commits.", counters.commits);
    page.counter("store_records_total", "Journal records written.", counters.records);
    page.gauge("store_logs", "Logs held.", status.logs as u64);
    page.gauge("store_entries", "Entries held.", status.entries);
    page.gauge("store_cases", "Cases held.", status.cases);
    page.gauge(
        "store_views_behind",
        "1 while the views do not follow the journal.",
        u64::from(status.views_behind),
    );
    page.gauge(
        "store_latched",
        "1 after a failed write: nothing more is saved.",
        u64::from(status.latched.is_some()),
    );
    let damaged = status.damaged.len() as u64;
    page.gauge("store_damaged_ranges", "Stretches that cannot be read.", damaged);
    let wanted = status.blobs_wanted as u64;
    page.gauge("blobs_wanted", "Files of materials that are not here yet.", wanted);
    page.gauge("quarantined_entries", "Entries without effect.", status.quarantined);
    page.gauge("evidence_logs", "Logs of which two histories were signed.", status.evidence as u64);
    let waiting = status.numbers_waiting as u64;
    page.gauge("numbers_waiting", "Cases accepted here whose number is still to come.", waiting);
    page.counter("alarms_total", "Alarms since the start.", counters.alarms);
    let saved = counters.saved_cases;
    page.counter("cases_saved_total", "Cases opened at this office since the start.", saved);
    page.counter(
        "cases_folded_total",
        "How often a case was folded for the views since the start.",
        counters.folded_cases,
    );
}

fn peers(page: &mut Page, status: &StatusView) {
    page.gauges(
        "unsent_entries",
        "Entries that an office above has not signed for.",
        status.above.iter().map(|above| ([("above", above.office.to_string())], above.missing)),
    );
    page.gauges(
        "peer_clock_ahead_ms",
        "A peer's clock minus ours when it greeted.",
        status
            .peers
            .iter()
            .map(|peer| ([("office", peer.office.to_string())], peer.clock_ahead_ms)),
    );
}

/// What was last heard of every office here and below.
fn offices(page: &mut Page, board: &Board) {
    let count = |state| board.offices.iter().filter(|row| row.state == state).count() as u64;
    page.gauges(
        "offices",
        "Offices here and below by state.",
        Standing::all().map(|state| ([("state", state.key().to_owned())], count(state))),
    );
    let heard = || board.offices.iter().filter_map(|row| Some((row.office, row.heard.as_ref()?)));
    let label = |office: daiban_sync::id::OfficeCode| [("office", office.to_string())];
    page.gauges(
        "office_heard_seconds",
        "When an office was last heard of, in seconds since 1970.",
        heard().map(|(office, heard)| (label(office), seconds(heard.at))),
    );
    let mut figure = |name, help, read: fn(&Health) -> Option<u64>| {
        let known =
            heard().filter_map(|(office, heard)| Some((label(office), read(&heard.health)?)));
        page.gauges(name, help, known);
    };
    figure("office_unsent_entries", "Entries that an office has still to send up.", |health| {
        Some(health.unsent.entries)
    });
    figure("office_unsent_bytes", "Bytes that an office has still to send up.", |health| {
        Some(health.unsent.bytes)
    });
    figure("office_oldest_unsent_seconds", "How long the oldest of these has waited.", |health| {
        health.unsent.oldest_ms.map(|ms| ms / 1_000)
    });
    figure("office_disk_free_bytes", "Free disk of an office.", |health| health.disk_free_bytes);
    figure("office_quarantined_entries", "Entries without effect at an office.", |health| {
        Some(health.quarantined)
    });
}

/// Cases that are late now.
async fn supervised(page: &mut Page, served: &Served) {
    let count = async |card| {
        let (filter, order) = (Filter::late(card), Order::default());
        let command = Command::Cases { filter, order, after: None, size: Some(1) };
        match served.handle.ask(command).await {
            Some(Ok(Answer::Cases { total, .. })) => Some(total as u64),
            _ => None,
        }
    };
    if let Some(overdue) = count(None).await {
        page.gauge("cases_overdue", "Open cases whose day has passed.", overdue);
    }
    let mut carded = Vec::new();
    for (card, name) in [(Card::Yellow, "yellow"), (Card::Red, "red")] {
        let found = count(Some(card)).await;
        carded.extend(found.map(|found| ([("card", name.to_owned())], found)));
    }
    let help = "Open cases that have a card by now, by its colour.";
    page.gauges("cases_carded", help, carded.into_iter());
}

fn raised(page: &mut Page, alarms: &[RaisedView]) {
    let count = |trouble: Trouble, is_seen: bool| {
        let of = |alarm: &&RaisedView| {
            alarm.trouble == trouble && alarm.acknowledged.is_some() == is_seen
        };
        alarms.iter().filter(of).count() as u64
    };
    let kinds = Trouble::ALL.into_iter().flat_map(|trouble| [(trouble, false), (trouble, true)]);
    page.gauges(
        "office_alarms",
        "Alarms about offices that have not ended, by kind and by whether somebody sees to them.",
        kinds.map(|(trouble, is_seen)| {
            let labels =
                [("alarm", trouble.key().to_owned()), ("acknowledged", is_seen.to_string())];
            (labels, count(trouble, is_seen))
        }),
    );
}
