//! People at work: who does what next, by the dice.

use daiban_domain::act::{CaseId, OfficerRef};
use daiban_domain::authority::Authority;
use daiban_domain::case::Case;
use daiban_domain::catalog::Item;
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
    pub(crate) fn next(&mut self, node: &Node, dice: &mut Dice) -> Said {
        let process = node.process.as_ref()?;
        let office = node.office;
        let draw = dice.between(0, 99);
        let may_open = self.opened < CASES_MAX;
        let mut clerk = Clerk { work: self, office, process, dice };
        match office.tier() {
            Tier::Village if draw < 40 && may_open => clerk.open(),
            Tier::Village | Tier::Town if draw < 60 => clerk.edit(),
            Tier::Village if draw < 70 => clerk.attach(),
            _ => clerk.act(),
        }
    }

    fn type_something(&mut self) -> u64 {
        self.typed += 1;
        self.typed
    }
}

/// What somebody asks of the node, if there is anything to do.
type Said = Option<(Asked, Command)>;

/// Somebody at a running node.
struct Clerk<'a> {
    work: &'a mut Workload,
    office: OfficeCode,
    process: &'a Process,
    dice: &'a mut Dice,
}

impl<'a> Clerk<'a> {
    fn open(&mut self) -> Said {
        let code = *self.dice.pick(&people::ITEMS)?;
        let mark = self.work.type_something();
        self.work.opened += 1;
        let fields = people::form_of(code, self.office, mark);
        let submit = self.dice.chance(60);
        let keys = match submit {
            true => {
                let item = self.process.replica.law().catalog.latest(code)?;
                people::required_materials(item, &fields)
            }
            false => Vec::new(),
        };
        let materials = keys.iter().filter_map(|key| self.photograph(key)).collect();
        let (item, by) = (code.into(), self.officer());
        let command = Command::NewCase {
            item,
            version: None,
            fields,
            materials,
            submit,
            by,
            handler: None,
            listed: None,
        };
        Some((Asked { what: "open", mark: Some(mark) }, command))
    }

    fn edit(&mut self) -> Said {
        let (id, case) = self.some_case()?;
        let (item, _) = case.opened_item()?;
        let mark = self.work.type_something();
        let mut fields = people::place(item, mark);
        if self.dice.chance(40) {
            fields.extend(people::remark(item, mark));
        }
        let command = Command::EditCase { case: people::name_of(id), fields, by: self.officer() };
        Some((Asked { what: "edit", mark: Some(mark) }, command))
    }

    fn attach(&mut self) -> Said {
        let (id, case) = self.some_case()?;
        let missing = people::required_materials(self.item_of(&case)?, &case.form().fields());
        let key = self.dice.pick(&missing)?;
        let material = self.photograph(key)?;
        let command = Command::Attach { case: people::name_of(id), material, by: self.officer() };
        Some((Asked { what: "attach", mark: None }, command))
    }

    /// What some case waits for at this office.
    fn act(&mut self) -> Said {
        (0..LOOKS).find_map(|_| {
            let (id, case) = self.some_case()?;
            let law = self.process.replica.law();
            let state = case.state(&law.catalog, &law.calendar, &Authority::default())?;
            let item = self.item_of(&case)?;
            let seldom = self.dice.chance(10);
            let mine: Vec<_> =
                state.next.iter().filter(|next| next.office == self.office).collect();
            let usual =
                mine.iter().filter(|next| seldom || !is_rare(next.verb)).collect::<Vec<_>>();
            let next = self.dice.pick(&usual)?;
            let request: ActRequest = people::request(next.verb, &state, item, self.dice)?;
            let (case, by) = (people::name_of(id), self.officer());
            let command = Command::Act { case, by, organ: next.organ, request };
            Some((Asked { what: next.verb, mark: None }, command))
        })
    }

    /// A case that this office shares, as its node has it.
    fn some_case(&mut self) -> Option<(CaseId, Case)> {
        let known = self.work.cases.iter();
        let here: Vec<_> = known.filter(|(_, origin)| origin.is_within(self.office)).collect();
        let &&(id, _) = self.dice.pick(&here)?;
        Some((id, self.process.replica.case(id).ok()??))
    }

    fn item_of(&self, case: &Case) -> Option<&'a Item> {
        let law = self.process.replica.law();
        case.item(&law.catalog, &law.calendar, &Authority::default())
    }

    fn officer(&self) -> OfficerRef {
        people::officer(self.office)
    }

    /// A small file in the node's store.
    fn photograph(&mut self, key: &str) -> Option<Attachment> {
        let len = match self.dice.chance(5) {
            true => self.dice.between(60_000, 140_000),
            false => self.dice.between(40, 600),
        };
        let mut bytes = vec![0; usize::try_from(len).ok()?];
        self.dice.fill(&mut bytes);
        let id =
            self.process.blobs.put(&bytes, &mut |draw: &mut [u8]| self.dice.fill(draw)).ok()?;
        Some(Attachment { key: key.to_owned(), blob: people::blob_ref(key, id, bytes.len()) })
    }
}

fn is_rare(verb: &str) -> bool {
    matches!(verb, "withdraw" | "refuse" | "request-correction")
}
