//! `daiban bench`: figures beside a reference from the same run, because machines differ.

mod board;
mod browser;
mod capture;
mod child;
mod forms;
mod import;
mod law;
mod link;
mod pages;
mod plain;
mod profiles;
mod reconnect;
mod stage;
mod sync;

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::exit::{Code, Done, Failure};
use crate::say::{Lang, Screen};

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// First sync of many cases, one hundred edits, and nothing new; beside plain automerge sync
    /// and bare QUIC.
    Sync {
        /// Cases, with five changes each.
        #[arg(long, default_value_t = 10_000)]
        docs: u64,
    },
    /// Saving applications, one by one and many; memory and start of a node that holds them.
    Capture {
        /// Applications in the batch.
        #[arg(long, default_value_t = 10_000)]
        docs: u64,
    },
    /// Folding and reckoning cases of every item, and what one change costs beside many cases.
    Law {
        /// Cases.
        #[arg(long, default_value_t = 100_000)]
        cases: u64,
    },
    /// Entering a list with faulty rows, beside the same cases as one batch of commands.
    Import {
        /// Rows of the list.
        #[arg(long, default_value_t = 10_000)]
        docs: u64,
    },
    /// The operator's board of a city with 1,400 offices, through the real pages.
    Board {
        /// How often the page is loaded.
        #[arg(long, default_value_t = 40)]
        loads: usize,
    },
    /// The lists of a county that holds many cases, through the real pages.
    Pages {
        /// Cases.
        #[arg(long, default_value_t = 100_000)]
        cases: u64,
        /// How often each page is loaded.
        #[arg(long, default_value_t = 40)]
        loads: usize,
    },
    /// Bytes of a reconnect with nothing new, for growing numbers of cases.
    Reconnect {
        /// Numbers of cases.
        #[arg(long, value_delimiter = ',', default_value = "100,1000,10000")]
        docs: Vec<u64>,
    },
    /// How well the emulator of roads keeps delay, jitter, loss, rate and order.
    Link,
    /// For each kind of link: what a case costs, when it is safe at each tier, and how soon after a
    /// cut.
    Profiles {
        /// Cases that travel alone.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1_000))]
        cases: u64,
    },
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Id(#[from] daiban_sync::id::IdError),
    #[error("{0}")]
    Other(String),
    #[error(transparent)]
    Automerge(#[from] automerge::AutomergeError),
}

impl From<Failure> for BenchError {
    fn from(failure: Failure) -> Self {
        Self::Other(failure.shown(Lang::En))
    }
}

impl BenchError {
    fn other(error: impl std::fmt::Display) -> Self {
        Self::Other(error.to_string())
    }
}

/// Runs one bench and prints its figures.
pub(crate) fn bench(screen: &Screen, bench: &Bench) -> Done {
    let figures = match &bench.what {
        What::Sync { docs } => waited(sync::run(*docs)),
        What::Capture { docs } => waited(capture::run(*docs)),
        What::Law { cases } => waited(law::run(*cases)),
        What::Import { docs } => waited(async { import::run(*docs) }),
        What::Board { loads } => waited(board::run(*loads)),
        What::Pages { cases, loads } => waited(pages::run(*cases, *loads)),
        What::Reconnect { docs } => waited(reconnect::run(docs)),
        What::Link => {
            return screen.show(&link::run().map_err(failed)?, |rows| link::table(rows));
        }
        What::Profiles { cases } => {
            let rows = profiles::run(*cases).map_err(failed)?;
            return screen.show(&rows, |rows| profiles::table(rows));
        }
    };
    screen.line(&lines("", &figures.map_err(failed)?).join("\n"))
}

fn waited<T>(figures: impl Future<Output = Result<T, BenchError>>) -> Result<T, BenchError> {
    tokio::runtime::Runtime::new()?.block_on(figures)
}

fn failed(error: BenchError) -> Failure {
    Failure::new(Code::Internal, format!("测量失败：{error}"), error.to_string())
}

/// Figures for people: a name and a value a line.
fn lines(path: &str, value: &Value) -> Vec<String> {
    let Value::Object(fields) = value else { return vec![format!("{path:<58} {value}")] };
    let under = |(key, value): (&String, &Value)| {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        lines(&path, value)
    };
    fields.iter().flat_map(under).collect()
}

/// Seconds, to the millisecond.
fn seconds(time: Duration) -> Value {
    json!((time.as_secs_f64() * 1_000.0).round() / 1_000.0)
}

/// Milliseconds, to the microsecond.
fn millis(time: Duration) -> Value {
    json!((time.as_secs_f64() * 1e6).round() / 1e3)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// To three digits.
#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn ratio(a: u64, b: u64) -> Value {
    json!((a as f64 / b.max(1) as f64 * 1e3).round() / 1e3)
}

fn per_second(count: u64, took: Duration) -> u64 {
    let per_second = u128::from(count) * 1_000_000 / took.as_micros().max(1);
    u64::try_from(per_second).unwrap_or(u64::MAX)
}

/// The value below which this share of `times` lies.
fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times.get(times.len().saturating_sub(1) * percent / 100).copied().unwrap_or_default()
}
