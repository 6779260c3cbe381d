//! How fast applications are saved, beside what the disk itself can do.

use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use daiban_node::replica::{Answer, Command};
use daiban_node::shell::{Handle, Node};
use serde_json::{Value, json};

use super::child::ChildNode;
use super::forms::Forms;
use super::stage::{LINE, Stage, settings};
use super::{BenchError, micros, millis, per_second, percentile, ratio, seconds};
use crate::process::free_port;

/// Saved one after the other.
const SINGLE: u64 = 300;
/// Bytes of one application in the journal, about: what the disk is measured with.
const APPLICATION_BYTES: usize = 1_500;
/// Commands on their way at once.
const IN_FLIGHT: usize = 512;
/// The village's place in the line.
const VILLAGE: usize = 3;

pub(super) async fn run(docs: u64) -> Result<Value, BenchError> {
    let stage = Stage::new("capture")?;
    let [mut append, mut in_place] = [appended(stage.root())?, written_in_place(stage.root())?];
    let node =
        Node::start(&stage.data(VILLAGE), settings(0, None)).await.map_err(BenchError::other)?;
    let (handle, forms) = (node.handle(), Forms::new(LINE[VILLAGE])?);
    let mut one_by_one = Vec::new();
    for application in forms.applications(0..SINGLE)? {
        let began = Instant::now();
        saved(handle.ask(application).await)?;
        one_by_one.push(began.elapsed());
    }
    let applications = forms.applications(SINGLE..SINGLE + docs)?;
    let began = Instant::now();
    let receipts = batch(&handle, applications).await?;
    let batch_took = began.elapsed();
    let last = receipts.last().cloned().unwrap_or_default();
    let found = handle.ask(Command::ShowCase { case: last }).await;
    if !matches!(found, Some(Ok(Answer::Case(_)))) {
        return Err(BenchError::Other("the last application of the batch is not found".into()));
    }
    drop(handle);
    node.stop().await;
    let (append_p50, in_place_p50) = (percentile(&mut append, 50), percentile(&mut in_place, 50));
    let (p50, p99) = (percentile(&mut one_by_one, 50), percentile(&mut one_by_one, 99));
    Ok(json!({
        "disk": {
            "append_and_fdatasync_p50_ms": millis(append_p50),
            "append_and_fdatasync_p99_ms": millis(percentile(&mut append, 99)),
            "write_in_place_and_fdatasync_p50_ms": millis(in_place_p50),
            "write_in_place_and_fdatasync_p99_ms": millis(percentile(&mut in_place, 99)),
        },
        "one": {
            "applications": SINGLE,
            "p50_ms": millis(p50),
            "p99_ms": millis(p99),
            "p50_over_append": ratio(micros(p50), micros(append_p50)),
            "p50_over_write_in_place": ratio(micros(p50), micros(in_place_p50)),
            "bar": "p50 at most 3 times the disk's",
        },
        "batch": {
            "applications": docs,
            "seconds": seconds(batch_took),
            "applications_per_second": per_second(docs, batch_took),
            "goal": "at least 3,000 applications/s",
        },
        "node_with_them": idle_node(&stage)?,
    }))
}

/// Appends as much as one application takes and syncs, again and again: the file grows each time.
fn appended(folder: &Path) -> Result<Vec<Duration>, BenchError> {
    let mut file = OpenOptions::new().create(true).append(true).open(folder.join("appended"))?;
    let bytes = vec![0x5a; APPLICATION_BYTES];
    let one = |_| timed(|| file.write_all(&bytes).and_then(|()| file.sync_data()));
    Ok((0..SINGLE).map(one).collect::<Result<_, _>>()?)
}

/// As [`appended`], into a file that has its length already, as the journal makes it.
fn written_in_place(folder: &Path) -> Result<Vec<Duration>, BenchError> {
    let file = OpenOptions::new().create_new(true).write(true).open(folder.join("in-place"))?;
    let bytes = vec![0x5a; APPLICATION_BYTES];
    let write = |n| file.write_all_at(&bytes, n * APPLICATION_BYTES as u64);
    (0..SINGLE).try_for_each(write)?;
    file.sync_all()?;
    let one = |n| timed(|| write(n).and_then(|()| file.sync_data()));
    Ok((0..SINGLE).map(one).collect::<Result<_, _>>()?)
}

fn timed(mut work: impl FnMut() -> std::io::Result<()>) -> std::io::Result<Duration> {
    let began = Instant::now();
    work().map(|()| began.elapsed())
}

/// Hands over all commands with many on their way; gives the receipt numbers in order.
pub(super) async fn batch(
    handle: &Handle,
    commands: impl IntoIterator<Item = Command>,
) -> Result<Vec<String>, BenchError> {
    let mut on_their_way = VecDeque::new();
    let mut receipts = Vec::new();
    for command in commands {
        if on_their_way.len() >= IN_FLIGHT
            && let Some(first) = on_their_way.pop_front()
        {
            receipts.push(joined(first).await?);
        }
        let handle = handle.clone();
        on_their_way.push_back(tokio::spawn(async move { handle.ask(command).await }));
    }
    for waiting in on_their_way {
        receipts.push(joined(waiting).await?);
    }
    Ok(receipts)
}

type Reply = Option<Result<Answer, daiban_node::replica::Refusal>>;

async fn joined(waiting: tokio::task::JoinHandle<Reply>) -> Result<String, BenchError> {
    saved(waiting.await.map_err(BenchError::other)?)
}

/// The receipt number of what was saved.
fn saved(reply: Reply) -> Result<String, BenchError> {
    match reply {
        Some(Ok(Answer::Saved { receipt: Some(receipt), .. })) => Ok(receipt.to_string()),
        Some(Err(refusal)) => Err(BenchError::Other(refusal.to_string())),
        _ => Err(BenchError::Other("expected an application to be saved".into())),
    }
}

/// Memory and start of a process that holds them all.
fn idle_node(stage: &Stage) -> Result<Value, BenchError> {
    let node = ChildNode::start(&stage.data(VILLAGE), free_port()?, None)?;
    let start = node.start;
    let memory_kb = node.memory_kb("VmRSS")?;
    let cases = node.status()?["cases"].clone();
    node.stop()?;
    Ok(json!({
        "cases": cases,
        "start_to_ready_seconds": seconds(start),
        "memory_mb": memory_kb / 1_024,
        "bars": "ready within 1 s, at most 80 MB",
    }))
}
