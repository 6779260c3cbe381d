//! 电子证照 and 一套材料: what was verified once for a person, and where it may be used again.
//!
//! **Verified** is what an organ answers for, never what somebody uploaded: a file that a decision
//! in force rests on, which granted what was asked for. To accept a case is to find it complete
//! (行政许可法 第三十二条); to decide it is to have examined what it says (第三十四条), and only a
//! decision names the very bytes that were read. A reused file does not become younger by being
//! read again: its time runs from the first decision.
//!
//! Whoever takes a case may refer to a verified file if every office that will hold the case holds
//! the case that it comes from. So the reference tells nobody of a case that is not theirs, and
//! whoever decides can look up whether it is true.

use serde::{Deserialize, Serialize};

use crate::act::{ActId, BlobRef, Outcome};
use crate::calendar::Date;
use crate::case::Case;
use crate::catalog::{Grade, Item, MaterialRule};
use crate::fold::{CaseState, DecisionState, MaterialView, Status};
use crate::form::Fields;
use crate::hexed::hex_id;
use crate::jurisdiction::Jurisdiction;
use crate::receipt_number::ReceiptNumber;
use crate::words::{self, Said};

hex_id!(
    /// Whose a licence is: a digest of the number that the form gives, such as of an ID card. It is
    /// no secret to those who hold the case, for its form has the number. Blind it before it becomes
    /// a key.
    HolderId, 16
);

impl HolderId {
    pub fn of(number: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("daiban 2026 licence holder");
        hasher.update(number.trim().to_uppercase().as_bytes());
        let mut id = [0; 16];
        hasher.finalize_xof().fill(&mut id);
        Self(id)
    }
}

/// Where a file was verified 核验, and as what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Verified {
    /// The case in which it was read.
    pub receipt: ReceiptNumber,
    /// The offices that hold that case.
    pub of: Jurisdiction,
    /// The decision that rests on it.
    pub decision: ActId,
    pub on: Date,
    /// 证照类型
    pub licence: String,
    pub holder: HolderId,
    pub grade: Grade,
}

/// A verified file of somebody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Licence {
    pub blob: BlobRef,
    pub verified: Verified,
    /// The last day on which it may be reused, as its own item says.
    pub until: Date,
}

impl MaterialRule {
    /// Whose licence this material of the form is; `None` if it is not reused, or the form does not
    /// say whose.
    pub fn holder(&self, fields: &Fields) -> Option<HolderId> {
        self.licence.as_ref()?;
        let number = self.holder.iter().find_map(|key| fields.get(key))?;
        (!number.is_blank()).then(|| HolderId::of(&number.to_string()))
    }

    /// The last day on which something that was verified on this day may be reused for it.
    pub fn reusable_until(&self, verified: Date) -> Option<Date> {
        Some(verified.plus(i32::from(self.reuse_days?)))
    }

    /// Whether a verified file may stand for this material on this day.
    ///
    /// # Errors
    /// Why not.
    pub fn takes(&self, verified: &Verified, day: Date) -> Result<(), Said> {
        let Some((licence, until)) = self.licence.as_ref().zip(self.reusable_until(verified.on))
        else {
            return Err(words::reuse_not_provided(&self.name));
        };
        if *licence != verified.licence {
            return Err(words::reuse_of_another_kind(&self.name, licence, &verified.licence));
        }
        if verified.grade > self.grade {
            return Err(words::reuse_grade_too_low(&self.name, self.grade, verified.grade));
        }
        if day < verified.on {
            return Err(words::reuse_before_verified(verified.on));
        }
        if day > until {
            return Err(words::reuse_expired(&self.name, until));
        }
        Ok(())
    }
}

/// What a case has verified: nothing unless what was asked for is granted and in force.
pub fn verified_by(item: &Item, case: &Case, state: &CaseState) -> Vec<Licence> {
    let decision = &state.decision;
    let stands = decision.state == DecisionState::InForce
        && decision.outcome == Some(Outcome::Granted)
        && matches!(state.status, Status::Decided | Status::Closed);
    let facts = (decision.act, state.times.decided, case.receipt());
    let (true, (Some(act), Some(at), Some(receipt))) = (stands, facts) else { return Vec::new() };
    let (fields, on) = (case.form().fields(), Date::at(at));
    let own = state.materials.iter().filter(|material| material.reused.is_none());
    let licence = |material: &MaterialView| {
        let rule = item.material(&material.key)?;
        let verified = Verified {
            receipt,
            of: case.of,
            decision: act,
            on,
            licence: rule.licence.clone()?,
            holder: rule.holder(&fields)?,
            grade: rule.grade,
        };
        Some(Licence { blob: material.blob.clone(), until: rule.reusable_until(on)?, verified })
    };
    own.filter_map(licence).collect()
}
