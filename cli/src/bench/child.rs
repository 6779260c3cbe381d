//! Nodes in processes of their own, so that each one's memory can be read.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::BenchError;
use crate::client::Client;
use crate::process::{Process, run_on_loopback};

/// A node that is up.
pub(super) struct ChildNode {
    process: Process,
    client: Client,
    /// From the start of the process until it said that it is ready.
    pub(super) start: Duration,
}

/// A node that is not up by then never will be.
const START_MAX: Duration = Duration::from_secs(60);
/// How often a node is asked whether it has got there.
const ASK_EVERY: Duration = Duration::from_millis(5);
/// Where no office is.
const NOWHERE: u16 = 9;

impl ChildNode {
    /// Starts `daiban run` and waits until it is ready.
    pub(super) fn start(data: &Path, listen: u16, parent: Option<u16>) -> Result<Self, BenchError> {
        let ports = (listen, parent.unwrap_or(NOWHERE));
        let began = Instant::now();
        let program = std::env::current_exe()?;
        let process = Process::start(&mut run_on_loopback(&program, data, ports, &[]))?;
        loop {
            let client = Client::open(data).ok().filter(|client| client.is_ok("/readyz"));
            if let Some(client) = client {
                return Ok(Self { process, client, start: began.elapsed() });
            }
            if began.elapsed() > START_MAX {
                return Err(BenchError::Other(format!("{} did not start", data.display())));
            }
            std::thread::sleep(ASK_EVERY);
        }
    }

    /// Its admin socket.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a command.
    pub(super) fn ask(&self, command: &Value) -> Result<Value, BenchError> {
        Ok(self.client.post("/v1/command", command)?)
    }

    /// How it is.
    pub(super) fn status(&self) -> Result<Value, BenchError> {
        self.ask(&serde_json::json!({ "command": "status" }))
    }

    /// UDP bytes sent and received on all its links.
    pub(super) fn link_bytes(&self) -> Result<(u64, u64), BenchError> {
        let links = self.client.get("/v1/links")?;
        let links = links.as_array().map(Vec::as_slice).unwrap_or_default();
        let sum = |key: &str| links.iter().filter_map(|link| link[key].as_u64()).sum();
        Ok((sum("sent_bytes"), sum("received_bytes")))
    }

    /// Asks until `reached` says so.
    pub(super) fn wait_until(&self, reached: impl Fn(&Value) -> bool) -> Result<(), BenchError> {
        let began = Instant::now();
        while !reached(&self.status()?) {
            if began.elapsed() > 10 * START_MAX {
                return Err(BenchError::Other(
                    "a node did not get there within ten minutes".into(),
                ));
            }
            std::thread::sleep(ASK_EVERY);
        }
        Ok(())
    }

    /// Kilobytes of memory: now (`VmRSS`) or at most so far (`VmHWM`).
    pub(super) fn memory_kb(&self, what: &str) -> Result<u64, BenchError> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|line| line.starts_with(what));
        let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        number.ok_or_else(|| BenchError::Other(format!("{what} is not known on this system")))
    }

    /// Ends it in order.
    pub(super) fn stop(mut self) -> Result<(), BenchError> {
        self.process.terminate()?;
        Ok(())
    }
}
