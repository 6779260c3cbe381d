//! Verbs on the data of a stopped node: verify, rebuild, backup, restore.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use daiban_node::shell::{note_backup, open_store};
use daiban_node::store::disk::{DirectoryError, Disk, RealDisk};
use daiban_node::store::{self, BackupError, BackupReport, OpenReport, Store, VerifyReport};
use serde_json::{Value, json};

use crate::exit::{Code, Done, Failure};
use crate::home::{Home, SETTINGS_FILE, disk};
use crate::progress::Progress;
use crate::run::not_started;
use crate::say::{Screen, bytes};

#[derive(Debug, Args)]
pub(crate) struct CopyArgs {
    /// 备份所在的文件夹 (folder of the backup; it must be empty for `backup`)
    dir: PathBuf,
}

/// `daiban verify`
pub(crate) fn verify(home: &Home, screen: &Screen) -> Done {
    let mut progress = Progress::new("检查 verify");
    let (opened, report) = examine(home, &mut |done, all| progress.tell(done, all))?;
    let damages: Vec<String> = report.damages.iter().map(ToString::to_string).collect();
    let said = json!({
        "records": report.records, "logs": report.logs, "entries": report.entries,
        "erased": report.erased, "blobs": report.blobs, "healed": report.healed, "damages": damages, "opening": notes(&opened),
    });
    screen.show(&said, |_| {
        let counted = format!(
            "records {}  logs {}  entries {}  erased {}  blobs {}  healed {}",
            report.records, report.logs, report.entries, report.erased, report.blobs, report.healed
        );
        let verdict = match damages.is_empty() {
            true => screen.lang.word("✓ 全部完好", "✓ all is sound"),
            false => screen.lang.word("✗ 发现损坏", "✗ damage was found"),
        };
        [notes(&opened), vec![counted], damages.clone(), vec![verdict.to_owned()]]
            .concat()
            .join("\n")
    })?;
    if damages.is_empty() && opened.missing_records == 0 {
        return Ok(());
    }
    Err(Failure::new(
        Code::Damage,
        format!("发现 {} 处损坏", damages.len().max(1)),
        format!("{} damages were found", damages.len().max(1)),
    )
    .remedy(
        "运行节点即可从上级或下级取回损坏的日志项和文件",
        "run the node: damaged entries and files are fetched again from its neighbours",
    ))
}

/// Opens the store of a stopped node and checks all of it.
pub(crate) fn examine(
    home: &Home,
    progress: &mut dyn FnMut(u64, u64),
) -> Done<(OpenReport, VerifyReport)> {
    let (_disk, store, opened) = open(home, false, progress)?;
    let report = store.verify(progress).map_err(|error| {
        Failure::new(Code::Disk, "无法完成检查", "the check could not be finished").because(error)
    })?;
    Ok((opened, report))
}

/// `daiban rebuild`
pub(crate) fn rebuild(home: &Home, screen: &Screen) -> Done {
    let mut progress = Progress::new("重建 rebuild");
    let (_disk, store, opened) = open(home, true, &mut |done, all| progress.tell(done, all))?;
    let entries: u64 = store.tips().values().map(|tip| tip.head.len).sum();
    let said = json!({ "logs": store.tips().len(), "entries": entries, "records": opened.replayed, "opening": notes(&opened) });
    screen.show(&said, |_| {
        let lines = [notes(&opened), vec![screen.lang.word(
            &format!("✓ 已由日志重建：{} 条记录，{entries} 项；列表在节点下次启动时更新", opened.replayed),
            &format!("✓ made anew from the journal: {} records, {entries} entries; lists follow at the next start", opened.replayed),
        ).to_owned()]];
        lines.concat().join("\n")
    })?;
    if opened.damaged.is_empty() && opened.missing_records == 0 {
        return Ok(());
    }
    Err(Failure::new(Code::Damage, "日志有损坏（见上）", "the journal is damaged, see above"))
}

