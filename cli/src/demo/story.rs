//! `daiban demo --story`: a joint case from a village that is cut off up to the city and back.

mod steps;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use daiban_domain::act::OfficerRef;
use daiban_domain::desk::ActRequest;
use daiban_domain::organ::OrganCode;
use daiban_node::replica::Command;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::cast::{self, ALL, CITY, COUNTY, Role, VILLAGE_1, VILLAGE_2};
use super::nodes::{City, free_address, until};
use crate::case::safety;
use crate::client::Client;
use crate::data::examine;
use crate::exit::{Code, Done, Failure};
use crate::relay::Relay;
use crate::say::{Screen, bytes};

/// Plays it.
pub(super) fn tell(screen: &Screen, dir: &Path) -> Done {
    let begun = Instant::now();
    let runtime = tokio::runtime::Runtime::new().map_err(crate::run::no_runtime)?;
    let (city, road) = raise(dir, &runtime)?;
    let homes: Vec<_> = city.nodes().iter().map(|node| node.home.clone()).collect();
    let mut story =
        Story { screen, city, road, step: begun, case: String::new(), blobs: Vec::new() };
    story.done(
        "一市一县一镇两村已启动并相连",
        "a city, a county, a town and two villages run and are linked",
    )?;
    story.play()?;
    let Story { city, step, road, .. } = story;
    city.stop()?;
    let carried = road.iter().map(Relay::bytes_after_handshake);
    let (up, down) = carried.fold((0, 0), |(up, down), (u, d)| (up + u, down + d));
    for home in &homes {
        let (_, report) = examine(home, &mut |_, _| ())?;
        let damages = report.damages;
        check(damages.is_empty(), || {
            (
                "停止后检查发现损坏".into(),
                format!("verify found damage in {}: {damages:?}", home.data.display()),
            )
        })?;
    }
    tell_step(
        screen,
        step,
        "五个节点已停止，数据检查全部完好",
        "all five have stopped, verify is clean on all",
        None,
    )?;
    let seconds = begun.elapsed().as_secs_f64();
    screen.remark(
        &format!(
            "故事结束，共 {seconds:.1} 秒；村里的路上 ↑ {} ↓ {}。日志在 {}",
            bytes(up),
            bytes(down),
            dir.display()
        ),
        &format!(
            "the story took {seconds:.1} s; over the village's road ↑ {} ↓ {}; logs are in {}",
            bytes(up),
            bytes(down),
            dir.display()
        ),
    )
}

/// Everything that the upper offices advertise leads over the road. Only the first village uses
/// those addresses; all others are told the direct ones.
fn raise(dir: &Path, runtime: &Runtime) -> Done<(City, Vec<Relay>)> {
    let mut direct: BTreeMap<&str, SocketAddr> = BTreeMap::new();
    let mut advertised: BTreeMap<&str, SocketAddr> = BTreeMap::new();
    let mut road = Vec::new();
    for role in ALL.into_iter().filter(|role| role.has_children()) {
        let address = free_address()?;
        direct.insert(role.folder, address);
        let relay = Relay::start(address).map_err(|error| {
            Failure::new(Code::Internal, "无法建立中继", "the relay cannot be set up")
                .because(error)
        })?;
        advertised.insert(role.folder, relay.address());
        road.push(relay);
    }
    let city = City::raise(dir, runtime, |role| {
        let mut settings = cast::settings();
        let mut set =
            |key: &str, value: &SocketAddr| settings.push((key.to_owned(), value.to_string()));
        if let (Some(listen), Some(over_road)) =
            (direct.get(role.folder), advertised.get(role.folder))
        {
            set("node.listen", listen);
            set("node.advertise", over_road);
        }
        let parent = role.parent().filter(|_| role != VILLAGE_1);
        if let Some(parent) = parent.and_then(|parent| direct.get(parent.folder)) {
            set("parent.addresses", parent);
        }
        Ok(settings)
    })?;
    Ok((city, road))
}

struct Story<'a> {
    screen: &'a Screen,
    city: City,
    /// Between the first village and everybody above it.
    road: Vec<Relay>,
    /// When the current step began.
    step: Instant,
    /// The receipt number.
    case: String,
    blobs: Vec<String>,
}

