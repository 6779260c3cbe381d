//! Offices as a table, with what was last heard of each.

use daiban_domain::words::{self, Said};
use daiban_sync::id::Millis;
use maud::{Markup, html};

use super::span;
use crate::replica::{BoardRow, Heard};
use crate::web::frame::Frame;
use crate::web::lang::Lang;

pub(super) fn table<'a>(
    frame: &Frame<'_>,
    rows: impl Iterator<Item = &'a BoardRow>,
    now: Millis,
) -> Markup {
    let lang = frame.lang;
    let head: [fn() -> Said; 10] = [
        words::column_office,
        words::column_state,
        words::column_heard,
        words::column_unsent,
        words::column_oldest,
        words::column_clock,
        words::column_disk,
        words::column_quarantine,
        words::column_backup,
        words::column_version,
    ];
    html! {
        table {
            thead { tr { @for name in head { th scope="col" { (lang.of(&name())) } } } }
            tbody {
                @for row in rows {
                    tr {
                        td { a href={ "/board/" (row.office) } { (row.name) } }
                        td {
                            span.sign.(row.state.key()) aria-hidden="true" {}
                            (lang.of(&span::state(now, row)))
                        }
                        @match &row.heard {
                            Some(heard) => (cells(lang, heard, now)),
                            None => @for _ in 2..head.len() { td { "—" } },
                        }
                    }
                }
            }
        }
    }
}

fn cells(lang: Lang, heard: &Heard, now: Millis) -> Markup {
    let health = &heard.health;
    html! {
        td { (lang.of(&words::board_heard_ago(&span::span(now.since(heard.at))))) }
        td { (unsent(lang, heard)) }
        td { (oldest(lang, heard)) }
        td { (clock(heard)) }
        td { (disk(heard)) }
        td { (health.quarantined) }
        td { (backup(lang, heard)) }
        td { (health.version) }
    }
}

pub(super) fn unsent(lang: Lang, heard: &Heard) -> String {
    let unsent = &heard.health.unsent;
    match unsent.entries {
        0 => "0".to_owned(),
        entries => lang.of(&words::entries_unsent(entries, &words::bytes(unsent.bytes))).to_owned(),
    }
}

pub(super) fn oldest(lang: Lang, heard: &Heard) -> String {
    let oldest = heard.health.unsent.oldest_ms;
    oldest.map_or_else(|| "—".to_owned(), |ms| lang.of(&span::span(ms)).to_owned())
}

pub(super) fn backup(lang: Lang, heard: &Heard) -> String {
    let age = heard.health.backup_age_ms;
    let said =
        age.map_or_else(words::never_backed_up, |ms| words::board_heard_ago(&span::span(ms)));
    lang.of(&said).to_owned()
}

pub(super) fn clock(heard: &Heard) -> String {
    format!("{:+} s", heard.clock_ahead_ms / 1_000)
}

pub(super) fn disk(heard: &Heard) -> String {
    heard.health.disk_free_bytes.map_or_else(|| "—".to_owned(), words::bytes)
}
