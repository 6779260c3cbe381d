//! What it costs to tell where cases stand and when they are due.

use std::hint::black_box;
use std::time::{Duration, Instant};

use daiban_domain::calendar::Date;
use daiban_domain::case::Case;
use daiban_domain::clock::card_of;
use daiban_domain::desk::Desk;
use daiban_domain::sample::Lives;
use daiban_node::replica::{Answer, Command, Law};
use daiban_node::shell::{Handle, Node};
use daiban_sync::id::{Millis, OfficeCode};
use serde_json::{Value, json};

use super::capture::batch;
use super::forms::{Forms, edit};
use super::stage::{LINE, Stage, settings};
use super::{BenchError, micros, millis, percentile, ratio, seconds};

/// Different cases of each item: from just opened to closed.
const OF_EACH_ITEM: u32 = 25;
/// 2026-03-02, a Monday.
const START: Millis = Millis(1_772_413_200_000);
const EDITS: u64 = 100;
const VILLAGE: usize = 3;

pub(super) async fn run(cases: u64) -> Result<Value, BenchError> {
    let all = all_cases(cases)?;
    let few = one_change("law-few", cases / 100).await?;
    let many = one_change("law-many", cases / 10).await?;
    Ok(json!({
        "all": all,
        "one_change": { "few": few, "many": many, "bar": "folds one case, however many there are" },
    }))
}

/// Folds and reckons cases of all items at all stages on this thread.
fn all_cases(cases: u64) -> Result<Value, BenchError> {
    let law = Law::default();
    let desk = law.desk(true);
    let Desk { catalog, calendar, authority, .. } = desk;
    let lives = Lives { desk, village: OfficeCode::new(LINE[VILLAGE])?, start: START };
    let mut distinct = Vec::new();
    for item in catalog.iter().filter(|item| item.is_valid_on(Date::at(START))) {
        for acts in 0..OF_EACH_ITEM {
            distinct.push(lives.case(item, acts, acts).map_err(BenchError::other)?);
        }
    }
    let stored: Vec<Vec<u8>> = distinct.iter().map(Case::save).collect();
    let acts: usize = distinct.iter().map(|case| case.acts().count()).sum();
    let rounds = cases.div_ceil(distinct.len() as u64);
    let loading = timed(rounds, &stored, |bytes| black_box(Case::load(bytes).is_ok()));
    let folding = timed(rounds, &distinct, |case| {
        black_box(case.state(catalog, calendar, authority)).is_some()
    });
    let today = Date::at(START.plus(20 * 86_400_000));
    let reckoning = timed(rounds, &distinct, |case| {
        let clocks = case.clocks(catalog, calendar, authority);
        let standing =
            clocks.iter().flatten().map(|clock| (&clock.kind, clock.standing(today, calendar, 3)));
        black_box(card_of(standing));
        clocks.is_some()
    });
    let count = rounds * distinct.len() as u64;
    Ok(json!({
        "cases": count,
        "acts_of_a_case": ratio(acts as u64, distinct.len() as u64),
        "fold_seconds": seconds(folding),
        "reckon_seconds": seconds(reckoning),
        "fold_and_reckon_seconds": seconds(folding + reckoning),
        "load_seconds": seconds(loading),
        "fold_and_reckon_over_load": ratio(micros(folding + reckoning), micros(loading)),
        "bar": "100,000 cases folded and reckoned within 10 s on one core",
    }))
}

fn timed<T>(rounds: u64, cases: &[T], work: impl Fn(&T) -> bool) -> Duration {
    let began = Instant::now();
    for _ in 0..rounds {
        assert!(cases.iter().all(&work), "every case of the benchmark has an item");
    }
    began.elapsed()
}

/// Edits cases of a node that holds `cases`.
async fn one_change(name: &str, cases: u64) -> Result<Value, BenchError> {
    let stage = Stage::new(name)?;
    let node =
        Node::start(&stage.data(VILLAGE), settings(0, None)).await.map_err(BenchError::other)?;
    let handle = node.handle();
    let receipts = batch(&handle, Forms::new(LINE[VILLAGE])?.applications(0..cases)?).await?;
    let before = folded(&handle).await?;
    let mut took = Vec::new();
    for (n, receipt) in (0..EDITS).zip(receipts.iter().cycle()) {
        let began = Instant::now();
        match handle.ask(edit(receipt, n, 1)).await {
            Some(Ok(Answer::Saved { .. })) => took.push(began.elapsed()),
            other => return Err(BenchError::Other(format!("expected an edit, got {other:?}"))),
        }
    }
    let folds = folded(&handle).await? - before;
    drop(handle);
    node.stop().await;
    Ok(json!({
        "cases": cases,
        "folds_per_edit": ratio(folds, EDITS),
        "edit_p50_ms": millis(percentile(&mut took, 50)),
    }))
}

async fn folded(handle: &Handle) -> Result<u64, BenchError> {
    match handle.ask(Command::Status).await {
        Some(Ok(Answer::Status(status))) => Ok(status.counters.folded_cases),
        other => Err(BenchError::Other(format!("expected the status, got {other:?}"))),
    }
}
