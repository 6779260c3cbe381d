//! What cases are judged by: the shipped catalog, calendar and offices, and the notices that came
//! down since.

use std::collections::BTreeMap;

use daiban_domain::authority::{Authority, Delegation};
use daiban_domain::calendar::{Calendar, Date};
use daiban_domain::catalog::Catalog;
use daiban_domain::desk::Desk;
use daiban_domain::notice::Notice;
use daiban_domain::numbering::Numbering;
use daiban_domain::office::OfficeTree;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::shipped;
use daiban_sync::id::OfficeCode;

/// The law in force at this node.
#[derive(Clone)]
pub struct Law {
    pub catalog: Catalog,
    pub calendar: Calendar,
    pub offices: OfficeTree,
    pub(super) authority: Authority,
    delegations: Vec<Delegation>,
    numbering: Numbering,
}

impl Default for Law {
    fn default() -> Self {
        Self {
            catalog: shipped::catalog(),
            calendar: shipped::calendar(),
            offices: shipped::offices(),
            authority: Authority::default(),
            delegations: Vec::new(),
            numbering: Numbering::default(),
        }
    }
}

impl Law {
    /// What commands are checked against.
    pub fn desk(&self, training: bool) -> Desk<'_> {
        Desk {
            catalog: &self.catalog,
            calendar: &self.calendar,
            authority: &self.authority,
            offices: &self.offices,
            training,
        }
    }

    /// The law as it is known at an office.
    #[must_use]
    pub(super) fn at(self, here: OfficeCode) -> Self {
        let numbering = Numbering::at(here);
        Self { authority: self.authority.with_numbering(numbering.clone()), numbering, ..self }
    }

    fn authorise(&mut self) {
        let authority = Authority::new(self.delegations.clone());
        self.authority = authority.with_numbering(self.numbering.clone());
    }

    /// Takes a notice of an office above (or of this one); `true` if cases may stand otherwise by it.
    ///
    /// # Errors
    /// Why it has no effect.
    pub(super) fn take(&mut self, issuer: OfficeCode, notice: Notice) -> Result<bool, String> {
        match notice {
            Notice::Catalog { files } => {
                let files: Vec<_> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
                let newer = Catalog::parse(&files).map_err(|errors| {
                    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
                })?;
                let shipped = std::mem::replace(&mut self.catalog, newer.clone());
                self.catalog = shipped.with(newer);
            }
            Notice::Calendar { csv } => {
                let newer = Calendar::parse(&csv).map_err(|error| error.to_string())?;
                self.calendar = self.calendar.with(newer).map_err(|error| error.to_string())?;
            }
            Notice::Delegation(delegation) => {
                if !delegation.within.is_within(issuer) {
                    return Err(format!(
                        "office {issuer} cannot delegate within {}",
                        delegation.within
                    ));
                }
                self.delegations.push(delegation);
                self.authorise();
            }
            Notice::Lease(lease) => {
                // One that does not hold is known all the same: it may hold once another is known.
                let taken = self.numbering.take(issuer, lease);
                self.authorise();
                taken.map_err(|refused| refused.to_string())?;
            }
            Notice::Revoked { .. } | Notice::Announcement { .. } => return Ok(false),
        }
        Ok(true)
    }
}

/// The serial numbers of this office, day by day: those of its earlier nodes too, as far as their
/// cases are here.
#[derive(Default)]
pub(super) struct Serials {
    last: BTreeMap<Date, u32>,
}

impl Serials {
    /// A number was given out (now, or before a restart); gives the highest of that day.
    pub(super) fn seen(&mut self, day: Date, receipt: &ReceiptNumber) -> u32 {
        let serial = u32::from_str_radix(&receipt.as_str()[18..22], 36).unwrap_or(0);
        self.raise(day, serial)
    }

    pub(super) fn raise(&mut self, day: Date, serial: u32) -> u32 {
        let last = self.last.entry(day).or_insert(serial);
        *last = serial.max(*last);
        *last
    }

    /// The next number of that day.
    pub(super) fn next(&mut self, day: Date) -> u32 {
        let next = self.last.get(&day).map_or(0, |last| last + 1);
        self.raise(day, next)
    }
}
