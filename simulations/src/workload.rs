//! People at work: who does what next, by the dice.

use std::collections::BTreeMap;

use daiban_domain::act::{CaseId, OfficerRef};
use daiban_domain::authority::Authority;
use daiban_domain::case::Case;
use daiban_domain::catalog::Item;
use daiban_domain::desk::ActRequest;
use daiban_node::replica::{Attachment, Command, Replica};
use daiban_sync::channel::Channel;
use daiban_sync::id::{OfficeCode, Tier};

use crate::checkers::Verdict;
use crate::checkers::model::Model;
use crate::checkers::register::Register;
use crate::dice::Dice;
use crate::node::{Node, Process};
use crate::people::{self, Asked};
use crate::scenario::{Customs, People};

/// Cases that an officer looks at before giving up for now.
const LOOKS: usize = 4;
/// The spread of the sizes of photographs, and the largest.
const PHOTO_SIGMA: f64 = 0.55;
const PHOTO_BYTES_MAX: u64 = 2_000_000;

/// What people know of each other's work.
pub(crate) struct Workload {
    /// Cases that somebody was told of, with their channels.
    pub(crate) cases: Vec<(CaseId, Channel)>,
    known: BTreeMap<CaseId, Channel>,
    opened: u64,
    typed: u64,
    pub(crate) model: Model,
    pub(crate) register: Register,
    /// How busy each village is, in the mean 1.
    busy: Vec<f64>,
    /// Villages that switch off at night.
    pub(crate) sleeps: Vec<bool>,
    /// Offices that handle what comes from another line.
    towns: Vec<OfficeCode>,
}

/// What came of looking at a case.
pub(crate) enum Looked {
    /// The case waits for this office, which does something.
    Said(Asked, Command),
    /// It waits for another office.
    At(OfficeCode),
    /// It is not here yet, or waits for a date.
    Later,
    /// Nothing is left to do.
    Done,
}

/// What somebody asks of the node, if there is anything to do.
type Said = Option<(Asked, Command)>;

impl Workload {
    pub(crate) fn new(offices: &[OfficeCode], customs: &Customs, dice: &mut Dice) -> Self {
        let shape = f64::from(u32::try_from(customs.villages).unwrap_or(15)) / 10.0;
        Self {
            cases: Vec::new(),
            known: BTreeMap::new(),
            opened: 0,
            typed: 0,
            model: Model::default(),
            register: Register::default(),
            busy: offices.iter().map(|_| dice.gamma(shape)).collect(),
            sleeps: offices.iter().map(|_| dice.chance(customs.nights_off)).collect(),
            towns: offices.iter().filter(|o| o.tier() == Tier::Town).copied().collect(),
        }
    }

    pub(crate) fn busy(&self, node: usize) -> f64 {
        self.busy[node]
    }

    /// A case that somebody was told of; `true` if it is new.
    pub(crate) fn learn(&mut self, case: CaseId, channel: Channel) -> bool {
        let is_new = self.known.insert(case, channel).is_none();
        if is_new {
            self.cases.push((case, channel));
        }
        is_new
    }

    /// The channel of a case, or of the one that a text has just opened.
    pub(crate) fn channel_of(&self, case: CaseId, mark: Option<u64>) -> Option<Channel> {
        let opened = || self.model.channel_of(mark?);
        self.known.get(&case).copied().or_else(opened)
    }

    /// Somebody at a running node does something, whatever comes to mind.
    pub(crate) fn next(&mut self, node: &Node, people: &People, dice: &mut Dice) -> Said {
        let tier = node.office.tier();
        let draw = dice.between(0, 99);
        let may_open = self.may_open(people);
        let mut clerk = self.clerk(node, people, dice)?;
        match tier {
            Tier::Village if draw < 40 && may_open => clerk.open(),
            Tier::Village | Tier::Town if draw < 60 => {
                let case = clerk.some_case()?;
                clerk.edit(&case)
            }
            Tier::Village if draw < 70 => clerk.attach(),
            _ => clerk.act(),
        }
    }

