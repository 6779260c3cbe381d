//! One office in its own thread: its people, its process, and what breaks there.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use daiban_domain::act::CaseId;
use daiban_node::replica::Command;
use daiban_sim::Checker;
use daiban_sim::real::newer_version;
use daiban_sim::scenario::Fault;
use daiban_sync::id::{OfficeCode, Tier};
use serde_json::Value;

use super::desk::Desk;
use super::node::Running;
use super::scene::{Place, Scene};
use crate::client::Client;
use crate::exit::{Code, Done};
use crate::say::Lang;

/// Nodes that miss a dead link soon and try again at once: a day lasts seconds here.
const BRISK: [(&str, &str); 5] = [
    ("sync.idle_s", "5"),
    ("sync.keepalive_s", "1"),
    ("sync.backoff_min_s", "1"),
    ("sync.backoff_max_s", "2"),
    ("store.segment_mb", "1"),
];
/// Whoever finds the computer off comes back after this time.
const COME_BACK_MS: u64 = 300;
/// How often an office looks at what has safely got up.
const WATCH_EVERY_MS: u64 = 250;
/// A process that is killed dies within this time of an applicant's coming.
const KILLED_WITHIN_MS: u64 = 12;
/// No file of a full disk has room beyond this.
const FULL_BYTES: u64 = 4_096;

/// What is to be done at an office at some moment.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Come,
    Edit(CaseId),
    Attend(CaseId),
    Break(Fault),
    SwitchOn,
    /// Something about the roads may be over.
    LookAtRoads,
    Watch,
}

/// An office at work.
pub(super) struct Actor<'a> {
    pub(super) scene: &'a Scene,
    pub(super) place: &'a Place,
    wishes: Receiver<(u64, Deed)>,
    agenda: BTreeMap<(u64, u64), Deed>,
    count: u64,
    node: Option<Running>,
    off_until: u64,
    /// Alarms of this process that are written down.
    heard: usize,
    /// Its files may not grow.
    is_full: bool,
}

impl<'a> Actor<'a> {
    /// Starts the node.
    pub(super) fn enter(
        scene: &'a Scene,
        place: &'a Place,
        wishes: Receiver<(u64, Deed)>,
    ) -> Done<Self> {
        let mut actor = Self {
            scene,
            place,
            wishes,
            agenda: BTreeMap::new(),
            count: 0,
            node: None,
            off_until: 0,
            heard: 0,
            is_full: false,
        };
        actor.plan(0, Deed::Watch);
        actor.start()?;
        Ok(actor)
    }

    /// Does what is to be done until then.
    pub(super) fn play(&mut self, until: u64) {
        loop {
            let now = self.scene.now();
            if now >= until {
                return;
            }
            match self.agenda.first_entry().filter(|next| next.key().0 <= now) {
                Some(next) => {
                    let deed = next.remove();
                    self.carry_out(deed);
                    self.hear(Duration::ZERO);
                }
                None => {
                    let next = self.agenda.keys().next().map_or(until, |(at, _)| *at);
                    self.hear(Duration::from_millis(next.min(until) - now));
                }
            }
        }
    }

    /// Takes up wishes that come within this time.
    fn hear(&mut self, mut within: Duration) {
        loop {
            match self.wishes.recv_timeout(within) {
                Ok((at, deed)) => self.plan(at, deed),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
            within = Duration::ZERO;
        }
    }

    fn plan(&mut self, at: u64, deed: Deed) {
        self.count += 1;
        self.agenda.insert((at, self.count), deed);
    }

    fn later(&mut self, after: u64, deed: Deed) {
        self.plan(self.scene.now() + after, deed);
    }

    fn carry_out(&mut self, deed: Deed) {
        match (deed, self.desk()) {
            (Deed::Come, Some(desk)) => desk.open(),
            (Deed::Edit(case), Some(desk)) => desk.edit(case),
            (Deed::Attend(case), Some(desk)) => desk.attend(case),
            (deed @ (Deed::Come | Deed::Edit(_) | Deed::Attend(_)), None) => {
                self.later(COME_BACK_MS, deed);
            }
            (Deed::Break(fault), _) => self.break_down(fault),
            (Deed::SwitchOn, _) => self.switch_on(),
            (Deed::LookAtRoads, _) => self.scene.look_at_roads(self.place.office),
            (Deed::Watch, _) => {
                self.watch();
                self.later(WATCH_EVERY_MS, Deed::Watch);
            }
        }
    }

    fn desk(&self) -> Option<Desk<'_>> {
        let client = &self.node.as_ref()?.client;
        Some(Desk { scene: self.scene, office: self.place.office, client })
    }

