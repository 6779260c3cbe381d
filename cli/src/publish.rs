//! `daiban publish …`: signed notices that go down the tree, and `daiban notices`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use daiban_domain::authority::Delegation;
use daiban_domain::calendar::{Calendar, Date};
use daiban_domain::catalog::Action;
use daiban_domain::notice::{Notice, items};
use daiban_domain::office::directory::{self, DirectoryFault, OfficeChange};
use daiban_domain::organ::OrganCode;
use daiban_domain::organ_codes::OrganCodes;
use daiban_domain::shipped;
use daiban_domain::words::Said;
use daiban_node::replica::{Command, Consequence};
use daiban_sync::id::{Millis, OfficeCode};
use serde_json::{Value, json};

use crate::case::changed;
use crate::catalog::checked;
use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::home::{Home, disk};
use crate::office::pick;
use crate::say::{Screen, moment, table};

#[derive(Debug, Args)]
#[command(after_help = "\
例 Examples:
  daiban publish catalog CL-JS-02.toml JB-02.toml --dry-run   只检查，说明会改变什么 (checks, and says what would change)
  daiban publish calendar 2027.csv
  daiban publish directory changes.csv
  daiban publish organs codes.csv
  daiban publish delegation --item JB-04 --action survey --from-organ ZR --to-office 330382001000 --to-organ ZJ --from 2026-12-01
  daiban publish announcement --title 系统维护 --text 周六22时起停机两小时
