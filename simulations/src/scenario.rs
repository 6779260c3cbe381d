//! A scenario: a story that an operator would recognise, as commented TOML.
//!
//! It names a part of a real tree of offices, what people do, what breaks and when, and what must
//! come of it. The virtual city plays it in virtual time; real processes can play a small one in
//! real time. Everything that is left open is drawn from the seed. `scenarios/quiet-week.toml`
//! explains every key. Random stories are scenarios too, see [`random`].

mod customs;
mod error;
mod faults;
mod place;
mod profile;
mod random;
mod read;
mod span;
mod table;
#[cfg(test)]
mod tests;
mod write;

use daiban_sync::id::Millis;

pub(crate) use customs::{Customs, FIRST_HOUR};
pub use error::{ScenarioError, ScenarioFault};
pub use faults::{Count, Fault, Lie, Plan};
pub use place::Place;
pub use profile::{Profile, Profiles};
pub use random::random;

use crate::fault::{Death, Point};

/// Every offices tree that ships, by the name that a scenario gives it.
pub const TREES: [(&str, u64); 2] = [("yueqing", 330_300_000_000), ("bozhou", 341_600_000_000)];

/// A story.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// What it is called in lists: the name of its file.
    pub name: String,
    pub title: String,
    /// What happens, for a reader.
    pub story: String,
    pub city: City,
    pub time: Time,
    pub network: Network,
    pub people: People,
    pub faults: Vec<Plan>,
    /// Deaths that are aimed at a moment in a node's life.
    pub crashes: Vec<Crash>,
    pub expects: Expects,
}

/// Which offices take part: a part of a shipped tree, its offices above included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct City {
    pub tree: String,
    /// At most so many counties, towns in each county, villages in each town; `None`: all.
    pub counties: Option<usize>,
    pub towns: Option<usize>,
    pub villages: Option<usize>,
}

/// When it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    pub begins: Millis,
    /// Things break and people work for so long; then everything heals.
    pub lasts_ms: u64,
    /// After healing, everybody agrees within this time.
    pub heals_within_ms: u64,
    /// In percent: so many of the villages and towns heal first and must agree while the others
    /// stay broken; then the rest heals.
    pub core: Option<u64>,
    /// Nodes try again sooner and write smaller files than in production, so that a short story
    /// crosses many borders.
    pub brisk: bool,
}

/// What links are like.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// One profile for all villages; `None`: each draws one by the shares of the model.
    pub villages: Option<String>,
    /// The profile of all offices above.
    pub offices: String,
    /// Offices whose profile the story depends on.
    pub at: Vec<(Place, String)>,
    /// Ordinary outages of the profiles' own.
    pub outages: bool,
    /// Computers are switched off after hours, in most villages.
    pub nights_off: bool,
}

/// What people do.
#[derive(Clone, Debug, PartialEq)]
pub struct People {
    /// Mean for a village on an ordinary working day; the model says when in the day, on which
    /// days, and how villages differ.
    pub cases_per_day: f64,
    /// Multiplies the cases of the month: a season of batch entries.
    pub season: f64,
    /// Mean length of a batch; 1: every case comes alone.
    pub batch: f64,
    /// The items that are applied for.
    pub items: Vec<String>,
    /// In percent: cases that another line handles.
    pub elsewhere: u64,
    /// In percent: cases that somebody edits again, perhaps while another does.
    pub edits: u64,
    /// Sizes of photographs: the model's median is 320 KB. 0: a few bytes stand for each.
    pub photo_kb: u64,
    /// Officers decide at once instead of in their own time.
    pub hurry: bool,
    /// Instead of all this: somebody somewhere does something so often, whatever the hour.
    pub restless_ms: Option<u64>,
    /// Cases that are opened altogether, at most.
    pub cases_max: Option<u64>,
}

/// A node dies the `nth` time it comes to a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Crash {
    pub place: Place,
    pub point: Point,
    pub nth: u64,
    pub death: Death,
}

/// What must come of it, besides what must always be true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expects {
    /// Kinds of alarms that the story explains.
    pub alarms: Vec<String>,
    pub cases_min: u64,
    /// At least so many cases have a decision at the end.
    pub decided_min: u64,
    /// Kinds of alarms without which the story did not happen.
    pub alarms_heard: Vec<String>,
}

impl Scenario {
    /// Reads a scenario; `name` is what it is called.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        read::scenario(name, text)
    }
}
