//! `daiban case import`: a list in, a case for each of its rows; what cannot be entered comes back
//! in a file that is mended and imported again. Lists are read and rows judged by the node's
//! `list`; here they are sent, and the errors file is put in its place.

mod errors;
mod sending;

use std::fs::File;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::Args;
use daiban_domain::words;
use daiban_node::list::{Bounds, Columns, Entering, List, Tally};
use daiban_node::replica::{Command, ItemView, Listed};
use serde_json::json;

use self::errors::Errors;
use self::sending::{Sending, strange};
use super::Officer;
use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::home::disk;
use crate::progress::Progress;
use crate::say::Screen;

/// A larger list than a workbook may be is given as CSV, which is not held: some million rows.
const BOUNDS: Bounds = Bounds {
    text_bytes: 256 << 20,
    workbook_bytes: 32 << 20,
    unpacked_bytes: 512 << 20,
    sheet_rows: 50_000,
    text_rows: usize::MAX,
    takes_xls: true,
};

#[derive(Debug, Args)]
#[command(after_help = "\
例 Examples:
  daiban case import 名单.xlsx --item CL-SB-01 --by 李丽 --dry-run
  daiban case import 名单.xlsx --item CL-SB-01 --by 李丽
  daiban case import 名单-errors.csv --item CL-SB-01 --by 李丽      (改正后 once it is mended)
第一行为栏目名称（daiban catalog show 中的名称或键），每行一件；CSV 可为 UTF-8 或 GB18030
(the first row names the fields as `daiban catalog show` does, by label or key; one case a row).
可以反复导入同一名单：已录入的行不会重复录入
(a list may be imported again at any time: rows that are entered are not entered twice).")]
pub(crate) struct ImportArgs {
    /// 名单：csv、xlsx 或 xls (the list)
    file: PathBuf,
    /// 事项代码 (code of the item; `daiban catalog list`)
    #[arg(long, value_name = "CODE")]
    item: String,
    /// 经办人 (officer; NAME or NAME:ACCOUNT)
    #[arg(long, value_name = "NAME")]
    by: Officer,
    /// 只检查，不录入 (say what would happen, and save nothing)
    #[arg(long)]
    dry_run: bool,
    /// 同时提交 (hand every case in at once)
    #[arg(long)]
    submit: bool,
    /// 内容相同的办件已撤回、作废或不予办理的，重新录入 (enter also what was withdrawn, voided or refused with this very content)
    #[arg(long)]
    again: bool,
    /// 有误的行写到何处 (where faulty rows go; default: FILE-errors.csv)
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// 工作表 (sheet of a workbook; default: the first that is not hidden)
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
}

/// `daiban case import`
pub(super) fn import(client: &Client, screen: &Screen, args: ImportArgs) -> Done {
    let errors = errors_path(&args)?;
    let file = File::open(&args.file).map_err(|error| disk(&args.file, error))?;
    let name = args.file.display().to_string();
    let List { header, rows, lines } = List::open(&name, file, args.sheet.as_deref(), &BOUNDS)?;
    let item = item_of(client, &args.item)?;
    let columns = Columns::find(header, &item)?;
    let listed = Listed { rehearse: args.dry_run, again: args.again };
    let mark = if screen.training { screen.practice() } else { "" };
    let errors = Errors::new(errors, columns.titles.clone(), mark);
    let entering = Entering::new(&item, args.by.into(), args.submit, listed);
    let mut sending = Sending::new(client, screen.lang, entering, errors);
    let mut progress = progress(screen);
    for row in rows {
        let row = row?;
        if let Some(progress) = &mut progress {
            progress.tell(row.line.min(lines), lines);
        }
        sending.add(columns.read(row))?;
    }
    let (tally, errors) = sending.finish()?;
    tell(screen, &item, args.dry_run, &tally, errors.as_deref())
}

fn progress(screen: &Screen) -> Option<Progress> {
    let is_watched = !screen.json && std::io::stderr().is_terminal();
    is_watched.then(|| Progress::new(screen.lang.word("录入", "import")))
}

fn item_of(client: &Client, code: &str) -> Done<ItemView> {
    let answer = client.ask(&Command::ShowItem { item: code.to_owned() })?;
    serde_json::from_value(answer).map_err(strange)
}

fn errors_path(args: &ImportArgs) -> Done<PathBuf> {
    let path = args.errors.clone().unwrap_or_else(|| beside(&args.file));
    let is_same = |one: &Path, other: &Path| match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    };
    if is_same(&path, &args.file) {
        return Err(Failure::new(
            Code::Usage,
            "--errors 与名单是同一个文件",
            "--errors names the list itself",
        )
        .remedy("请为有误的行另指定文件", "name another file for the faulty rows"));
    }
    Ok(path)
}

/// `名单.xlsx` → `名单-errors.csv`
fn beside(list: &Path) -> PathBuf {
    let mut name = list.file_stem().unwrap_or_default().to_owned();
    name.push("-errors.csv");
    list.with_file_name(name)
}

fn tell(
    screen: &Screen,
    item: &ItemView,
    is_rehearsal: bool,
    tally: &Tally,
    errors: Option<&Path>,
) -> Done {
    let Tally { rows, new, known, denied, faulty } = *tally;
    let summary = json!({
        "item": item.code, "dry_run": is_rehearsal, "rows": rows, "new": new, "known": known,
        "denied": denied, "faulty": faulty, "errors": errors,
    });
    screen.show(&summary, |_| {
        let said = match is_rehearsal {
            false => words::rows_entered(rows, new, known, faulty),
            true => words::rows_rehearsed(rows, new, known, faulty),
        };
        let mut text = screen.lang.of(&said).to_owned();
        if denied > 0 {
            let how = screen.lang.word("；重新申请请加 --again", "; --again enters them anew");
            text += &format!("\n{}{how}", screen.lang.of(&words::rows_denied(denied)));
        }
        text
    })?;
    let Some(errors) = errors.map(Path::display) else { return Ok(()) };
    Err(Failure::new(
        Code::Rows,
        format!("{faulty}行未录入，已写入 {errors}"),
        format!("{faulty} rows were not entered, they are in {errors}"),
    )
    .remedy("请在该文件中改正后导入该文件", "mend them in that file, then import that file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_errors_file_lies_beside_the_list() {
        assert_eq!(beside(Path::new("a/名单.xlsx")), Path::new("a/名单-errors.csv"));
        assert_eq!(beside(Path::new("名单")), Path::new("名单-errors.csv"));
    }
}
