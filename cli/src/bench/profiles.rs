//! What a case costs and when it is safe, over each kind of link of the workload model: four real
//! processes, real QUIC, and the emulator below the town.

use std::time::{Duration, Instant};

use daiban_domain::act::OfficerRef;
use daiban_node::replica::{Attachment, Command};
use daiban_sync::id::{OfficeCode, Tier};
use serde::Serialize;
use serde_json::{Value, json};

use super::forms::Forms;
use super::stage::{LINE, Stage};
use super::{BenchError, millis, percentile, seconds};
use crate::draw::Draw;
use crate::exit::Done;
use crate::progress::Progress;
use crate::relay::{Relay, Way};
use crate::simulate::real::{Profile, Profiles, Running, is_linked, weather};

/// Cases that are saved while the road is cut.
const SAVED_CUT: u64 = 20;
const CUT: Duration = Duration::from_secs(10);
/// The median of the workload model.
const PHOTO_BYTES: usize = 320_000;
const PHOTO_KEY: &str = "ID";
/// The profile of all links above the town.
const OFFICE: &str = "office";
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// What takes longer never happens.
const PATIENCE: Duration = Duration::from_secs(600);
const VILLAGE: usize = 3;
const TOWN: usize = 2;

/// One kind of link.
#[derive(Serialize)]
pub(super) struct Row {
    profile: String,
    link: String,
    figures: Option<Figures>,
    /// Of one case in a bundle, where no link comes up.
    bundle_bytes: Option<u64>,
}

#[derive(Serialize)]
struct Figures {
    /// Of one case that travels alone.
    alone: Moved,
    /// Of one of twenty that were saved during a cut.
    together: Moved,
    saved_p50_ms: Value,
    /// From "saved" to each tier's receipt at the village.
    safe_p50_s: Vec<(Tier, Value)>,
    safe_max_s: Vec<(Tier, Value)>,
    /// From the end of a cut until the city's receipt for all twenty.
    after_cut_s: Value,
    /// From the start of the village's process until its session is live.
    after_start_s: Value,
    /// From "attached" until the town holds all of it.
    photo_s: Value,
}

/// UDP payload below the town.
#[derive(Serialize)]
struct Moved {
    up_bytes: u64,
    down_bytes: u64,
}

pub(super) fn run(cases: u64) -> Result<Vec<Row>, BenchError> {
    let stage = Stage::new("profiles")?;
    let mut line = Line::start(&stage)?;
    let profiles = Profiles::shipped().0;
    let mut progress = Progress::new("链路 profiles");
    let mut rows = Vec::new();
    for profile in &profiles {
        rows.push(line.measure(profile, cases)?);
        progress.tell(rows.len() as u64, profiles.len() as u64);
    }
    Ok(rows)
}

/// City, county and town, and the road that leads to the town.
struct Line<'a> {
    stage: &'a Stage,
    forms: Forms,
    /// With the roads between them.
    above: Vec<(Running, Relay)>,
    road: Relay,
    opened: u64,
}

impl<'a> Line<'a> {
    fn start(stage: &'a Stage) -> Result<Self, BenchError> {
        let office = Profiles::shipped().get(OFFICE).map(weather);
        let office = office.ok_or_else(|| BenchError::Other(format!("no profile {OFFICE}")))?;
        let nowhere = ([127, 0, 0, 1], 9).into();
        let (mut above, mut road) = (Vec::new(), Relay::start_in(nowhere, office, 0)?);
        for place in 0..=TOWN {
            let node = Running::start(&stage.data(place), road.address(), &[], false)?;
            let next = Relay::start_in(node.listen, office, place as u64 + 1)?;
            above.push((node, std::mem::replace(&mut road, next)));
        }
        Ok(Self { stage, forms: Forms::new(LINE[VILLAGE])?, above, road, opened: 0 })
    }

