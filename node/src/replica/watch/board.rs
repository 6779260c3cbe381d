//! The board: every office below with its state, and the alarms, as people ask for them.

use daiban_domain::schema;
use daiban_domain::words::{self, Said};
use daiban_sync::id::{Millis, OfficeCode};
use schemars::JsonSchema;
use serde::Serialize;

use super::event::{Acknowledged, Open, WatchEvent};
use super::rules::Trouble;
use super::{Heard, Watch};
use crate::replica::answer::Answer;
use crate::replica::refusal::Refusal;
use crate::replica::{Replica, keys};

/// Events in one answer, the latest.
const EVENTS_MAX: usize = 1_000;

/// How an office is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", untagged)]
#[schemars(rename = "OfficeState")]
pub enum State {
    /// Its worst trouble.
    In(Trouble),
    Well(Well),
}

/// Nothing is wrong, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "OfficeWell")]
pub enum Well {
    Ok,
    /// Nothing was ever heard of it.
    Never,
}

/// Every office here and below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Board {
    #[schemars(with = "schema::OfficeCode")]
    pub office: OfficeCode,
    #[schemars(with = "schema::Millis")]
    pub now: Millis,
    pub offices: Vec<BoardRow>,
}

/// One office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BoardRow {
    #[schemars(with = "schema::OfficeCode")]
    pub office: OfficeCode,
    pub name: String,
    pub state: State,
    pub heard: Option<Heard>,
}

/// An alarm that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "RaisedAlarm")]
pub struct RaisedView {
    #[schemars(with = "schema::OfficeCode")]
    pub office: OfficeCode,
    pub name: String,
    pub trouble: Trouble,
    #[schemars(with = "schema::Millis")]
    pub raised: Millis,
    pub measured: u64,
    pub words: Said,
    pub acknowledged: Option<Acknowledged>,
}

impl State {
    pub const OK: Self = Self::Well(Well::Ok);
    pub const NEVER: Self = Self::Well(Well::Never);

    /// Every state, the worst first.
    pub fn all() -> impl Iterator<Item = Self> {
        Trouble::ALL.into_iter().map(Self::In).chain([Self::OK, Self::NEVER])
    }

    /// As it stands in addresses and figures.
    pub fn key(self) -> &'static str {
        match self {
            Self::In(trouble) => trouble.key(),
            Self::OK => "ok",
            Self::NEVER => "never",
        }
    }

    /// What people call it.
    pub fn words(self) -> Said {
        match self {
            Self::In(trouble) => trouble.words(),
            Self::OK => words::state_ok(),
            Self::NEVER => words::state_never(),
        }
    }
}

impl Watch {
    pub(super) fn state_of(&self, now: Millis, office: OfficeCode) -> State {
        if !self.heard.contains_key(&office) {
            return State::NEVER;
        }
        if self.is_dark(now, office) {
            return State::In(Trouble::Dark);
        }
        self.found(now, office).into_keys().next().map_or(State::OK, State::In)
    }
}

impl Replica {
    pub(in crate::replica) fn board(&self, now: Millis) -> Board {
        let ours = self.config.office;
        let is_shown = |office: &&daiban_domain::office::Office| {
            office.code.is_within(ours)
                && (office.closed.is_none() || self.watch.heard(office.code).is_some())
        };
        let row = |office: &daiban_domain::office::Office| BoardRow {
            office: office.code,
            name: office.name.clone(),
            state: self.watch.state_of(now, office.code),
            heard: self.watch.heard(office.code).cloned(),
        };
        let offices = self.law.offices.iter().filter(is_shown).map(row).collect();
        Board { office: ours, now, offices }
    }

    /// Alarms that have not ended, the latest first.
    pub(in crate::replica) fn raised(&self) -> Vec<RaisedView> {
        let view = |(&(office, trouble), open): (&(OfficeCode, Trouble), &Open)| {
            let name = self.law.offices.name(office);
            RaisedView {
                office,
                trouble,
                raised: open.raised,
                measured: open.measured,
                words: trouble.said(&name, open.measured),
                acknowledged: open.acknowledged.clone(),
                name,
            }
        };
        let mut raised: Vec<_> = self.watch.open.iter().map(view).collect();
        raised.sort_by_key(|alarm| std::cmp::Reverse(alarm.raised));
        raised
    }

    /// What became of alarms, the latest first: of one office, or of all.
    pub(in crate::replica) fn alarm_events(
        &self,
        office: Option<OfficeCode>,
    ) -> Result<Answer, Refusal> {
        let rows = self.store.view_scan(&keys::alarm_events(office), &[], usize::MAX);
        let rows = rows.map_err(Refusal::internal)?;
        let read = rows.iter().filter_map(|(_, bytes)| postcard::from_bytes(bytes).ok());
        let mut events: Vec<WatchEvent> = read.collect();
        events.sort_by_key(|event| std::cmp::Reverse(event.at));
        events.truncate(EVENTS_MAX);
        Ok(Answer::AlarmEvents { events })
    }
}