目录和日历由市级发布；机构变动和授权由各级在本级以下发布
(the city publishes catalogs and calendars; an office disposes of offices and authority below itself)")]
pub(crate) struct PublishArgs {
    #[command(subcommand)]
    what: What,
    /// 只检查并说明会改变什么，不发布 (check and say what would change; publish nothing)
    #[arg(long, global = true)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 事项目录：文件或文件夹 (item files, or a folder of .toml files)
    Catalog {
        /// 文件或文件夹 (files, or a folder of .toml files)
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// 工作日历：date,kind,name (a holiday file)
    Calendar {
        /// CSV文件 (CSV file)
        file: PathBuf,
    },
    /// 机构变动：code,change,to,from (offices added, renamed, merged, moved, closed)
    Directory {
        /// CSV文件 (CSV file)
        file: PathBuf,
    },
    /// 部门的统一社会信用代码：office,organ,code (unified social credit codes of organs, which case numbers begin with)
    Organs {
        /// CSV文件 (CSV file)
        file: PathBuf,
    },
    /// 授权：由另一机构代办某环节 (let another organ or office below do a stage of an item)
    Delegation(DelegationArgs),
    /// 公告 (a word to the offices below)
    Announcement {
        /// 标题 (title)
        #[arg(long)]
        title: String,
        /// 正文 (text)
        #[arg(long)]
        text: String,
    },
}

#[derive(Debug, Args)]
struct DelegationArgs {
    /// 事项代码 (code of the item)
    #[arg(long)]
    item: String,
    /// 环节，如 survey (action of the stage, as item files word it)
    #[arg(long, value_parser = action)]
    action: Action,
    /// 原办理部门 (the organ whose stage it is)
    #[arg(long)]
    from_organ: OrganCode,
    /// 受委托的机构 (the office that may do it)
    #[arg(long)]
    to_office: OfficeCode,
    /// 受委托的部门 (the organ there)
    #[arg(long)]
    to_organ: OrganCode,
    /// 自何日起 (from this day on)
    #[arg(long = "from", value_name = "DAY")]
    from_day: Date,
    /// 在何范围内，默认本机构 (for cases from here and below; default: this node's office)
    #[arg(long, value_name = "OFFICE")]
    within: Option<OfficeCode>,
}

/// `daiban publish …`
pub(crate) fn publish(home: &Home, screen: &Screen, args: PublishArgs) -> Done {
    let PublishArgs { what, dry_run } = args;
    let client = Client::open(&home.data)?;
    let notices = match what {
        What::Catalog { paths } => new_items(&client, checked(&paths)?.0, dry_run)?,
        What::Calendar { file } => vec![calendar(&file)?],
        What::Directory { file } => {
            vec![offices(&client, home.identity()?.office(), &file)?]
        }
        What::Organs { file } => vec![organs(&file)?],
        What::Delegation(args) => {
            let within = match args.within {
                Some(office) => office,
                None => home.identity()?.office(),
            };
            vec![Notice::Delegation(args.within(within))]
        }
        What::Announcement { title, text } => {
            vec![Notice::Announcement { from: home.identity()?.office(), title, text }]
        }
    };
    let mut effects = Vec::new();
    for notice in notices {
        effects.extend(ask(&client, notice, dry_run)?);
    }
    let said = json!({ "effects": effects, "rehearsed": dry_run });
    screen.show(&said, |_| page(screen, &effects, dry_run))
}

/// `daiban notices`
pub(crate) fn notices(home: &Home, screen: &Screen) -> Done {
    let answer = Client::open(&home.data)?.ask(&Command::Notices)?;
    screen.show(&answer, |answer| {
        let lang = screen.lang;
        let mut rows =
            vec![pick(lang, ["发布时间", "发布机构", "内容"], ["published", "by", "what"])];
        for notice in answer["notices"].as_array().into_iter().flatten() {
            let said = serde_json::from_value::<Said>(notice["words"].clone());
            rows.push(vec![
                moment(Millis(notice["at"].as_u64().unwrap_or_default())),
                format!("{} {}", notice["issuer"], notice["name"].as_str().unwrap_or_default()),
                said.map_or_else(|_| String::new(), |said| lang.of(&said).to_owned()),
            ]);
        }
        table(&rows)
    })
}

fn ask(client: &Client, notice: Notice, rehearse: bool) -> Done<Vec<Consequence>> {
    let answer = client.ask(&Command::Publish { notice, rehearse })?;
    Ok(serde_json::from_value(answer["effects"].clone()).unwrap_or_default())
}

pub(crate) fn page(screen: &Screen, effects: &[Consequence], is_rehearsal: bool) -> String {
    let lang = screen.lang;
    let mut lines = Vec::new();
    for Consequence { words, changes, .. } in effects {
        lines.push(lang.of(words).to_owned());
        let changes = changes.iter().filter_map(|change| serde_json::to_value(change).ok());
        lines.extend(changes.map(|change| format!("    {}", changed(lang, &change))));
    }
    lines.push(
        match (effects.is_empty(), is_rehearsal) {
            (true, _) => lang
                .word("与现行的没有不同，没有发布", "nothing in it is new; nothing is published"),
            (false, true) => lang.word("没有错误；尚未发布", "no errors; nothing is published"),
            (false, false) => {
                lang.word("✓ 已发布，随同步到达", "✓ published, it travels with the sync")
            }
        }
        .to_owned(),
    );
    lines.join("\n")
}

/// Items that the node does not have, in notices that are short enough.
fn new_items(client: &Client, files: Vec<items::File>, is_rehearsal: bool) -> Done<Vec<Notice>> {
    let parts = items::parted(files);
    if is_rehearsal {
        return Ok(parts);
    }
    let mut new = BTreeSet::new();
    for part in &parts {
        let effects = ask(client, part.clone(), true)?;
        new.extend(effects.into_iter().map(|effect| effect.about));
    }
    Ok(items::only(parts, &new))
}

fn calendar(path: &Path) -> Done<Notice> {
    let csv = read(path)?;
    if let Err(error) = Calendar::parse(&csv) {
        let place = format!("{}:{}", path.display(), error.line);
        let failure = Failure::new(Code::Input, "日历有误", "the calendar is faulty");
        let line = format!("{place}: {}", error.problem);
        return Err(failure.line(Said::of_data(line.as_str(), line.as_str())).remedy(
            "每行写成 2027-01-01,holiday,元旦 或 …,workday,…",
            "write each row like 2027-01-01,holiday,元旦 or …,workday,…",
        ));
    }
    Ok(Notice::Calendar { csv })
}

fn organs(path: &Path) -> Done<Notice> {
    let csv = read(path)?;
    if let Err(error) = OrganCodes::parse(&csv) {
        let failure = Failure::new(Code::Input, "部门代码有误", "the codes of organs are faulty");
        let line = format!("{}:{}: {}", path.display(), error.line, error.problem);
        return Err(failure.line(Said::of_data(line.as_str(), line.as_str())).remedy(
            "每行写成 330382000000,RS,11330382002511893G，首行为 office,organ,code",
            "write each row like 330382000000,RS,11330382002511893G below the heading office,organ,code",
        ));
    }
    Ok(Notice::OrganCodes { csv })
}

/// Checked here too, because only here the file has its name.
fn offices(client: &Client, issuer: OfficeCode, path: &Path) -> Done<Notice> {
    let csv = read(path)?;
    let rows = directory::parse(&csv).map_err(|faults| faulty_rows(path, &faults))?;
    let known = client.office_changes()?;
    let faults = directory::check(&rows, &shipped::offices(), &known, issuer);
    if faults.is_empty() { Ok(Notice::Directory { csv }) } else { Err(faulty_rows(path, &faults)) }
}

fn faulty_rows(path: &Path, faults: &[DirectoryFault]) -> Failure {
    let (count, path) = (faults.len(), path.display());
    let failure = Failure::new(
        Code::Input,
        format!("机构变动有 {count} 处错误"),
        format!("the directory has {count} errors"),
    );
    faults.iter().fold(failure, |failure, fault| {
        let DirectoryFault { line, field, problem, remedy } = fault;
        let place = format!("{path}:{line}: {field}");
        failure.line(Said::of_data(
            format!("{place}：{}；{}", problem.zh, remedy.zh),
            format!("{place}: {}; {}", problem.en, remedy.en),
        ))
    })
}

fn read(path: &Path) -> Done<String> {
    std::fs::read_to_string(path).map_err(|error| disk(path, error))
}

fn action(text: &str) -> Result<Action, String> {
    serde_json::from_value(Value::String(text.to_owned())).map_err(|error| error.to_string())
}

impl DelegationArgs {
    fn within(self, within: OfficeCode) -> Delegation {
        let Self { item, action, from_organ, to_office, to_organ, from_day, .. } = self;
        Delegation { within, item, action, from_organ, to_office, to_organ, from_day }
    }
}

impl Client {
    /// What the node knows to become of offices.
    pub(crate) fn office_changes(&self) -> Done<Vec<OfficeChange>> {
        let answer = self.ask(&Command::Directory)?;
        Ok(serde_json::from_value(answer["changes"].clone()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_faulty_file_is_named_with_line_field_and_remedy() {
        let path = std::env::temp_dir().join(format!("daiban-offices-{}.csv", std::process::id()));
        std::fs::write(&path, "code,change,to,from\n330382001001,split,,2026-09-01\n").unwrap();
        let faults = directory::parse(&read(&path).unwrap()).unwrap_err();
        let shown = faulty_rows(&path, &faults).shown(crate::say::Lang::En);
        assert!(shown.contains(".csv:2: change: there is no change"), "{shown}");
        std::fs::write(&path, "date,kind,name\n2027-01-01,feast,元旦\n").unwrap();
        let shown = calendar(&path).unwrap_err().shown(crate::say::Lang::Zh);
        assert!(shown.contains(".csv:2"), "{shown}");
        std::fs::remove_file(&path).unwrap();
    }
}
