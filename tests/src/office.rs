//! One office: a data directory, and a process when it is up.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use daiban::process::{self, Process};
use serde_json::{Value, json};

/// Longer than anything here takes on a slow machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A data directory and its node.
pub struct Office {
    data: PathBuf,
    listen: u16,
    parent: u16,
    process: Option<Process>,
}

/// The binary under test, built beside the tests by `tests/run`.
pub fn binary() -> PathBuf {
    let tests = std::env::current_exe().expect("a running test has a path");
    let folder = tests.ancestors().nth(2).expect("target/PROFILE/deps/NAME");
    let binary = folder.join("daiban");
    assert!(
        binary.exists(),
        "{} is missing: build it with `cargo build --release`",
        binary.display()
    );
    binary
}

/// A UDP port that was free a moment ago.
pub fn free_port() -> u16 {
    process::free_port().expect("loopback has a free port")
}

/// Commands that open cases of synthetic people at an office.
pub fn applications(office: &str, seed: u64, count: usize) -> Vec<Value> {
    let (seed, count) = (seed.to_string(), count.to_string());
    let output = Command::new(binary())
        .args(["demo", "people", "--item", "CL-SB-01", "--office", office])
        .args(["--seed", &seed, "--count", &count])
        .output()
        .expect("the binary runs");
    let records = String::from_utf8_lossy(&output.stdout).into_owned();
    let command = |line: &str| -> Value {
        let mut command: Value = serde_json::from_str(line).expect("a record is JSON");
        command["command"] = "new-case".into();
        command["by"] = json!({ "name": "代办员", "id": "agent" });
        command
    };
    let commands: Vec<_> = records.lines().map(command).collect();
    assert!(!commands.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    commands
}

impl Office {
    /// An office whose identity is in `data`; it is reached at `listen` and dials `parent`.
    pub fn new(data: &Path, listen: u16, parent: u16) -> Self {
        Self { data: data.to_owned(), listen, parent, process: None }
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The office's code, after which its folder is named.
    pub fn code(&self) -> &str {
        self.data.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }

    pub fn listen(&self) -> u16 {
        self.listen
    }

    /// A verb of the command line on this directory.
    pub fn verb(&self, arguments: &[&str]) -> Output {
        Command::new(binary())
            .args(["--data".as_ref(), self.data.as_os_str()])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("the binary runs")
    }

    /// Starts the process and waits until it answers.
    pub fn start(&mut self) {
        let quick =
            [("sync.backoff_min_s", "1"), ("sync.backoff_max_s", "2"), ("store.ballast_mb", "1")];
        let log = std::fs::File::create(self.data.join("stderr.log"));
        let ports = (self.listen, self.parent);
        let mut run = process::run_on_loopback(&binary(), &self.data, ports, &quick);
        run.stderr(log.expect("the directory is writable"));
        self.process = Some(Process::start(&mut run).expect("the binary runs"));
        self.wait("to answer", |office| office.try_ask(&json!({ "command": "status" })).is_ok());
    }

    /// SIGKILL: no farewell, no flush.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it is our child");
        }
    }

    /// SIGKILL from another thread; [`Office::kill`] must follow.
    pub fn signal_kill(&self) {
        if let Some(process) = &self.process {
            // It may have ended by itself.
            let _ = Command::new("kill").args(["-KILL", &process.id().to_string()]).status();
        }
    }

    /// SIGTERM, and waits for the end.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let ended = process.terminate().expect("it is our child");
            assert!(ended.success(), "{}: {ended}\n{}", self.data.display(), self.stderr());
        }
    }

    /// What the process has written to its error output.
    pub fn stderr(&self) -> String {
        std::fs::read_to_string(self.data.join("stderr.log")).unwrap_or_default()
    }

    /// Sends a command; a refusal is a failure of the test.
    pub fn ask(&self, command: &Value) -> Value {
        self.try_ask(command)
            .unwrap_or_else(|error| panic!("{}: {command}: {error}", self.data.display()))
    }

    /// Sends a command; gives what went wrong.
    pub fn try_ask(&self, command: &Value) -> Result<Value, String> {
        let response =
            self.post("/v1/command", serde_json::to_vec(command).map_err(|e| e.to_string())?)?;
        serde_json::from_reader(response).map_err(|error| error.to_string())
    }

    /// Uploads a file; gives its reference.
    pub fn upload(&self, name: &str, bytes: Vec<u8>) -> Value {
        let response =
            self.post(&format!("/v1/blobs?name={name}"), bytes).expect("the file is taken");
        serde_json::from_reader(response).expect("a reference is JSON")
    }

    /// Sends commands, a line each; gives the answers that came before the node went away.
    pub fn batch(&self, commands: &[Value]) -> Vec<Value> {
        let lines: String = commands.iter().map(|command| format!("{command}\n")).collect();
        let Ok(response) = self.post("/v1/batch", lines.into_bytes()) else { return Vec::new() };
        let lines = BufReader::new(response).lines().map_while(Result::ok);
        lines.map_while(|line| serde_json::from_str(&line).ok()).collect()
    }

    /// Waits until `reached`, and says what it waited for if it never is.
    pub fn wait(&self, what: &str, reached: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !reached(self) {
            assert!(
                began.elapsed() < PATIENCE,
                "waited for {} {what}\n{}",
                self.data.display(),
                self.stderr()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn status(&self) -> Value {
        self.ask(&json!({ "command": "status" }))
    }

    fn post(&self, path: &str, body: Vec<u8>) -> Result<impl std::io::Read + 'static, String> {
        let admin =
            std::fs::read(self.data.join("admin.json")).map_err(|error| error.to_string())?;
        let admin: Value = serde_json::from_slice(&admin).map_err(|error| error.to_string())?;
        let url = format!("http://{}{path}", admin["address"].as_str().unwrap_or_default());
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let response = agent
            .post(&url)
            .header(
                "authorization",
                format!("Bearer {}", admin["token"].as_str().unwrap_or_default()),
            )
            .header("content-type", "application/json")
            .send(&body)
            .map_err(|error| error.to_string())?;
        let status = response.status();
        let mut body = response.into_body();
        if status.is_success() {
            return Ok(body.into_reader());
        }
        Err(format!("{status}: {}", body.read_to_string().unwrap_or_default()))
    }
}
