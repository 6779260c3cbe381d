//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::client::is_training;
use crate::exit::EXIT_CODES;
use crate::home::{Home, setting};
use crate::say::{Lang, Screen};
use crate::{act, bundle, case, catalog, data, demo, numbers, office, run, status, watch};

const ABOUT: &str = "代办：四级（村、镇、县、市）可离线的办件系统 (daiban: applications that travel from villages up to the city, also without a network)";

const EXAMPLES: &str = "\
例 Examples:
  daiban demo                                  一市一县一镇两村在本机运行 (five offices on this machine)
  daiban --data city init 330300000000         建立市级节点 (begin a city)
  daiban --data city office invite 330382000000
  daiban --data county join DAIBAN1-…
  daiban --data county run
  daiban case new --item CL-SB-01 --from form.json --attach ID=id.jpg --submit --by 王秀英
  daiban case show 330382001208…               显示办件和阅读码 (the case and its read token)
  daiban act decide 330382001208… --organ FG --outcome granted --read 1a2b3c4d --by 张伟
  daiban status";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "daiban", version, about = ABOUT, after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What every verb takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// 数据目录 (data directory)
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "DAIBAN_DATA",
        default_value = "./daiban-data"
    )]
    pub(crate) data: PathBuf,
    /// 输出JSON (print JSON; errors too, on the standard error)
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// 覆盖设置，可多次 (override a setting; may be repeated)
    #[arg(long = "set", global = true, value_name = "SECTION.KEY=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
    /// 语言 (language of pages and tables)
    #[arg(long, global = true, value_enum, default_value_t = Lang::Zh)]
    pub(crate) lang: Lang,
}

impl Global {
    pub(crate) fn home(&self) -> Home {
        Home { data: self.data.clone(), overrides: self.set.clone() }
    }

    pub(crate) fn screen(&self) -> Screen {
        let training = is_training(&self.data);
        Screen { json: self.json, lang: self.lang, training }
    }
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// 建立市级节点 (begin a city: its root certificate, its identity and its settings)
    Init(office::InitArgs),
    /// 用邀请码加入 (join with an invitation code of the office above)
    Join(office::JoinArgs),
    /// 邀请下级、查看机构 (invite offices below; look offices up)
    #[command(subcommand)]
    Office(office::OfficeVerb),
    /// 运行节点 (run the node until SIGTERM or ctrl-c)
    Run(run::RunArgs),
    /// 办件：新建、修改、查看 (cases: open, edit, show, clock, list, attach, submit, withdraw)
    #[command(subcommand)]
    Case(case::CaseVerb),
    /// 办理：受理、审核、决定 … (a named officer acts on a case)
    Act(act::ActArgs),
    /// 页面账号 (who may sign in at the pages of this office)
    #[command(subcommand)]
    Account(crate::account::AccountVerb),
    /// 效能统计 (figures of supervision, with the cases behind them)
    Figures(crate::figures::FiguresArgs),
    /// 办件编号：编号段、台账 (legal case numbers: blocks for offices, and the ledger)
    #[command(subcommand)]
    Numbers(numbers::NumbersVerb),
    /// 节点状态 (how the node is)
    Status,
    /// 运维看板：本机构及下级 (this office and those below, as they were last heard of)
    Board(watch::BoardArgs),
    /// 启动以来的告警；list, ack, events 为机构告警 (alarms since the start; with a verb, those about offices)
    Alarms {
        #[command(subcommand)]
        verb: Option<watch::AlarmVerb>,
    },
    /// 下级节点：停用、吊销、采信 (nodes of offices below: suspend, revoke, accept what one wrote)
    #[command(subcommand)]
    Node(crate::node::NodeVerb),
    /// 隔离的日志项 (entries without effect, with their reasons)
    Quarantine,
    /// 同步 (synchronisation)
    #[command(subcommand)]
    Sync(status::SyncVerb),
    /// 摆渡包：没有网络时由人携带 (what is carried by hand when no link works)
    #[command(subcommand)]
    Bundle(bundle::BundleVerb),
    /// 检查全部数据，节点须停止 (check all data of a stopped node)
    Verify,
    /// 由日志重建数据库，节点须停止 (make the database of a stopped node anew from its journal)
    Rebuild,
    /// 备份，节点须停止 (copy the data of a stopped node to an empty folder)
    Backup(data::CopyArgs),
    /// 从备份恢复到空的数据目录 (bring a backup back into an empty data directory)
    Restore(data::CopyArgs),
    /// 事项目录 (the catalog of services)
    #[command(subcommand)]
    Catalog(catalog::CatalogVerb),
    /// 发布通知：目录、日历、机构变动、授权、公告 (publish a signed notice)
    Publish(crate::publish::PublishArgs),
    /// 现行通知，附发布机构和时间 (notices in force, with issuer and time)
    Notices,
    /// 性能测量，与同一次运行中的参照对比 (figures beside a reference from the same run)
    Bench(crate::bench::Bench),
    /// 模拟：虚拟城市 (play scenarios, or many random stories, in a virtual city)
    Simulate(crate::simulate::SimulateArgs),
    /// 演示：本机运行五个节点 (five offices on this machine)
    Demo(demo::DemoArgs),
    /// HTTP 接口文档 (print the document of the HTTP API, OpenAPI 3.1)
    Openapi,
    /// 命令补全脚本 (print a completion script)
    Completions { shell: clap_complete::Shell },
    /// 退出码说明 (the exit codes)
    #[command(name = "exit-codes", long_about = EXIT_CODES)]
    ExitCodes,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_shows_examples_and_exit_codes() {
        let help = Cli::command().render_long_help().to_string();
        for part in ["daiban demo", "--data", "--lang", "7  节点未运行", "8  发现损坏"] {
            assert!(help.contains(part), "{part} is not in {help}");
        }
    }

    #[test]
    fn every_verb_and_argument_explains_itself() {
        fn check(command: &clap::Command, path: &str) {
            for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
                let path = format!("{path} {}", sub.get_name());
                assert!(sub.get_about().is_some(), "{path} has no help");
                check(sub, &path);
            }
        }
        check(&Cli::command(), "daiban");
    }

    #[test]
    fn flags_stand_before_or_after_the_verb() {
        for line in ["daiban --json --data x status", "daiban status --data x --json"] {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            assert!(cli.global.json && cli.global.data.as_os_str() == "x");
        }
    }
}
