//! How fast a list becomes cases, beside what the same node does with the same cases as a plain
//! batch of commands.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command as Program, Stdio};
use std::time::{Duration, Instant};

use daiban_node::replica::Command;
use serde_json::{Value, json};

use super::child::ChildNode;
use super::forms::{Forms, ITEM};
use super::stage::{LINE, Stage};
use super::{BenchError, per_second};
use crate::process::free_port;

/// Of a hundred rows, so many have an ID number that is wrong.
const FAULTY_PERCENT: u64 = 3;
/// The village's place in the line.
const VILLAGE: usize = 3;
/// Times that each of the two is measured, in turn: other work on the machine hits both.
const TURNS: u64 = 3;

pub(super) fn run(docs: u64) -> Result<Value, BenchError> {
    let forms = Forms::new(LINE[VILLAGE])?;
    let (mut batches, mut imports, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        batches.push(batch(&forms, docs)?);
        let (first, second) = import(&forms, docs)?;
        imports.push(first);
        again.push(second);
    }
    let median = |figures: &mut Vec<u64>| {
        figures.sort_unstable();
        figures[figures.len() / 2]
    };
    let (batch, import, again) = (median(&mut batches), median(&mut imports), median(&mut again));
    Ok(json!({
        "rows": docs,
        "faulty_percent": FAULTY_PERCENT,
        "batch_cases_per_second": batch,
        "import_rows_per_second": import,
        "import_over_batch": super::ratio(import, batch),
        "import_again_rows_per_second": again,
        "goal": "an import is as fast as a batch of the same run",
    }))
}

/// Cases a second, as commands over the admin socket.
fn batch(forms: &Forms, docs: u64) -> Result<u64, BenchError> {
    let stage = Stage::new("import-batch")?;
    let node = ChildNode::start(&stage.data(VILLAGE), free_port()?, None)?;
    let mut lines = Vec::new();
    for command in forms.applications(0..docs)? {
        serde_json::to_writer(&mut lines, &command).map_err(BenchError::other)?;
        lines.push(b'\n');
    }
    let began = Instant::now();
    let mut saved = 0;
    node.client().batch(&lines, |answer| {
        saved += u64::from(answer["answer"].is_object());
        Ok(())
    })?;
    let took = began.elapsed();
    node.stop()?;
    expect(saved, docs)?;
    Ok(per_second(docs, took))
}

/// Rows a second of the verb itself, from its start to its end: of a new list, and of one that is
/// entered already.
fn import(forms: &Forms, docs: u64) -> Result<(u64, u64), BenchError> {
    let stage = Stage::new("import-list")?;
    let data = stage.data(VILLAGE);
    let list = stage.root().join("list.csv");
    std::fs::write(&list, list_of(forms, docs)?)?;
    let node = ChildNode::start(&data, free_port()?, None)?;
    let (first, entered) = timed(&data, &list)?;
    let (second, again) = timed(&data, &list)?;
    expect(again["known"].as_u64().unwrap_or_default(), entered["new"].as_u64().unwrap_or(docs))?;
    expect(again["new"].as_u64().unwrap_or(docs), 0)?;
    node.stop()?;
    Ok((per_second(docs, first), per_second(docs, second)))
}

fn timed(data: &Path, list: &Path) -> Result<(Duration, Value), BenchError> {
    let mut program = Program::new(std::env::current_exe()?);
    program.args(["--json", "--data"]).arg(data).args(["case", "import"]).arg(list);
    program.args(["--item", ITEM, "--by", "代办员"]).stdin(Stdio::null());
    let began = Instant::now();
    let output = program.output()?;
    let took = began.elapsed();
    Ok((took, serde_json::from_slice(&output.stdout).map_err(BenchError::other)?))
}

fn list_of(forms: &Forms, docs: u64) -> Result<String, BenchError> {
    let mut list = String::new();
    let mut keys: Vec<String> = Vec::new();
    for (n, command) in forms.applications(0..docs)?.into_iter().enumerate() {
        let Command::NewCase { fields, .. } = command else { continue };
        if keys.is_empty() {
            keys = forms.keys()?;
            list += &keys.join(",");
        }
        list.push('\n');
        for (at, key) in keys.iter().enumerate() {
            let mut text = fields.get(key).map_or_else(String::new, ToString::to_string);
            let is_faulty = n as u64 % 100 < FAULTY_PERCENT;
            if is_faulty && key == "apply_cardnumber" {
                text.push('0');
            }
            let comma = if at == 0 { "" } else { "," };
            let _ = write!(list, "{comma}\"{}\"", text.replace('"', "\"\""));
        }
    }
    Ok(list)
}

fn expect(found: u64, expected: u64) -> Result<(), BenchError> {
    match found == expected {
        true => Ok(()),
        false => Err(BenchError::Other(format!("expected {expected} cases, got {found}"))),
    }
}
