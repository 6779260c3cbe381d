//! How fast the store seals, appends, indexes and opens: `cargo bench -p daiban-node --bench store_append`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use daiban_node::store::disk::RealDisk;
use daiban_node::store::kv::SledKvOpener;
use daiban_node::store::{
    Appended, Committer, OpenReport, Options, Record, Store, Unlock, ViewBatch, os_entropy,
};
use daiban_sync::channel::Channel;
use daiban_sync::entry::{Entry, Genesis, Kind, Payload};
use daiban_sync::head::Head;
use daiban_sync::id::{Hlc, Incarnation, NodeKey, OfficeCode};
use daiban_sync::run::{Run, Tip, VerifiedRun};
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

const ENTRIES: u32 = 50_000;
const CASES: u32 = 10_000;
const PAYLOAD_BYTES: usize = 300;

const IDLE: &str = "STORE_BENCH_IDLE";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    if let Some(folder) = std::env::var_os(IDLE) {
        return idle(std::path::Path::new(&folder));
    }
    for entries_per_run in [256, 1] {
        let folder = tempfile::tempdir()?;
        let runs = runs(entries_per_run)?;
        let (mut store, mut committer, _) = open(folder.path(), false)?;
        println!(
            "{ENTRIES} entries of {PAYLOAD_BYTES} B for {CASES} cases, {entries_per_run} to a run"
        );
        append(&mut store, &mut committer, &runs)?;
        views(&mut store)?;
        timed("read back and open all", || {
            let log = runs[0].run().log;
            assert_eq!(store.entries(log, 0).filter(Result::is_ok).count(), ENTRIES as usize + 1);
            Ok(())
        })?;
        timed("flush the database", || Ok(store.flush()?))?;
        println!("  database {} KB", store.database_bytes()? / 1024);
        drop((store, committer));
        timed("open", || open(folder.path(), false).map(drop))?;
        timed("open and rebuild", || open(folder.path(), true).map(drop))?;
        idle_memory(folder.path())?;
    }
    Ok(())
}

fn append(store: &mut Store, committer: &mut Committer, runs: &[VerifiedRun]) -> Outcome<()> {
    let mut appended: Vec<Appended> = Vec::new();
    let records: Vec<Record> = runs.iter().cloned().map(Record::Run).collect();
    timed("seal and append", || {
        for records in records.chunks(16) {
            appended.push(committer.append(records)?);
        }
        Ok(())
    })?;
    timed("sync", || committer.sync().map(drop).map_err(Into::into))?;
    timed("index", || Ok(store.note_durable(appended)?))
}

/// One row for each case, as a replica would write them.
fn views(store: &mut Store) -> Outcome<()> {
    timed("views", || {
        loop {
            let records = store.unapplied(1 << 20)?;
            let Some(last) = records.last() else { return Ok(()) };
            let mut batch = ViewBatch::default();
            for record in &records {
                let Record::Run(run) = &record.record else { continue };
                for payload in run.run().entries.iter().filter_map(|entry| entry.payload.bytes()) {
                    let Some(case) = payload.first_chunk::<16>() else { continue };
                    batch.put(*case, Some(*case), payload);
                }
            }
            let next = last.next;
            store.apply_views(batch, next)?;
        }
    })
}

fn open(folder: &std::path::Path, rebuild: bool) -> Outcome<(Store, Committer, OpenReport)> {
    let disk = Arc::new(RealDisk::open(folder)?);
    let mut kv = SledKvOpener::new(folder.join("db"), 16 << 20);
    let unlock = Unlock::KeyFile(Zeroizing::new([1; 32]));
    let options = Options { rebuild, ..Options::default() };
    Ok(Store::open(disk, &mut kv, &unlock, options, Box::new(os_entropy), &mut |_, _| ())?)
}

fn runs(entries_per_run: usize) -> Outcome<Vec<VerifiedRun>> {
    let key = SigningKey::from_bytes(&[7; 32]);
    let author = NodeKey(key.verifying_key().to_bytes());
    let office = OfficeCode::new(330_382_001_001)?;
    let (incarnation, channel) = (Incarnation(1), Channel::cases(office));
    let genesis = Genesis { author, incarnation, channel, chain: Vec::new() };
    let mut tip = Tip { author, office, incarnation, channel, head: Head::EMPTY };
    let mut entries = vec![genesis.entry(Hlc(1))];
    entries.extend((0..ENTRIES).map(entry));
    let write = |entries: &[Entry]| {
        let verified = VerifiedRun::authored(
            Run::write(genesis.log_id(), tip.head, entries.to_vec(), &key),
            &tip,
        );
        tip = *verified.tip();
        verified
    };
    Ok(entries.chunks(entries_per_run).map(write).collect())
}

fn entry(number: u32) -> Entry {
    let case = (number % CASES).to_le_bytes().repeat(4);
    let mut payload = case;
    payload.resize(PAYLOAD_BYTES, number.to_le_bytes()[0]);
    Entry { at: Hlc(2), kind: Kind::FormChange, payload: Payload::Present(payload) }
}

fn timed<T>(what: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    let (begun, cpu_before) = (Instant::now(), cpu_time()?);
    let done = work()?;
    let (wall, cpu) = (begun.elapsed().as_secs_f64(), (cpu_time()? - cpu_before).as_secs_f64());
    let rate = f64::from(ENTRIES) / cpu;
    let (wall, cpu) = (wall * 1_000.0, cpu * 1_000.0);
    println!("  {what:24} {wall:8.1} ms, {cpu:8.1} ms of CPU  {rate:10.0} entries/CPU-s");
    Ok(done)
}

/// What this thread has used; other work on the machine does not count.
fn cpu_time() -> Outcome<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(text.split_whitespace().next().unwrap_or("0").parse()?))
}

/// Memory of a process that only opened the store.
fn idle_memory(folder: &std::path::Path) -> Outcome<()> {
    let this = std::env::current_exe()?;
    let status = std::process::Command::new(this).env(IDLE, folder).status()?;
    if status.success() { Ok(()) } else { Err("the idle process failed".into()) }
}

fn idle(folder: &std::path::Path) -> Outcome<()> {
    let opened = timed("open in a new process", || open(folder, false))?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    for line in status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"))
    {
        println!("  idle {line}");
    }
    drop(opened);
    Ok(())
}
