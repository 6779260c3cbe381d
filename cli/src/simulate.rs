//! `daiban simulate`: a virtual city in which anything may break.

mod compare;
pub(crate) mod real;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use clap::{Args, Subcommand};
use daiban_sim::scenario::random;
use daiban_sim::sweep::{describe, sweep};
use daiban_sim::{
    Distribution, Options, Outcome, RECORD_VERSION, Record, Scenario, report, run, shrink,
};
use daiban_sync::id::Tier;
use serde_json::json;

use crate::exit::{Code, Done, Failure};
use crate::home::disk;
use crate::memory;
use crate::progress::Progress;
use crate::say::Screen;

/// Failures after which a sweep ends.
const FAILURES_MAX: usize = 5;
const DAY_S: f64 = 86_400.0;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct SimulateArgs {
    #[command(subcommand)]
    verb: Option<SimulateVerb>,
    /// 场景文件 (scenario files, see simulations/scenarios)
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// 随机种子；同一种子结果相同 (the seed: the same seed tells the same story; of a sweep, the first)
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 该种子的随机故事 (the random story of the seed)
    #[arg(long, conflicts_with = "files")]
    random: bool,
    /// 用全部处理器运行许多种子 (run so many seeds over random stories, on all cores)
    #[arg(long, value_name = "N", conflicts_with_all = ["files", "random"])]
    sweep: Option<u64>,
    /// 用真实进程和链路模拟器上演，缩小为一县几村 (play it with real processes behind the link emulator, in a small tree)
    #[arg(long, conflicts_with_all = ["random", "sweep", "tell"])]
    real: bool,
    /// 真实进程上演的秒数，此后一切恢复 (how long real processes play, before everything heals)
    #[arg(long, value_name = "N", default_value_t = 12, requires = "real", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// 打印经过 (print what happens)
    #[arg(long)]
    tell: bool,
    /// 记录写入此文件夹：JSON和网页 (write each run's record into this folder, as JSON and as a page)
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
}

/// What is done with runs that are over.
#[derive(Debug, Subcommand)]
enum SimulateVerb {
    /// 对比两次运行 (two runs beside each other)
    Compare(compare::CompareArgs),
}

/// `daiban simulate`
pub(crate) fn simulate(screen: &Screen, args: &SimulateArgs) -> Done {
    memory::keep();
    if let Some(SimulateVerb::Compare(args)) = &args.verb {
        return compare::compare(screen, args);
    }
    if let Some(count) = args.sweep {
        return many(screen, args, count);
    }
    if args.random {
        return play(screen, args, &random(args.seed), "--random");
    }
    if args.files.is_empty() {
        return Err(Failure::new(Code::Usage, "没有指定场景", "no scenario is named")
            .remedy("给出场景文件，或用 --sweep N", "name scenario files, or use --sweep N"));
    }
    let scenarios: Vec<Scenario> =
        args.files.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    for (path, scenario) in args.files.iter().zip(&scenarios) {
        if args.real {
            play_for_real(screen, args, scenario)?;
            continue;
        }
        play(screen, args, scenario, &path.display().to_string())?;
    }
    Ok(())
}

fn read(path: &Path) -> Done<Scenario> {
    let text = fs::read_to_string(path).map_err(|error| {
        let shown = path.display();
        let (zh, en) = (format!("读不到场景 {shown}"), format!("scenario {shown} cannot be read"));
        Failure::new(Code::NotFound, zh, en).because(error)
    })?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Scenario::parse(&name, &text).map_err(|error| {
        let shown = path.display();
        let (zh, en) = (format!("场景 {shown} 有误"), format!("scenario {shown} is wrong"));
        Failure::new(Code::Input, zh, en).because(error)
    })
}

