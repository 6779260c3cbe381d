//! The processes of the demo: enrolled, started, killed, stopped.

use std::fs::{File, OpenOptions};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Stdio};
use std::time::{Duration, Instant};

use daiban_node::replica::{self, Command};
use daiban_sync::id::OfficeCode;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::cast::{ALL, CITY, COUNTY, Role, TOWN};
use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::home::{Home, disk};
use crate::office::{begin_city, enrol, request_invitation};
use crate::process::{self, Process};

/// How long anything may take before the demo gives up on it.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(20);
const STOP_WITHIN: Duration = Duration::from_secs(15);
const INVITED_HOURS: u64 = 24;
/// Numbers a day for each office that accepts.
const LEASED: u16 = 200;
const LOG_FILE: &str = "node.log";

/// A node in a process of its own. It ends when this value does.
pub(super) struct Running {
    pub(super) role: Role,
    pub(super) home: Home,
    pub(super) client: Client,
    process: Process,
    /// Open for as long as the node may run: it stops when the demo is gone, however that ends.
    stdin: Option<ChildStdin>,
}

/// All five.
pub(super) struct City {
    nodes: Vec<Running>,
}

impl City {
    /// Enrols whoever is not enrolled yet and starts everybody, from the top down.
    pub(super) fn raise(
        dir: &Path,
        runtime: &Runtime,
        settings: impl Fn(Role) -> Done<Vec<(String, String)>>,
    ) -> Done<Self> {
        refuse_running(dir)?;
        let mut city = Self { nodes: Vec::new() };
        for role in ALL {
            let home = role.home(dir, settings(role)?);
            if home.identity().is_err_and(|failure| failure.code == Code::NotFound) {
                city.admit(role, &home, runtime)?;
            }
            // From here on the file speaks, as it does for an operator.
            city.nodes.push(Running::start(role, role.home(dir, Vec::new()))?);
        }
        city.wait_for_links()?;
        city.lease_numbers()?;
        Ok(city)
    }

    /// Blocks of numbers for the offices that accept, once.
    fn lease_numbers(&self) -> Done {
        for issuer in [CITY, COUNTY] {
            let client = &self.at(issuer).client;
            let known = client.ask(&Command::NumberLeases)?;
            let is_own = |lease: &Value| lease["issuer"] == u64::from(issuer.code());
            if known["leases"].as_array().is_some_and(|leases| leases.iter().any(is_own)) {
                continue;
            }
            for office in [COUNTY, TOWN].map(Role::code) {
                let (item, block, count) = (None, None, Some(LEASED));
                let (from, until) = (None, None);
                let lease = Command::LeaseNumbers { office, item, block, count, from, until };
                client.ask(&lease)?;
            }
        }
        Ok(())
    }

    fn admit(&self, role: Role, home: &Home, runtime: &Runtime) -> Done {
        let Some(parent) = role.parent() else { return begin_city(home, role.code()).map(drop) };
        let invitation = request_invitation(&self.at(parent).client, role.code(), INVITED_HOURS)?;
        let code = invitation["code"].as_str().unwrap_or_default();
        runtime.block_on(enrol(home, code)).map(drop)
    }

    fn wait_for_links(&self) -> Done {
        for node in &self.nodes {
            if let Some(parent) = node.role.parent() {
                until(&format!("{} ↔ {}", node.role.name(), parent.name()), || {
                    Ok(node.is_linked_to(parent.code())?.then_some(()))
                })?;
            }
        }
        Ok(())
    }

    pub(super) fn at(&self, role: Role) -> &Running {
        self.nodes
            .iter()
            .find(|node| node.role == role)
            .expect("parents are raised before children, and all before they are asked for")
    }

    pub(super) fn at_mut(&mut self, role: Role) -> &mut Running {
        self.nodes
            .iter_mut()
            .find(|node| node.role == role)
            .expect("all are raised before they are asked for")
    }

    pub(super) fn nodes(&self) -> &[Running] {
        &self.nodes
    }

    /// A node that has ended by itself, in the words of its log.
    pub(super) fn fallen(&mut self) -> Option<Failure> {
        self.nodes
            .iter_mut()
            .find_map(|node| node.process.has_ended().then(|| fallen(node.role, &node.home)))
    }

    /// Tells all to stop, and waits for each.
    pub(super) fn stop(mut self) -> Done {
        self.nodes.iter_mut().for_each(|node| drop(node.stdin.take()));
        while let Some(node) = self.nodes.pop() {
            node.stop()?;
        }
        Ok(())
    }
}

impl Running {
    fn start(role: Role, home: Home) -> Done<Self> {
        let mut process = spawn(&home)?;
        let stdin = process.take_stdin();
        let client = until(&format!("{} 就绪 (ready)", role.name()), || {
            if process.has_ended() {
                return Err(fallen(role, &home));
            }
            let client = Client::open(&home.data).ok().filter(|client| client.pid == process.id());
            Ok(client.filter(|client| client.is_ok("/healthz") && client.is_ok("/readyz")))
        })?;
        Ok(Self { role, home, client, process, stdin })
    }

    /// SIGKILL: no farewell, no flush.
    pub(super) fn kill(&mut self) -> Done {
        self.process.kill().map_err(|error| {
            Failure::new(Code::Internal, "无法杀死进程", "the process cannot be killed")
                .because(error)
        })
    }

