//! What all offices of a play share: the clock, the roads and what is wrong with them, the play.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use daiban_sim::real::Play;
use daiban_sim::scenario::Profile;
use daiban_sync::id::{OfficeCode, Tier};

use super::actor::Deed;
use crate::relay::{Burst, Lane, Relay, Way, Weather};

/// Where no office is yet.
const NOWHERE: ([u8; 4], u16) = ([127, 0, 0, 1], 9);
/// What there is room for at the entry of any link.
const QUEUE_PACKETS: u64 = 16;
const PACKET_BITS: u64 = 1_200 * 8;
const QUEUE_MS_MIN: u64 = 250;
/// Losses of so many in a million come together.
const BURSTS_FROM_PPM: u64 = 10_000;
/// A disk counts in blocks.
const BLOCK_BYTES: u64 = 512;

/// An office of the play.
pub(super) struct Place {
    pub(super) office: OfficeCode,
    pub(super) data: PathBuf,
    /// From here to the office above.
    pub(super) road: Relay,
    trouble: Mutex<Trouble>,
}

/// What is wrong with the links of an office, each until a moment of the play.
#[derive(Clone, Copy, Default)]
pub(super) struct Trouble {
    pub(super) dark_until: u64,
    pub(super) cut_until: u64,
    pub(super) mute_until: u64,
}

pub(super) struct Scene {
    play: Mutex<Play>,
    began: OnceLock<Instant>,
    /// Offices whose process runs.
    pub(super) up: AtomicUsize,
    places: BTreeMap<OfficeCode, Place>,
    wishes: BTreeMap<OfficeCode, Sender<(u64, Deed)>>,
}

impl Scene {
    pub(super) fn new(
        play: Play,
        root: &Path,
        seed: u64,
        wishes: BTreeMap<OfficeCode, Sender<(u64, Deed)>>,
    ) -> std::io::Result<Self> {
        let offices = play.offices().iter().zip(seed..);
        let place = |((office, profile), seed): (&(OfficeCode, Profile), u64)| {
            let road = Relay::start_in(NOWHERE.into(), weather(profile), seed)?;
            let data = root.join(office.to_string());
            let trouble = Mutex::new(Trouble::default());
            Ok((*office, Place { office: *office, data, road, trouble }))
        };
        let places = offices.map(place).collect::<std::io::Result<_>>()?;
        Ok(Self {
            play: Mutex::new(play),
            began: OnceLock::new(),
            up: AtomicUsize::new(0),
            places,
            wishes,
        })
    }

    /// The story begins now.
    pub(super) fn begin(&self) {
        self.began.get_or_init(Instant::now);
    }

    /// Milliseconds since then.
    pub(super) fn now(&self) -> u64 {
        let since = self.began.get().map_or(Duration::ZERO, Instant::elapsed);
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    pub(super) fn play(&self) -> MutexGuard<'_, Play> {
        self.play.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn into_play(self) -> Play {
        self.play.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// All offices, the city first.
    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        self.places.values()
    }

    pub(super) fn above(&self, office: OfficeCode) -> Option<&Place> {
        self.places.get(&office.parent()?)
    }

    fn below(&self, office: OfficeCode) -> impl Iterator<Item = &Place> {
        self.places.values().filter(move |place| place.office.parent() == Some(office))
    }

    /// Something is to be done at an office.
    pub(super) fn wish(&self, office: OfficeCode, at: u64, deed: Deed) {
        if let Some(wishes) = self.wishes.get(&office) {
            // Nobody hears it when the play is over.
            let _ = wishes.send((at, deed));
        }
    }

    /// The office has started at another address.
    pub(super) fn lead_to(&self, office: OfficeCode, listen: SocketAddr) {
        self.below(office).for_each(|place| place.road.lead_to(listen));
    }

    /// Something is wrong with the links of an office, or no longer.
    pub(super) fn trouble(&self, office: OfficeCode, change: impl FnOnce(&mut Trouble)) {
        let Some(place) = self.places.get(&office) else { return };
        change(&mut place.trouble());
        self.look_at_roads(office);
    }

    /// Opens and cuts the roads of an office as things are now.
    pub(super) fn look_at_roads(&self, office: OfficeCode) {
        let here = self.places.get(&office);
        for place in here.into_iter().chain(self.below(office)) {
            let (now, own) = (self.now(), *place.trouble());
            let above = self.above(place.office).map(|above| *above.trouble());
            let is_dark = own.dark_until.max(above.unwrap_or_default().dark_until) > now;
            let is_cut = is_dark || own.cut_until > now;
            place.road.cut_way(Way::Up, is_cut || own.mute_until > now);
            place.road.cut_way(Way::Down, is_cut);
        }
    }

    /// Links that UDP does not pass, until everything heals.
    pub(super) fn block_blocked(&self) {
        let offices = self.play().offices().to_vec();
        for (office, _) in offices.iter().filter(|(_, profile)| profile.blocked) {
            self.trouble(*office, |trouble| trouble.dark_until = u64::MAX);
        }
    }

    /// How things stand, into the record.
    pub(super) fn sample(&self) {
        let mut stored: BTreeMap<Tier, u64> = BTreeMap::new();
        for place in self.places.values() {
            *stored.entry(place.office.tier()).or_default() += stored_bytes(&place.data);
        }
        self.play().sample(self.now(), self.up.load(Ordering::Relaxed), stored);
    }

    /// Nothing is wrong with any link any more.
    pub(super) fn heal(&self) {
        for place in self.places.values() {
            *place.trouble() = Trouble::default();
            place.road.cut(false);
        }
    }
}

impl Place {
    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that went over its road, up and down.
    pub(super) fn moved(&self) -> (u64, u64) {
        (self.road.traffic(Way::Up).bytes, self.road.traffic(Way::Down).bytes)
    }
}

/// What a folder takes of the disk.
fn stored_bytes(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => stored_bytes(&entry.path()),
        Ok(found) => found.blocks() * BLOCK_BYTES,
        // It was moved or deleted meanwhile.
        Err(_) => 0,
    };
    entries.map(bytes).sum()
}

/// A link of this kind on the emulator. One that blocks UDP is cut besides.
pub(crate) fn weather(profile: &Profile) -> Weather {
    let lane = |kbps: u64| {
        let room_ms = (QUEUE_PACKETS * PACKET_BITS / kbps.max(1)).max(QUEUE_MS_MIN);
        let is_bursty = profile.loss_ppm >= BURSTS_FROM_PPM;
        Lane {
            delay: Duration::from_micros(profile.rtt_ms * 500),
            jitter: Duration::from_millis(profile.jitter_ms),
            kbps: Some(kbps),
            queue: Duration::from_millis(profile.queue_ms.max(room_ms)),
            loss_ppm: u32::try_from(profile.loss_ppm).unwrap_or(u32::MAX),
            burst: is_bursty.then_some(Burst { begins_ppm: 10_000, ends_ppm: 200_000 }),
            ..Lane::CLEAR
        }
    };
    Weather { up: lane(profile.up_kbps), down: lane(profile.down_kbps) }
}
