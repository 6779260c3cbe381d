//! 电子证照库: whatever an organ has verified for a person, found again when that person's next case
//! is entered.
//!
//! The view `l` says which cases have verified something of whom; what exactly, the case itself is
//! asked, as it stands now ([`verified_by`]). So a case that was voided, whose decision does not
//! hold any more, or that was erased offers nothing, whatever the index says, and the index can be
//! made anew from the journal at any time.

use std::collections::BTreeSet;

use daiban_domain::act::{CaseId, OfficerRef};
use daiban_domain::calendar::Date;
use daiban_domain::case::Case;
use daiban_domain::catalog::{Item, MaterialRule};
use daiban_domain::desk::{ActRequest, Draft, Refused};
use daiban_domain::fold::{CaseState, MaterialView};
use daiban_domain::licence::{HolderId, Licence, verified_by};
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::words::{self, Said};
use daiban_sync::id::{Hlc, Millis};
use serde::{Deserialize, Serialize};

use super::cases::at;
use super::refusal::{Refusal, RefusalKind};
use super::{Replica, keys};
use crate::store::{ViewBatch, ViewError};

/// Files of the licence store that are wanted for a material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reuse {
    /// The material's key in the item, such as `ID`.
    pub key: String,
    /// The case that they were verified in; without it the one that was decided last.
    #[serde(default)]
    pub from: Option<String>,
}

/// A material that a case asks for, with what there is for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MaterialChoice {
    pub key: String,
    pub name: String,
    pub missing: bool,
    /// Files that the case has.
    pub held: usize,
    pub offers: Vec<Offer>,
}

/// A verified file of whom the form names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Offer {
    #[serde(flatten)]
    pub licence: Licence,
    /// The last day on which this item takes it.
    pub until: Option<Date>,
    /// Why it cannot be reused for this case.
    pub why_not: Option<Said>,
}

impl Replica {
    /// What work lists show of a case, its number, and whose licences it has verified.
    pub(super) fn list_case(
        &mut self,
        case: &Case,
        batch: &mut ViewBatch,
    ) -> Result<(), ViewError> {
        let state = self.state_of(case);
        let summary = case.summary(state.as_ref());
        self.work.iter_mut().for_each(|list| list.put(&summary));
        let stored = serde_json::to_vec(&summary).expect("plain data with text keys");
        batch.put(keys::summary(case.id), Some(case.id.0), stored);
        self.put_numbers(case, state.as_ref(), batch)?;
        let Some((item, state)) = self.item_of_case(case).zip(state) else { return Ok(()) };
        let verified = verified_by(item, case, &state);
        let holders: BTreeSet<_> = verified.iter().map(|known| known.verified.holder).collect();
        for holder in holders {
            batch.put(keys::licence(self.store.blind(&holder.0)?, case.id), None, Vec::new());
        }
        Ok(())
    }

    /// What there is for each material of a case.
    pub(super) fn choices(&self, case: &Case, day: Date) -> Result<Vec<MaterialChoice>, Refusal> {
        let state = self.law.desk(self.config.training).state_of(case)?;
        let item = self.item_of_case(case).ok_or_else(super::cases::no_such_case)?;
        let choice = |rule: &MaterialRule| {
            Ok(MaterialChoice {
                key: rule.key.clone(),
                name: rule.name.clone(),
                missing: state.missing_materials.contains(&rule.key),
                held: state.materials.iter().filter(|held| held.key == rule.key).count(),
                offers: self.offers(case, rule, day).map_err(Refusal::internal)?,
            })
        };
        item.materials.iter().map(choice).collect()
    }

    /// References to verified files, for a case at the counter.
    pub(super) fn reuse(
        &mut self,
        now: Millis,
        case: &mut Case,
        Reuse { key, from }: Reuse,
        officer: &OfficerRef,
    ) -> Result<Vec<(Hlc, Draft)>, Refusal> {
        let rule = self.item_of_case(case).and_then(|item| item.material(&key)).cloned();
        let rule = rule.ok_or_else(|| no_such_material(&key))?;
        let offers = self.offers(case, &rule, Date::at(now)).map_err(Refusal::internal)?;
        let from_case = |offer: &&Offer| {
            from.as_ref().is_none_or(|from| offer.licence.verified.receipt.as_str() == from.trim())
        };
        let mut fitting = offers.iter().filter(from_case);
        let Some(first) = fitting.clone().find(|offer| offer.why_not.is_none()) else {
            return Err(nothing_to_reuse(&rule, fitting.find_map(|offer| offer.why_not.clone())));
        };
        let source = &first.licence.verified;
        let wanted = offers
            .iter()
            .filter(|offer| offer.why_not.is_none() && offer.licence.verified == *source);
        let mut drafts = Vec::new();
        for offer in wanted {
            let by = self.by(now, officer.clone(), None);
            let desk = self.law.desk(self.config.training);
            drafts.extend(at(&by, desk.reuse(&by, case, &key, offer.licence.clone())?));
        }
        Ok(drafts)
    }

