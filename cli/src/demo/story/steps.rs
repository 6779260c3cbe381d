//! What happens, one step after another.

use std::time::Instant;

use daiban_domain::act::{BlobRef, OfficerRef, Opinion, Outcome};
use daiban_domain::desk::ActRequest;
use daiban_domain::shipped;
use daiban_node::replica::{Attachment, Command};

use super::{
    CITY, COUNTY, Story, VILLAGE_1, VILLAGE_2, act, check, holds_all, is_safe_everywhere, status,
};
use crate::act::reviewing;
use crate::demo::cast::TOWN;
use crate::demo::{papers, people};
use crate::exit::{Code, Done, Failure};
use crate::read::pin_of;

const ITEM: &str = "JB-04";
const SEED: u64 = 2026;

impl Story<'_> {
    pub(super) fn play(&mut self) -> Done {
        self.cut_off()?;
        self.enter()?;
        self.survive_a_kill()?;
        self.come_back()?;
        self.accept()?;
        self.refer()?;
        self.review_in_parallel()?;
        self.decide()?;
        self.confirm()?;
        self.come_home()
    }

    fn cut_off(&mut self) -> Done {
        self.road.iter().for_each(|relay| relay.cut(true));
        self.done(
            "一村断网：到镇、县、市的路都不通",
            "the first village is cut off from town, county and city",
        )
    }

    fn enter(&mut self) -> Done {
        let materials = self.materials()?;
        self.blobs = materials.iter().map(|material| material.blob.id.to_string()).collect();
        let catalog = shipped::catalog();
        let item = catalog.latest(ITEM).ok_or_else(|| {
            Failure::new(Code::Internal, "目录中没有 JB-04", "JB-04 is not in the shipped catalog")
        })?;
        let fields = people::applicant(item, &shipped::offices(), VILLAGE_1.code(), SEED, 0);
        let by = OfficerRef { name: "王秀英".into(), id: "wxy".into() };
        let (item, version, submit) = (ITEM.to_owned(), None, true);
        let asked = Instant::now();
        let saved = self.client(VILLAGE_1).ask(&Command::NewCase {
            item,
            version,
            fields,
            materials,
            submit,
            by,
            handler: None,
            listed: None,
            reuse: Vec::new(),
            again: None,
        })?;
        let waited_ms = asked.elapsed().as_millis();
        self.case = saved["receipt"].as_str().unwrap_or_default().to_owned();
        check(saved["status"] == "received", || {
            ("收件后的状态应为收件".into(), format!("expected received, got {}", saved["status"]))
        })?;
        let view = self.view(VILLAGE_1)?;
        let safe = view["safety"]
            .as_array()
            .map(|at| at.iter().map(|at| at["safe"] == true).collect::<Vec<_>>());
        check(safe == Some(vec![true, false, false, false]), || {
            (
                "断网时只应在本机安全".into(),
                format!("cut off, it should be safe here alone: {}", view["safety"]),
            )
        })?;
        let case = self.case.clone();
        self.done(
            &format!("代办员录入联审件和两张照片：saved {case}（{waited_ms} 毫秒落盘）"),
            &format!("the agent enters a joint case with two photos: saved {case} (durable in {waited_ms} ms)"),
        )
    }

    fn materials(&self) -> Done<Vec<Attachment>> {
        let village = self.client(VILLAGE_1);
        let mut attached = Vec::new();
        let mut attach =
            |key: &str, blob: BlobRef| attached.push(Attachment { key: key.into(), blob });
        attach("BIZ", village.upload_bytes("营业执照.jpg", &papers::photo(SEED)?)?);
        attach("LANDMAP", village.upload_bytes("红线图.jpg", &papers::photo(SEED + 1)?)?);
        attach(
            "FORM",
            village.upload_bytes("申请表.pdf", &papers::pdf("practice application form"))?,
        );
        attach(
            "POA",
            village.upload_bytes("委托书.pdf", &papers::pdf("practice power of attorney"))?,
        );
        Ok(attached)
    }

    fn survive_a_kill(&mut self) -> Done {
        let village = self.city.at_mut(VILLAGE_1);
        village.kill()?;
        village.restart()?;
        let view = self.view(VILLAGE_1)?;
        check(status(&view) == "received" && holds_all(&view), || {
            (
                "重启后办件应当原样还在".into(),
                format!("after the kill: status {}, held {}", status(&view), view["held"]),
            )
        })?;
        let peers = self.client(VILLAGE_1).ask(&Command::Status)?["peers"].clone();
        check(peers.as_array().is_some_and(Vec::is_empty), || {
            ("断网时不应有连接".into(), format!("the road is cut, yet there are links: {peers}"))
        })?;
        for above in [TOWN, COUNTY, CITY] {
            check(self.view(above).is_err_and(|failure| failure.code == Code::NotFound), || {
                (
                    format!("断网时{}不应有该办件", above.name()),
                    format!("{} has the case over a road that is cut", above.name()),
                )
            })?;
        }
        self.done(
            "村里的进程被 SIGKILL 杀死后重启，办件和照片都在",
            "the village's process is killed (SIGKILL) and restarted; case and photos are there",
        )
    }

    fn come_back(&mut self) -> Done {
        self.road.iter().for_each(|relay| relay.cut(false));
        self.client(VILLAGE_1).ask(&Command::SyncNow)?;
        self.wait(VILLAGE_1, "镇的回执 (the town's receipt)", |view| {
            view["safety"][1]["safe"] == true
        })?;
        self.done("网络恢复，镇已签收", "the link returns; the town has signed for it")
    }

    fn accept(&mut self) -> Done {
        self.wait(TOWN, "收件 (received)", |view| status(view) == "received")?;
        self.act(TOWN, "ZJ", "李超", ActRequest::Accept)?;
        let numbered = |view: &serde_json::Value| view["summary"]["number"].is_string();
        let view = self.wait(TOWN, "办件编号 (its number)", numbered)?;
        let number = view["summary"]["number"].as_str().unwrap_or_default();
        self.done(
            &format!("镇便民服务中心受理，办件编号 {number}（演练编码）"),
            &format!("the town accepts; legal number {number} (invented codes)"),
        )
    }

    fn refer(&mut self) -> Done {
        let view = self.wait(COUNTY, "受理 (accepted)", |view| status(view) == "accepted")?;
        let organs = reviewing(&view);
        check(organs.len() == 5, || {
            ("应有五个联审部门".into(), format!("expected five reviewing organs, got {organs:?}"))
        })?;
        self.act(COUNTY, "FG", "张伟", ActRequest::Refer { organs })?;
        self.done("县发改局抄告五个部门", "the county's lead organ refers it to five organs")
    }

    fn review_in_parallel(&mut self) -> Done {
        let (organs, client) = (reviewing(&self.view(COUNTY)?), self.client(COUNTY).clone());
        let case = self.case.as_str();
        let answers: Vec<Done> = std::thread::scope(|scope| {
            let review = |organ: String, client: crate::client::Client| {
                let request = ActRequest::Review { opinion: Opinion::Agree };
                client.ask(&act(case, &organ, &format!("{organ}审核员"), request)?).map(drop)
            };
            let threads: Vec<_> = organs
                .iter()
                .map(|organ| {
                    let (organ, client) = (organ.to_string(), client.clone());
                    scope.spawn(move || review(organ, client))
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| {
                    thread.join().unwrap_or_else(|_| {
                        Err(Failure::new(Code::Internal, "线程出错", "a thread failed"))
                    })
                })
                .collect()
        });
        answers.into_iter().collect::<Done<()>>()?;
        self.check_other_village()?;
        let other = VILLAGE_2.name();
        self.done(
            &format!("五个部门并行答复同意；{other}没有该办件的任何内容"),
            &format!("five organs agree in parallel; {other} holds nothing of the case"),
        )
    }

    fn decide(&mut self) -> Done {
        let view =
            self.wait(COUNTY, "五部门已答复且材料齐 (answers and files)", |view| {
                let may = view["state"]["next"]
                    .as_array()
                    .is_some_and(|next| next.iter().any(|act| act["verb"] == "decide"));
                may && holds_all(view)
            })?;
        let pin = Some(pin_of(&view)?);
        self.act(COUNTY, "FG", "张伟", ActRequest::Decide { outcome: Outcome::Granted, pin })?;
        self.done(
            "县决定准予，所依据的内容已锁定",
            "the county grants it, over exactly what it has read",
        )
    }

    fn confirm(&mut self) -> Done {
        let view = self.wait(CITY, "待确认且材料齐 (decided, files here)", |view| {
            status(view) == "awaiting_confirmation" && holds_all(view)
        })?;
        let pin = Some(pin_of(&view)?);
        self.act(CITY, "ZR", "周静", ActRequest::Confirm { pin })?;
        self.done("市确认", "the city confirms")
    }

    fn come_home(&mut self) -> Done {
        let view = self.wait(
            VILLAGE_1,
            "决定和三级回执 (the decision and three receipts)",
            |view| status(view) == "decided" && is_safe_everywhere(view),
        )?;
        let decision = &view["state"]["decision"];
        check(decision["state"] == "in_force" && decision["outcome"] == "granted", || {
            ("村里应看到有效的准予决定".into(), format!("the village sees {decision}"))
        })?;
        self.check_other_village()?;
        self.done(
            "决定和镇、县、市的签名回执都已回到村里",
            "the decision and the signed receipts of town, county and city are back at the village",
        )
    }
}
