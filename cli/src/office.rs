//! Offices: begin a city, invite, join, look up.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand};
use daiban_domain::office::{Office, OfficeTree};
use daiban_domain::organ;
use daiban_domain::shipped;
use daiban_node::identity::{Identity, IdentityError, Invitation, system_rng};
use daiban_node::transport::{self, JoinError};
use daiban_sync::id::{Millis, OfficeCode, Tier};
use serde_json::{Value, json};

use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::home::{Home, no_identity};
use crate::say::{Lang, Screen, moment, table};

#[derive(Debug, Args)]
#[command(
    after_help = "例 Example:\n  daiban --data city --set node.advertise=shi.example.cn:3816 init 330300000000\n--set 的值写入新的 settings.toml (values of --set go into the new settings.toml)"
)]
pub(crate) struct InitArgs {
    /// 市级12位区划代码 (12-digit code of the city)
    code: OfficeCode,
}

#[derive(Debug, Args)]
#[command(
    after_help = "例 Example:\n  daiban --data town join DAIBAN1-…\n失败后可用同一邀请码重试 (after a failure the same code can be used again)"
)]
pub(crate) struct JoinArgs {
    /// 上级给出的邀请码 (the code that `office invite` printed at the office above)
    invitation: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OfficeVerb {
    /// 邀请下级机构，打印一次性邀请码 (invite an office directly below; prints a one-time code)
    Invite {
        /// 下级12位区划代码 (12-digit code of the office below)
        code: OfficeCode,
        /// 有效小时数 (hours; default: the setting identity.invitation_hours)
        #[arg(long)]
        hours: Option<u64>,
    },
    /// 已发出的邀请 (invitations given out)
    List,
    /// 机构及其上下级 (an office, those above and below it; by code or part of its name)
    Show {
        /// 代码或名称，默认本机构 (code or name; default: this node's office)
        office: Option<String>,
    },
    /// 部门代码 (codes of organs)
    Organs,
}

/// `daiban init`
pub(crate) fn init(home: &Home, screen: &Screen, args: &InitArgs) -> Done {
    let city = begin_city(home, args.code)?;
    let (flag, name) = (home.flag(), shipped::offices().name(city.office()));
    let said = json!({ "office": city.office(), "name": name, "node": city.key().to_string(), "root": city.fingerprint().to_string() });
    screen.show(&said, |_| {
        screen.lang.word(
            &format!("已建立{name} {}\n下一步：核对 settings.toml 的 node.advertise，然后 daiban {flag} run", city.office()),
            &format!("{name} {} begins here\nnext: set node.advertise in settings.toml, then daiban {flag} run", city.office()),
        )
        .to_owned()
    })
}

/// Makes the identity of a city and its settings.
pub(crate) fn begin_city(home: &Home, code: OfficeCode) -> Done<Identity> {
    home.write_settings()?;
    let lifetimes = (&home.settings()?.identity).into();
    let mut rng = system_rng().map_err(no_random)?;
    let city = Identity::init_city(code, now(), &lifetimes, &mut rng).map_err(not_a_city)?;
    city.save_new(&home.data).map_err(no_identity)?;
    Ok(city)
}

/// `daiban join`
pub(crate) fn join(home: &Home, screen: &Screen, args: &JoinArgs) -> Done {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(crate::run::no_runtime)?;
    let identity = runtime.block_on(enrol(home, &args.invitation))?;
    let (flag, name) = (home.flag(), shipped::offices().full_name(identity.office()));
    let said =
        json!({ "office": identity.office(), "name": name, "node": identity.key().to_string() });
    screen.show(&said, |_| {
        screen
            .lang
            .word(
                &format!("已加入：{name} {}\n下一步：daiban {flag} run", identity.office()),
                &format!("joined as {name} {}\nnext: daiban {flag} run", identity.office()),
            )
            .to_owned()
    })
}

/// Joins with a code; writes identity and settings.
pub(crate) async fn enrol(home: &Home, invitation: &str) -> Done<Identity> {
    let code: Invitation = invitation.parse().map_err(|error| not_joined(Code::Input, &error))?;
    home.write_settings()?;
    let clock: transport::Clock = Arc::new(now);
    let mut rng = system_rng().map_err(no_random)?;
    let joined = transport::join(&code.to_string(), &home.data, &clock, &mut rng).await;
    joined.map_err(|error| {
        let code = match &error {
            JoinError::Code(_) => Code::Input,
            JoinError::Dial(_) => Code::Unreachable,
            JoinError::Save(_) => Code::Disk,
            JoinError::Prepare(_) | JoinError::Accept(_) | JoinError::NoParent { .. } => {
                Code::NotAllowed
            }
        };
        not_joined(code, &error)
    })
}

/// `daiban office …`
pub(crate) fn office(home: &Home, screen: &Screen, verb: &OfficeVerb) -> Done {
    match verb {
        OfficeVerb::Invite { code, hours } => invite(home, screen, *code, *hours),
        OfficeVerb::List => list(home, screen),
        OfficeVerb::Show { office } => show(home, screen, office.as_deref()),
        OfficeVerb::Organs => organs(screen),
    }
}

fn invite(home: &Home, screen: &Screen, code: OfficeCode, hours: Option<u64>) -> Done {
    let hours = hours.map_or_else(|| home.settings().map(|s| s.identity.invitation_hours), Ok)?;
    let answer = request_invitation(&Client::open(&home.data)?, code, hours)?;
    screen.show(&answer, |answer| {
        let code = answer["code"].as_str().unwrap_or_default();
        let until = moment(Millis(answer["expires"].as_u64().unwrap_or_default()));
        let (zh, en) =
            (format!("有效至 {until}，只能用一次"), format!("works once, until {until}"));
        format!("{code}\n{}", screen.lang.word(&zh, &en))
    })
}

/// Asks the node at a desk for an invitation.
pub(crate) fn request_invitation(client: &Client, office: OfficeCode, hours: u64) -> Done<Value> {
    client.post("/v1/invitations", &json!({ "office": office, "hours": hours }))
}

fn list(home: &Home, screen: &Screen) -> Done {
    let client = Client::open(&home.data)?;
    let (answer, tree) = (client.get("/v1/invitations")?, client.offices());
    screen.show(&answer, |answer| {
        let head = ["代码", "机构", "有效至", "状态"];
        let head_en = ["office", "name", "until", "state"];
        let mut rows = vec![pick(screen.lang, head, head_en)];
        for record in answer.as_array().into_iter().flatten() {
            let office = record["office"].as_u64().and_then(|code| OfficeCode::new(code).ok());
            rows.push(vec![
                office.map_or_else(String::new, |office| office.to_string()),
                office.map_or_else(String::new, |office| tree.name(office)),
                moment(Millis(record["expires"].as_u64().unwrap_or_default())),
                state_word(screen.lang, record["state"].as_str().unwrap_or_default()).to_owned(),
            ]);
        }
        table(&rows)
    })
}

fn state_word(lang: Lang, state: &str) -> &str {
    match state {
        "open" => lang.word("可用", "open"),
        "used" => lang.word("已使用", "used"),
        "closed" => lang.word("已关闭", "closed"),
        "expired" => lang.word("已过期", "expired"),
        other => other,
    }
}

fn show(home: &Home, screen: &Screen, wanted: Option<&str>) -> Done {
    // Without a node this is the tree that ships.
    let running = Client::open(&home.data);
    let tree = running.map_or_else(|_| shipped::offices(), |client| client.offices());
    let found: Vec<&Office> = match wanted {
        None => vec![known(&tree, home.identity()?.office())?],
        Some(text) => match text.parse::<OfficeCode>() {
            Ok(code) => vec![known(&tree, code)?],
            Err(_) => tree.find(text).collect(),
        },
    };
    match found[..] {
        [] => Err(no_office(wanted.unwrap_or_default())),
        [one] => show_one(screen, &tree, one),
        _ => show_many(screen, &tree, &found),
    }
}

fn known(tree: &OfficeTree, code: OfficeCode) -> Done<&Office> {
    tree.get(code).ok_or_else(|| no_office(&code.to_string()))
}

fn show_one(screen: &Screen, tree: &OfficeTree, office: &Office) -> Done {
    let row = |office: &Office| json!({ "office": office.code, "name": office.name, "tier": office.code.tier() });
    let above: Vec<Value> =
        office.code.line().skip(1).filter_map(|code| tree.get(code)).map(row).collect();
    let below: Vec<Value> = tree.children(office.code).map(row).collect();
    let said = json!({ "office": office.code, "name": office.name, "tier": office.code.tier(), "above": above, "below": below });
    screen.show(&said, |_| {
        let lang = screen.lang;
        let mut text = format!(
            "{} {} {}",
            office.code,
            tier_word(lang, office.code.tier()),
            tree.full_name(office.code)
        );
        for above in office.code.line().skip(1) {
            text += &format!("\n  ↑ {above} {}", tree.name(above));
        }
        for below in tree.children(office.code) {
            text += &format!("\n  ↓ {} {}", below.code, below.name);
        }
        text
    })
}

fn show_many(screen: &Screen, tree: &OfficeTree, found: &[&Office]) -> Done {
    let rows: Vec<Value> = found
        .iter()
        .map(|office| json!({ "office": office.code, "name": tree.full_name(office.code) }))
        .collect();
    screen.show(&rows, |_| {
        let row = |office: &&Office| vec![office.code.to_string(), tree.full_name(office.code)];
        table(&found.iter().map(row).collect::<Vec<_>>())
    })
}

fn organs(screen: &Screen) -> Done {
    let organs: Vec<Value> =
        organ::NAMES.iter().map(|(code, name)| json!({ "organ": code, "name": name })).collect();
    screen.show(&organs, |_| {
        let row = |(code, name): &(&str, &str)| vec![(*code).to_owned(), (*name).to_owned()];
        table(&organ::NAMES.iter().map(row).collect::<Vec<_>>())
    })
}

/// 村 镇 县 市
pub(crate) fn tier_word(lang: Lang, tier: Tier) -> &'static str {
    match tier {
        Tier::Village => lang.word("村", "village"),
        Tier::Town => lang.word("镇", "town"),
        Tier::County => lang.word("县", "county"),
        Tier::City => lang.word("市", "city"),
    }
}

/// Words of a row in one language.
pub(crate) fn pick<const N: usize>(lang: Lang, zh: [&str; N], en: [&str; N]) -> Vec<String> {
    zh.iter().zip(en).map(|(zh, en)| lang.word(zh, en).to_owned()).collect()
}

/// The machine's clock.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

fn not_a_city(error: IdentityError) -> Failure {
    Failure::new(
        Code::Input,
        "只有市级可以 init，其他机构用邀请码 join",
        "only a city is initialised",
    )
    .because(error)
}

fn not_joined(code: Code, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(code, "未能加入", "joining failed").because(error)
}

fn no_office(wanted: &str) -> Failure {
    Failure::new(
        Code::NotFound,
        format!("没有机构「{wanted}」"),
        format!("there is no office {wanted:?} in the shipped tree"),
    )
    .remedy("请用12位代码或名称的一部分", "give its 12-digit code or a part of its name")
}

fn no_random(error: impl std::fmt::Display) -> Failure {
    Failure::new(Code::Internal, "系统随机源不可用", "the system's random source fails")
        .because(error)
}
