//! `daiban case import`: a list in, a case for each of its rows; what cannot be entered comes back
//! in a file that is mended and imported again.
//!
//! ```text
//! text | sheet → list (header, rows) → columns (fields of the item) → sending → node
//!                                                                        ↓
//!                                                                      faults
//! ```
//!
//! Nothing here remembers what was entered: the node recognises rows that it has, so a list may be
//! imported again at any time (`daiban_node`, `replica/listed.rs`).

mod cell;
mod columns;
mod faults;
mod list;
mod sending;
mod sheet;
mod text;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::Args;
use daiban_domain::form::Fields;
use daiban_node::replica::{Command, ItemView, Listed};
use serde_json::json;

use self::columns::Columns;
use self::faults::Faults;
use self::list::List;
use self::sending::{Sending, Tally, strange};
use super::Officer;
use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::progress::Progress;
use crate::say::{Lang, Screen};

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
    let List { header, rows, lines } = list::open(&args.file, args.sheet.as_deref())?;
    let item = item_of(client, &args.item)?;
    let columns = Columns::find(header, &item)?;
    let listed = Listed { rehearse: args.dry_run, again: args.again };
    let mark = if screen.training { screen.practice() } else { "" };
    let faults = Faults::new(errors, columns.titles.clone()).marked(mark);
    let mut sending =
        Sending::new(client, screen.lang, &item, (args.by.into(), args.submit, listed), faults);
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

/// One row of a list, as it would be sent.
pub struct ListRow {
    /// Its number in a spreadsheet, from 1.
    pub line: u64,
    /// `None` if a cell of it cannot be read.
    pub fields: Option<Fields>,
}

/// The rows of a list for an item, as `daiban case import` reads them.
///
/// # Errors
/// What a person would be told: of the list at once, of a row in its place.
pub fn list_rows(
    file: &Path,
    item: &ItemView,
) -> Result<impl Iterator<Item = Result<ListRow, String>> + use<>, String> {
    let told = |failure: Failure| failure.shown(Lang::En);
    let List { header, rows, .. } = list::open(file, None).map_err(told)?;
    let columns = Columns::find(header, item).map_err(told)?;
    Ok(rows.map(move |row| {
        let read = columns.read(row.map_err(told)?);
        Ok(ListRow { line: read.line, fields: read.fields.ok() })
    }))
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
        let (did, did_en) = match is_rehearsal {
            false => ("录入", "entered"),
            true => ("可录入（未录入）", "could be entered (nothing was)"),
        };
        let zh = format!("共{rows}行：{did}{new}，以前已录入{known}，有误{faulty}");
        let en = format!("{rows} rows: {new} {did_en}, {known} were there, {faulty} faulty");
        let again = (
            format!("\n以前录入的有{denied}件已撤回、作废或不予办理；重新申请请加 --again"),
            format!("\n{denied} of those there were withdrawn, voided or refused; --again enters them anew"),
        );
        let mut text = screen.lang.word(&zh, &en).to_owned();
        if denied > 0 {
            text += screen.lang.word(&again.0, &again.1);
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
