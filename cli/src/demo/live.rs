//! `daiban demo`: five offices, left running, and a map of what to try.

use std::path::Path;
use std::time::Duration;

use daiban_domain::shipped;
use daiban_node::shell::AccountChange;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use super::cast::{self, Person, TOWN, VILLAGE_1, VILLAGE_2};
use super::nodes::{City, free_address, log_path};
use super::{papers, people};
use crate::exit::{Code, Done, Failure};
use crate::home::disk;
use crate::office::pick;
use crate::say::{Lang, Screen, table};

/// Practice material to attach.
const SAMPLES_FOLDER: &str = "samples";
/// Nobody at a demo waits a quarter of an hour for an alarm.
const WATCH: [(&str, &str); 2] = [("watch.report_s", "5"), ("watch.dark_s", "30")];
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Starts all, prints the map, stays until ctrl-c, stops all.
pub(super) fn run(screen: &Screen, dir: &Path) -> Done {
    let runtime = tokio::runtime::Runtime::new().map_err(crate::run::no_runtime)?;
    screen.remark("正在启动五个节点 …", "starting five nodes …")?;
    let mut city = City::raise(dir, &runtime, |role| {
        let mut settings = cast::settings();
        let watch = WATCH.map(|(key, seconds)| (key.to_owned(), seconds.to_owned()));
        settings.extend(watch);
        if role.has_children() {
            let address = free_address()?.to_string();
            settings.push(("node.listen".into(), address.clone()));
            settings.push(("node.advertise".into(), address));
        }
        Ok(settings)
    })?;
    write_samples(&dir.join(SAMPLES_FOLDER))?;
    seat(&city)?;
    screen.show(&map(&city)?, |map| page(screen, dir, map))?;
    let fallen = wait(&runtime, &mut city)?;
    screen.remark("正在停止 …", "stopping …")?;
    let stopped = city.stop();
    match fallen {
        Some(failure) => Err(failure),
        None => stopped,
    }
}

/// Gives everybody an account, unless a former demo did.
fn seat(city: &City) -> Done {
    for person in cast::PEOPLE {
        let client = &city.at(person.at).client;
        let accounts = client.get("/v1/accounts")?;
        let known = accounts.as_array().into_iter().flatten().any(|known| known["id"] == person.id);
        if !known {
            client.post("/v1/accounts", &AccountChange::Add(person.account()))?;
        }
    }
    Ok(())
}

/// Until somebody ends the demo, or a node ends by itself.
fn wait(runtime: &Runtime, city: &mut City) -> Done<Option<Failure>> {
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).map_err(crate::run::no_runtime)?;
        let mut look = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => return Ok(None),
                _ = terminate.recv() => return Ok(None),
                _ = look.tick() => {
                    if let Some(failure) = city.fallen() {
                        return Ok(Some(failure));
                    }
                }
            }
        }
    })
}

/// Who is where.
fn map(city: &City) -> Done<Vec<Value>> {
    let place = |node: &super::nodes::Running| {
        let me = node.client.get("/v1/me")?;
        Ok(json!({
            "office": node.role.code(), "name": node.role.name(), "data": node.home.data,
            "admin": node.client.address(), "listen": me["listen"], "pid": node.client.pid,
            "log": log_path(&node.home),
        }))
    };
    city.nodes().iter().map(place).collect()
}