    /// Starts again after [`Running::kill`].
    pub(super) fn restart(&mut self) -> Done {
        *self = Self::start(self.role, self.home.clone())?;
        Ok(())
    }

    /// Whether a session with this office is live.
    pub(super) fn is_linked_to(&self, office: OfficeCode) -> Done<bool> {
        let status = self.client.ask(&replica::Command::Status)?;
        let peers = status["peers"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_it = |peer: &Value| peer["office"] == u64::from(office) && peer["live"] == true;
        Ok(peers.iter().any(is_it))
    }

    fn stop(mut self) -> Done {
        drop(self.stdin.take());
        let patience = Instant::now();
        while patience.elapsed() < STOP_WITHIN {
            if self.process.has_ended() {
                return Ok(());
            }
            std::thread::sleep(LOOK_EVERY);
        }
        self.kill()?;
        let (name, within) = (self.role.name(), STOP_WITHIN.as_secs());
        Err(Failure::new(
            Code::Internal,
            format!("{name}没有在 {within} 秒内停止"),
            format!("{name} did not stop within {within} s"),
        ))
    }
}

/// Asks until there is an answer. What went wrong last is told when patience ends.
pub(super) fn until<T>(what: &str, mut probe: impl FnMut() -> Done<Option<T>>) -> Done<T> {
    let begun = Instant::now();
    let mut last = None;
    while begun.elapsed() < PATIENCE {
        match probe() {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => last = None,
            // A node that fell does not come back by waiting.
            Err(failure) if failure.code == Code::Internal => return Err(failure),
            Err(failure) => last = Some(failure),
        }
        std::thread::sleep(LOOK_EVERY);
    }
    let seconds = PATIENCE.as_secs();
    let failure = Failure::new(
        Code::Internal,
        format!("等了 {seconds} 秒仍未达到：{what}"),
        format!("waited {seconds} s in vain for: {what}"),
    );
    Err(match last {
        Some(last) => failure.because(last.shown(crate::say::Lang::En)),
        None => failure,
    })
}

/// A UDP port of this machine that nobody uses just now.
pub(super) fn free_address() -> Done<SocketAddr> {
    let port = process::free_port().map_err(|error| {
        Failure::new(Code::Internal, "没有可用的UDP端口", "no UDP port is free").because(error)
    })?;
    Ok(([127, 0, 0, 1], port).into())
}

/// Two demos in one folder would fight over it.
pub(super) fn refuse_running(dir: &Path) -> Done {
    for role in ALL {
        let data = dir.join(role.folder);
        let Ok(client) = Client::open(&data) else { continue };
        if client.is_ok("/v1/me") {
            let (data, pid) = (data.display(), client.pid);
            return Err(Failure::new(
                Code::NotAllowed,
                format!("{data} 的节点仍在运行（进程 {pid}）"),
                format!("the node of {data} still runs (process {pid})"),
            )
            .remedy(
                format!("请在运行演示的窗口按 ctrl-c，或 kill {pid}"),
                format!("press ctrl-c where the demo runs, or kill {pid}"),
            ));
        }
    }
    Ok(())
}

fn spawn(home: &Home) -> Done<Process> {
    let failed = |error: std::io::Error| {
        Failure::new(Code::Internal, "无法启动子进程", "a child process cannot be started")
            .because(error)
    };
    let program = std::env::current_exe().map_err(failed)?;
    let mut command = process::run(&program, &home.data, &[]);
    command.arg("--until-stdin-closes");
    // Settings in the environment are meant for one node, not for five.
    let settings = std::env::vars_os().map(|(name, _)| name);
    for name in settings.filter(|name| name.to_str().is_some_and(is_setting)) {
        command.env_remove(name);
    }
    // The log is a file.
    command.env("NO_COLOR", "1");
    command.stdin(Stdio::piped()).stderr(log(home)?);
    Process::start(&mut command).map_err(failed)
}

fn is_setting(name: &str) -> bool {
    name.starts_with("DAIBAN_") && name.contains("__")
}

fn log(home: &Home) -> Done<File> {
    let path = log_path(home);
    OpenOptions::new().create(true).append(true).open(&path).map_err(|error| disk(&path, error))
}

pub(super) fn log_path(home: &Home) -> PathBuf {
    home.data.join(LOG_FILE)
}

fn fallen(role: Role, home: &Home) -> Failure {
    let path = log_path(home);
    let log = std::fs::read_to_string(&path).unwrap_or_default();
    let last = log.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("…").to_owned();
    let (name, log) = (role.name(), path.display());
    Failure::new(Code::Internal, format!("{name}已停止"), format!("the node of {name} has ended"))
        .because(last)
        .remedy(format!("详见 {log}"), format!("see {log}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settings_are_kept_from_the_children() {
        assert!(is_setting("DAIBAN_NODE__LISTEN"));
        assert!(!is_setting("DAIBAN_PASSPHRASE") && !is_setting("PATH"));
    }

    #[test]
    fn waiting_ends_with_the_answer_or_with_a_fault_of_ours() {
        let mut asked = 0;
        let found = until("three", || {
            asked += 1;
            Ok((asked == 3).then_some(asked))
        });
        assert_eq!(found.unwrap(), 3);
        let failed = until::<()>("nothing", || Err(Failure::new(Code::Internal, "坏", "broken")));
        assert!(failed.unwrap_err().shown(crate::say::Lang::En).contains("broken"));
    }
}
