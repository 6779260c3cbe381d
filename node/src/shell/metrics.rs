//! Figures for Prometheus, in its text format.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_sync::id::Millis;

use super::admin::Served;
use crate::replica::{Answer, Command, StatusView};

pub(super) async fn metrics(State(served): State<Served>) -> Response {
    match served.handle.ask(Command::Status).await {
        Some(Ok(Answer::Status(status))) => {
            render(&status, served.certified_until()).into_response()
        }
        _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn render(status: &StatusView, certified_until: Option<Millis>) -> String {
    let mut text = String::new();
    let mut figure = |name: &str, kind: &str, help: &str, value: u64| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# HELP daiban_{name} {help}");
        let _ = writeln!(text, "# TYPE daiban_{name} {kind}");
        let _ = writeln!(text, "daiban_{name} {value}");
    };
    let counters = &status.counters;
    if let Some(until) = certified_until {
        let seconds = until.0 / 1_000;
        figure("certificate_expires", "gauge", "Seconds since 1970; renewed long before.", seconds);
    }
    figure(
        "sync_received_entries_total",
        "counter",
        "Entries proved and queued for the disk.",
        counters.received_entries,
    );
    figure(
        "sync_sent_bytes_total",
        "counter",
        "Session bytes sent, before QUIC.",
        counters.sent_bytes,
    );
    figure(
        "sync_received_bytes_total",
        "counter",
        "Session bytes received, after QUIC.",
        counters.received_bytes,
    );
    figure("sync_sessions_total", "counter", "Connections since the start.", counters.sessions);
    figure(
        "sync_refused_total",
        "counter",
        "Sessions ended because the peer broke the rules.",
        counters.refused,
    );
    figure("sync_sessions", "gauge", "Sessions now.", status.peers.len() as u64);
    figure(
        "sync_live_sessions",
        "gauge",
        "Sessions in which both sides know what the other lacks.",
        status.peers.iter().filter(|p| p.live).count() as u64,
    );
    figure(
        "sync_backlog_entries",
        "gauge",
        "Entries that peers have not acknowledged.",
        status.peers.iter().map(|p| p.backlog_entries).sum(),
    );
    figure("store_commits_total", "counter", "Group commits.", counters.commits);
    figure("store_records_total", "counter", "Journal records written.", counters.records);
    figure("store_logs", "gauge", "Logs held.", status.logs as u64);
    figure("store_entries", "gauge", "Entries held.", status.entries);
    figure("store_cases", "gauge", "Cases held.", status.cases);
    figure(
        "store_views_behind",
        "gauge",
        "1 while the views do not follow the journal.",
        u64::from(status.views_behind),
    );
    figure(
        "store_latched",
        "gauge",
        "1 after a failed write: nothing more is saved.",
        u64::from(status.latched.is_some()),
    );
    figure(
        "store_damaged_ranges",
        "gauge",
        "Stretches that cannot be read.",
        status.damaged.len() as u64,
    );
    figure(
        "blobs_wanted",
        "gauge",
        "Files of materials that are not here yet.",
        status.blobs_wanted as u64,
    );
    figure("quarantined_entries", "gauge", "Entries without effect.", status.quarantined);
    figure(
        "evidence_logs",
        "gauge",
        "Logs of which two histories were signed.",
        status.evidence as u64,
    );
    figure("alarms_total", "counter", "Alarms since the start.", counters.alarms);
    figure(
        "cases_saved_total",
        "counter",
        "Cases opened at this office since the start.",
        counters.saved_cases,
    );
    figure(
        "cases_folded_total",
        "counter",
        "How often a case was folded for the views since the start.",
        counters.folded_cases,
    );
    for above in &status.above {
        let _ =
            writeln!(text, "daiban_unsent_entries{{above=\"{}\"}} {}", above.office, above.missing);
    }
    for peer in &status.peers {
        let _ = writeln!(
            text,
            "daiban_peer_clock_ahead_ms{{office=\"{}\"}} {}",
            peer.office, peer.clock_ahead_ms
        );
    }
    text
}
