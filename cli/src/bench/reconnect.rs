//! What it costs to come back when nothing is new: it must not depend on how much is held.

use serde_json::{Value, json};

use super::BenchError;
use super::capture::batch;
use super::child::ChildNode;
use super::forms::Forms;
use super::stage::{LINE, Stage, settings};
use crate::process::free_port;
use crate::relay::Relay;
use daiban_node::shell::Node;

const TOWN: usize = 2;
const VILLAGE: usize = 3;

pub(super) async fn run(sizes: &[u64]) -> Result<Value, BenchError> {
    let stage = Stage::new("reconnect")?;
    let forms = Forms::new(LINE[VILLAGE])?;
    let mut held = 0;
    let mut rows = Vec::new();
    for &size in sizes {
        let node = Node::start(&stage.data(VILLAGE), settings(0, None))
            .await
            .map_err(BenchError::other)?;
        batch(&node.handle(), forms.applications(held..size.max(held))?).await?;
        node.stop().await;
        held = held.max(size);
        reconnect(&stage).await?;
        let (up, down) = reconnect(&stage).await?;
        rows.push(json!({
            "cases": held,
            "up_bytes_after_handshake": up,
            "down_bytes_after_handshake": down,
        }));
    }
    Ok(json!({ "nothing_new": rows, "bar": "at most 1,024 bytes each way, equal within 10 %" }))
}

/// Connects village and town through a relay that counts the packets after the handshake.
async fn reconnect(stage: &Stage) -> Result<(u64, u64), BenchError> {
    let port = free_port()?;
    let town = ChildNode::start(&stage.data(TOWN), port, None)?;
    let relay = Relay::start(([127, 0, 0, 1], port).into())?;
    let village =
        ChildNode::start(&stage.data(VILLAGE), free_port()?, Some(relay.address().port()))?;
    let both_live = |status: &Value| {
        let live = status["peers"].as_array().is_some_and(|p| p.iter().any(|p| p["live"] == true));
        live && status["above"][0]["missing"] == 0
    };
    tokio::task::block_in_place(|| village.wait_until(both_live))?;
    tokio::task::block_in_place(|| town.wait_until(|status| status["views_behind"] == false))?;
    let counted = relay.bytes_after_handshake();
    tokio::task::block_in_place(|| village.stop())?;
    tokio::task::block_in_place(|| town.stop())?;
    Ok(counted)
}
