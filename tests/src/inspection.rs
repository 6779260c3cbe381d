//! What every page that a journey comes by is checked for: a serious fault of accessibility, HTML
//! that does not validate, anything fetched from another host. It is kept as a picture for people.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::chromium::{Screen, Tab};

/// Gives every fault that axe calls serious or critical, a line each.
const FIND_FAULTS: &str = r"
const done = arguments[arguments.length - 1];
const grave = (found) => ['serious', 'critical'].includes(found.impact);
const said = (found) => found.nodes.map((node) => `${found.id}: ${node.target}: ${node.failureSummary}`);
axe.run(document, { resultTypes: ['violations'] })
  .then((result) => done(result.violations.filter(grave).flatMap(said)))
  .catch((error) => done([String(error)]));";
/// What the server sends for this page.
const SOURCE: &str = r"
const done = arguments[arguments.length - 1];
fetch(location.href, { headers: { 'x-live': '1' } }).then((page) => page.text()).then(done);";
/// As the browser has read it, for the answer to a form, which cannot be asked for again.
const ANSWER: &str = r"
arguments[arguments.length - 1]('<!DOCTYPE html>\n' + document.documentElement.outerHTML);";
/// Whatever this page has asked another host for.
const STRANGERS: &str = "return performance.getEntriesByType('resource') \
    .map((entry) => entry.name).filter((name) => !name.startsWith(location.origin + '/'))";

/// The pages of one journey.
pub struct Inspection {
    journey: &'static str,
    axe: String,
}

impl Inspection {
    /// # Panics
    /// Without the checkers, which `tests/run` installs.
    pub fn of(journey: &'static str) -> Self {
        let axe = tools().join("node_modules/axe-core/axe.min.js");
        let axe = fs::read_to_string(&axe)
            .unwrap_or_else(|error| panic!("{}: {error}: tests/run installs it", axe.display()));
        // What an earlier run has left is not this run's.
        let _ = fs::remove_dir_all(sources(journey));
        for folder in [pictures(), sources(journey)] {
            fs::create_dir_all(folder).expect("the build folder is writable");
        }
        Self { journey, axe }
    }

    /// Checks the page and takes its pictures.
    pub fn look(&self, tab: &Tab, name: &str) {
        self.check(tab, name, SOURCE);
    }

    /// As [`Inspection::look`], for what a form was answered with.
    pub fn look_at_answer(&self, tab: &Tab, name: &str) {
        self.check(tab, name, ANSWER);
    }

    fn check(&self, tab: &Tab, name: &str, source: &str) {
        tab.run(&self.axe);
        let faults = tab.run_async(FIND_FAULTS);
        assert_eq!(lines(&faults), Vec::<&str>::new(), "accessibility of {name}: {}", tab.path());
        let strangers = tab.run(STRANGERS);
        assert_eq!(lines(&strangers), Vec::<&str>::new(), "{name} asks another host");
        let source = tab.run_async(source);
        let source = source.as_str().expect("a page is text");
        fs::write(sources(self.journey).join(format!("{name}.html")), source)
            .expect("the build folder is writable");
        self.keep(tab, name);
    }

    /// Takes the pictures of a page only.
    pub fn keep(&self, tab: &Tab, name: &str) {
        for screen in [Screen::Desk, Screen::Phone] {
            self.write(name, &format!("{screen:?}").to_lowercase(), &tab.picture(screen));
        }
    }

    /// As [`Inspection::look`], for a page that is made for paper.
    pub fn look_at_print(&self, tab: &Tab, name: &str) {
        self.look(tab, name);
        tab.show_as_print(true);
        self.write(name, "print", &tab.picture(Screen::Paper));
        tab.show_as_print(false);
    }

    fn write(&self, name: &str, screen: &str, picture: &[u8]) {
        fs::write(pictures().join(format!("{name}-{screen}.png")), picture)
            .expect("the build folder is writable");
    }

    /// Validates the HTML of all these pages.
    pub fn finish(self) {
        let validator = tools().join("node_modules/html-validate/bin/html-validate.mjs");
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/html-rules.json");
        let pages = format!("{}/*.html", sources(self.journey).display());
        let checked = Command::new("node")
            .arg(validator)
            .arg("--config")
            .arg(rules)
            .args(["--formatter", "text", &pages])
            .output()
            .expect("node is installed: tests/run does it");
        let said = [checked.stdout, checked.stderr].concat();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&said));
    }
}

fn lines(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Where cargo builds, outside of git.
fn target() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    test.ancestors().nth(3).expect("target/PROFILE/deps/NAME").to_owned()
}

fn tools() -> PathBuf {
    target().join("browser")
}

fn pictures() -> PathBuf {
    target().join("screenshots")
}

fn sources(journey: &str) -> PathBuf {
    target().join("screenshots").join("html").join(journey)
}