    /// What has safely got up; what alarms there are.
    pub(super) fn watch(&mut self) {
        let mut heard = self.heard;
        if let Some(desk) = self.desk() {
            desk.watch(&mut heard);
        }
        self.heard = heard;
    }

    pub(super) fn client(&self) -> Option<&Client> {
        self.node.as_ref().map(|node| &node.client)
    }

    pub(super) fn start(&mut self) -> Done {
        if self.node.is_some() {
            return Ok(());
        }
        let limitable = self.scene.play().fills_disks();
        let node = Running::start(&self.place.data, self.place.road.address(), &BRISK, limitable)?;
        self.scene.lead_to(self.place.office, node.listen);
        (self.node, self.heard) = (Some(node), 0);
        self.scene.up.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// The process, which will not be up any more.
    fn take_down(&mut self) -> Option<Running> {
        let node = self.node.take()?;
        self.scene.up.fetch_sub(1, Ordering::Relaxed);
        Some(node)
    }

    /// Up again, whatever was wrong with it.
    pub(super) fn recover(&mut self) -> Done {
        if std::mem::take(&mut self.is_full) {
            self.kill();
        }
        self.start()
    }

    pub(super) fn status(&self) -> Option<Value> {
        self.client()?.ask(&Command::Status).ok()
    }

    /// In order.
    pub(super) fn stop(&mut self) -> Done {
        self.watch();
        self.take_down().map_or(Ok(()), |node| node.stop(&self.place.data))
    }

    fn switch_on(&mut self) {
        if self.scene.now() < self.off_until {
            return;
        }
        if let Err(failure) = self.start() {
            self.fail(&failure.shown(Lang::En));
        }
    }

    /// Ends the process for a time.
    fn off(&mut self, for_ms: u64, end: impl FnOnce(&mut Self)) {
        end(self);
        self.off_until = self.off_until.max(self.scene.now() + for_ms);
        self.plan(self.off_until, Deed::SwitchOn);
    }

    /// Death in the middle of work: what was said to be saved by then is saved.
    fn kill(&mut self) {
        let after = self.scene.play().up_to(KILLED_WITHIN_MS);
        self.is_full = false;
        let Some(node) = self.take_down() else { return };
        let client = node.client.clone();
        self.scene.play().counts.crashes += 1;
        std::thread::scope(|scope| {
            if self.place.office.tier() == Tier::Village {
                let desk = Desk { scene: self.scene, office: self.place.office, client: &client };
                scope.spawn(move || desk.open());
            }
            std::thread::sleep(Duration::from_millis(after));
            node.kill();
        });
    }

    fn break_down(&mut self, fault: Fault) {
        let (office, now) = (self.place.office, self.scene.now());
        self.scene.play().tell(now, office, &format!("{fault:?}"));
        let until = |ms: u64| now + ms;
        if let Some(for_ms) = fault_ms(&fault) {
            self.scene.play().counts.cuts += 1;
            self.plan(until(for_ms), Deed::LookAtRoads);
        }
        match fault {
            Fault::Kill { for_ms } | Fault::PowerCut { for_ms } => self.off(for_ms, Self::kill),
            Fault::Off { for_ms } => self.off(for_ms, |office| {
                if let Err(failure) = office.stop() {
                    office.fail(&failure.shown(Lang::En));
                }
            }),
            Fault::Reset => self.place.road.rebind(),
            Fault::Cut { for_ms } => {
                self.scene.trouble(office, |t| t.cut_until = t.cut_until.max(until(for_ms)));
            }
            Fault::Dark { for_ms } | Fault::UdpBlocked { for_ms } => {
                self.scene.trouble(office, |t| t.dark_until = t.dark_until.max(until(for_ms)));
            }
            Fault::Mute { for_ms } => {
                self.scene.trouble(office, |t| t.mute_until = t.mute_until.max(until(for_ms)));
            }
            Fault::Carry => self.carry(),
            Fault::DiskFull { for_ms } => self.fill_disk(for_ms),
            Fault::Catalog { item } => self.publish(&item),
            // `Play::new` lets no others pass.
            _ => {}
        }
    }

    /// The disk takes no more; later there is room again and the node starts anew.
    fn fill_disk(&mut self, for_ms: u64) {
        if let Some(node) = &self.node {
            node.limit_files(FULL_BYTES);
            self.is_full = true;
        }
        let at = self.scene.now() + for_ms;
        self.plan(at, Deed::Break(Fault::Kill { for_ms: 0 }));
    }

    fn publish(&self, item: &str) {
        let Some(desk) = self.desk() else { return };
        let command = Command::Publish { notice: newer_version(item), rehearse: false };
        if let Err(failure) = desk.client.ask(&command) {
            self.fail(&failure.shown(Lang::En));
        }
    }

    /// A bundle goes to the office above, and another one comes back.
    fn carry(&mut self) {
        let Some(above) = self.scene.above(self.place.office) else { return };
        let clients = self.client().cloned().zip(Client::open(&above.data).ok());
        let carried = clients.map(|(here, there)| {
            self.hand_over((&here, self.place.office), (&there, above.office))?;
            self.hand_over((&there, above.office), (&here, self.place.office))
        });
        match carried {
            Some(Ok(())) => {}
            // A computer is off: the carrier comes again.
            None => self.later(COME_BACK_MS, Deed::Break(Fault::Carry)),
            Some(Err(failure)) if failure.code == Code::Unreachable => {
                self.later(COME_BACK_MS, Deed::Break(Fault::Carry));
            }
            Some(Err(failure)) => self.fail(&failure.shown(Lang::En)),
        }
    }

    fn hand_over(
        &self,
        (from, sender): (&Client, OfficeCode),
        (to, receiver): (&Client, OfficeCode),
    ) -> Done {
        let path = format!("/v1/bundles?to={receiver}&everything=false&materials=true");
        let mut content = match from.download(&path) {
            // Everything has been signed for.
            Err(failure) if failure.code == Code::NotFound => return Ok(()),
            other => other?,
        };
        let stick = self.place.data.with_extension(format!("from-{sender}"));
        let failed = |error| crate::home::disk(&stick, error);
        let written =
            File::create(&stick).and_then(|mut file| std::io::copy(&mut content, &mut file));
        written.map_err(failed)?;
        to.send_file("/v1/bundles", &File::open(&stick).map_err(failed)?)?;
        fs::remove_file(&stick).map_err(failed)?;
        self.scene.play().counts.bundles += 1;
        Ok(())
    }

    fn fail(&self, why: &str) {
        let sentence = format!("office {}: {why}", self.place.office);
        self.scene.play().fail(self.scene.now(), Checker::Calm, sentence);
    }
}

/// How long a fault of a road lasts.
fn fault_ms(fault: &Fault) -> Option<u64> {
    match fault {
        Fault::Cut { for_ms }
        | Fault::Dark { for_ms }
        | Fault::Mute { for_ms }
        | Fault::UdpBlocked { for_ms } => Some(*for_ms),
        _ => None,
    }
}
