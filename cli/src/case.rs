//! `daiban case …`: open, import, edit, show, list, clocks, materials, licences, attach, submit, withdraw.

mod clock;
mod enter;
mod import;
mod list;
mod materials;
mod migrate;
mod page;
mod record;
mod redress;
mod words;

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};
use daiban_domain::act::OfficerRef;
use daiban_domain::desk::ActRequest;
use daiban_domain::form::{FieldValue, Fields};
use daiban_node::replica::{Attachment, Command, Reuse};
use daiban_sync::id::OfficeCode;
use serde_json::Value;

use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::home::Home;
use crate::read;
use crate::say::Screen;

pub(crate) use migrate::changed;
pub(crate) use words::{safety, status_words};

#[derive(Debug, Subcommand)]
pub(crate) enum CaseVerb {
    /// 新建办件，一件或一批 (open a case, or many; prints `saved RECEIPT` when it is durable)
    New(NewArgs),
    /// 批量录入：从 CSV 或 xlsx 名单建办件 (open a case for every row of a list)
    Import(import::ImportArgs),
    /// 修改申请表 (change fields of the form)
    Edit {
        /// 收件号 (receipt number)
        receipt: String,
        /// 栏目=内容，可多次 (may be repeated)
        #[arg(long = "field", value_name = "KEY=VALUE", required = true, value_parser = pair)]
        fields: Vec<(String, String)>,
        /// 经办人 (officer; NAME or NAME:ACCOUNT)
        #[arg(long, value_name = "NAME")]
        by: Officer,
    },
    /// 查看办件，页首有阅读码 (show a case, with the read token that a decision needs)
    Show {
        /// 收件号 (receipt number)
        receipt: String,
    },
    /// 时限：何日到期、已用几天、是否亮牌 (when the case is due, days used and left, cards)
    Clock {
        /// 收件号 (receipt number)
        receipt: String,
        /// 逐日说明计与不计，及其依据 (day by day, with the article or rule of each step)
        #[arg(long)]
        explain: bool,
    },
    /// 换版：草稿换到事项的现行版本，先列出差异 (a draft under newer rules: the differences, then going over)
    Migrate(migrate::MigrateArgs),
    /// 材料：缺什么，证照库中有什么可复用 (what is asked for, and what was verified before)
    Materials {
        /// 收件号 (receipt number)
        receipt: String,
    },
    /// 办件列表 (list of cases)
    List(list::ListArgs),
    /// 证照库：为某人核验过、可复用的材料 (what was verified for a person, and may be reused)
    Licences {
        /// 证件号码 (number of the ID card, or the credit code of a body)
        holder: String,
    },
    /// 附加材料，或复用已核验的 (attach files, or reuse what was verified before)
    Attach {
        /// 收件号 (receipt number)
        receipt: String,
        /// 材料=文件，可多个 (material and file; several may follow)
        #[arg(value_name = "KEY=FILE", required_unless_present = "reuse", value_parser = pair)]
        files: Vec<(String, String)>,
        /// 复用证照库中已核验的材料，可多次 (a material that was verified before; may be repeated)
        #[arg(long, value_name = "KEY")]
        reuse: Vec<String>,
        /// 从哪一件复用，缺省为最近决定的 (the case to reuse from; the one decided last without it)
        #[arg(long, value_name = "RECEIPT", requires = "reuse")]
        from: Option<String>,
        /// 经办人 (officer; NAME or NAME:ACCOUNT)
        #[arg(long, value_name = "NAME")]
        by: Officer,
    },
    /// 收件：提交到上级 (hand the case in)
    Submit {
        /// 收件号 (receipt number)
        receipt: String,
        /// 经办人 (officer; NAME or NAME:ACCOUNT)
        #[arg(long, value_name = "NAME")]
        by: Officer,
    },
    /// 撤回 (withdraw on the applicant's wish)
    Withdraw {
        /// 收件号 (receipt number)
        receipt: String,
        /// 理由 (reason)
        #[arg(long)]
        reason: String,
        /// 经办人 (officer; NAME or NAME:ACCOUNT)
        #[arg(long, value_name = "NAME")]
        by: Officer,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "\
例 Examples:
  daiban case new --item CL-SB-01 --field applyname=王秀英 --field grade=300 --by 李丽
  daiban case new --item JB-04 --from form.json --attach BIZ=执照.jpg --submit --by 李丽
  daiban demo people --count 100 --item CL-SB-01 --seed 7 | daiban case new --from - --by 李丽
--from 是一个JSON对象，或数组，或每行一个 (one JSON object, an array, or one a line):
  {\"item\": \"CL-SB-01\", \"fields\": {\"applyname\": \"王秀英\"}, \"materials\": {\"ID\": \"id.jpg\"}, \"submit\": true}
每件保存到磁盘后打印一行 saved 收件号 (a line `saved RECEIPT` for each, once it is durable);
未保存的写到标准错误，注明行号和改法 (what is refused goes to the standard error, with its line).")]
pub(crate) struct NewArgs {
    /// 事项代码 (code of the item; `daiban catalog list`)
    #[arg(long, required_unless_present = "from")]
    item: Option<String>,
    /// 栏目=内容，可多次 (may be repeated)
    #[arg(long = "field", value_name = "KEY=VALUE", value_parser = pair)]
    fields: Vec<(String, String)>,
    /// JSON文件，- 为标准输入 (a JSON file; - is the standard input)
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// 材料=文件，可多次 (material and file; may be repeated)
    #[arg(long = "attach", value_name = "KEY=FILE", value_parser = pair)]
    attach: Vec<(String, String)>,
    /// 复用证照库中已核验的材料，可多次 (a material that was verified before; may be repeated)
    #[arg(long, value_name = "KEY")]
    reuse: Vec<String>,
    /// 同一事项已申请过，仍须另行申请的理由 (why it is applied for though it was before)
    #[arg(long, value_name = "REASON")]
    again: Option<String>,
    /// 异地承办单位，用于异地协查等 (the office elsewhere that handles it, for items such as XC-01)
    #[arg(long, value_name = "OFFICE")]
    handler: Option<OfficeCode>,
    /// 同时提交 (hand it in at once)
    #[arg(long)]
    submit: bool,
    /// 经办人 (officer; NAME or NAME:ACCOUNT)
    #[arg(long, value_name = "NAME")]
    by: Officer,
}

/// `daiban case …`
pub(crate) fn case(home: &Home, screen: &Screen, verb: CaseVerb) -> Done {
    let client = Client::open(&home.data)?;
    match verb {
        CaseVerb::New(args) => enter::enter(&client, screen, args),
        CaseVerb::Import(args) => import::import(&client, screen, args),
        CaseVerb::Edit { receipt, fields, by } => {
            let (fields, by) = (texts(fields), by.into());
            tell_saved(screen, &client.ask(&Command::EditCase { case: receipt, fields, by })?)
        }
        CaseVerb::Show { receipt } => show(home, screen, &client, receipt),
        CaseVerb::Clock { receipt, explain } => {
            let view = client.ask(&Command::CaseClock { case: receipt })?;
            let tree = client.offices();
            screen.show(&view, |view| clock::page(screen.lang, &tree, view, explain))
        }
        CaseVerb::Migrate(args) => migrate::migrate(&client, screen, args),
        CaseVerb::List(args) => {
            let (answer, tree) = (client.ask(&args.into())?, client.offices());
            screen.show(&answer, |answer| list::page(screen.lang, &tree, answer))
        }
        CaseVerb::Licences { holder } => {
            let answer = client.ask(&Command::Licences { holder })?;
            screen.show(&answer, |answer| list::licences(screen.lang, answer))
        }
        CaseVerb::Materials { receipt } => {
            let answer = client.ask(&Command::CaseMaterials { case: receipt })?;
            screen.show(&answer, |answer| materials::page(screen.lang, answer))
        }
        CaseVerb::Attach { receipt, files, reuse, from, by } => {
            attach(screen, &client, &receipt, files, &by)?;
            reuse.into_iter().try_for_each(|key| {
                let (case, by) = (receipt.clone(), by.clone().into());
                let material = Reuse { key, from: from.clone() };
                tell_saved(screen, &client.ask(&Command::Reuse { case, material, by })?)
            })
        }
        CaseVerb::Submit { receipt, by } => act(screen, &client, receipt, by, ActRequest::Submit),
        CaseVerb::Withdraw { receipt, reason, by } => {
            act(screen, &client, receipt, by, ActRequest::Withdraw { reason })
        }
    }
}

fn act(screen: &Screen, client: &Client, case: String, by: Officer, request: ActRequest) -> Done {
    let command = Command::Act { case, by: by.into(), organ: None, request };
    tell_saved(screen, &client.ask(&command)?)
}

fn attach(
    screen: &Screen,
    client: &Client,
    case: &str,
    files: Vec<(String, String)>,
    by: &Officer,
) -> Done {
    for (key, file) in files {
        let blob = client.upload(file.as_ref())?;
        let (case, by) = (case.to_owned(), by.clone().into());
        let command = Command::Attach { case, material: Attachment { key, blob }, by };
        tell_saved(screen, &client.ask(&command)?)?;
    }
    Ok(())
}

fn show(home: &Home, screen: &Screen, client: &Client, case: String) -> Done {
    let mut view = client.ask(&Command::ShowCase { case })?;
    let pin = read::pin_of(&view).ok();
    if let Some(pin) = &pin {
        read::remember(&home.data, pin);
        view["read"] = read::token(pin).into();
    }
    let tree = client.offices();
    screen.show(&view, |view| page::page(screen.lang, &tree, view))
}

/// `saved RECEIPT` and nothing else, for programs that read it.
fn tell_entered(screen: &Screen, answer: &Value) -> Done {
    screen.each(answer, |answer| format!("saved {}", name(answer)))
}

/// As `saved RECEIPT`, with what the case is now. The answer itself says that it is durable.
pub(crate) fn tell_saved(screen: &Screen, answer: &Value) -> Done {
    let status = status_words(screen.lang, &answer["status"]);
    let number = answer["number"].as_str().map_or_else(String::new, |number| format!("  {number}"));
    screen.each(answer, |answer| format!("saved {}  {status}{number}", name(answer)))
}

fn name(answer: &Value) -> &str {
    answer["receipt"].as_str().or(answer["case"].as_str()).unwrap_or_default()
}

/// Who acts: `NAME` or `NAME:ACCOUNT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Officer(OfficerRef);

impl FromStr for Officer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, id) = text.split_once(':').unwrap_or((text, text));
        if name.trim().is_empty() || id.trim().is_empty() {
            return Err(format!("expected a name such as 王秀英 or 王秀英:wxy, got {text:?}"));
        }
        Ok(Self(OfficerRef { name: name.trim().to_owned(), id: id.trim().to_owned() }))
    }
}