/// One story, with its summary.
fn play(screen: &Screen, args: &SimulateArgs, scenario: &Scenario, again: &str) -> Done {
    let mut progress = Progress::new("模拟 simulate");
    let options = Options { tell: args.tell, ..Options::default() };
    let began = Instant::now();
    let outcome = run(scenario, args.seed, options, &mut |done, all| progress.tell(done, all));
    let took_s = began.elapsed().as_secs_f64();
    keep(args, &outcome.record)?;
    let record = &outcome.record;
    let days = seconds(record.counts.lived_ms) / DAY_S;
    let said = json!({
        "scenario": record.scenario, "seed": record.seed, "trace": record.trace_hash,
        "failure": record.failure, "counts": record.counts, "alarms": record.alarms,
        "wall_s": took_s, "wall_s_a_day": took_s / days,
    });
    screen.show(&said, |_| summary(record, took_s))?;
    match &outcome.failure {
        None => Ok(()),
        Some(_) => Err(failed(screen, scenario, &outcome, again)),
    }
}

/// One story on real processes, with its summary. The data directories of one that fails are kept.
fn play_for_real(screen: &Screen, args: &SimulateArgs, scenario: &Scenario) -> Done {
    let folder = tempfile::tempdir().map_err(|error| disk(&std::env::temp_dir(), error))?;
    let mut progress = Progress::new("上演 play");
    let began = Instant::now();
    let length = (args.seed, args.seconds);
    let record = real::play(scenario, length, folder.path(), &mut progress)?;
    let took_s = began.elapsed().as_secs_f64();
    keep(args, &record)?;
    let said = json!({
        "scenario": record.scenario, "seed": record.seed, "failure": record.failure,
        "counts": record.counts, "alarms": record.alarms, "healed_after_ms": record.healed_after_ms,
        "wall_s": took_s,
    });
    screen.show(&said, |_| {
        let offices: usize = record.offices.values().sum();
        let first = format!(
            "{}\n  played in {:.0} s of {took_s:.1} s, agreed {:.1} s after healing",
            verdict(&record, &format!("{offices} processes")),
            seconds(record.lasts_ms),
            seconds(record.healed_after_ms)
        );
        [vec![first, figures(&record)], safety(&record)].concat().join("\n")
    })?;
    let Some(found) = &record.failure else { return Ok(()) };
    let kept = folder.keep();
    let (zh, en) = (format!("场景失败：{found}"), format!("the story fails: {found}"));
    Err(Failure::new(Code::Internal, zh, en).remedy(
        format!("数据和日志保留在 {}", kept.display()),
        format!("data and logs are kept in {}", kept.display()),
    ))
}

fn summary(record: &Record, took_s: f64) -> String {
    let offices: usize = record.offices.values().sum();
    let days = seconds(record.counts.lived_ms) / DAY_S;
    let first = vec![
        verdict(record, &format!("{offices} offices")),
        format!(
            "  {days:.1} days in {took_s:.1} s ({:.1} s a day), agreed {:.0} s after healing",
            took_s / days,
            seconds(record.healed_after_ms)
        ),
        figures(record),
    ];
    let trace = vec![format!("  trace {}", record.trace_hash)];
    [first, safety(record), trace].concat().join("\n")
}

fn verdict(record: &Record, offices: &str) -> String {
    let verdict = if record.failure.is_some() { "✗" } else { "✓" };
    format!("{verdict} {}  seed {}  {offices}", record.title, record.seed)
}

fn figures(record: &Record) -> String {
    let counts = record.counts;
    format!(
        "  {} cases, {} decided, {} saved words; {} crashes, {} cuts, {} bundles, {:.1} MB sent, {} alarms",
        counts.cases,
        counts.decided,
        counts.promises,
        counts.crashes,
        counts.cuts,
        counts.bundles,
        seconds(counts.sent_bytes / 1_000),
        counts.alarms
    )
}

/// A line for each kind of link and tier.
fn safety(record: &Record) -> Vec<String> {
    let safe = record.profiles.iter().flat_map(|(name, figures)| {
        let tiers = figures.safe_after_ms.iter();
        tiers.map(move |(tier, waits)| (name, tier, waits))
    });
    let line = |(name, tier, waits): (&String, &Tier, &Distribution)| {
        let part = |(percent, ms): &(u64, u64)| format!("{percent} % {:.1} s", seconds(*ms));
        let parts: Vec<String> = waits.parts.iter().map(part).collect();
        format!("  safe at {tier:?} from {name}: {}", parts.join(", "))
    };
    safe.map(line).collect()
}