    /// An applicant's case is opened.
    pub(crate) fn open(&mut self, node: &Node, people: &People, dice: &mut Dice) -> Said {
        if !self.may_open(people) {
            return None;
        }
        self.clerk(node, people, dice)?.open()
    }

    /// Somebody edits a case again, if it is here.
    pub(crate) fn edit(
        &mut self,
        id: CaseId,
        node: &Node,
        people: &People,
        dice: &mut Dice,
    ) -> Said {
        let mut clerk = self.clerk(node, people, dice)?;
        let case = clerk.process.replica().case(id).ok()??;
        clerk.edit(&case)
    }

    /// Somebody sees to a case.
    pub(crate) fn look(
        &mut self,
        id: CaseId,
        node: &Node,
        people: &People,
        dice: &mut Dice,
    ) -> Looked {
        let Some(mut clerk) = self.clerk(node, people, dice) else { return Looked::Later };
        let case = clerk.process.replica().case(id).ok().flatten();
        case.map_or(Looked::Later, |case| clerk.look(&case))
    }

    /// A case that a node shows, drawn from those that people know, is what its texts make it.
    pub(crate) fn check_shown(&self, node: &Node, dice: &mut Dice) -> Verdict {
        let Some((case, _)) = dice.pick(&self.cases) else { return Ok(()) };
        let Some(process) = &node.process else { return Ok(()) };
        let replica = process.replica();
        match replica.case(*case) {
            // Of a batch on its way the disk may know before the node is told.
            Ok(Some(case)) if replica.is_idle() && replica.shows_all() && counts_all(replica) => {
                self.register.check(node.office, &case, &node.kept)
            }
            _ => Ok(()),
        }
    }

    fn may_open(&self, people: &People) -> bool {
        people.cases_max.is_none_or(|most| self.opened < most)
    }

    fn clerk<'a>(
        &'a mut self,
        node: &'a Node,
        people: &'a People,
        dice: &'a mut Dice,
    ) -> Option<Clerk<'a>> {
        let process = node.process.as_ref()?;
        Some(Clerk { work: self, office: node.office, people, process, dice })
    }

    fn type_something(&mut self, channel: Channel) -> u64 {
        self.typed += 1;
        self.model.typed(self.typed, channel);
        self.typed
    }
}

/// Somebody at a running node.
struct Clerk<'a> {
    work: &'a mut Workload,
    office: OfficeCode,
    people: &'a People,
    process: &'a Process,
    dice: &'a mut Dice,
}

impl<'a> Clerk<'a> {
    fn open(&mut self) -> Said {
        let handler = self.handler();
        let code = match handler {
            Some(_) => people::ELSEWHERE,
            None => self.dice.pick(&self.people.items)?.as_str(),
        };
        let item = self.process.replica().law().catalog.latest(code)?;
        let channel = Channel::Cases { origin: self.office, handler };
        let mark = self.work.type_something(channel);
        self.work.register.opened(mark);
        self.work.opened += 1;
        let fields = people::form_of(item, self.office, mark);
        let submit = self.people.restless_ms.is_none() || self.dice.chance(60);
        let keys = if submit { people::required_materials(item, &fields) } else { Vec::new() };
        let materials = keys.iter().filter_map(|key| self.photograph(key)).collect();
        let (item, by) = (code.into(), self.officer());
        let command = Command::NewCase {
            item,
            version: None,
            fields,
            materials,
            submit,
            by,
            handler,
            listed: None,
            reuse: Vec::new(),
            again: Some("另有一处".into()),
        };
        Some((Asked { what: "open".into(), mark: Some(mark) }, command))
    }

    /// An office on another line, for some cases.
    fn handler(&mut self) -> Option<OfficeCode> {
        if !self.dice.chance(self.people.elsewhere) {
            return None;
        }
        let ours = self.office;
        let others: Vec<_> =
            self.work.towns.iter().filter(|town| !ours.is_within(**town)).copied().collect();
        self.dice.pick(&others).copied()
    }

    fn edit(&mut self, case: &Case) -> Said {
        let (item, _) = case.opened_item()?;
        let channel = *self.work.known.get(&case.id)?;
        let mark = self.work.type_something(channel);
        self.work.register.typed(mark, case);
        let mut fields = people::place(item, mark);
        if self.dice.chance(40) {
            fields.extend(people::remark(item, mark));
        }
        let case = people::name_of(case.id);
        let command = Command::EditCase { case, fields, by: self.officer() };
        Some((Asked { what: "edit".into(), mark: Some(mark) }, command))
    }