    /// Verified files for a material, the latest first, but those that the case has already.
    fn offers(&self, case: &Case, rule: &MaterialRule, day: Date) -> Result<Vec<Offer>, ViewError> {
        let fields = case.form().fields();
        let Some(holder) = rule.holder(&fields) else { return Ok(Vec::new()) };
        let has = |licence: &Licence| {
            let mut files = case.acts().filter_map(|act| act.act.kind.file());
            files.any(|blob| blob.id == licence.blob.id)
        };
        let mut offers: Vec<_> = self
            .licences_of(holder)?
            .into_iter()
            .filter(|known| Some(&known.verified.licence) == rule.licence.as_ref() && !has(known))
            .map(|licence| Offer {
                until: rule.reusable_until(licence.verified.on),
                why_not: self.why_not(case, rule, &licence, day),
                licence,
            })
            .collect();
        offers.sort_by_key(|offer| {
            let Licence { verified, blob, .. } = &offer.licence;
            (std::cmp::Reverse(verified.on), verified.receipt, blob.name.clone())
        });
        Ok(offers)
    }

    fn why_not(
        &self,
        case: &Case,
        rule: &MaterialRule,
        licence: &Licence,
        day: Date,
    ) -> Option<Said> {
        let verified = &licence.verified;
        if let Err(why) = rule.takes(verified, day) {
            return Some(why);
        }
        if !verified.of.is_known_to_all_of(case.of) {
            return Some(words::reuse_from_elsewhere(verified.of.origin));
        }
        (!self.blobs.contains(licence.blob.id)).then(words::file_not_here)
    }

    /// Everything that was verified of somebody, in cases that are here.
    pub(super) fn licences_of(&self, holder: HolderId) -> Result<Vec<Licence>, ViewError> {
        let mut found = Vec::new();
        let shelf = keys::licences(self.store.blind(&holder.0)?);
        for (key, _) in self.store.view_scan(&shelf, &[], usize::MAX)? {
            let kept = keys::licensing_case(&key).map(|id| self.load(id)).transpose()?.flatten();
            let verified = kept.map(|kept| self.verified_by(&kept.case)).unwrap_or_default();
            found.extend(verified.into_iter().filter(|known| known.verified.holder == holder));
        }
        Ok(found)
    }

    fn verified_by(&self, case: &Case) -> Vec<Licence> {
        let state = self.state_of_case(case);
        let known = self.item_of_case(case).zip(state);
        known.map(|(item, state)| verified_by(item, case, &state)).unwrap_or_default()
    }

    /// Whoever decides answers for the files: a reference has to be true by what is here, unless the
    /// file itself was brought too.
    pub(super) fn check_references(
        &self,
        case: &Case,
        request: &ActRequest,
    ) -> Result<(), Refusal> {
        if !request.rests_on_materials() {
            return Ok(());
        }
        let Some(state) = self.state_of_case(case) else { return Ok(()) };
        let mut doubtful = BTreeSet::new();
        for material in &state.materials {
            let Some(reused) = &material.reused else { continue };
            let source = self.case_of_receipt(&reused.verified.receipt)?;
            let is_true = source.is_some_and(|source| {
                let mut known = self.verified_by(&source).into_iter();
                known.any(|known| {
                    known.verified == reused.verified && known.blob.id == material.blob.id
                })
            });
            let brought =
                |other: &MaterialView| other.key == material.key && other.reused.is_none();
            if !is_true && !state.materials.iter().any(brought) {
                doubtful.insert(material.name.as_str());
            }
        }
        if doubtful.is_empty() {
            return Ok(());
        }
        let names = doubtful.into_iter().collect::<Vec<_>>().join("、");
        let (sentence, remedy) = (words::reference_unproved(&names), words::wait_or_ask_for_file());
        Err(Refusal::new(RefusalKind::NotAllowed, sentence, remedy))
    }

    fn case_of_receipt(&self, receipt: &ReceiptNumber) -> Result<Option<Case>, Refusal> {
        let id = self.store.view_get(&keys::receipt(receipt)).map_err(Refusal::internal)?;
        let Some(id) = id.and_then(|id| id.try_into().ok()).map(CaseId) else {
            return Ok(None);
        };
        Ok(self.load(id).map_err(Refusal::internal)?.map(|kept| kept.case))
    }

    pub(super) fn item_of_case(&self, case: &Case) -> Option<&Item> {
        case.item(&self.law.catalog, &self.law.calendar, &self.law.authority)
    }

    pub(super) fn state_of_case(&self, case: &Case) -> Option<CaseState> {
        case.state(&self.law.catalog, &self.law.calendar, &self.law.authority)
    }
}

fn no_such_material(key: &str) -> Refusal {
    let said = words::no_such_material(key);
    Refusal::new(RefusalKind::Input, said, words::see_materials())
}

fn nothing_to_reuse(rule: &MaterialRule, why: Option<Said>) -> Refusal {
    let sentence = why.unwrap_or_else(|| words::nothing_to_reuse(&rule.name));
    let remedy = words::attach_material(&rule.name, &rule.key);
    Refusal::from(Refused { sentence, remedy, fields: Vec::new(), difference: Vec::new() })
}
