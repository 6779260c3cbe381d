//! What people type and what they were told.

use daiban_domain::act::{ActId, CaseId, OfficerRef, Pin};
use daiban_domain::desk::ActRequest;
use daiban_domain::form::Fields;
use daiban_domain::organ::OrganCode;
use daiban_sync::channel::Channel;
use daiban_sync::id::{OfficeCode, Tier};

use super::Play;
use crate::kept::Fact;
use crate::people;
use crate::told::Told;
use crate::workload::{is_rare, size_of_photograph};

/// Nobody sees to a case sooner, or lets it lie for longer.
const PATIENCE_MS_MIN: u64 = 50;
const PATIENCE_MS_MAX: u64 = 2_000;

/// An application.
pub struct Opening {
    pub item: String,
    pub handler: Option<OfficeCode>,
    pub fields: Fields,
    /// Materials by their keys, with the bytes of each.
    pub materials: Vec<(String, Vec<u8>)>,
    /// The text by which it is found again.
    pub mark: u64,
}

/// Something that a case waits for.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub office: OfficeCode,
    pub organ: Option<OrganCode>,
    pub verb: String,
}

/// What comes of looking at a case.
pub enum Choice {
    Act {
        verb: String,
        organ: Option<OrganCode>,
        request: ActRequest,
    },
    /// It waits for another office.
    At(OfficeCode),
    /// It waits for a date.
    Later,
    /// Nothing is left to do.
    Done,
}

impl Play {
    /// Somebody comes to a village.
    pub fn open(&mut self, office: OfficeCode) -> Option<Opening> {
        let handler = self.handler(office);
        let code = match handler {
            Some(_) => people::ELSEWHERE,
            None => self.dice.pick(&self.scenario.people.items)?.as_str(),
        };
        let item = self.catalog.latest(code)?.clone();
        let mark = self.type_something(Channel::Cases { origin: office, handler });
        let fields = people::form_of(&item, office, mark);
        let keys = people::required_materials(&item, &fields);
        let materials = keys.into_iter().map(|key| (key, self.photograph())).collect();
        Some(Opening { item: item.code, handler, fields, materials, mark })
    }

    /// Somebody edits a case again.
    pub fn edit(&mut self, case: CaseId, item: &str) -> Option<(u64, Fields)> {
        let channel = *self.cases.get(&case)?;
        let mark = self.type_something(channel);
        Some((mark, people::place(item, mark)))
    }

    /// What somebody at an office does with a case of an item that waits for these.
    pub fn choose(
        &mut self,
        office: OfficeCode,
        item: &str,
        (waits, pin): (&[Waiting], Pin),
    ) -> Choice {
        let seldom = self.dice.chance(10);
        let usual = || waits.iter().filter(|waits| seldom || !is_rare(&waits.verb));
        let mine: Vec<&Waiting> = usual().filter(|waits| waits.office == office).collect();
        let Some(chosen) = self.dice.pick(&mine) else {
            return usual().next().map_or(Choice::Done, |waits| Choice::At(waits.office));
        };
        let Some(item) = self.catalog.latest(item) else { return Choice::Later };
        match people::request(&chosen.verb, pin, item, &mut self.dice) {
            Some(request) => {
                Choice::Act { verb: chosen.verb.clone(), organ: chosen.organ, request }
            }
            None => Choice::Later,
        }
    }

    /// Somebody was told that something is saved; `true` if the case is new.
    pub fn told(
        &mut self,
        (office, at_ms): (OfficeCode, u64),
        case: CaseId,
        channel: Option<Channel>,
        (act, mark): (Option<ActId>, Option<u64>),
    ) -> bool {
        let Some(node) = self.place_of(office) else { return false };
        let is_new = !self.cases.contains_key(&case);
        let known = self.cases.get(&case).copied().or(channel);
        let Some(channel) = known else { return false };
        self.cases.insert(case, channel);
        if is_new {
            self.recorder.opened(node);
        }
        let at = self.begins.plus(at_ms);
        for fact in act.map(Fact::Act).into_iter().chain(mark.map(Fact::Mark)) {
            self.promises.add(Told { node, case, channel, fact, at, is_away: false });
        }
        is_new
    }

    /// Whether somebody edits this case again.
    pub fn is_edited(&mut self) -> bool {
        self.dice.chance(self.scenario.people.edits)
    }

    /// How long somebody takes to see to a case.
    pub fn patience_ms(&mut self) -> u64 {
        self.dice.wait(self.patience_ms).clamp(PATIENCE_MS_MIN, PATIENCE_MS_MAX)
    }

    /// A number of `0..=most`.
    pub fn up_to(&mut self, most: u64) -> u64 {
        self.dice.between(0, most)
    }

    /// Who works at an office.
    pub fn officer(office: OfficeCode) -> OfficerRef {
        people::officer(office)
    }

    /// A town on another line, for some cases.
    fn handler(&mut self, ours: OfficeCode) -> Option<OfficeCode> {
        if !self.dice.chance(self.scenario.people.elsewhere) {
            return None;
        }
        let towns = self.offices.iter().map(|(office, _)| *office);
        let others: Vec<_> = towns
            .filter(|office| office.tier() == Tier::Town && !ours.is_within(*office))
            .collect();
        self.dice.pick(&others).copied()
    }

    fn type_something(&mut self, channel: Channel) -> u64 {
        self.typed += 1;
        self.model.typed(self.typed, channel);
        self.typed
    }

    /// A file that nobody can shrink.
    fn photograph(&mut self) -> Vec<u8> {
        let len = size_of_photograph(self.scenario.people.photo_kb, &mut self.dice);
        let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
        self.dice.fill(&mut bytes);
        [b"%PDF-1.4 ", &*bytes].concat()
    }
}