fn page(screen: &Screen, dir: &Path, map: &[Value]) -> String {
    let lang = screen.lang;
    let mut rows = vec![pick(
        lang,
        ["机构", "代码", "数据目录", "管理地址", "QUIC"],
        ["office", "code", "data", "admin", "QUIC"],
    )];
    rows.extend(map.iter().map(|node| {
        let text =
            |key: &str| node[key].as_str().map_or_else(|| node[key].to_string(), str::to_owned);
        ["name", "office", "data", "admin", "listen"].map(text).to_vec()
    }));
    let me = std::env::args().next().unwrap_or_else(|| "daiban".into());
    let at = |role: cast::Role| format!("{me} --data {}", dir.join(role.folder).display());
    let (village, other, town) = (at(VILLAGE_1), at(VILLAGE_2), at(TOWN));
    let samples = dir.join(SAMPLES_FOLDER);
    let samples = samples.display();
    let code = VILLAGE_1.code();
    let pid = map.iter().find(|node| node["office"] == json!(code)).map(|node| &node["pid"]);
    let pid = pid.map_or_else(String::new, Value::to_string);
    let tries = [
        (
            format!("{village} case new --from {samples}/jb-04.json --by 王秀英"),
            "村里收一件联审件",
            "a joint case at the village",
        ),
        (
            format!(
                "{me} demo people --count 20 --item CL-SB-01 --office {code} | {village} case new --from - --by 王秀英"
            ),
            "一批参保登记",
            "twenty applications",
        ),
        (format!("{village} case list"), "村里的办件", "the village's cases"),
        (format!("{town} case list"), "镇里已收到", "they have arrived at the town"),
        (
            format!("{town} act accept 收件号 --organ ZJ --by 李超"),
            "镇受理（填入收件号）",
            "the town accepts (fill in the receipt)",
        ),
        (
            format!("{village} case show 收件号"),
            "安全到了哪一级、下一步",
            "how far it is safe, who is next",
        ),
        (format!("{other} case list"), "另一个村什么也看不到", "the other village sees nothing"),
        (format!("{village} status"), "连接、回执、积压", "links, receipts, backlog"),
        (
            format!("kill -STOP {pid}    # … kill -CONT {pid}"),
            "村里停电又来电：县运维看板约半分钟后报失联",
            "the village's power fails and comes back: within a minute the county's board says so",
        ),
        (format!("{me} demo --story"), "断网到办结的全过程", "the whole story by itself"),
    ];
    let tries = tries.map(|(command, zh, en)| format!("  # {}\n  {command}", lang.word(zh, en)));
    format!(
        "{}\n\n{}\n{}\n\n{}\n{}\n\n{}",
        table(&rows),
        lang.word(
            "页面（用浏览器打开，账号如下，密码都是 daiban-demo）：",
            "Pages, for a browser; everybody's password is daiban-demo:"
        ),
        table(&people(lang, map)),
        lang.word("试一试（在另一个窗口）：", "Try, in another window:"),
        tries.join("\n"),
        lang.word(
            "按 ctrl-c 停止；数据留在原处，下次继续。",
            "ctrl-c stops; the data stays for the next time."
        )
    )
}

/// Who signs in where.
fn people(lang: Lang, map: &[Value]) -> Vec<Vec<String>> {
    let row = |person: &Person| {
        let at = map.iter().find(|node| node["office"] == json!(person.at.code()));
        let address = at.and_then(|node| node["admin"].as_str()).unwrap_or_default();
        let organ = person.organ.unwrap_or_default();
        vec![
            format!("  http://{address}/"),
            person.at.name(),
            format!("{} {organ}", lang.of(&person.role.words())),
            person.name.to_owned(),
            person.id.to_owned(),
        ]
    };
    cast::PEOPLE.iter().map(row).collect()
}

/// A joint case with its materials, to be entered by hand.
fn write_samples(folder: &Path) -> Done {
    let form = folder.join("jb-04.json");
    if form.exists() {
        return Ok(());
    }
    let catalog = shipped::catalog();
    let item = catalog.latest("JB-04").ok_or_else(|| {
        Failure::new(Code::Internal, "目录中没有 JB-04", "JB-04 is not in the shipped catalog")
    })?;
    let mut record = people::record(item, &shipped::offices(), VILLAGE_1.code(), 1, 0);
    record["materials"] =
        json!({ "BIZ": "biz.jpg", "LANDMAP": "landmap.jpg", "FORM": "form.pdf", "POA": "poa.pdf" });
    record["submit"] = true.into();
    let files = [
        ("biz.jpg", papers::photo(1)?),
        ("landmap.jpg", papers::photo(2)?),
        ("form.pdf", papers::pdf("practice application form")),
        ("poa.pdf", papers::pdf("practice power of attorney")),
        // Written last, for it says that all are there.
        ("jb-04.json", record.to_string().into_bytes()),
    ];
    std::fs::create_dir_all(folder).map_err(|error| disk(folder, error))?;
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(|error| disk(&path, error))?;
    }
    Ok(())
}