    fn attach(&mut self) -> Said {
        let case = self.some_case()?;
        let missing = people::required_materials(self.item_of(&case)?, &case.form().fields());
        let key = self.dice.pick(&missing)?;
        let material = self.photograph(key)?;
        let case = people::name_of(case.id);
        let command = Command::Attach { case, material, by: self.officer() };
        Some((Asked { what: "attach".into(), mark: None }, command))
    }

    /// What some case waits for at this office.
    fn act(&mut self) -> Said {
        (0..LOOKS).find_map(|_| {
            let case = self.some_case()?;
            match self.look(&case) {
                Looked::Said(asked, command) => Some((asked, command)),
                _ => None,
            }
        })
    }

    fn look(&mut self, case: &Case) -> Looked {
        let law = self.process.replica().law();
        let state = case.state(&law.catalog, &law.calendar, &Authority::default());
        let (Some(state), Some(item)) = (state, self.item_of(case)) else { return Looked::Later };
        let seldom = self.dice.chance(10);
        let is_usual = |verb: &str| seldom || !is_rare(verb);
        let next = || state.next.iter().filter(|next| is_usual(&next.verb));
        let mine: Vec<_> = next().filter(|next| next.office == self.office).collect();
        let Some(chosen) = self.dice.pick(&mine) else {
            let elsewhere = next().map(|next| next.office).next();
            return elsewhere.map_or(Looked::Done, Looked::At);
        };
        let request: Option<ActRequest> =
            people::request(&chosen.verb, state.pin.clone(), item, self.dice);
        let Some(request) = request else { return Looked::Later };
        let (case, by) = (people::name_of(case.id), self.officer());
        let command = Command::Act { case, by, organ: chosen.organ, request };
        Looked::Said(Asked { what: chosen.verb.clone(), mark: None }, command)
    }

    /// A case that this office shares, as its node has it.
    fn some_case(&mut self) -> Option<Case> {
        let known = self.work.cases.iter();
        let here: Vec<_> = known.filter(|(_, c)| c.is_held_by(self.office)).collect();
        let &&(id, _) = self.dice.pick(&here)?;
        self.process.replica().case(id).ok()?
    }

    fn item_of(&self, case: &Case) -> Option<&'a Item> {
        let law = self.process.replica().law();
        case.item(&law.catalog, &law.calendar, &Authority::default())
    }

    fn officer(&self) -> OfficerRef {
        people::officer(self.office)
    }

    /// A file in the node's store.
    fn photograph(&mut self, key: &str) -> Option<Attachment> {
        let len = size_of_photograph(self.people.photo_kb, self.dice);
        let mut bytes = vec![0; usize::try_from(len).ok()?];
        self.dice.fill(&mut bytes);
        let id =
            self.process.blobs().put(&bytes, &mut |draw: &mut [u8]| self.dice.fill(draw)).ok()?;
        Some(Attachment { key: key.to_owned(), blob: people::blob_ref(key, id, bytes.len()) })
    }
}

/// Bytes of a photograph, where the median is so many KB.
pub(crate) fn size_of_photograph(median_kb: u64, dice: &mut Dice) -> u64 {
    match median_kb {
        0 if dice.chance(5) => dice.between(60_000, 140_000),
        0 => dice.between(40, 600),
        kb => dice.around(kb * 1_000, PHOTO_SIGMA).clamp(1_000, PHOTO_BYTES_MAX),
    }
}

pub(crate) fn is_rare(verb: &str) -> bool {
    matches!(verb, "withdraw" | "refuse" | "request-correction")
}
/// Whether every entry here counts: of what a revoked node wrote beyond, nothing is shown.
fn counts_all(replica: &Replica) -> bool {
    let mut tips = replica.store().tips().iter();
    tips.all(|(&log, tip)| {
        replica.standings().limit(log, tip).is_none_or(|len| len >= tip.head.len)
    })
}