    fn measure(&mut self, profile: &Profile, cases: u64) -> Result<Row, BenchError> {
        self.road.set_weather(weather(profile));
        let link = format!(
            "{} / {} kbit/s, {} ms, {} %",
            profile.up_kbps,
            profile.down_kbps,
            profile.rtt_ms,
            figure(profile.loss_ppm, 10_000)
        );
        let began = Instant::now();
        let village = Running::start(&self.stage.data(VILLAGE), self.road.address(), &[], false)?;
        let bundle_bytes = profile.blocked.then(|| self.bundle(&village)).transpose()?;
        let figures =
            (!profile.blocked).then(|| self.figures(&village, cases, began)).transpose()?;
        village.stop(&self.stage.data(VILLAGE))?;
        Ok(Row { profile: profile.name.clone(), link, figures, bundle_bytes })
    }

    fn figures(
        &mut self,
        village: &Running,
        cases: u64,
        began: Instant,
    ) -> Result<Figures, BenchError> {
        let town = OfficeCode::new(LINE[TOWN])?;
        let live = |status: &Value| is_linked(status, town);
        until("a session", || Ok(live(&village.client.ask(&Command::Status)?)))?;
        let after_start_s = seconds(began.elapsed());
        wait_for_receipts(village)?;
        let (alone, [mut saved, safe @ ..]) = self.one_by_one(village, cases)?;
        let (together, after_cut) = self.cut(village)?;
        let tiers = [Tier::Town, Tier::County, Tier::City].into_iter().zip(safe);
        let parts = |percent: usize| {
            let part = |(tier, mut times): (Tier, Vec<Duration>)| {
                (tier, seconds(percentile(&mut times, percent)))
            };
            tiers.clone().map(part).collect()
        };
        Ok(Figures {
            alone,
            together,
            saved_p50_ms: millis(percentile(&mut saved, 50)),
            safe_p50_s: parts(50),
            safe_max_s: parts(100),
            after_cut_s: seconds(after_cut),
            after_start_s,
            photo_s: seconds(self.photograph(village)?),
        })
    }

    /// Cases that travel alone: what each moves, and how long it takes to be saved and to be safe at
    /// town, county and city.
    fn one_by_one(
        &mut self,
        village: &Running,
        cases: u64,
    ) -> Result<(Moved, [Vec<Duration>; 4]), BenchError> {
        let before = self.moved();
        let mut times: [Vec<Duration>; 4] = Default::default();
        for _ in 0..cases {
            let began = Instant::now();
            let case = self.open(village)?;
            times[0].push(began.elapsed());
            let show = Command::ShowCase { case };
            let saved = Instant::now();
            let mut reached = [None; 3];
            until("a case to be safe", || {
                let view = village.client.ask(&show)?;
                for (place, reached) in reached.iter_mut().enumerate() {
                    let is_safe = view["safety"][place + 1]["safe"] == true;
                    *reached = reached.or(is_safe.then(|| saved.elapsed()));
                }
                Ok(reached.iter().all(Option::is_some))
            })?;
            for (times, reached) in times[1..].iter_mut().zip(reached) {
                times.extend(reached);
            }
        }
        Ok((self.since(before, cases), times))
    }

    /// Work goes on while the road is cut; then it opens.
    fn cut(&mut self, village: &Running) -> Result<(Moved, Duration), BenchError> {
        self.road.cut(true);
        let began = Instant::now();
        for _ in 0..SAVED_CUT {
            self.open(village)?;
        }
        std::thread::sleep(CUT.saturating_sub(began.elapsed()));
        let before = self.moved();
        self.road.cut(false);
        let mended = Instant::now();
        wait_for_receipts(village)?;
        Ok((self.since(before, SAVED_CUT), mended.elapsed()))
    }

    /// A photograph follows a case.
    fn photograph(&mut self, village: &Running) -> Result<Duration, BenchError> {
        let case = self.open(village)?;
        let mut draw = Draw::new(&[self.opened]);
        let noise = (0..PHOTO_BYTES).map(|_| u8::try_from(draw.below(256)).unwrap_or(0));
        let bytes: Vec<u8> = b"%PDF-1.4 ".iter().copied().chain(noise).collect();
        let blob = village.client.upload_bytes("photo.pdf", &bytes)?;
        let name = blob.id.to_string();
        let by = OfficerRef { name: "代办员".into(), id: "clerk".into() };
        let material = Attachment { key: PHOTO_KEY.into(), blob };
        village.client.ask(&Command::Attach { case: case.clone(), material, by })?;
        let began = Instant::now();
        let town = &self.above[TOWN].0.client;
        let show = Command::ShowCase { case };
        until("a photograph at the town", || {
            // It may not have heard of the case yet.
            let held = town.ask(&show).map(|view| view["held"].clone()).unwrap_or_default();
            Ok(held.as_array().is_some_and(|held| held.contains(&json!(name))))
        })?;
        Ok(began.elapsed())
    }

