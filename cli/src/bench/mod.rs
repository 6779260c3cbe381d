//! `daiban bench`: figures beside a reference from the same run, because machines differ.

mod capture;
mod child;
mod forms;
mod plain;
mod reconnect;
mod stage;
mod sync;

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// What to measure.
#[derive(Args)]
pub struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
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
    /// Bytes of a reconnect with nothing new, for growing numbers of cases.
    Reconnect {
        /// Numbers of cases.
        #[arg(long, value_delimiter = ',', default_value = "100,1000,10000")]
        docs: Vec<u64>,
    },
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Id(#[from] daiban_sync::id::IdError),
    #[error("{0}")]
    Other(String),
    #[error(transparent)]
    Automerge(#[from] automerge::AutomergeError),
}

impl BenchError {
    fn other(error: impl std::fmt::Display) -> Self {
        Self::Other(error.to_string())
    }
}

/// Runs one bench and gives its figures.
///
/// # Errors
/// [`BenchError`].
pub async fn run(bench: &Bench) -> Result<Value, BenchError> {
    match &bench.what {
        What::Sync { docs } => sync::run(*docs).await,
        What::Capture { docs } => capture::run(*docs).await,
        What::Reconnect { docs } => reconnect::run(docs).await,
    }
}

/// Figures for people: a name and a value a line.
pub fn print(figures: &Value) {
    print_under("", figures);
}

fn print_under(path: &str, value: &Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                print_under(&path, value);
            }
        }
        value => println!("{path:<58} {value}"),
    }
}

/// Seconds, to the millisecond.
fn seconds(time: Duration) -> Value {
    json!((time.as_secs_f64() * 1_000.0).round() / 1_000.0)
}

/// Milliseconds, to the microsecond.
fn millis(time: Duration) -> Value {
    json!((time.as_secs_f64() * 1e6).round() / 1e3)
}

/// To three digits.
#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn ratio(a: u64, b: u64) -> Value {
    json!((a as f64 / b.max(1) as f64 * 1e3).round() / 1e3)
}

/// The value below which this share of `times` lies.
fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times.get(times.len().saturating_sub(1) * percent / 100).copied().unwrap_or_default()
}