/// Says what broke, and looks for the shortest story in which it still does.
fn failed(screen: &Screen, scenario: &Scenario, outcome: &Outcome, again: &str) -> Failure {
    let Some(found) = &outcome.failure else {
        return Failure::new(Code::Internal, "没有失败", "nothing failed");
    };
    let _ = screen.remark("正在缩短故事 …", "looking for the shortest story …");
    let least = shrink(scenario, outcome.seed, Options::default(), found.checker);
    let path = PathBuf::from(format!("shortest-{}-{}.toml", scenario.name, outcome.seed));
    let written = fs::write(&path, least.to_toml());
    let seed = outcome.seed;
    let (zh, en) = (format!("场景失败：{found}"), format!("the story fails: {found}"));
    let shortest = match written {
        Ok(()) => format!("daiban simulate {} --seed {seed} --tell", path.display()),
        Err(error) => format!("{} ({error})", path.display()),
    };
    let (faults, crashes) = (least.faults.len(), least.crashes.len());
    Failure::new(Code::Internal, zh, en).remedy(
        format!("重现：daiban simulate {again} --seed {seed}；最短（{faults} 个故障，{crashes} 次崩溃）：{shortest}"),
        format!("again: daiban simulate {again} --seed {seed}; shortest ({faults} faults, {crashes} crashes): {shortest}"),
    )
}

/// Many seeds over random stories.
fn many(screen: &Screen, args: &SimulateArgs, count: u64) -> Done {
    let progress = Mutex::new(Progress::new("模拟 simulate"));
    let tell = |done: u64| {
        progress.lock().unwrap_or_else(PoisonError::into_inner).tell(done, count);
    };
    let began = Instant::now();
    let seeds = args.seed..args.seed.saturating_add(count);
    let report = sweep(seeds, Options::default(), FAILURES_MAX, &tell);
    let took_s = began.elapsed().as_secs_f64();
    let days = seconds(report.counts.lived_ms) / DAY_S;
    let runs = f64::from(u32::try_from(report.seeds).unwrap_or(u32::MAX));
    for outcome in &report.failures {
        keep(args, &outcome.record)?;
    }
    let failures: Vec<String> = report.failures.iter().map(describe).collect();
    let said = json!({
        "seeds": report.seeds, "failures": failures, "counts": report.counts, "wall_s": took_s,
        "seeds_an_hour": runs / took_s * 3_600.0, "days_a_second": days / took_s,
    });
    screen.show(&said, |_| {
        let speed = format!(
            "{} seeds in {took_s:.0} s: {:.0} seeds an hour, {:.3} simulated days a second; {} failed",
            report.seeds,
            runs / took_s * 3_600.0,
            days / took_s,
            failures.len()
        );
        [failures.clone(), vec![speed]].concat().join("\n")
    })?;
    match report.failures.first() {
        None => Ok(()),
        Some(first) => Err(failed(screen, &random(first.seed), first, "--random")),
    }
}

/// Writes a run's record where it was asked for.
fn keep(args: &SimulateArgs, record: &Record) -> Done {
    let Some(folder) = &args.record else { return Ok(()) };
    let path = folder.join(format!("{}-{}.json", record.scenario, record.seed));
    let json = serde_json::to_string_pretty(record).map_err(internal)?;
    let page = report(std::slice::from_ref(record)).map_err(internal)?;
    fs::create_dir_all(folder).map_err(|error| unwritten(folder, error))?;
    write(&path, &json)?;
    write(&path.with_extension("html"), &page)
}

fn write(path: &Path, text: &str) -> Done {
    fs::write(path, text).map_err(|error| unwritten(path, error))
}

fn unwritten(path: &Path, error: std::io::Error) -> Failure {
    let shown = path.display();
    let (zh, en) = (format!("写不了记录 {shown}"), format!("record {shown} cannot be written"));
    Failure::new(Code::Disk, zh, en).because(error)
}

fn internal(error: serde_json::Error) -> Failure {
    Failure::new(Code::Internal, "无法生成JSON", "the record cannot be written as JSON")
        .because(error)
}

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
fn seconds(ms: u64) -> f64 {
    ms as f64 / 1_000.0
}
