//! Commands in, drafts out: what a person asks for is checked against the item, the fold and the
//! authority, and becomes payloads of entries, or a refusal with every reason at once.
//!
//! On success the [`Case`] already holds what the drafts say. Write the drafts durably in their
//! order, all with the `at` of [`By`]; if that fails, drop the case and load it again.

mod entry;
mod migration;
mod refused;
mod request;

use daiban_sync::entry::Kind;
use daiban_sync::id::{BlobId, Hlc, Incarnation, Millis, NodeKey, OfficeCode};
use std::collections::BTreeSet;

use crate::act::{Act, ActId, ActKind, OfficerRef, Pin, SignedAct};
use crate::authority::Authority;
use crate::calendar::{Calendar, Date};
use crate::case::{Author, Case};
use crate::case_number::CaseNumber;
use crate::catalog::{Catalog, Item};
use crate::check::Entry;
use crate::fold::{self, CaseState, Law};
use crate::form::actor_for;
use crate::office::OfficeTree;
use crate::organ::OrganCode;
use crate::payload;
pub use entry::NewCase;
pub use migration::{Kept, Migration};
pub use refused::Refused;
pub use request::ActRequest;

/// What the desk looks things up in.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub catalog: &'a Catalog,
    pub calendar: &'a Calendar,
    pub authority: &'a Authority,
    pub offices: &'a OfficeTree,
    /// Training: test identities are allowed.
    pub training: bool,
}

/// Who acts, where and when. `at` is later than anything the case holds (tick the node's clock
/// past what it has received); `nonce` is random.
#[derive(Clone, Debug)]
pub struct By {
    pub officer: OfficerRef,
    pub organ: Option<OrganCode>,
    pub office: OfficeCode,
    pub node: NodeKey,
    pub incarnation: Incarnation,
    pub at: Hlc,
    pub nonce: [u8; 8],
}

/// An entry to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub kind: Kind,
    pub payload: Vec<u8>,
}

impl By {
    fn author(&self) -> Author {
        Author { node: self.node, office: self.office, incarnation: self.incarnation }
    }

    fn millis(&self) -> Millis {
        self.at.millis()
    }

    fn day(&self) -> Date {
        Date::at(self.millis())
    }
}

impl<'a> Desk<'a> {
    /// Does what a named officer asks for. `held` are the materials whose content this node has.
    ///
    /// # Errors
    /// [`Refused`] with the sentence for the person; the case is as before.
    pub fn act(
        &self,
        by: &By,
        case: &mut Case,
        request: ActRequest,
        held: &BTreeSet<BlobId>,
    ) -> Result<Vec<Draft>, Refused> {
        if let ActRequest::Submit = request {
            return self.submit(by, case);
        }
        if let ActRequest::Withdraw { reason } = request {
            return self.withdraw(by, case, reason);
        }
        let state = self.state_of(case)?;
        let kind = request.into_kind(&state, by)?;
        self.check_pin(&kind, &state, case, held)?;
        Ok(vec![self.append(by, case, kind)?])
    }

    /// 编号, stated by the node for the organ that accepted.
    ///
    /// # Errors
    /// [`Refused`] if the number would have no effect.
    pub fn number(
        &self,
        by: &By,
        case: &mut Case,
        number: CaseNumber,
        instead: Option<ActId>,
    ) -> Result<Draft, Refused> {
        self.append(by, case, ActKind::Numbered { number, instead })
    }

    /// Where the case stands, by its own item version.
    pub fn state_of(&self, case: &Case) -> Result<CaseState, Refused> {
        Ok(fold::fold(self.law(case)?, case.of, case.form(), case.acts()))
    }

    /// The version of its item that the case pins.
    fn item_of(&self, case: &Case) -> Result<&'a Item, Refused> {
        let law = self.law(case)?;
        let (code, version) = (&law.item.code, fold::pinned(law, case.of, case.acts()));
        self.catalog.get(code, version).ok_or_else(|| Refused::unknown_item(code, version))
    }

    fn law(&self, case: &Case) -> Result<Law<'a>, Refused> {
        let (code, version) = case.opened_item().ok_or_else(Refused::not_opened)?;
        self.law_under(code, version)
    }

    fn law_under(&self, code: &str, version: u32) -> Result<Law<'a>, Refused> {
        let item = self.catalog.get(code, version);
        let item = item.ok_or_else(|| Refused::unknown_item(code, version))?;
        let Self { catalog, calendar, authority, .. } = *self;
        Ok(Law { item, catalog, calendar, authority })
    }

    fn entry(&self, by: &By) -> Entry<'a> {
        Entry { offices: self.offices, today: by.day(), training: self.training }
    }

    /// Adds an act if the fold would let it take effect.
    fn append(&self, by: &By, case: &mut Case, kind: ActKind) -> Result<Draft, Refused> {
        let act = Act { officer: by.officer.clone(), organ: by.organ, nonce: by.nonce, kind };
        let payload = payload::act(case.id, &act);
        if payload.len() > payload::STATEMENT_BYTES_MAX {
            return Err(Refused::too_long(payload.len()));
        }
        let id = ActId::of(by.node, &payload);
        let signed = SignedAct { id, author: by.node, office: by.office, at: by.at, act };
        let law = match &signed.act.kind {
            ActKind::Opened { item, version, .. } => self.law_under(item, *version),
            _ => self.law(case),
        }?;
        let would_be = fold::fold(law, case.of, case.form(), case.acts().chain([&signed]));
        if let Some(ignored) = would_be.ignored.into_iter().find(|ignored| ignored.act == id) {
            return Err(Refused::by_fold(ignored, &would_be.next));
        }
        case.apply(Kind::Act, &payload, by.author(), by.at).map_err(Refused::from)?;
        Ok(Draft { kind: Kind::Act, payload })
    }

    /// A decision rests on everything that the case holds now, and on files that can be read here.
    fn check_pin(
        &self,
        kind: &ActKind,
        state: &CaseState,
        case: &Case,
        held: &BTreeSet<BlobId>,
    ) -> Result<(), Refused> {
        let (ActKind::Decided { pinned, .. }
        | ActKind::Confirmed { pinned }
        | ActKind::Reconfirmed { pinned, .. }) = kind
        else {
            return Ok(());
        };
        if *pinned != state.pin {
            return Err(Refused::read_again(case.form().difference_since(&pinned.form_heads)));
        }
        let unread: Vec<&str> = pinned
            .materials
            .iter()
            .filter(|m| !held.contains(&m.blob))
            .map(|m| m.key.as_str())
            .collect();
        if !unread.is_empty() {
            return Err(Refused::materials_on_their_way(&unread));
        }
        if let ActKind::Decided { outcome: crate::act::Outcome::Granted, .. } = kind
            && !state.missing_materials.is_empty()
        {
            return Err(Refused::materials_missing(&state.missing_materials));
        }
        Ok(())
    }

    fn write_form(&self, by: &By, case: &mut Case, fields: &crate::form::Fields) -> Option<Draft> {
        let actor = actor_for(by.node, case.id, by.incarnation);
        let change = case.form.edit(&actor, fields, by.millis())?;
        Some(Draft { kind: Kind::FormChange, payload: payload::form_change(case.id, &change) })
    }
}

/// A pin in one order, so that two of the same content are equal.
pub(crate) fn in_order(mut pin: Pin) -> Pin {
    pin.form_heads.sort_unstable();
    pin.materials.sort();
    pin.materials.dedup();
    pin
}
