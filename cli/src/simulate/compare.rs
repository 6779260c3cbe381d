//! `daiban simulate compare`: two runs beside each other, to judge a change by.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::{RECORD_VERSION, report};
use crate::exit::{Code, Done, Failure};
use crate::say::{Screen, table};

const COUNTS: [&str; 10] = [
    "cases",
    "decided",
    "refusals",
    "crashes",
    "links",
    "bundles",
    "syncs",
    "sent_bytes",
    "alarms",
    "healed_after_ms",
];
/// Of how long it takes until a case is safe, these parts in percent.
const PARTS: [u64; 2] = [50, 99];

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// 一次运行的记录，由 --record 写成 (the record of a run, which --record writes)
    #[arg(value_name = "A")]
    before: PathBuf,
    /// 另一次运行的记录 (the record of another run)
    #[arg(value_name = "B")]
    after: PathBuf,
    /// 两次运行写成一个网页 (write both runs as one page)
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
}

/// One figure of both runs.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Figure {
    name: String,
    before: Option<u64>,
    after: Option<u64>,
}

pub(super) fn compare(screen: &Screen, args: &CompareArgs) -> Done {
    let runs = [read(&args.before)?, read(&args.after)?];
    if let Some(path) = &args.page {
        super::write(path, &report(&runs).map_err(super::internal)?)?;
    }
    let [before, after] = &runs;
    screen.show(&figures(before, after), |figures| {
        let head = ["", &title(before), &title(after), "%"].map(str::to_owned).to_vec();
        let rows = figures.iter().filter(|figure| figure.before.or(figure.after).is_some());
        table(&std::iter::once(head).chain(rows.map(row)).collect::<Vec<_>>())
    })
}

fn read(path: &Path) -> Done<Value> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        let (zh, en) = (format!("读不到记录 {shown}"), format!("record {shown} cannot be read"));
        Failure::new(Code::NotFound, zh, en).because(error)
    })?;
    let wrong = || {
        let (zh, en) = (format!("{shown} 不是运行记录"), format!("{shown} is no record of a run"));
        Failure::new(Code::Input, zh, en).remedy(
            "用 daiban simulate --record 目录 重新运行",
            "run it again with daiban simulate --record DIR",
        )
    };
    let run: Value = serde_json::from_str(&text).map_err(|error| wrong().because(error))?;
    if run["version"] == RECORD_VERSION { Ok(run) } else { Err(wrong()) }
}

fn title(run: &Value) -> String {
    format!("{} {}", run["scenario"].as_str().unwrap_or_default(), run["seed"])
}

fn figures(before: &Value, after: &Value) -> Vec<Figure> {
    let both = |name: String, find: &dyn Fn(&Value) -> Option<u64>| Figure {
        name,
        before: find(before),
        after: find(after),
    };
    let counts = COUNTS
        .iter()
        .map(|count| both((*count).to_owned(), &|run: &Value| run["counts"][count].as_u64()));
    let mut figures: Vec<Figure> = counts.collect();
    for link in links(before).union(&links(after)) {
        figures.push(both(format!("{link}: up_bytes/case"), &|run: &Value| {
            let known = &run["profiles"][link];
            known["up_bytes"].as_u64()?.checked_div(known["cases"].as_u64()?)
        }));
        for tier in ["town", "county", "city"] {
            figures.extend(PARTS.map(|percent| {
                both(format!("{link}: safe at {tier}, {percent} %, ms"), &|run: &Value| {
                    part(&run["profiles"][link]["safe_after_ms"][tier], percent)
                })
            }));
        }
    }
    figures
}

fn links(run: &Value) -> BTreeSet<String> {
    run["profiles"].as_object().into_iter().flat_map(|known| known.keys().cloned()).collect()
}

fn part(waits: &Value, percent: u64) -> Option<u64> {
    let parts = waits["parts"].as_array()?;
    parts.iter().find(|part| part[0] == percent)?[1].as_u64()
}

fn row(figure: &Figure) -> Vec<String> {
    let shown = |value: Option<u64>| value.map_or_else(|| "–".to_owned(), |v| v.to_string());
    let change = change(figure).map_or_else(String::new, |percent| format!("{percent:+}"));
    vec![figure.name.clone(), shown(figure.before), shown(figure.after), change]
}

/// In percent of what it was.
fn change(figure: &Figure) -> Option<i128> {
    let (before, after) = (i128::from(figure.before?), i128::from(figure.after?));
    ((after - before) * 100).checked_div(before).filter(|_| after != before)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(sent: u64, up: u64) -> Value {
        let waits = json!({ "count": 2, "parts": [[50, 120], [99, 900]] });
        json!({
            "counts": { "cases": 4, "sent_bytes": sent },
            "profiles": { "2g": { "cases": 4, "up_bytes": up, "safe_after_ms": { "city": waits } } },
        })
    }

    #[test]
    fn figures_stand_beside_each_other() {
        let all = figures(&run(1_000, 400), &run(900, 800));
        let shown = |name: &str| all.iter().find(|figure| figure.name == name).map(row);
        let cells = |cells: [&str; 4]| Some(cells.map(str::to_owned).to_vec());
        assert_eq!(shown("sent_bytes"), cells(["sent_bytes", "1000", "900", "-10"]));
        assert_eq!(shown("2g: up_bytes/case"), cells(["2g: up_bytes/case", "100", "200", "+100"]));
        let safe = "2g: safe at city, 99 %, ms";
        assert_eq!(shown(safe), cells([safe, "900", "900", ""]));
        assert_eq!(shown("syncs"), cells(["syncs", "–", "–", ""]));
    }
}
