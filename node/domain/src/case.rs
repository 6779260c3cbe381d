//! What a node stores of one case: its form and its acts.

use std::collections::BTreeMap;

use daiban_sync::entry::Kind;
use daiban_sync::id::{Hlc, Incarnation, Millis, NodeKey, OfficeCode};
use serde::{Deserialize, Serialize};

use crate::act::{Act, ActId, ActKind, CaseId, SignedAct};
use crate::authority::Authority;
use crate::calendar::Calendar;
use crate::case_number::CaseNumber;
use crate::catalog::{Catalog, Item};
use crate::clock::Clock;
use crate::figures::Facts;
use crate::fold::{self, CaseState, Due, Law, NextAct, Status};
use crate::form::{ActorStem, Adopted, Fields, Form, FormDamaged, FormRefused, actor_for, stem_of};
use crate::jurisdiction::Jurisdiction;
use crate::payload::{self, NotUnderstood};
use crate::receipt_number::ReceiptNumber;

/// Acts of one case.
pub const ACTS_MAX: usize = 4_096;
/// 2: with the office that handles it.
const VERSION: u8 = 2;

/// One application.
#[derive(Clone)]
pub struct Case {
    pub id: CaseId,
    /// As the channel says that the case's entries are in.
    pub of: Jurisdiction,
    pub(crate) form: Form,
    acts: BTreeMap<ActId, SignedAct>,
}

/// The author of an entry, as the entry proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author {
    pub node: NodeKey,
    pub office: OfficeCode,
    pub incarnation: Incarnation,
}

/// What an entry did to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The case is another now.
    Changed,
    /// It was here before.
    Known,
    /// A form change that waits for one before it.
    Waiting,
}

/// Why an entry is kept aside, visibly, and has no effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Quarantine {
    #[error("{0}")]
    NotUnderstood(#[from] NotUnderstood),
    #[error("{0}")]
    Form(#[from] FormRefused),
    #[error("the entry is about case {found}, not about {expected}")]
    OtherCase { expected: CaseId, found: CaseId },
    #[error("the case is in the channel of office {expected}, its opening act names {found}")]
    OtherOrigin { expected: OfficeCode, found: OfficeCode },
    #[error("a case holds at most {ACTS_MAX} acts")]
    TooManyActs,
    #[error("an entry of kind {found:?} is not about a case")]
    Kind { found: Kind },
}

/// A stored case that does not load.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseDamaged {
    #[error("stored case: {0}")]
    Form(#[from] FormDamaged),
    #[error("stored case: {problem}; rebuild it from its entries")]
    Content { problem: String },
}

/// What a work list shows of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub id: CaseId,
    pub receipt: Option<ReceiptNumber>,
    /// 办件编号
    pub number: Option<CaseNumber>,
    pub number_pending: bool,
    pub item: String,
    /// The version that the case pins.
    pub version: u32,
    pub item_name: String,
    pub applicant: String,
    pub status: Status,
    pub origin: OfficeCode,
    pub next: Vec<NextAct>,
    pub due: Due,
    pub opened: Option<Millis>,
    pub alarms: usize,
    pub facts: Option<Facts>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    id: CaseId,
    of: Jurisdiction,
    form: Vec<u8>,
    waiting: Vec<Vec<u8>>,
    acts: Vec<StoredAct>,
}

/// An act without what it can be told by.
#[derive(Serialize, Deserialize)]
struct StoredAct {
    author: NodeKey,
    office: OfficeCode,
    at: Hlc,
    act: Act,
}

impl Case {
    /// A case of which nothing has arrived yet.
    pub fn new(id: CaseId, of: impl Into<Jurisdiction>) -> Self {
        Self { id, of: of.into(), form: Form::default(), acts: BTreeMap::new() }
    }

    /// Takes in the payload of a verified entry.
    ///
    /// # Errors
    /// [`Quarantine`]; the case is as before.
    pub fn apply(
        &mut self,
        kind: Kind,
        payload: &[u8],
        author: Author,
        at: Hlc,
    ) -> Result<Applied, Quarantine> {
        match kind {
            Kind::FormChange => self.apply_change(payload, author),
            Kind::Act => self.apply_act(payload, author, at),
            Kind::Genesis | Kind::Notice => Err(Quarantine::Kind { found: kind }),
        }
    }

