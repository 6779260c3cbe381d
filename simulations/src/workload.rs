//! People at work: who does what next, by the dice.

use daiban_domain::act::CaseId;
use daiban_domain::authority::Authority;
use daiban_domain::desk::ActRequest;
use daiban_node::replica::{Attachment, Command};
use daiban_sync::id::{OfficeCode, Tier};

use crate::dice::Dice;
use crate::node::{Node, Process};
use crate::people::{self, Asked};

/// Cases that are opened in one story.
const CASES_MAX: u64 = 16;
/// Cases that an officer looks at before giving up for now.
const LOOKS: usize = 4;

/// What people know of each other's work.
#[derive(Default)]
pub(crate) struct Workload {
    /// Cases that somebody was told of, with the place where they were opened.
    pub(crate) cases: Vec<(CaseId, OfficeCode)>,
    opened: u64,
    typed: u64,
}

impl Workload {
    /// Somebody at a running node does something.
    pub(crate) fn next(&mut self, node: &Node, dice: &mut Dice) -> Option<(Asked, Command)> {
        let process = node.process.as_ref()?;
        let office = node.office;
        let draw = dice.between(0, 99);
        match office.tier() {
            Tier::Village if draw < 40 && self.opened < CASES_MAX => {
                self.open(office, process, dice)
            }
            Tier::Village | Tier::Town if draw < 60 => self.edit(office, process, dice),
            Tier::Village if draw < 70 => self.attach(office, process, dice),
            _ => self.act(office, process, dice),
        }
    }

    fn open(
        &mut self,
        office: OfficeCode,
        process: &Process,
        dice: &mut Dice,
    ) -> Option<(Asked, Command)> {
        let code = *dice.pick(&people::ITEMS)?;
        let mark = self.type_something();
        self.opened += 1;
        let fields = people::form_of(code, office, mark);
        let submit = dice.chance(60);
        let keys = match submit {
            true => {
                people::required_materials(process.replica.law().catalog.latest(code)?, &fields)
            }
            false => Vec::new(),
        };
        let materials = keys.iter().filter_map(|key| photograph(key, process, dice)).collect();
        let by = people::officer(office);
        let command =
            Command::NewCase { item: code.into(), version: None, fields, materials, submit, by };
        Some((Asked { what: "open", mark: Some(mark) }, command))
    }

    fn edit(
        &mut self,
        office: OfficeCode,
        process: &Process,
        dice: &mut Dice,
    ) -> Option<(Asked, Command)> {
        let id = self.some_case(office, dice)?;
        let case = process.replica.case(id).ok()??;
        let (item, _) = case.item()?;
        let mark = self.type_something();
        let mut fields = people::place(item, mark);
        if dice.chance(40) {
            fields.extend(people::remark(item, mark));
        }
        let command =
            Command::EditCase { case: people::name_of(id), fields, by: people::officer(office) };
        Some((Asked { what: "edit", mark: Some(mark) }, command))
    }

    fn attach(
        &mut self,
        office: OfficeCode,
        process: &Process,
        dice: &mut Dice,
    ) -> Option<(Asked, Command)> {
        let id = self.some_case(office, dice)?;
        let case = process.replica.case(id).ok()??;
        let (code, version) = case.item()?;
        let item = process.replica.law().catalog.get(code, version)?;
        let missing = people::required_materials(item, &case.form().fields());
        let material = photograph(dice.pick(&missing)?, process, dice)?;
        let command =
            Command::Attach { case: people::name_of(id), material, by: people::officer(office) };
        Some((Asked { what: "attach", mark: None }, command))
    }

    /// What some case waits for at this office.
    fn act(
        &mut self,
        office: OfficeCode,
        process: &Process,
        dice: &mut Dice,
    ) -> Option<(Asked, Command)> {
        (0..LOOKS).find_map(|_| {
            let id = self.some_case(office, dice)?;
            let case = process.replica.case(id).ok()??;
            let law = process.replica.law();
            let state = case.state(&law.catalog, &law.calendar, &Authority::default())?;
            let (code, version) = case.item()?;
            let item = law.catalog.get(code, version)?;
            let seldom = dice.chance(10);
            let mine: Vec<_> = state.next.iter().filter(|next| next.office == office).collect();
            let usual =
                mine.iter().filter(|next| seldom || !is_rare(next.verb)).collect::<Vec<_>>();
            let next = dice.pick(&usual)?;
            let request: ActRequest = people::request(next.verb, &state, item, dice)?;
            let (case, by) = (people::name_of(id), people::officer(office));
            let command = Command::Act { case, by, organ: next.organ, request };
            Some((Asked { what: next.verb, mark: None }, command))
        })
    }

    fn some_case(&self, office: OfficeCode, dice: &mut Dice) -> Option<CaseId> {
        let here: Vec<_> =
            self.cases.iter().filter(|(_, origin)| origin.is_within(office)).collect();
        dice.pick(&here).map(|(id, _)| *id)
    }

    fn type_something(&mut self) -> u64 {
        self.typed += 1;
        self.typed
    }
}

fn is_rare(verb: &str) -> bool {
    matches!(verb, "withdraw" | "refuse" | "request-correction")
}

/// A small file in the node's store.
fn photograph(key: &str, process: &Process, dice: &mut Dice) -> Option<Attachment> {
    let len = match dice.chance(5) {
        true => dice.between(60_000, 140_000),
        false => dice.between(40, 600),
    };
    let mut bytes = vec![0; usize::try_from(len).ok()?];
    dice.fill(&mut bytes);
    let id = process.blobs.put(&bytes, &mut |draw: &mut [u8]| dice.fill(draw)).ok()?;
    Some(Attachment { key: key.to_owned(), blob: people::blob_ref(key, id, bytes.len()) })
}