/// `daiban backup`
pub(crate) fn backup(home: &Home, screen: &Screen, args: &CopyArgs) -> Done {
    let mut progress = Progress::new("读取日志 journal");
    let (_disk, store, _) = open(home, false, &mut |done, all| progress.tell(done, all))?;
    let to = take(&args.dir)?;
    let report = store::backup(&store, &to).map_err(not_copied)?;
    copy_settings(&home.data, &args.dir)?;
    note_backup(&home.data).map_err(|error| disk(&home.data, error))?;
    told(screen, &report, &args.dir, ("已备份到", "backed up to"))
}

/// `daiban restore`
pub(crate) fn restore(home: &Home, screen: &Screen, args: &CopyArgs) -> Done {
    if !args.dir.is_dir() {
        return Err(disk(&args.dir, std::io::ErrorKind::NotFound.into()));
    }
    let (from, to) = (take(&args.dir)?, take(&home.data)?);
    let report = store::restore(&from, &to).map_err(not_copied)?;
    copy_settings(&args.dir, &home.data)?;
    told(screen, &report, &home.data, ("已恢复到", "restored to"))?;
    screen.remark(
        "下次启动时以新的化身书写，并从上级取回备份之后的内容",
        "at its next start it writes under a new incarnation and fetches back what came after the backup",
    )
}

fn told(screen: &Screen, report: &BackupReport, dir: &Path, (zh, en): (&str, &str)) -> Done {
    let said = json!({ "files": report.files, "bytes": report.bytes, "folder": dir });
    screen.show(&said, |_: &Value| {
        let (word, size) = (screen.lang.word(zh, en), bytes(report.bytes));
        format!("{word} {}  files {}  {size}", dir.display(), report.files)
    })
}

/// The store of a node that does not run.
fn open(
    home: &Home,
    rebuild: bool,
    progress: &mut dyn FnMut(u64, u64),
) -> Done<(Arc<dyn Disk>, Store, OpenReport)> {
    // Without an identity there is nothing to open, and opening would make an empty store.
    home.identity()?;
    let settings = home.settings()?;
    let opened = open_store(&home.data, &settings, rebuild, progress);
    let (disk, store, _committer, report) = opened.map_err(|error| {
        let running = matches!(
            error,
            daiban_node::shell::StartError::Directory(DirectoryError::Owned { .. })
        );
        let failure = not_started(error);
        match running {
            true => failure.remedy("请先停止节点", "stop the node first"),
            false => failure,
        }
    })?;
    Ok((disk, store, report))
}

/// What opening found, one sentence each.
fn notes(report: &OpenReport) -> Vec<String> {
    let rebuilt = report.rebuilt.as_ref().map(|why| format!("database made anew: {why}"));
    let cut = report
        .cut
        .as_ref()
        .map(|(at, bytes)| format!("unfinished write of {bytes} bytes cut off at {at}"));
    let missing = (report.missing_records > 0)
        .then(|| format!("{} records that were once durable are gone", report.missing_records));
    let damaged = report.damaged.iter().map(ToString::to_string);
    [rebuilt, cut, missing].into_iter().flatten().chain(damaged).collect()
}

fn take(dir: &Path) -> Done<RealDisk> {
    RealDisk::open(dir).map_err(|error| {
        let code = match error {
            DirectoryError::Owned { .. } => Code::NotAllowed,
            DirectoryError::Io { .. } => Code::Disk,
        };
        Failure::new(code, "无法使用文件夹", "the folder cannot be used").because(error)
    })
}

/// The settings are not part of a store, but of what an operator wants back.
fn copy_settings(from: &Path, to: &Path) -> Done {
    let (from, to) = (from.join(SETTINGS_FILE), to.join(SETTINGS_FILE));
    match from.exists() {
        false => Ok(()),
        true => std::fs::copy(&from, &to).map(drop).map_err(|error| disk(&to, error)),
    }
}

fn not_copied(error: BackupError) -> Failure {
    let code = match error {
        BackupError::NotEmpty { .. } => Code::NotAllowed,
        BackupError::Incomplete | BackupError::Differs { .. } => Code::Damage,
        BackupError::Io { .. } => Code::Disk,
    };
    Failure::new(code, "复制未完成", "the copy was not finished").because(error)
}