    /// Changes that waited for others and were refused when their turn came, with the reason:
    /// their entries belong into quarantine.
    pub fn take_late_refusals(&mut self) -> Vec<(Vec<u8>, Quarantine)> {
        let refused = self.form.take_late_refusals();
        refused
            .into_iter()
            .map(|(change, why)| (payload::form_change(self.id, &change), why.into()))
            .collect()
    }

    /// Sets fields once more, as `author`: what a fork took away is said again on top of what the
    /// offices above hold. Gives the payload of the form change, unless nothing differs.
    pub fn rewrite(&mut self, author: Author, fields: &Fields, at: Millis) -> Option<Vec<u8>> {
        let actor = actor_for(author.node, self.id, author.incarnation);
        let change = self.form.edit(&actor, fields, at)?;
        Some(payload::form_change(self.id, &change))
    }

    /// The form as it is.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// The office of whoever writes the form under this stem, once they have also signed an act.
    pub fn writer(&self, stem: ActorStem) -> Option<OfficeCode> {
        self.acts.values().find(|act| stem_of(act.author, self.id) == stem).map(|act| act.office)
    }

    /// The acts by id.
    pub fn acts(&self) -> impl Iterator<Item = &SignedAct> + Clone {
        self.acts.values()
    }

    /// The item and the version under which the case was opened, by its earliest opening act.
    pub fn opened_item(&self) -> Option<(&str, u32)> {
        self.opening().and_then(|act| match &act.act.kind {
            ActKind::Opened { item, version, .. } => Some((item.as_str(), *version)),
            _ => None,
        })
    }

    /// Where the case stands; `None` while its opening act or its item is not here.
    pub fn state(
        &self,
        catalog: &Catalog,
        calendar: &Calendar,
        authority: &Authority,
    ) -> Option<CaseState> {
        let law = self.law(catalog, calendar, authority)?;
        Some(fold::fold(law, self.of, &self.form, self.acts()))
    }

    /// The clocks of the case, each with its reckoning; `None` as for [`Case::state`].
    pub fn clocks(
        &self,
        catalog: &Catalog,
        calendar: &Calendar,
        authority: &Authority,
    ) -> Option<Vec<Clock>> {
        let law = self.law(catalog, calendar, authority)?;
        Some(fold::clocks(law, self.of, &self.form, self.acts()))
    }

