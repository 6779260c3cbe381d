//! Nodes in processes of their own, so that each one's memory can be read.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use daiban_node::shell::{ADMIN_FILE, AdminAddress};
use serde_json::Value;

use super::BenchError;

/// A node that is up.
pub(super) struct ChildNode {
    process: Child,
    admin: AdminAddress,
    /// From the start of the process until it said that it is ready.
    pub(super) start: Duration,
}

/// A node that is not up by then never will be.
const START_MAX: Duration = Duration::from_secs(60);
/// How often a node is asked whether it has got there.
const ASK_EVERY: Duration = Duration::from_millis(5);

impl ChildNode {
    /// Starts `daiban run` and waits until it is ready.
    pub(super) fn start(data: &Path, listen: u16, parent: Option<u16>) -> Result<Self, BenchError> {
        let file: PathBuf = data.join(ADMIN_FILE);
        // Left by an earlier process of the same directory.
        let _ = std::fs::remove_file(&file);
        let began = Instant::now();
        let parent = format!("127.0.0.1:{}", parent.unwrap_or(9));
        let process = Command::new(std::env::current_exe()?)
            .args(["--data".as_ref(), data.as_os_str()])
            .args(["--set", "node.training=true", "--set", "node.admin=127.0.0.1:0"])
            .args(["--set", "log.level=warn"])
            .args(["--set", &format!("node.listen=127.0.0.1:{listen}")])
            .args(["--set", &format!("parent.addresses={parent}")])
            .arg("run")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        loop {
            let found =
                std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
            if let Some(admin) = found {
                return Self { process, admin, start: Duration::ZERO }.ready(began);
            }
            if began.elapsed() > START_MAX {
                return Err(BenchError::Other(format!("{} did not start", data.display())));
            }
            std::thread::sleep(ASK_EVERY);
        }
    }

    fn ready(mut self, began: Instant) -> Result<Self, BenchError> {
        while self.get("/readyz").is_err() {
            if began.elapsed() > START_MAX {
                return Err(BenchError::Other("a node did not become ready".into()));
            }
            std::thread::sleep(ASK_EVERY);
        }
        self.start = began.elapsed();
        Ok(self)
    }

    fn get(&self, path: &str) -> Result<String, BenchError> {
        let url = format!("http://{}{path}", self.admin.address);
        let token = format!("Bearer {}", self.admin.token);
        let mut response =
            ureq::get(&url).header("authorization", &token).call().map_err(BenchError::other)?;
        response.body_mut().read_to_string().map_err(BenchError::other)
    }

    /// Sends a command.
    pub(super) fn ask(&self, command: &Value) -> Result<Value, BenchError> {
        let url = format!("http://{}/v1/command", self.admin.address);
        let token = format!("Bearer {}", self.admin.token);
        let mut response = ureq::post(&url)
            .header("authorization", &token)
            .send_json(command)
            .map_err(BenchError::other)?;
        response.body_mut().read_json().map_err(BenchError::other)
    }

    /// How it is.
    pub(super) fn status(&self) -> Result<Value, BenchError> {
        self.ask(&serde_json::json!({ "command": "status" }))
    }

    /// UDP bytes sent and received on all its links.
    pub(super) fn link_bytes(&self) -> Result<(u64, u64), BenchError> {
        let links: Vec<Value> =
            serde_json::from_str(&self.get("/v1/links")?).map_err(BenchError::other)?;
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
        Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status()?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for ChildNode {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
