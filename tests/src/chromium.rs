//! A real browser: Chromium without a screen, driven by WebDriver.
//!
//! WebDriver is JSON over HTTP, and a journey needs a dozen of its commands: they are spoken here
//! over the client that the tests have already. The crates for it bring an asynchronous client and a
//! runtime for the same requests.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::office::Office;

/// Longer than any page takes to show what it should.
const PATIENCE: Duration = Duration::from_secs(30);
/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// No screen, no calls home, and no other host: names lead nowhere.
const ARGUMENTS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--lang=zh-CN",
    "--window-size=1366,768",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// The screens that pages are looked at on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The PC of a village.
    Desk,
    /// A phone on the village's network.
    Phone,
    /// A sheet of A4 within its margins.
    Paper,
}

impl Screen {
    fn size(self) -> (u32, u32) {
        match self {
            Self::Desk => (1366, 768),
            Self::Phone => (390, 844),
            Self::Paper => (680, 1009),
        }
    }
}

/// `chromedriver`, which starts the browsers.
pub struct Driver {
    process: Child,
    address: String,
    /// Kept open, so that it may go on writing.
    _output: BufReader<ChildStdout>,
}

/// One browser of its own, with its own cookies, at one office.
pub struct Tab {
    agent: ureq::Agent,
    session: String,
    site: String,
}

