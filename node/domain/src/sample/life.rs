//! The straight way of a case: from the counter to the close, by whoever is next.

use std::collections::BTreeSet;

use daiban_sync::id::{BlobId, Hlc, Incarnation, Millis, NodeKey, OfficeCode};

use super::{complete, handler};
use crate::act::{BlobRef, CaseId, Handover, OfficerRef, Opinion, Outcome};
use crate::calendar::Date;
use crate::case::Case;
use crate::catalog::Item;
use crate::desk::{ActRequest, By, Desk, NewCase, Refused};
use crate::fold::{CaseState, NextAct};
use crate::organ::OrganCode;
use crate::receipt_number::ReceiptNumber;

/// Acts in the longest straight life, with room to spare.
const ACTS_MAX: u32 = 64;
const DAY_MS: u64 = 86_400_000;

/// What moves a case on: nobody refuses, asks for a correction, gives up or stays silent. `None`
/// when the case has ended.
pub fn onward(item: &Item, state: &CaseState) -> Option<(NextAct, ActRequest)> {
    state.next.iter().find_map(|next| Some((next.clone(), request(item, state, &next.verb)?)))
}

fn request(item: &Item, state: &CaseState, verb: &str) -> Option<ActRequest> {
    let pin = || Some(state.pin.clone());
    let text = || "情况属实".to_owned();
    Some(match verb {
        "submit" => ActRequest::Submit,
        "accept" => ActRequest::Accept,
        "correct" => ActRequest::Correct { note: text() },
        "first-check" => ActRequest::FirstCheck { note: text() },
        "refer" => {
            ActRequest::Refer { organs: item.stages.iter().map(|stage| stage.organ).collect() }
        }
        "survey" => ActRequest::Survey { findings: text(), with: Vec::new() },
        "publicise" => ActRequest::Publicise { days: 7, objections: Vec::new() },
        "review" => ActRequest::Review { opinion: Opinion::Agree },
        "resume" => ActRequest::Resume,
        "decide" => ActRequest::Decide { outcome: Outcome::Granted, pin: pin() },
        "confirm" => ActRequest::Confirm { pin: pin() },
        "reconfirm" => ActRequest::Reconfirm { decision: None, pin: pin() },
        "issue" => ActRequest::Issue { certificate: text() },
        "pay" => ActRequest::Pay { amount_cent: Some(100) },
        "deliver" => ActRequest::Deliver { how: Handover::Agent },
        "close" => ActRequest::Close,
        _ => return None,
    })
}

/// Cases of shipped items, each as far on its straight way as asked for.
pub struct Lives<'a> {
    pub desk: Desk<'a>,
    /// Where they are taken; an item that is not offered there is taken at the nearest tier above.
    pub village: OfficeCode,
    pub start: Millis,
}

impl Lives<'_> {
    /// The `n`th case of `item` after at most `acts` acts, one on each day.
    ///
    /// # Errors
    /// [`Refused`] if the item cannot go its straight way.
    pub fn case(&self, item: &Item, n: u32, acts: u32) -> Result<Case, Refused> {
        let origin = counter(item, self.village);
        let mut id = [0; 16];
        id[..4].copy_from_slice(&n.to_be_bytes());
        let day = Date::at(self.start);
        let receipt = ReceiptNumber::make(origin, day, n % 1_000, n % 1_000)
            .expect("a day has more than a thousand numbers");
        let fields = complete(item, self.village);
        let opening = self.by(origin, None, 0);
        let (mut case, _) = {
            let handler = handler(item, origin, self.desk.offices);
            let new = NewCase { id: CaseId(id), receipt, handler };
            self.desk.open_case(&opening, item, &fields, new)?
        };
        let paper = BlobId([1; 32]);
        for (at, rule) in (1u64..).zip(&item.materials) {
            let name = format!("{}.jpg", rule.key);
            let blob = BlobRef { id: paper, size: 9, media: "image/jpeg".into(), name };
            self.desk.attach(&self.by(origin, None, at), &mut case, &rule.key, blob)?;
        }
        let held = BTreeSet::from([paper]);
        for day in 1..=acts.min(ACTS_MAX) {
            let state = self.desk.state_of(&case)?;
            let Some((next, request)) = onward(item, &state) else { break };
            let by = self.by(next.office, next.organ, u64::from(day) * DAY_MS);
            self.desk.act(&by, &mut case, request, &held)?;
        }
        Ok(case)
    }

    fn by(&self, office: OfficeCode, organ: Option<OrganCode>, after_ms: u64) -> By {
        let mut node = [0; 32];
        node[..8].copy_from_slice(&u64::from(office).to_be_bytes());
        By {
            officer: OfficerRef { name: "王".into(), id: "w".into() },
            organ,
            office,
            node: NodeKey(node),
            incarnation: Incarnation(1),
            at: Hlc((self.start.0 + after_ms) << 16),
            nonce: after_ms.to_be_bytes(),
        }
    }
}

/// The lowest office on the way up that takes the item.
fn counter(item: &Item, village: OfficeCode) -> OfficeCode {
    std::iter::successors(Some(village), |office| office.parent())
        .find(|office| item.is_offered_at(*office))
        .unwrap_or(village)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Authority;
    use crate::fold::Status;
    use crate::shipped;

    #[test]
    fn every_item_in_force_goes_its_straight_way_to_the_close() {
        let (catalog, calendar) = (shipped::catalog(), shipped::calendar());
        let (authority, offices) = (Authority::default(), shipped::offices());
        let desk = Desk {
            catalog: &catalog,
            calendar: &calendar,
            authority: &authority,
            offices: &offices,
            training: true,
        };
        let village = OfficeCode::new(330_382_001_001).unwrap();
        let start = Millis(1_772_413_200_000);
        let lives = Lives { desk, village, start };
        for item in catalog.iter().filter(|item| item.is_valid_on(Date::at(start))) {
            let case =
                lives.case(item, 1, ACTS_MAX).unwrap_or_else(|no| panic!("{}: {no}", item.code));
            let state = desk.state_of(&case).unwrap();
            assert_eq!(state.status, Status::Closed, "{}: {:?}", item.code, state.next);
            assert!(state.ignored.is_empty(), "{}", item.code);
        }
    }
}
