//! The process of an office.

use std::fs::{File, OpenOptions};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use daiban_sync::id::OfficeCode;
use serde_json::Value;

use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::process::{self, Process};

/// A process that is not ready by then never will be.
const START_MAX: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// A node in training on loopback, wherever there is a port, content with little room on the disk.
const SETTINGS: [(&str, &str); 7] = [
    ("node.training", "true"),
    ("node.admin", "127.0.0.1:0"),
    ("node.listen", "127.0.0.1:0"),
    ("log.level", "warn"),
    ("store.ballast_mb", "1"),
    ("store.stop_materials_mb", "1"),
    ("store.stop_cases_mb", "1"),
];

/// A node in a process of its own. It ends when this value does, and when this process does.
pub(crate) struct Running {
    pub(crate) client: Client,
    /// Where other offices reach it.
    pub(crate) listen: SocketAddr,
    process: Process,
    stdin: Option<ChildStdin>,
}

impl Running {
    /// Starts the node of a data directory, which reaches the one above at `above`, and waits until
    /// it is ready. One that is `limitable` bears files that may not grow.
    pub(crate) fn start(
        data: &Path,
        above: SocketAddr,
        settings: &[(&str, &str)],
        limitable: bool,
    ) -> Done<Self> {
        let mut process = spawn(data, above, settings, limitable)
            .map_err(|error| failed(data, "start", &error))?;
        let stdin = process.take_stdin();
        let began = Instant::now();
        loop {
            let client = Client::open(data).ok().filter(|client| client.pid == process.id());
            if let Some(client) = client.filter(|client| client.is_ok("/readyz")) {
                let listen = listens(&client)?;
                return Ok(Self { client, listen, process, stdin });
            }
            if process.has_ended() || began.elapsed() > START_MAX {
                return Err(failed(data, "start", &last_words(data)));
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// SIGKILL: no farewell, no flush.
    pub(crate) fn kill(mut self) {
        // It may have ended by itself, which is found out when it is started again.
        let _ = self.process.kill();
    }

    /// SIGTERM, and waits for the end.
    pub(crate) fn stop(mut self, data: &Path) -> Done {
        let ended = self.process.terminate().map_err(|error| failed(data, "stop", &error))?;
        drop(self.stdin.take());
        match ended.success() {
            true => Ok(()),
            false => Err(failed(data, "stop in order", &last_words(data))),
        }
    }

    /// From now on no file of the process grows beyond so many bytes.
    pub(crate) fn limit_files(&self, bytes: u64) {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};
        let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
        // A process that has ended needs no limit.
        let pid = Pid::from_raw(self.process.id().cast_signed());
        let _ = prlimit(pid, Resource::Fsize, limit);
    }
}

fn spawn(
    data: &Path,
    above: SocketAddr,
    settings: &[(&str, &str)],
    limitable: bool,
) -> io::Result<Process> {
    let above = above.to_string();
    let settings = [&SETTINGS, settings, &[("parent.addresses", &above)]].concat();
    let node = process::run(&std::env::current_exe()?, data, &settings);
    let mut command = match limitable {
        false => node,
        // A file that is too large is then an error of the write, not the end of the process.
        true => {
            let mut shell = Command::new("sh");
            shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]);
            shell.arg(node.get_program()).args(node.get_args()).stdout(Stdio::null());
            shell
        }
    };
    command.arg("--until-stdin-closes").stdin(Stdio::piped());
    let log = OpenOptions::new().create(true).append(true).open(log_path(data));
    command.env("NO_COLOR", "1").stderr(log.unwrap_or(File::create("/dev/null")?));
    Process::start(&mut command)
}

fn listens(client: &Client) -> Done<SocketAddr> {
    let me = client.get("/v1/me")?;
    let listen = me["listen"].as_str().and_then(|listen| listen.parse().ok());
    listen
        .ok_or_else(|| Failure::new(Code::Internal, "节点没有监听地址", "the node listens nowhere"))
}

pub(super) fn log_path(data: &Path) -> PathBuf {
    data.with_extension("log")
}

fn last_words(data: &Path) -> String {
    let log = std::fs::read_to_string(log_path(data)).unwrap_or_default();
    log.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("…").to_owned()
}

fn failed(data: &Path, verb: &str, why: &dyn std::fmt::Display) -> Failure {
    let data = data.display();
    let (zh, en) =
        (format!("{data} 的节点出错（{verb}）"), format!("the node of {data} did not {verb}"));
    Failure::new(Code::Internal, zh, en).because(why)
}

/// Whether a node has a live session with this office, by its status.
pub(crate) fn is_linked(status: &Value, office: OfficeCode) -> bool {
    let peers = status["peers"].as_array().into_iter().flatten();
    let mut live = peers.filter(|peer| peer["live"] == true);
    live.any(|peer| peer["office"] == u64::from(office))
}