impl Story<'_> {
    fn client(&self, role: Role) -> &Client {
        &self.city.at(role).client
    }

    /// The case as a node shows it.
    fn view(&self, role: Role) -> Done<Value> {
        self.client(role).ask(&Command::ShowCase { case: self.case.clone() })
    }

    /// Waits until the case is as wanted at a node.
    fn wait(&self, role: Role, what: &str, wanted: impl Fn(&Value) -> bool) -> Done<Value> {
        until(&format!("{}：{what}", role.name()), || {
            Ok(Some(self.view(role)?).filter(|view| wanted(view)))
        })
    }

    fn act(&self, role: Role, organ: &str, by: &str, request: ActRequest) -> Done {
        let command = act(&self.case, organ, by, request)?;
        self.client(role).ask(&command).map(drop)
    }

    /// The other village holds nothing of the case: neither in lists nor as files.
    fn check_other_village(&self) -> Done {
        let other = self.client(VILLAGE_2);
        let listed = other.ask(&Command::all_cases())?;
        check(listed["cases"].as_array().is_some_and(Vec::is_empty), || {
            (
                "另一个村不应看到任何办件".into(),
                format!("the other village lists {}", listed["cases"]),
            )
        })?;
        for blob in &self.blobs {
            check(!other.holds_blob(blob)?, || {
                (
                    "另一个村不应有该办件的文件".into(),
                    format!("the other village holds file {blob}"),
                )
            })?;
        }
        let status = other.ask(&Command::Status)?;
        check(status["cases"] == 0, || {
            ("另一个村不应有办件".into(), format!("it counts {} cases", status["cases"]))
        })
    }

    /// A step is done: how long it took, and where the case is safe.
    fn done(&mut self, zh: &str, en: &str) -> Done {
        let safe = match self.case.is_empty() {
            true => None,
            false => self.view(VILLAGE_1).ok().map(|view| view["safety"].clone()),
        };
        tell_step(self.screen, self.step, zh, en, safe)?;
        self.step = Instant::now();
        Ok(())
    }
}

fn tell_step(screen: &Screen, begun: Instant, zh: &str, en: &str, safe: Option<Value>) -> Done {
    let seconds = begun.elapsed().as_secs_f64();
    let said = json!({ "step": en, "seconds": seconds, "safe": safe });
    screen.each(&said, |_| {
        let mut line = format!("{seconds:>7.2} s  ✓ {}", screen.lang.word(zh, en));
        if let Some(safe) = &safe {
            line += &format!("\n             {}", safety(screen.lang, safe));
        }
        line
    })
}

fn act(case: &str, organ: &str, by: &str, request: ActRequest) -> Done<Command> {
    let organ: OrganCode = organ.parse().map_err(|error| {
        Failure::new(Code::Internal, "部门代码有误", "an organ code is wrong").because(error)
    })?;
    let by = OfficerRef { name: by.to_owned(), id: by.to_owned() };
    Ok(Command::Act { case: case.to_owned(), by, organ: Some(organ), request })
}

/// An expectation of the story.
fn check(met: bool, otherwise: impl FnOnce() -> (String, String)) -> Done {
    if met {
        return Ok(());
    }
    let (zh, en) = otherwise();
    Err(Failure::new(Code::Internal, zh, en))
}

/// Whether all files of the case are at the node that shows it.
fn holds_all(view: &Value) -> bool {
    let held = |material: &Value| {
        let held = view["held"].as_array();
        held.is_some_and(|held| held.contains(&material["blob"]["id"]))
    };
    view["state"]["materials"].as_array().is_some_and(|all| !all.is_empty() && all.iter().all(held))
}

fn status(view: &Value) -> &str {
    view["state"]["status"].as_str().unwrap_or_default()
}

/// Whether the city's receipt and all below it are known.
fn is_safe_everywhere(view: &Value) -> bool {
    let known = view["safety"].as_array();
    known.is_some_and(|at| at.len() == 4 && at.iter().all(|at| at["safe"] == true))
}