impl From<Officer> for OfficerRef {
    fn from(Officer(officer): Officer) -> Self {
        officer
    }
}

/// What was typed; the desk reads numbers and dates by the item's types.
pub(crate) fn texts(fields: Vec<(String, String)>) -> Fields {
    fields.into_iter().map(|(key, value)| (key, FieldValue::Text(value))).collect()
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.to_owned()))
        }
        _ => Err(format!("expected KEY=VALUE, got {text:?}")),
    }
}

/// The office named by a number in JSON.
fn office(value: &Value) -> Option<OfficeCode> {
    OfficeCode::new(value.as_u64()?).ok()
}

fn unreadable(why: impl ToString) -> Failure {
    Failure::new(Code::Input, "不是可以录入的记录", "not a record that can be entered")
        .because(why)
        .remedy("格式见 daiban case new --help", "see `daiban case new --help`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn officers_and_pairs_are_read() {
        let officer: OfficerRef = "王秀英:wxy".parse::<Officer>().unwrap().into();
        assert_eq!((officer.name.as_str(), officer.id.as_str()), ("王秀英", "wxy"));
        assert!(":x".parse::<Officer>().is_err() && "".parse::<Officer>().is_err());
        assert_eq!(pair("a=b=c").unwrap(), ("a".into(), "b=c".into()));
        assert!(pair("=b").is_err());
    }
}
