//! `daiban account`: who may sign in at the pages of this office.

use clap::{Args, Subcommand};
use daiban_domain::organ::OrganCode;
use daiban_node::accounts::{NewAccount, Role};
use daiban_node::shell::AccountChange;
use serde_json::Value;

use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::home::Home;
use crate::office::pick;
use crate::say::{Screen, table};

#[derive(Debug, Subcommand)]
pub(crate) enum AccountVerb {
    /// 建立账号，密码由标准输入读入 (make an account; the password is read from the standard input)
    #[command(after_help = "\
例 Example:
  daiban account add wangxy --name 王秀英 --role agent
  daiban account add lichao --name 李超 --role officer --organ ZR")]
    Add(AddArgs),
    /// 列出账号 (all accounts)
    List,
    /// 重设密码，并结束其全部登录 (a new password; ends every session of the account)
    Reset { id: String },
    /// 停用账号 (lets somebody in no more)
    Disable { id: String },
    /// 恢复账号 (lets them in again)
    Enable { id: String },
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// 账号 (what is typed to sign in)
    id: String,
    /// 姓名 (the person's name)
    #[arg(long)]
    name: String,
    /// 角色，可多次：agent 代办员, officer 审批, operator 运维, auditor 监察 (roles)
    #[arg(long = "role", required = true, value_name = "ROLE")]
    roles: Vec<Role>,
    /// 部门代码，审批人员必填 (the organ of an officer)
    #[arg(long)]
    organ: Option<OrganCode>,
}

/// `daiban account`
pub(crate) fn account(home: &Home, screen: &Screen, verb: AccountVerb) -> Done {
    let client = Client::open(&home.data)?;
    let change = match verb {
        AccountVerb::List => return list(&client, screen),
        AccountVerb::Add(AddArgs { id, name, roles, organ }) => {
            let password = password(screen)?;
            AccountChange::Add(NewAccount { id, name, roles, organ, password })
        }
        AccountVerb::Reset { id } => {
            AccountChange::ResetPassword { id, password: password(screen)? }
        }
        AccountVerb::Disable { id } => AccountChange::Disable { id },
        AccountVerb::Enable { id } => AccountChange::Enable { id },
    };
    let done = client.post("/v1/accounts", &change)?;
    screen.show(&done, |_| screen.lang.word("已保存", "saved").to_owned())
}

fn list(client: &Client, screen: &Screen) -> Done {
    let accounts = client.get("/v1/accounts")?;
    screen.show(&accounts, |accounts| {
        let heads = pick(
            screen.lang,
            ["账号", "姓名", "角色", "部门", ""],
            ["id", "name", "roles", "organ", ""],
        );
        let row = |account: &Value| {
            let text = |key: &str| account[key].as_str().unwrap_or_default().to_owned();
            let roles = account["roles"].as_array().into_iter().flatten();
            let roles: Vec<_> = roles.filter_map(Value::as_str).collect();
            let disabled = account["disabled"] == true;
            let disabled = if disabled { screen.lang.word("停用", "disabled") } else { "" };
            vec![text("id"), text("name"), roles.join(" "), text("organ"), disabled.to_owned()]
        };
        let rows = accounts.as_array().into_iter().flatten().map(row);
        table(&std::iter::once(heads).chain(rows).collect::<Vec<_>>())
    })
}

/// A line of the standard input: passwords do not belong into the history of a shell.
fn password(screen: &Screen) -> Done<String> {
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        eprintln!(
            "{}",
            screen.lang.word("密码（至少8个字符）：", "password (at least 8 characters):")
        );
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| {
        Failure::new(Code::Usage, "无法读取密码", "the password cannot be read").because(error)
    })?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
