//! First sync, edits, and nothing new, over real QUIC between two processes.

use std::path::Path;
use std::time::{Duration, Instant};

use daiban_node::shell::{Node, open_store};
use daiban_sync::entry::Kind;
use serde_json::{Value, json};

use super::capture::batch;
use super::child::ChildNode;
use super::forms::{self, Forms};
use super::plain::{self, Took};
use super::stage::{LINE, Stage, settings};
use super::{BenchError, ratio, seconds};
use crate::process::free_port;

/// Changes of each form.
const CHANGES: u64 = 5;
/// Cases that are edited for the second sync.
const EDITED: usize = 100;
const TOWN: usize = 2;
const VILLAGE: usize = 3;

pub(super) async fn run(docs: u64) -> Result<Value, BenchError> {
    let stage = Stage::new("sync")?;
    let receipts = fill(&stage, docs).await?;
    let payloads = payloads(&stage.data(VILLAGE))?;
    let packed = zstd::bulk::compress(&payloads.all, 3)?.len() as u64;

    let port = free_port()?;
    let first = synced(&stage, port)?;
    edit(&stage, &receipts).await?;
    let second = synced(&stage, port)?;
    let third = synced(&stage, port)?;

    let documents = plain::documents(payloads.changes)?;
    let plain = plain::sync_documents(&documents, stage.root()).await?;
    let raw = plain::raw_transfer(payloads.all.clone()).await?;
    Ok(json!({
        "input": { "cases": docs, "changes_of_each": CHANGES, "payload_bytes": payloads.all.len(), "zstd_3_bytes": packed },
        "daiban_first": {
            "durable_receipt_seconds": seconds(first.durable),
            "views_up_to_date_seconds": seconds(first.views),
            "up_bytes": first.up,
            "down_bytes": first.down,
            "up_over_zstd_3": ratio(first.up, packed),
            "sender_memory_mb": first.sender_kb / 1_024,
            "receiver_memory_mb": first.receiver_kb / 1_024,
            "durable_over_plain_automerge": ratio(micros(first.durable), micros(plain.time)),
            "bars": "up at most 1.3 times zstd -3, durable in at most 0.5 of plain automerge, 150 MB a side",
        },
        "daiban_100_edited": { "up_bytes": second.up, "down_bytes": second.down, "durable_receipt_seconds": seconds(second.durable), "bar": "at most 60 KB up" },
        "daiban_nothing_new": { "up_bytes": third.up, "down_bytes": third.down },
        "plain_automerge": shown(&plain),
        "raw_quic": shown(&raw),
    }))
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn shown(took: &Took) -> Value {
    json!({ "seconds": seconds(took.time), "up_bytes": took.sent_bytes, "down_bytes": took.received_bytes })
}

/// A village that has worked for years without a network.
async fn fill(stage: &Stage, docs: u64) -> Result<Vec<String>, BenchError> {
    let node =
        Node::start(&stage.data(VILLAGE), settings(0, None)).await.map_err(BenchError::other)?;
    let (handle, forms) = (node.handle(), Forms::new(LINE[VILLAGE])?);
    let receipts = batch(&handle, forms.applications(0..docs)?).await?;
    for round in 1..CHANGES {
        let edits = receipts.iter().zip(0u64..).map(|(case, n)| forms::edit(case, n, round));
        batch(&handle, edits.collect::<Vec<_>>()).await?;
    }
    drop(handle);
    node.stop().await;
    Ok(receipts)
}

async fn edit(stage: &Stage, receipts: &[String]) -> Result<(), BenchError> {
    let node =
        Node::start(&stage.data(VILLAGE), settings(0, None)).await.map_err(BenchError::other)?;
    let edited = receipts.iter().take(EDITED).zip(0u64..);
    let edits = edited.map(|(case, n)| forms::edit(case, n, CHANGES));
    batch(&node.handle(), edits.collect::<Vec<_>>()).await?;
    node.stop().await;
    Ok(())
}

struct Payloads {
    /// Everything that travels, in the order of the log.
    all: Vec<u8>,
    /// The form changes of each case, for the reference.
    changes: Vec<Vec<Vec<u8>>>,
}

fn payloads(data: &Path) -> Result<Payloads, BenchError> {
    let (_, store, _, _) =
        open_store(data, &settings(0, None), false, &mut |_, _| {}).map_err(BenchError::other)?;
    let mut all = Vec::new();
    let mut changes = std::collections::BTreeMap::<[u8; 16], Vec<Vec<u8>>>::new();
    for log in store.tips().keys() {
        for entry in store.entries(*log, 0) {
            let (_, entry) = entry.map_err(BenchError::other)?;
            let Some(bytes) = entry.payload.bytes() else { continue };
            all.extend_from_slice(bytes);
            if let (Kind::FormChange, Some((case, change))) =
                (entry.kind, bytes.split_first_chunk())
            {
                changes.entry(*case).or_default().push(change.to_vec());
            }
        }
    }
    Ok(Payloads { all, changes: changes.into_values().collect() })
}

struct Synced {
    durable: Duration,
    views: Duration,
    up: u64,
    down: u64,
    sender_kb: u64,
    receiver_kb: u64,
}

/// Starts town and village and waits until the village has the town's receipt for everything.
fn synced(stage: &Stage, port: u16) -> Result<Synced, BenchError> {
    let town = ChildNode::start(&stage.data(TOWN), port, None)?;
    let village = ChildNode::start(&stage.data(VILLAGE), free_port()?, Some(port))?;
    let began = Instant::now();
    let signed = |status: &Value| {
        let live =
            status["peers"].as_array().is_some_and(|peers| peers.iter().any(|p| p["live"] == true));
        live && status["above"][0]["missing"] == 0
    };
    village.wait_until(signed)?;
    let durable = began.elapsed();
    town.wait_until(|status| status["views_behind"] == false)?;
    let views = began.elapsed();
    let (up, down) = village.link_bytes()?;
    let (sender_kb, receiver_kb) = (village.memory_kb("VmHWM")?, town.memory_kb("VmHWM")?);
    village.stop()?;
    town.stop()?;
    Ok(Synced { durable, views, up, down, sender_kb, receiver_kb })
}