    /// The version of its item that the case pins; `None` as for [`Case::state`].
    pub fn item<'a>(
        &self,
        catalog: &'a Catalog,
        calendar: &Calendar,
        authority: &Authority,
    ) -> Option<&'a Item> {
        let law = self.law(catalog, calendar, authority)?;
        catalog.get(&law.item.code, fold::pinned(law, self.of, self.acts.values()))
    }

    /// What a work list shows, given the state from [`Case::state`].
    pub fn summary(&self, state: Option<&CaseState>) -> Summary {
        let opened = state.and_then(|state| state.opened.as_ref());
        Summary {
            id: self.id,
            receipt: self.receipt(),
            number: state.and_then(|state| state.number).map(|known| known.number),
            number_pending: state.is_some_and(|state| state.number_owed_by.is_some()),
            item: self.opened_item().map_or_else(String::new, |(code, _)| code.to_owned()),
            version: opened.map_or(0, |opened| opened.version),
            item_name: opened.map_or_else(String::new, |opened| opened.item_name.clone()),
            applicant: self.applicant(),
            status: state.map_or(Status::Incomplete, |state| state.status),
            origin: self.of.origin,
            next: state.map_or_else(Vec::new, |state| state.next.clone()),
            due: state.map_or(Due::NotRunning, |state| state.deadlines.next_due()),
            opened: self.opening().map(|act| act.at.millis()),
            alarms: state.map_or(0, |state| state.alarms.len()),
            facts: state.map(Facts::of),
        }
    }

    /// The number on the receipt.
    pub fn receipt(&self) -> Option<ReceiptNumber> {
        match self.opening()?.act.kind {
            ActKind::Opened { receipt, .. } => Some(receipt),
            _ => None,
        }
    }

    /// The name of the person or body that applies.
    pub fn applicant(&self) -> String {
        ["applyname", "org_name"]
            .iter()
            .find_map(|key| self.form.field(key))
            .map_or_else(String::new, |name| name.to_string())
    }

    /// The bytes to store.
    pub fn save(&self) -> Vec<u8> {
        let acts = self.acts.values().map(|act| StoredAct {
            author: act.author,
            office: act.office,
            at: act.at,
            act: act.act.clone(),
        });
        let stored = Stored {
            id: self.id,
            of: self.of,
            form: self.form.save(),
            waiting: self.form.waiting().map(<[u8]>::to_vec).collect(),
            acts: acts.collect(),
        };
        postcard::to_extend(&stored, vec![VERSION])
            .expect("plain data into a growing buffer always encodes")
    }

    /// Reads what [`Case::save`] wrote. The bytes are trusted: they come from this node's store.
    ///
    /// # Errors
    /// [`CaseDamaged`]; rebuild the case from its entries.
    pub fn load(bytes: &[u8]) -> Result<Self, CaseDamaged> {
        let content = |problem: String| CaseDamaged::Content { problem };
        let Some((&VERSION, body)) = bytes.split_first() else {
            return Err(content(format!("expected version {VERSION}, got {:?}", bytes.first())));
        };
        let stored: Stored = postcard::from_bytes(body).map_err(|e| content(e.to_string()))?;
        let mut case = Self::new(stored.id, stored.of);
        case.form = Form::load(&stored.form)?;
        stored.waiting.iter().for_each(|change| case.form.restore_waiting(change));
        for StoredAct { author, office, at, act } in stored.acts {
            let id = ActId::of(author, &payload::act(case.id, &act));
            case.acts.insert(id, SignedAct { id, author, office, at, act });
        }
        Ok(case)
    }

    /// What the case is judged by: the item as it was opened.
    fn law<'a>(
        &self,
        catalog: &'a Catalog,
        calendar: &'a Calendar,
        authority: &'a Authority,
    ) -> Option<Law<'a>> {
        let (code, version) = self.opened_item()?;
        Some(Law { item: catalog.get(code, version)?, catalog, calendar, authority })
    }

    /// Only its own counter opens a case, whatever others sign and date.
    fn opening(&self) -> Option<&SignedAct> {
        let opens = |act: &&SignedAct| {
            matches!(act.act.kind, ActKind::Opened { .. }) && act.office == self.of.origin
        };
        self.acts.values().filter(opens).min_by_key(|act| (act.at, act.id))
    }

    fn apply_change(&mut self, payload: &[u8], author: Author) -> Result<Applied, Quarantine> {
        let (case, change) = payload::read_form_change(payload)?;
        self.check_subject(case)?;
        Ok(match self.form.adopt(change, stem_of(author.node, self.id))? {
            Adopted::Applied => Applied::Changed,
            Adopted::Known => Applied::Known,
            Adopted::Waiting => Applied::Waiting,
        })
    }

    fn apply_act(
        &mut self,
        payload: &[u8],
        author: Author,
        at: Hlc,
    ) -> Result<Applied, Quarantine> {
        let (case, act) = payload::read_act(payload)?;
        self.check_subject(case)?;
        if let ActKind::Opened { origin, .. } = act.kind
            && origin != self.of.origin
        {
            return Err(Quarantine::OtherOrigin { expected: self.of.origin, found: origin });
        }
        let id = ActId::of(author.node, payload);
        if let Some(known) = self.acts.get_mut(&id) {
            if known.at <= at {
                return Ok(Applied::Known);
            }
            known.at = at;
            return Ok(Applied::Changed);
        }
        if self.acts.len() >= ACTS_MAX {
            return Err(Quarantine::TooManyActs);
        }
        self.acts.insert(id, SignedAct { id, author: author.node, office: author.office, at, act });
        Ok(Applied::Changed)
    }

    fn check_subject(&self, found: CaseId) -> Result<(), Quarantine> {
        if found == self.id {
            Ok(())
        } else {
            Err(Quarantine::OtherCase { expected: self.id, found })
        }
    }
}