    /// Bytes of one case of a bundle, which the town takes.
    fn bundle(&mut self, village: &Running) -> Result<u64, BenchError> {
        self.road.cut(true);
        for _ in 0..SAVED_CUT {
            self.open(village)?;
        }
        let path = format!("/v1/bundles?to={}&everything=false&materials=true", LINE[TOWN]);
        let file = self.stage.root().join("bundle");
        let mut content = village.client.download(&path)?;
        let bytes = std::io::copy(&mut content, &mut std::fs::File::create(&file)?)?;
        let file = std::fs::File::open(&file)?;
        let taken = self.above[TOWN].0.client.send_file("/v1/bundles", &file)?;
        self.road.cut(false);
        match taken["entries"].as_u64() {
            Some(1..) => Ok(bytes / SAVED_CUT),
            _ => Err(BenchError::Other(format!("the town took nothing of a bundle: {taken}"))),
        }
    }

    /// Saves the next application; gives its receipt.
    fn open(&mut self, village: &Running) -> Result<String, BenchError> {
        let application = self.forms.application(self.opened)?;
        self.opened += 1;
        let answer = village.client.ask(&application)?;
        let receipt = answer["receipt"].as_str().map(str::to_owned);
        receipt.ok_or_else(|| BenchError::Other(format!("expected a receipt, got {answer}")))
    }

    fn moved(&self) -> [u64; 2] {
        [Way::Up, Way::Down].map(|way| self.road.traffic(way).bytes)
    }

    fn since(&self, before: [u64; 2], cases: u64) -> Moved {
        let [up, down] = self.moved();
        let each = |now: u64, before: u64| (now - before) / cases.max(1);
        Moved { up_bytes: each(up, before[0]), down_bytes: each(down, before[1]) }
    }
}

/// Until every office above has signed for everything.
fn wait_for_receipts(village: &Running) -> Result<(), BenchError> {
    until("receipts", || {
        let status = village.client.ask(&Command::Status)?;
        let above = status["above"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(above.iter().filter(|office| office["missing"] == 0).count() == VILLAGE)
    })
}

fn until(what: &str, mut reached: impl FnMut() -> Done<bool>) -> Result<(), BenchError> {
    let began = Instant::now();
    while !reached()? {
        if began.elapsed() > PATIENCE {
            return Err(BenchError::Other(format!("waited in vain for {what}")));
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(())
}

/// A part of a whole, as a number for people.
#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn figure(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// As markdown.
pub(super) fn table(rows: &[Row]) -> String {
    let head = [
        "| profile | up / down, there and back, loss | bytes of a case alone, up / down | of one of twenty, up / down | saved p50, ms | safe at town p50 / max, s | county p50, s | city p50 / max, s | twenty after a cut, s | new start to live, s | photo at town, s |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ];
    let lines = rows.iter().map(|row| {
        let cells = match (&row.figures, row.bundle_bytes) {
            (Some(figures), _) => figures.cells(),
            (None, bytes) => {
                format!("by hand: {} bytes of a case in a bundle of twenty", json!(bytes))
                    + &" |".repeat(8)
            }
        };
        format!("| {} | {} | {cells} |", row.profile, row.link)
    });
    head.into_iter().map(str::to_owned).chain(lines).collect::<Vec<_>>().join("\n")
}

impl Figures {
    fn cells(&self) -> String {
        let moved = |moved: &Moved| format!("{} / {}", moved.up_bytes, moved.down_bytes);
        let [town, county, city] = [0, 1, 2].map(|place| &self.safe_p50_s[place].1);
        let [town_max, _, city_max] = [0, 1, 2].map(|place| &self.safe_max_s[place].1);
        format!(
            "{} | {} | {} | {town} / {town_max} | {county} | {city} / {city_max} | {} | {} | {}",
            moved(&self.alone),
            moved(&self.together),
            self.saved_p50_ms,
            self.after_cut_s,
            self.after_start_s,
            self.photo_s
        )
    }
}