impl Driver {
    /// # Panics
    /// Without `chromedriver`; `tests/run` installs it.
    pub fn start() -> Self {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed: tests/run does it");
        let mut output = BufReader::new(process.stdout.take().expect("it is piped"));
        let port = (&mut output).lines().map_while(Result::ok).find_map(|line| {
            let port = line.split_once("started successfully on port ")?.1;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver says where it listens");
        Self { process, address: format!("http://127.0.0.1:{port}"), _output: output }
    }

    /// A fresh browser for the pages of an office.
    pub fn open(&self, office: &Office) -> Tab {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let options = json!({ "args": ARGUMENTS });
        let wanted = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let wanted = json!({ "capabilities": { "alwaysMatch": wanted } });
        let mut tab = Tab { agent, session: self.address.clone(), site: office.pages() };
        let begun = tab.ask("session", &wanted);
        let id = begun["sessionId"].as_str().expect("a session has an id");
        tab.session = format!("{}/session/{id}", self.address);
        tab
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Tab {
    /// Opens a page of the office.
    pub fn go(&self, path: &str) {
        self.ask("url", &json!({ "url": format!("{}{path}", self.site) }));
    }

    pub fn sign_in(&self, id: &str, password: &str) {
        self.go("/sign-in");
        self.fill("#id", id);
        self.fill("#password", password);
        self.follow("main form button");
    }

    /// The path and query of the page.
    pub fn path(&self) -> String {
        self.run("return location.pathname + location.search").as_str().unwrap_or_default().into()
    }

    /// What can be read on the page.
    pub fn text(&self) -> String {
        self.run("return document.body.innerText").as_str().unwrap_or_default().into()
    }

    pub fn has(&self, css: &str) -> bool {
        !self.found(css).is_empty()
    }

    pub fn says(&self, part: &str) -> bool {
        self.text().contains(part)
    }

    /// Waits until the page says so, without loading it again.
    pub fn wait_to_say(&self, part: &str) {
        self.wait(&format!("to say {part:?}"), || self.says(part).then_some(()));
    }

    /// Waits until something is on the page.
    pub fn wait_for(&self, css: &str) {
        self.element(css);
    }

    /// Clicks what is there, or comes; a page that opens then is waited for.
    pub fn click(&self, css: &str) {
        self.wait(&format!("to let {css} be clicked"), || {
            let element = self.found(css).into_iter().next()?;
            // A part that is just renewed has another element in its place.
            self.try_ask(&format!("element/{element}/click"), &json!({})).ok()
        });
    }

    /// Clicks what leads to another page, or to the same once more, and waits until that is there.
    pub fn follow(&self, css: &str) {
        self.run("window.isLeft = true");
        self.click(css);
        let is_new = json!({
            "script": "return !window.isLeft && document.readyState !== 'loading'", "args": [],
        });
        self.wait("to go on", || {
            (self.try_ask("execute/sync", &is_new).ok()? == true).then_some(())
        });
    }

    /// Types a text into a field in place of what it held. A field for dates takes it as a whole:
    /// what its keys mean differs by language.
    pub fn fill(&self, css: &str, text: &str) {
        let element = self.element(css);
        let kind = self.run_on("return arguments[0].type", &element);
        if kind == "date" {
            self.run_with(
                "arguments[0].value = arguments[1]; \
                 arguments[0].dispatchEvent(new Event('change', { bubbles: true }))",
                &json!([{ ELEMENT: element }, text]),
            );
            return;
        }
        if kind != "file" {
            self.ask(&format!("element/{element}/clear"), &json!({}));
        }
        self.ask(&format!("element/{element}/value"), &json!({ "text": text }));
    }

    /// Chooses a file for an input.
    pub fn choose_file(&self, css: &str, file: &Path) {
        self.fill(css, file.to_str().expect("paths of tests are UTF-8"));
    }

    /// Fills in every field of the page whose name is among these.
    pub fn fill_all<'a>(&self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) {
        for (key, text) in fields {
            if self.has(&format!("input[type=radio][name='{key}']")) {
                self.click(&format!("input[name='{key}'][value='{text}']"));
            } else if self.has(&format!("select[name='{key}']")) {
                self.click(&format!("select[name='{key}'] option[value='{text}']"));
            } else if self.has(&format!("main [name='{key}']:not([readonly])")) {
                self.fill(&format!("main [name='{key}']"), text);
            }
        }
    }

    /// The value of a field.
    pub fn value(&self, css: &str) -> String {
        let value = self.run_on("return arguments[0].value", &self.element(css));
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script in the page and gives what it returns.
    pub fn run(&self, script: &str) -> Value {
        self.run_with(script, &json!([]))
    }

    /// As [`Tab::run`], with a script that calls its last argument when it is done.
    pub fn run_async(&self, script: &str) -> Value {
        self.ask("execute/async", &json!({ "script": script, "args": [] }))
    }

    /// The whole page as it looks on a screen, as PNG.
    pub fn picture(&self, screen: Screen) -> Vec<u8> {
        let (width, height) = screen.size();
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics);
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let taken = self.devtools("Page.captureScreenshot", &whole);
        self.devtools("Emulation.clearDeviceMetricsOverride", &json!({}));
        let data = taken["data"].as_str().expect("a picture is base64");
        base64::engine::general_purpose::STANDARD.decode(data).expect("a picture is base64")
    }

    /// Shows the page as it comes out of a printer, or on the screen again.
    pub fn show_as_print(&self, is_print: bool) {
        let media = if is_print { "print" } else { "" };
        self.devtools("Emulation.setEmulatedMedia", &json!({ "media": media }));
    }

    fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.ask("goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    fn run_on(&self, script: &str, element: &str) -> Value {
        self.run_with(script, &json!([{ ELEMENT: element }]))
    }

    fn run_with(&self, script: &str, arguments: &Value) -> Value {
        self.ask("execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// The first that fits, once it is there.
    fn element(&self, css: &str) -> String {
        self.wait(&format!("to have {css}"), || self.found(css).into_iter().next())
    }

    fn found(&self, css: &str) -> Vec<String> {
        let found = self.ask("elements", &json!({ "using": "css selector", "value": css }));
        let elements = found.as_array().into_iter().flatten();
        elements.filter_map(|element| element[ELEMENT].as_str().map(str::to_owned)).collect()
    }

    fn wait<T>(&self, what: &str, reached: impl Fn() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(reached) = reached() {
                return reached;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "waited for {} {what}\n{}",
                self.path(),
                self.text()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A command of WebDriver that has to succeed.
    fn ask(&self, command: &str, body: &Value) -> Value {
        self.try_ask(command, body).unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    fn try_ask(&self, command: &str, body: &Value) -> Result<Value, String> {
        let response = self.agent.post(format!("{}/{command}", self.session)).send_json(body);
        let mut response = response.expect("chromedriver answers");
        let ok = response.status().is_success();
        let body = response.body_mut().with_config().limit(u64::MAX);
        let mut answer: Value = body.read_json().expect("chromedriver answers in JSON");
        let value = answer["value"].take();
        if ok { Ok(value) } else { Err(value["message"].to_string()) }
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        // The driver may have gone before.
        let _ = self.agent.delete(&self.session).call();
    }
}
