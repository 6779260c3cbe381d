//! One office: a data directory, and a process when it is up.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use daiban::process::{self, Process};
use serde_json::{Value, json};

use crate::browser::Browser;
pub use crate::port::free_port;

/// Longer than anything here takes on a slow machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A data directory and its node.
pub struct Office {
    data: PathBuf,
    listen: u16,
    /// Of its pages and its admin socket.
    pages: u16,
    parent: u16,
    settings: Vec<(String, String)>,
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
        let (data, pages, settings) = (data.to_owned(), free_port(), Vec::new());
        Self { data, listen, pages, parent, settings, process: None }
    }

    /// With settings of its own.
    #[must_use]
    pub fn with(mut self, settings: &[(&str, &str)]) -> Self {
        let owned = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        self.settings.extend(owned);
        self
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

    /// Runs a verb of the command line; gives its JSON, or what it said.
    pub fn told(&self, arguments: &[&str]) -> Result<Value, String> {
        let output = self.verb(&[arguments, &["--json"]].concat());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match output.status.success() {
            true => serde_json::from_slice(&output.stdout).map_err(|error| error.to_string()),
            false => Err(text(&output.stderr)),
        }
    }

    /// Starts the process and waits until it answers. Its pages are where they were before.
    pub fn start(&mut self) {
        let run = self.run();
        self.start_as(run);
    }

    /// As [`Office::start`]; a file that is too large is an error of the write, not the end of the
    /// process.
    pub fn start_limitable(&mut self) {
        let run = self.run();
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]);
        shell.arg(run.get_program()).args(run.get_args());
        shell.stdin(Stdio::null()).stdout(Stdio::null());
        self.start_as(shell);
    }

    fn run(&self) -> Command {
        let advertise = format!("127.0.0.1:{}", self.listen);
        let admin = format!("127.0.0.1:{}", self.pages);
        let usual = [
            ("sync.backoff_min_s", "1"),
            ("sync.backoff_max_s", "2"),
            ("sync.handshake_s", "1"),
            ("store.ballast_mb", "1"),
            ("node.advertise", &advertise),
            ("node.admin", &admin),
        ];
        let own = self.settings.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let settings: Vec<_> = usual.into_iter().chain(own).collect();
        process::run_on_loopback(&binary(), &self.data, (self.listen, self.parent), &settings)
    }

    fn start_as(&mut self, mut program: Command) {
        let log = std::fs::File::create(self.data.join("stderr.log"));
        program.stderr(log.expect("the directory is writable"));
        self.process = Some(Process::start(&mut program).expect("the binary runs"));
        self.wait("to answer", |office| office.try_ask(&json!({ "command": "status" })).is_ok());
    }

    /// SIGKILL: no farewell, no flush.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it is our child");
        }
    }

    /// From now on no file of the process grows beyond `bytes`.
    #[cfg(target_os = "linux")]
    pub fn limit_files(&self, bytes: u64) {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};
        let process = self.process.as_ref().expect("it is up");
        let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
        prlimit(Pid::from_raw(process.id().cast_signed()), Resource::Fsize, limit)
            .expect("it is our child");
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

    /// Enters applications of synthetic people; gives their receipts.
    pub fn enter(&self, seed: u64, count: usize) -> Vec<String> {
        let answers = self.batch(&applications(self.code(), seed, count));
        let receipt = |answer: &Value| match answer["answer"]["receipt"].as_str() {
            Some(receipt) => receipt.to_owned(),
            None => panic!("{}: {answer}", self.data.display()),
        };
        let receipts: Vec<_> = answers.iter().map(receipt).collect();
        assert_eq!(receipts.len(), count, "{}", self.stderr());
        receipts
    }

    /// Changes fields of a case.
    pub fn edit(&self, case: &str, fields: &Value) -> Result<Value, String> {
        let by = json!({ "name": "代办员", "id": "agent" });
        self.try_ask(&json!({ "command": "edit-case", "case": case, "fields": fields, "by": by }))
    }

    /// The case on the screen.
    pub fn show(&self, case: &str) -> Result<Value, String> {
        self.try_ask(&json!({ "command": "show-case", "case": case }))
    }

    /// What the office shows of a case, without what differs by place.
    pub fn shown(&self, case: &str) -> Value {
        let mut view = self.show(case).unwrap_or_else(|error| panic!("{case}: {error}"));
        let view = view.as_object_mut().expect("a case is an object");
        ["safety", "held"].iter().for_each(|key| drop(view.remove(*key)));
        Value::Object(view.clone())
    }

    /// Gives somebody an account at the pages, by id and name; the role with its organ, if it has
    /// one.
    pub fn seat(
        &self,
        (id, name): (&str, &str),
        (role, organ): (&str, Option<&str>),
        password: &str,
    ) {
        let change = json!({
            "change": "add", "id": id, "name": name, "roles": [role], "organ": organ,
            "password": password,
        });
        let body = serde_json::to_vec(&change).expect("plain data becomes JSON");
        self.post("/v1/accounts", body).map(drop).expect("the account is made");
    }

    /// A browser at the pages that reads nothing but HTML.
    pub fn browser(&self) -> Browser {
        Browser::at(self.pages().trim_start_matches("http://"))
    }

    /// Where its pages are.
    pub fn pages(&self) -> String {
        self.admin("").expect("it is up").0
    }

    /// Waits until all of these cases are here.
    pub fn wait_to_show<'a>(&self, receipts: impl IntoIterator<Item = &'a String>) {
        for receipt in receipts {
            self.wait(&format!("to show {receipt}"), |office| office.show(receipt).is_ok());
        }
    }

    /// The sentences of the alarms of one kind since the start.
    pub fn alarms(&self, kind: &str) -> Vec<String> {
        let answer = self.ask(&json!({ "command": "alarms" }));
        let alarms = answer["alarms"].as_array().cloned().unwrap_or_default();
        let of_kind = alarms.iter().filter(|alarm| alarm[1]["alarm"] == kind);
        of_kind.filter_map(|alarm| alarm[2]["en"].as_str().map(str::to_owned)).collect()
    }

    /// Waits for an alarm of this kind; gives the sentence of the first.
    pub fn wait_for_alarm(&self, kind: &str) -> String {
        self.wait(&format!("to give the alarm {kind}"), |office| !office.alarms(kind).is_empty());
        self.alarms(kind).swap_remove(0)
    }

    /// Waits until every office above has signed for everything that is here.
    pub fn wait_for_receipts(&self, offices: usize) {
        self.wait("to have the receipts of the offices above", |office| {
            let above = office.status()["above"].as_array().cloned().unwrap_or_default();
            above.iter().filter(|office| office["missing"] == 0).count() >= offices
        });
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
        self.try_upload(name, bytes).expect("the file is taken")
    }

    /// Uploads a file; gives what went wrong.
    pub fn try_upload(&self, name: &str, bytes: Vec<u8>) -> Result<Value, String> {
        let response = self.post(&format!("/v1/blobs?name={name}"), bytes)?;
        serde_json::from_reader(response).map_err(|error| error.to_string())
    }

    /// The file of a material.
    pub fn download(&self, blob: &str) -> Result<Vec<u8>, String> {
        let (url, bearer) = self.admin(&format!("/v1/blobs/{blob}"))?;
        let response = agent().get(&url).header("authorization", bearer).call();
        read(response.map_err(|error| error.to_string())?).and_then(|mut body| {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut body, &mut bytes).map_err(|e| e.to_string())?;
            Ok(bytes)
        })
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
        let (url, bearer) = self.admin(path)?;
        let request = agent().post(&url).header("authorization", bearer);
        let sent = request.header("content-type", "application/json").send(&body);
        read(sent.map_err(|error| error.to_string())?)
    }

    /// The address of a path at the admin socket, and the word that opens it.
    fn admin(&self, path: &str) -> Result<(String, String), String> {
        let admin =
            std::fs::read(self.data.join("admin.json")).map_err(|error| error.to_string())?;
        let admin: Value = serde_json::from_slice(&admin).map_err(|error| error.to_string())?;
        let text = |key: &str| admin[key].as_str().unwrap_or_default().to_owned();
        Ok((format!("http://{}{path}", text("address")), format!("Bearer {}", text("token"))))
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

/// The body of an answer; a refusal with its status.
fn read(response: ureq::http::Response<ureq::Body>) -> Result<ureq::BodyReader<'static>, String> {
    let status = response.status();
    let mut body = response.into_body();
    match status.is_success() {
        true => Ok(body.into_reader()),
        false => Err(format!("{status}: {}", body.read_to_string().unwrap_or_default())),
    }
}
